//! The folder and the environment that Lambda gives to a function.

use std::{
    fs::{self, File, Permissions},
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use zip::ZipArchive;

use crate::Program;

/// What the runner itself relies on, and a user may therefore not set.
const RESERVED: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
];

/// An unpacked zip, read-only. The folder goes when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    root: PathBuf,
    handler: String,
    runtime: String,
    user_env: Vec<(String, String)>,
    _folder: TempDir,
}

impl Sandbox {
    /// Unpacks a zip for a handler and a runtime such as `python3.13`.
    pub fn new(zip: &Path, handler: &str, runtime: &str, user_env: Vec<(String, String)>) -> Result<Self> {
        if let Some((name, _)) = user_env.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
            bail!("{name} is set by the emulator, as by Lambda: take it out of --env");
        }
        let folder = TempDir::new().context("cannot make a temporary folder: see that TMPDIR can be written to")?;
        let root = folder
            .path()
            .canonicalize()
            .context("cannot resolve the temporary folder")?
            .join("task");
        let sandbox = Self {
            root,
            handler: handler.to_owned(),
            runtime: runtime.to_owned(),
            user_env,
            _folder: folder,
        };
        unpack(zip, &sandbox.root)?;
        walk(
            &sandbox.root,
            &|path, mode| fs::set_permissions(path, Permissions::from_mode(mode & !0o222)),
            false,
        )
        .with_context(|| format!("cannot make {} read-only", sandbox.root.display()))?;
        Ok(sandbox)
    }

    /// The folder that the zip was unpacked to.
    pub fn task_root(&self) -> &Path {
        &self.root
    }

    /// The handler, such as `index.handler`.
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// The whole environment of the function's process: of the runtime client in the folders that are given, its own first, or of
    /// a program of its own if none is.
    pub fn environment(&self, api: SocketAddr, client: &[PathBuf]) -> Vec<(String, String)> {
        let root = self.root.to_string_lossy();
        let runtime_dir = client
            .first()
            .map_or("/var/runtime".into(), |folder| folder.to_string_lossy());
        let fixed = [
            ("LAMBDA_TASK_ROOT", &*root),
            ("LAMBDA_RUNTIME_DIR", &*runtime_dir),
            ("_HANDLER", &self.handler),
            ("AWS_LAMBDA_RUNTIME_API", &api.to_string()),
            ("AWS_LAMBDA_FUNCTION_NAME", "emulated"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/emulated"),
            (
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "2000/01/01/[$LATEST]00000000000000000000000000000000",
            ),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_ACCESS_KEY_ID", "emulated"),
            ("AWS_SECRET_ACCESS_KEY", "emulated"),
            ("AWS_SESSION_TOKEN", "emulated"),
            ("TZ", ":UTC"),
            ("LANG", "en_US.UTF-8"),
            // Of the folders that Lambda has here, those of the zip: the others are the machine's own.
            ("LD_LIBRARY_PATH", &format!("{root}:{root}/lib")),
            ("PATH", &std::env::var("PATH").unwrap_or_default()),
        ];
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut environment: Vec<_> = fixed.map(own).into();
        if client.is_empty() {
            environment.extend(self.user_env.clone());
            return environment;
        }
        // Not set by Lambda on the OS-only runtimes.
        environment.push(own(("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{}", self.runtime))));
        if Program::is_node(&self.runtime) {
            environment.extend(self.user_env.clone());
            return environment;
        }
        // As root, Python could write beside its sources in spite of their permissions.
        environment.push(own(("PYTHONDONTWRITEBYTECODE", "1")));
        environment.extend(self.user_env.clone());
        let mut python_path = String::new();
        for folder in client {
            python_path.push_str(&format!("{}:", folder.display()));
        }
        python_path.push_str(&root);
        if let Some((_, more)) = self.user_env.iter().rfind(|(name, _)| name == "PYTHONPATH") {
            python_path = format!("{python_path}:{more}");
        }
        environment.push(("PYTHONPATH".to_owned(), python_path));
        environment
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Files of a folder that is read-only cannot be removed.
        let restore = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode | 0o700));
        if let Err(error) = walk(&self.root, &restore, true)
            && error.kind() != io::ErrorKind::NotFound
        {
            eprintln!("cannot make {} writable, so it stays: {error}", self.root.display());
        }
    }
}

