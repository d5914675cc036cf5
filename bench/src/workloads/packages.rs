//! The packages that Python's programs import, which pip installs into the user's cache.

use std::{
    env::consts::ARCH,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{cache, command::output};

const REQUIREMENTS: &str = include_str!("../../peers/workloads/requirements.txt");
const PICTURE: &str = include_str!("../../peers/workloads/picture.py");

/// Which wheels a managed runtime's glibc takes.
const PLATFORMS: [&str; 4] = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"];

/// A folder of packages.
pub struct Packages {
    folder: PathBuf,
    python: PathBuf,
}

impl Packages {
    /// Takes the packages in a folder, or installs them into the user's cache, for an interpreter of a version such as `3.13`.
    ///
    /// # Errors
    ///
    /// If they cannot be installed.
    pub fn find(folder: Option<&Path>, python: &Path, version: &str) -> Result<Self> {
        let folder = match folder {
            Some(folder) => {
                std::path::absolute(folder).with_context(|| format!("cannot resolve {}", folder.display()))?
            }
            None => installed(&cache::folder()?.join(format!("python-{version}")), python, version)?,
        };
        Ok(Self {
            folder,
            python: python.to_owned(),
        })
    }

    /// The folder that they are imported from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The picture that is sent to the functions, as base64.
    ///
    /// # Errors
    ///
    /// If Pillow is not there, or does not make it.
    pub fn picture(&self) -> Result<String> {
        let mut command = Command::new(&self.python);
        command.args(["-c", PICTURE]).env("PYTHONPATH", &self.folder);
        output(&mut command).context("the picture cannot be made")
    }
}

/// The names and versions of the packages that are installed.
pub fn versions() -> impl Iterator<Item = (&'static str, &'static str)> {
    REQUIREMENTS.lines().filter_map(|line| line.split_once("=="))
}

/// The folder, filled if it is not, or with packages of other versions.
fn installed(folder: &Path, python: &Path, version: &str) -> Result<PathBuf> {
    let packages = folder.join("packages");
    // It tells with what the folder was filled.
    let complete = folder.join("requirements.txt");
    if fs::read_to_string(&complete).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(packages);
    }
    eprintln!("installing packages from PyPI into {} …", packages.display());
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let wanted = folder.join("wanted.txt");
    fs::write(&wanted, REQUIREMENTS).with_context(|| format!("cannot write {}", wanted.display()))?;
    // The interpreter that is measured may have no pip, so any has to do.
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ])
    .args([
        "--no-compile",
        "--only-binary=:all:",
        "--implementation=cp",
        "--python-version",
    ])
    .arg(version);
    for platform in PLATFORMS {
        pip.arg(format!("--platform={platform}_{ARCH}"));
    }
    pip.arg("--target").arg(&packages).arg("--requirement").arg(&wanted);
    output(&mut pip).context("the packages cannot be installed: see that python3 has pip, and that it reaches PyPI")?;
    // Else each start would compile them anew, which no zip that is packed with care has to.
    output(
        Command::new(python)
            .args(["-I", "-m", "compileall", "-q", "--invalidation-mode=unchecked-hash"])
            .arg(&packages),
    )
    .context("the packages cannot be compiled")?;
    fs::rename(&wanted, &complete).with_context(|| format!("cannot write {}", complete.display()))?;
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_is_pinned() {
        let lines = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(versions().count(), lines.count());
        assert!(
            versions().any(|(name, version)| name == "pydantic" && version.starts_with(|c: char| c.is_ascii_digit()))
        );
    }

    #[test]
    fn packages_of_these_versions_are_not_installed_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("requirements.txt"), REQUIREMENTS).unwrap();
        // An interpreter that is not there would fail.
        let packages = installed(folder.path(), Path::new("/nowhere/python"), "3.13").unwrap();
        assert_eq!(packages, folder.path().join("packages"));
    }

    #[test]
    fn a_picture_that_cannot_be_made_is_told_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        // A shell takes `-c` as well, and none of Python's sources.
        let packages = Packages::find(Some(folder.path()), Path::new("sh"), "3.13").unwrap();
        let error = format!("{:#}", packages.picture().unwrap_err());
        assert!(error.starts_with("the picture cannot be made: sh failed"), "{error}");
    }
}
