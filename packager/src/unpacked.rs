//! How much Lambda unpacks for a function: its zip, and the layers with it.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{Read, Seek},
};

use anyhow::{Context, Result, bail};
use packing_list::Entry;
use zip::ZipArchive;

/// What Lambda takes of a function's zip and its layers, unpacked, in bytes: the 250 MB of its
/// [quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
pub const UNPACKED_MAX: u64 = 262_144_000;

/// How many of the largest files are named.
const LISTED: usize = 3;

/// How many bytes a zip's files have, unpacked.
///
/// # Errors
///
/// When it is no zip.
pub fn unpacked_size<R: Read + Seek>(zip: R) -> Result<u64> {
    let mut archive = ZipArchive::new(zip)?;
    let mut size = 0;
    for index in 0..archive.len() {
        size += archive.by_index_raw(index)?.size();
    }
    Ok(size)
}

/// Refuses what Lambda does not unpack.
///
/// # Arguments
///
/// * `label`: the name of the target that packs `files`, for the message.
/// * `files`: what is packed.
/// * `layers`: the names of the layers that are unpacked with it, and how many bytes each has.
///
/// # Errors
///
/// When there are more bytes than Lambda takes; or a file can't be read.
pub fn check_unpacked(label: &str, files: &BTreeMap<String, Entry>, layers: &[(String, u64)]) -> Result<()> {
    let mut sizes = Vec::new();
    for (name, entry) in files {
        let metadata = fs::metadata(&entry.source).with_context(|| format!("{} can't be read", entry.described()))?;
        sizes.push((metadata.len(), name.as_str()));
    }
    refuse_above(UNPACKED_MAX, label, sizes, layers)
}

fn refuse_above(most: u64, label: &str, mut files: Vec<(u64, &str)>, layers: &[(String, u64)]) -> Result<()> {
    let own: u64 = files.iter().map(|(size, _)| size).sum();
    let of_layers: u64 = layers.iter().map(|(_, size)| size).sum();
    let all = own + of_layers;
    if all <= most {
        return Ok(());
    }
    let mut parts = format!("{label} holds {own} bytes");
    for (layer, size) in layers {
        // Writing to a String does not fail.
        let _ = write!(parts, ", its layer {layer} {size}");
    }
    if !layers.is_empty() {
        let _ = write!(parts, ", together {all}");
    }
    files.sort_by(|one, other| other.cmp(one));
    let largest: Vec<String> = files
        .iter()
        .take(LISTED)
        .map(|(size, name)| format!("`{name}` of {size}"))
        .collect();
    bail!(
        "{parts}, unpacked; Lambda takes {most} (250 MB) for a function with its layers. Its largest files are {}: leave out dependencies \
         or `data`, or read large files from S3",
        largest.join(", ")
    );
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{Effort, write_zip};

    #[test]
    fn a_function_and_its_layers_are_counted_together() {
        let layers = [("//app:one".to_owned(), 40), ("//app:two".to_owned(), 50)];
        let check = |most| refuse_above(most, "//app:zip", vec![(3, "a"), (7, "b")], &layers);
        assert!(check(100).is_ok());
        let message = check(99).unwrap_err().to_string();
        for part in [
            "//app:zip holds 10 bytes, its layer //app:one 40, its layer //app:two 50, together 100, unpacked",
            "`b` of 7, `a` of 3",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn what_lambda_takes_is_250_megabytes() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let source = folder.path().join("large");
        let file = fs::File::create(&source)?;
        let entry = Entry {
            name: "large".to_owned(),
            source,
            owner: String::new(),
        };
        let files = BTreeMap::from([(entry.name.clone(), entry)]);
        // Without its bytes on the disk.
        file.set_len(UNPACKED_MAX)?;
        assert!(check_unpacked("//app:zip", &files, &[]).is_ok());
        file.set_len(UNPACKED_MAX + 1)?;
        let message = check_unpacked("//app:zip", &files, &[]).unwrap_err().to_string();
        assert!(message.contains("262144001 bytes, unpacked"), "{message}");
        Ok(())
    }

    #[test]
    fn a_zip_counts_unpacked() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let source = folder.path().join("zeros");
        fs::write(&source, vec![0; 100_000])?;
        let entry = Entry {
            name: "zeros".to_owned(),
            source,
            owner: String::new(),
        };
        let mut zip = Cursor::new(Vec::new());
        write_zip(&mut zip, &[entry], Effort::Fast)?;
        assert!(zip.get_ref().len() < 10_000);
        assert_eq!(unpacked_size(zip)?, 100_000);
        Ok(())
    }
}