fn unpack(zip: &Path, root: &Path) -> Result<()> {
    let file = File::open(zip).with_context(|| format!("cannot open {}: give --zip a file", zip.display()))?;
    let mut archive =
        ZipArchive::new(file).with_context(|| format!("{} cannot be read as a zip: build it again", zip.display()))?;
    fs::create_dir(root).with_context(|| format!("cannot make {}", root.display()))?;
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
        let mut file = File::create(&path).with_context(|| failed.clone())?;
        io::copy(&mut entry, &mut file).with_context(|| failed.clone())?;
        file.set_permissions(Permissions::from_mode(mode & 0o777))
            .context(failed)?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::NamedTempFile;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn zip(entries: &[(&str, u32)]) -> NamedTempFile {
        let file = NamedTempFile::new().unwrap();
        let mut writer = ZipWriter::new(file.reopen().unwrap());
        for (name, mode) in entries {
            writer
                .start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
                .unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        file
    }

    fn sandbox(zip: &Path, env: &[(&str, &str)]) -> Result<Sandbox> {
        let env = env
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        Sandbox::new(zip, "index.handler", "python3.13", env)
    }

    #[test]
    fn what_is_unpacked_is_read_only_and_goes_in_the_end() {
        let zip = zip(&[("index.py", 0o644), ("lib/native.so", 0o755)]);
        let sandbox = sandbox(zip.path(), &[]).unwrap();
        let root = sandbox.task_root().to_owned();
        let mode = |name| fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("index.py"), 0o444);
        assert_eq!(mode("lib/native.so"), 0o555);
        assert_eq!(mode("lib") & 0o222, 0);
        assert_eq!(mode("") & 0o222, 0);
        assert_eq!(fs::read(root.join("lib/native.so")).unwrap(), b"lib/native.so");
        drop(sandbox);
        assert!(!root.parent().unwrap().exists());
    }

    #[test]
    fn an_entry_that_leads_out_is_refused() {
        let zip = zip(&[("index.py", 0o644), ("../evil.py", 0o644)]);
        let error = sandbox(zip.path(), &[]).unwrap_err().to_string();
        assert!(
            error.contains("\"../evil.py\"") && error.contains("leads out"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_no_zip_is_named() {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(b"text").unwrap();
        let error = sandbox(file.path(), &[]).unwrap_err().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }

    #[test]
    fn the_environment_is_lambdas_with_the_users_in_it() {
        let zip = zip(&[("index.py", 0o644)]);
        let sandbox = sandbox(zip.path(), &[("STAGE", "test"), ("PYTHONPATH", "/more")]).unwrap();
        let env = sandbox.environment(([127, 0, 0, 1], 9001).into(), &["/ric".into(), "/needed".into()]);
        let get = |name: &str| {
            env.iter()
                .rfind(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
                .unwrap()
        };
        assert_eq!(get("AWS_LAMBDA_RUNTIME_API"), "127.0.0.1:9001");
        assert_eq!(get("AWS_EXECUTION_ENV"), "AWS_Lambda_python3.13");
        assert_eq!(get("STAGE"), "test");
        let root = sandbox.task_root().display();
        assert_eq!(get("LD_LIBRARY_PATH"), format!("{root}:{root}/lib"));
        assert_eq!(
            get("PYTHONPATH"),
            format!("/ric:/needed:{}:/more", sandbox.task_root().display())
        );
    }

    #[test]
    fn the_environment_of_an_os_only_runtime_has_nothing_of_python() {
        let zip = zip(&[("bootstrap", 0o755)]);
        let sandbox = sandbox(zip.path(), &[("STAGE", "test")]).unwrap();
        let env = sandbox.environment(([127, 0, 0, 1], 9001).into(), &[]);
        assert!(env.contains(&("LAMBDA_RUNTIME_DIR".to_owned(), "/var/runtime".to_owned())));
        assert!(env.contains(&("STAGE".to_owned(), "test".to_owned())));
        let odd = |name: &str| name.starts_with("PYTHON") || name == "AWS_EXECUTION_ENV";
        assert!(!env.iter().any(|(name, _)| odd(name)), "{env:?}");
    }

    #[test]
    fn what_the_emulator_relies_on_cannot_be_set() {
        let zip = zip(&[]);
        let error = sandbox(zip.path(), &[("_HANDLER", "x.y")]).unwrap_err().to_string();
        assert!(error.contains("_HANDLER") && error.contains("--env"), "{error}");
    }
}
