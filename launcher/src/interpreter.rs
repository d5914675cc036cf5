//! The interpreters of managed runtimes.

use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result};

/// An interpreter as it can be started from any folder: a bare name is looked up in `PATH`; a path must hold from the task root as well.
pub(crate) fn interpreter(program: &Path) -> Result<PathBuf> {
    match program.components().count() {
        0 | 1 => Ok(program.to_owned()),
        _ => path::absolute(program).with_context(|| format!("cannot resolve {}", program.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    #[test]
    fn a_bare_name_stays_and_a_path_holds_from_everywhere() {
        assert_eq!(interpreter(Path::new("node")).unwrap(), Path::new("node"));
        assert_eq!(
            interpreter(Path::new("/usr/bin/node")).unwrap(),
            Path::new("/usr/bin/node")
        );
        let here = env::current_dir().unwrap();
        assert_eq!(interpreter(Path::new("bin/node")).unwrap(), here.join("bin/node"));
    }
}
