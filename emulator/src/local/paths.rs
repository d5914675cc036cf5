//! The files that a user means.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The folders that a user's paths start at: `bazel run` starts programs in another one than the user's.
pub(super) struct Caller {
    folders: Vec<PathBuf>,
}

impl Caller {
    /// The folder that the user is in, and the one of the target's package.
    pub fn of(target: Option<&str>) -> Self {
        let working = env::var_os("BUILD_WORKING_DIRECTORY").map_or_else(PathBuf::new, PathBuf::from);
        let workspace = env::var_os("BUILD_WORKSPACE_DIRECTORY");
        let package = target.and_then(package);
        let of_package = workspace
            .zip(package)
            .map(|(workspace, package)| Path::new(&workspace).join(package));
        let mut folders = vec![working];
        folders.extend(of_package);
        Self { folders }
    }

    /// The first file that is there; if none is, where it would be in the user's folder.
    pub fn find(&self, path: &Path) -> PathBuf {
        self.existing(path).unwrap_or_else(|| self.folders[0].join(path))
    }

    /// The first file that is there.
    pub fn existing(&self, path: &Path) -> Option<PathBuf> {
        let mut candidates = self.folders.iter().map(|folder| folder.join(path));
        candidates.find(|candidate| candidate.exists())
    }
}

/// The package of a label of the main repository.
fn package(label: &str) -> Option<&str> {
    let (package, _) = label.strip_prefix("//")?.split_once(':')?;
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_in_the_main_repository() {
        assert_eq!(package("//app/shop:local"), Some("app/shop"));
        assert_eq!(package("//:local"), Some(""));
        assert_eq!(package("@other//app:local"), None);
    }

    #[test]
    fn the_users_folder_comes_before_the_packages() {
        let folder = tempfile::tempdir().unwrap();
        let (working, of_package) = (folder.path().join("working"), folder.path().join("package"));
        for (parent, name) in [(&working, "both"), (&of_package, "both"), (&of_package, "one")] {
            std::fs::create_dir_all(parent).unwrap();
            std::fs::write(parent.join(name), "").unwrap();
        }
        let caller = Caller {
            folders: vec![working.clone(), of_package.clone()],
        };
        assert_eq!(caller.find(Path::new("both")), working.join("both"));
        assert_eq!(caller.find(Path::new("one")), of_package.join("one"));
        assert_eq!(caller.find(Path::new("none")), working.join("none"));
        assert_eq!(caller.existing(Path::new("none")), None);
    }
}
