//! A program that uses what its layers bring.

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

extern "C" {
    fn greet() -> i32;
}

/// The files below a folder, and whether they can be executed.
fn files(folder: &Path, prefix: &str, found: &mut BTreeMap<String, bool>) -> Result<(), Error> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name, entry.metadata()?.permissions().mode() & 0o111 == 0o111);
        }
    }
    Ok(())
}

/// Where the layers are: `/opt`, or what stands for it where nothing can be mounted there.
fn layers() -> Result<PathBuf, Error> {
    let paths = env::var("LD_LIBRARY_PATH")?;
    let last = paths.rsplit(':').next().unwrap_or_default();
    Ok(last.strip_suffix("/lib").unwrap_or(last).into())
}

/// The paths in the layers of the libraries that are loaded from there.
fn loaded(layers: &Path) -> Result<Vec<String>, Error> {
    let maps = fs::read_to_string("/proc/self/maps")?;
    let paths = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    let mut found: Vec<String> = paths
        .filter_map(|path| Path::new(path).strip_prefix(layers).ok())
        .map(|path| path.display().to_string())
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let layers = layers()?;
    let mut found = BTreeMap::new();
    files(&layers, "", &mut found)?;
    let root = PathBuf::from(env::var("LAMBDA_TASK_ROOT")?);
    let output = Command::new("shout.sh").arg("hello").output()?;
    let mark = format!("/tmp/marked-{}", env::var("AWS_LAMBDA_RUNTIME_API")?.replace(':', "-"));
    Ok(json!({
        "extension": fs::read_to_string(mark)?.lines().next(),
        "files": found,
        "greet": unsafe { greet() },
        "libraries_in_zip": fs::read_dir(root)?.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "so")).count(),
        "loaded": loaded(&layers)?,
        "shout": String::from_utf8(output.stdout)?.trim(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
