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

use crate::{Program, opt::Opt};

/// What the runner itself relies on, and a user may therefore not set.
const RESERVED: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
];

/// What of the environment is the runtime's own, and none of an extension's process.
const OF_THE_RUNTIME: [&str; 6] = [
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
];

/// The folder of the layers whose files are started with each environment.
const EXTENSIONS: &str = "extensions";

/// An unpacked zip, and its layers, read-only. The folder goes when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    root: PathBuf,
    opt: Option<Opt>,
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
            opt: None,
            handler: handler.to_owned(),
            runtime: runtime.to_owned(),
            user_env,
            _folder: folder,
        };
        make_folder(&sandbox.root)?;
        unpack(zip, &sandbox.root)?;
        protect(&sandbox.root)?;
        Ok(sandbox)
    }

    /// Unpacks layers in their order into one folder, which the function's processes have at `/opt`, if that can be done on this
    /// machine, and if that hides nothing of what is `needed` there. Elsewhere it is where `LD_LIBRARY_PATH` and the like say; a note on
    /// stderr tells.
    pub fn with_layers(mut self, layers: &[PathBuf], needed: &[&Path]) -> Result<Self> {
        if layers.is_empty() {
            return Ok(self);
        }
        let folder = self.root.with_file_name("opt");
        make_folder(&folder)?;
        let opt = self
            .opt
            .insert(Opt::new(folder, &[needed, &[self.root.as_path()]].concat()));
        for layer in layers {
            unpack(layer, opt.folder())?;
        }
        protect(opt.folder())?;
        if let Some(failure) = opt.failure() {
            eprintln!(
                "note: what the layers bring can't be at /opt here ({failure}); it is in {}",
                opt.folder().display()
            );
        }
        Ok(self)
    }

    /// What layers bring.
    pub(crate) fn opt(&self) -> Option<&Opt> {
        self.opt.as_ref()
    }

    /// What layers have Lambda start beside the function: the names of the files, and their paths for its processes.
    pub(crate) fn extensions(&self) -> Result<Vec<(String, PathBuf)>> {
        let Some(opt) = &self.opt else {
            return Ok(Vec::new());
        };
        let folder = opt.folder().join(EXTENSIONS);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
        };
        let mut extensions = Vec::new();
        for entry in entries {
            let path = entry
                .with_context(|| format!("cannot list {}", folder.display()))?
                .path();
            let Some(name) = path
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|_| path.is_file())
            else {
                continue;
            };
            extensions.push((name.to_owned(), opt.seen().join(EXTENSIONS).join(name)));
        }
        extensions.sort();
        Ok(extensions)
    }

    /// The whole environment of an extension's process.
    pub(crate) fn environment_of_extensions(&self, api: SocketAddr) -> Vec<(String, String)> {
        let mut environment = self.environment(api, &[]);
        environment.retain(|(name, _)| !OF_THE_RUNTIME.contains(&&**name));
        environment
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
        let opt = |path: &str| {
            let seen = self.opt.as_ref()?.seen();
            Some(seen.join(path).to_string_lossy().into_owned())
        };
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
            // Of the folders that Lambda has here, those of the zip and of layers: the others are the machine's own.
            ("LD_LIBRARY_PATH", &join(format!("{root}:{root}/lib"), opt("lib"))),
            ("PATH", &join(std::env::var("PATH").unwrap_or_default(), opt("bin"))),
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
            let version = self.runtime.trim_start_matches("nodejs").trim_end_matches(".x");
            let modules = [
                format!("nodejs/node{version}/node_modules"),
                "nodejs/node_modules".to_owned(),
            ];
            if let [Some(own), Some(shared)] = modules.map(|path| opt(&path)) {
                environment.push(("NODE_PATH".to_owned(), format!("{own}:{shared}")));
            }
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
        let more = self.user_env.iter().rfind(|(name, _)| name == "PYTHONPATH");
        let python_path = match more {
            // Lambda's own path has the layers' folders; one that is given takes its place.
            Some((_, more)) => format!("{python_path}:{more}"),
            None => {
                let packages = opt(&format!("python/lib/{}/site-packages", self.runtime));
                join(join(python_path, packages), opt("python"))
            }
        };
        environment.push(("PYTHONPATH".to_owned(), python_path));
        environment
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Files of a folder that is read-only cannot be removed.
        let restore = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode | 0o700));
        for folder in [Some(&*self.root), self.opt.as_ref().map(Opt::folder)]
            .into_iter()
            .flatten()
        {
            if let Err(error) = walk(folder, &restore, true)
                && error.kind() != io::ErrorKind::NotFound
            {
                eprintln!("cannot make {} writable, so it stays: {error}", folder.display());
            }
        }
    }
}

