//! A program that runs those of another CPU.

use std::{
    ffi::OsString,
    fs::File,
    io::Read,
    os::unix::process::CommandExt,
    path::{self, Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// What stands in a runner's arguments for the name that a program is started by.
const NAME: &str = "{argv0}";

/// A program that runs a function's, which this machine's CPU can't: an emulator such as `qemu-aarch64`. The word is
/// [Cargo's](https://doc.rust-lang.org/cargo/reference/config.html#targettriplerunner).
#[derive(Clone, Debug)]
pub struct TargetRunner {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl TargetRunner {
    /// A runner that is given `arguments`, the path of a function's program, and that program's arguments. `{argv0}` among `arguments`
    /// stands for the name that the function's program is to be started by, which is not its path if Lambda has it elsewhere.
    ///
    /// # Errors
    ///
    /// If there is no such program.
    pub fn new(program: &Path, arguments: Vec<OsString>) -> Result<Self> {
        let file = found(program);
        if !file.is_file() {
            bail!(
                "there is no {}: give the path of an emulator, such as qemu-aarch64",
                program.display()
            );
        }
        let program = path::absolute(&file).with_context(|| format!("cannot resolve {}", file.display()))?;
        Ok(Self { program, arguments })
    }

    fn command(&self, program: &Path, name: &Path) -> Command {
        let mut command = Command::new(&self.program);
        for argument in &self.arguments {
            command.arg(if argument == NAME { name.as_os_str() } else { argument });
        }
        // Runners do not look for it.
        command.arg(found(program));
        command
    }
}

/// The command that starts a program under a name: by the runner, if there is one. A script is started as it is, since the system finds what
/// runs it; `file` is where the program is for this process.
pub(crate) fn command(runner: Option<&TargetRunner>, program: &Path, name: &Path, file: &Path) -> Command {
    match runner.filter(|_| !is_script(file)) {
        Some(runner) => runner.command(program, name),
        None => {
            let mut command = Command::new(program);
            command.arg0(name);
            command
        }
    }
}

/// The file that a bare name of a program means.
pub(crate) fn found(program: &Path) -> PathBuf {
    if program.components().count() > 1 {
        return program.to_owned();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .unwrap_or_else(|| program.to_owned())
}

fn is_script(program: &Path) -> bool {
    let mut start = [0; 2];
    let read = File::open(program).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"#!"
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::PermissionsExt,
    };

    use super::*;

    fn program(folder: &Path, text: &str) -> PathBuf {
        let path = folder.join("program");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn it_is_given_its_own_arguments_the_program_and_the_programs() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path(), "no script");
        let arguments = ["-0", NAME, "-x"].map(OsString::from).into();
        let runner = TargetRunner::new(Path::new("echo"), arguments).unwrap();
        let output = command(Some(&runner), &program, Path::new("/task/name"), &program)
            .arg("more")
            .output()
            .unwrap();
        let expected = format!("-0 /task/name -x {} more\n", program.display());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }

    #[test]
    fn a_script_is_run_by_what_its_first_line_says() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path(), "#!/bin/sh\necho script\n");
        let runner = TargetRunner::new(Path::new("false"), Vec::new()).unwrap();
        let output = command(Some(&runner), &program, &program, &program).output().unwrap();
        assert_eq!(output.stdout, b"script\n");
    }

    #[test]
    fn one_that_is_missing_is_named() {
        let error = TargetRunner::new(Path::new("/no/qemu"), Vec::new())
            .unwrap_err()
            .to_string();
        assert!(error.contains("/no/qemu") && error.contains("emulator"), "{error}");
    }

    #[test]
    fn a_bare_name_is_looked_for_in_the_path() {
        let shell = found(Path::new("sh"));
        assert_ne!(fs::metadata(shell).unwrap().permissions().mode() & 0o111, 0);
    }
}
