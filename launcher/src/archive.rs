//! Zips, unpacked into folders that are read-only from then on.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Context, Result, bail};
use zip::ZipArchive;

/// Makes a folder.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir(path).with_context(|| format!("cannot make {}", path.display()))
}

/// Takes the permission to write from all that is in a folder, and from itself.
pub(crate) fn protect(folder: &Path) -> Result<()> {
    let change = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode & !0o222));
    walk(folder, &change, false).with_context(|| format!("cannot make {} read-only", folder.display()))
}

/// Unpacks a zip over what is in a folder already.
pub(crate) fn unpack(zip: &Path, root: &Path) -> Result<()> {
    let file = File::open(zip).with_context(|| format!("cannot open {}: give the path of a zip", zip.display()))?;
    let mut archive =
        ZipArchive::new(file).with_context(|| format!("{} cannot be read as a zip: build it again", zip.display()))?;
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .with_context(|| format!("entry {index} of {} cannot be read: build it again", zip.display()))?;
        let place = || format!("entry {:?} of {}", entry.name(), zip.display());
        let Some(name) = entry.enclosed_name() else {
            bail!(
                "{} leads out of the zip: pack it under a relative path without `..`",
                place()
            );
        };
        if entry.is_symlink() {
            bail!("{} is a symbolic link: pack the file that it points to", place());
        }
        let path = root.join(name);
        let failed = format!("cannot unpack {}", place());
        if entry.is_dir() {
            fs::create_dir_all(&path).context(failed)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| failed.clone())?;
        }
        let mode = entry.unix_mode().unwrap_or(0o644);
        // One of an earlier layer may be read-only.
        if path.is_file() {
            fs::remove_file(&path).with_context(|| failed.clone())?;
        }
        let mut file = File::create(&path).with_context(|| failed.clone())?;
        io::copy(&mut entry, &mut file).with_context(|| failed.clone())?;
        file.set_permissions(Permissions::from_mode(mode & 0o777))
            .context(failed)?;
    }
    Ok(())
}

/// Gives the owner all permissions back. Files of a folder that is read-only cannot be removed.
pub(crate) fn release(folder: &Path) -> io::Result<()> {
    let restore = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode | 0o700));
    walk(folder, &restore, true)
}

type Change<'a> = &'a dyn Fn(&Path, u32) -> io::Result<()>;

/// Changes the modes of what is in a folder, and its own, which comes first when `outside_in`.
fn walk(path: &Path, change: Change, outside_in: bool) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    // A function may have left links, which are not to be followed.
    if metadata.is_symlink() {
        return Ok(());
    }
    let mode = metadata.permissions().mode() & 0o7777;
    if outside_in {
        change(path, mode)?;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            walk(&entry?.path(), change, outside_in)?;
        }
    }
    if outside_in { Ok(()) } else { change(path, mode) }
}
