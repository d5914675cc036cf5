//! A program that runs, reads and links with what lies beside it.

use std::{
    collections::BTreeMap,
    ffi::{c_char, c_int},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

extern "C" {
    fn greet() -> c_int;
    fn measure(text: *const c_char) -> c_int;
}

fn said(program: &Path) -> Result<String, Error> {
    let output = Command::new(program).arg("hello").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
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

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let root = PathBuf::from(std::env::var("LAMBDA_TASK_ROOT")?);
    let mut found = BTreeMap::new();
    files(&root, "", &mut found)?;
    // Those that the program itself is made of have other names where it is built as it is.
    found.retain(|name, _| name.contains('/') || name.contains("helper") || name.contains("made"));
    Ok(json!({
        "files": found,
        "greet": unsafe { greet() },
        "helper": said(&root.join("helper"))?,
        "length": unsafe { measure(c"seven!!".as_ptr()) },
        "made": said(&root.join("made.sh"))?,
        "page": fs::read_to_string(root.join("pages/sub/more.html"))?.trim(),
        "shout": said(&root.join("bin/shout.sh"))?,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