/// Adds another path to a list of them, if there is one.
fn join(list: String, path: Option<String>) -> String {
    match path {
        Some(path) => format!("{list}:{path}"),
        None => list,
    }
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir(path).with_context(|| format!("cannot make {}", path.display()))
}

fn protect(folder: &Path) -> Result<()> {
    let change = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode & !0o222));
    walk(folder, &change, false).with_context(|| format!("cannot make {} read-only", folder.display()))
}

/// Unpacks a zip over what is in a folder already.
fn unpack(zip: &Path, root: &Path) -> Result<()> {
    let file =
        File::open(zip).with_context(|| format!("cannot open {}: give --zip and --layer files", zip.display()))?;
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
    fn later_layers_overwrite_earlier_ones_and_paths_lead_to_them() {
        let function = zip(&[("index.py", 0o644)]);
        let one = zip(&[("python/tool.py", 0o444), ("extensions/flush", 0o755)]);
        let other = zip(&[
            ("python/tool.py", 0o644),
            ("extensions/sub/no", 0o755),
            ("lib/a.so", 0o755),
        ]);
        let layers = [one.path().to_owned(), other.path().to_owned()];
        let sandbox = sandbox(function.path(), &[])
            .unwrap()
            .with_layers(&layers, &[])
            .unwrap();
        let opt = sandbox.opt().unwrap();
        let mode = |name| fs::metadata(opt.folder().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("python/tool.py"), 0o444);
        assert_eq!(mode("extensions/flush"), 0o555);
        let extensions = sandbox.extensions().unwrap();
        assert_eq!(extensions, [("flush".to_owned(), opt.seen().join("extensions/flush"))]);

        let api: SocketAddr = ([127, 0, 0, 1], 9001).into();
        let env = sandbox.environment(api, &[PathBuf::from("/ric")]);
        let get = |name: &str| &*env.iter().rfind(|(key, _)| key == name).unwrap().1;
        let (root, seen) = (sandbox.task_root().display(), opt.seen().display());
        assert_eq!(get("LD_LIBRARY_PATH"), format!("{root}:{root}/lib:{seen}/lib"));
        assert!(get("PATH").ends_with(&format!(":{seen}/bin")), "{}", get("PATH"));
        assert_eq!(
            get("PYTHONPATH"),
            format!("/ric:{root}:{seen}/python/lib/python3.13/site-packages:{seen}/python")
        );
        let env = sandbox.environment_of_extensions(api);
        assert!(
            env.iter()
                .all(|(name, _)| name != "_HANDLER" && name != "LAMBDA_TASK_ROOT"),
            "{env:?}"
        );
        assert!(env.iter().any(|(name, _)| name == "AWS_LAMBDA_RUNTIME_API"));
    }

    #[test]
    fn what_the_emulator_relies_on_cannot_be_set() {
        let zip = zip(&[]);
        let error = sandbox(zip.path(), &[("_HANDLER", "x.y")]).unwrap_err().to_string();
        assert!(error.contains("_HANDLER") && error.contains("--env"), "{error}");
    }
}
