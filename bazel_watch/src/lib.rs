//! Builds a target of Bazel's after each edit of its sources, for a program that `bazel run` has started.
//!
//! All of this blocks, and is for a thread of its own, which [`Stop`] ends from another one.
//!
//! | module | what it holds |
//! |---|---|
//! | `watch` | the target, from one edit to the next |
//! | `builder` | Bazel: where it is, what it is asked |
//! | `files` | whether files have changed, and come to rest |
//! | `stop` | what ends a wait, and a build that is under way |
#![forbid(unsafe_code)]

mod builder;
mod files;
mod stop;
mod watch;

pub use builder::{Outcome, Unavailable};
pub use files::{Files, Missing, State};
pub use stop::{Stop, StopOnDrop};
pub use watch::Watch;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    /// A folder that goes with this.
    pub(crate) struct Folder(PathBuf);

    impl Folder {
        pub(crate) fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("bazel-watch-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        pub(crate) fn path(&self) -> &Path {
            &self.0
        }

        /// Writes a file, and the folders above it.
        pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // In the folder for temporary files, what is left is nobody's trouble.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
