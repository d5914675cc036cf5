//! One event, from the command line.

use std::{
    env,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{
    app::App,
    args::{InvokeArgs, NamedHandler},
};
use crate::json_file::{check_event, read_event};

/// Sends an event to the only function, prints the answer to stdout, and returns whether the function succeeded.
pub(super) async fn invoke(app: &App, event: Vec<u8>) -> Result<bool> {
    let Some(function) = app.functions.first().cloned() else {
        bail!("there is no function: give --handler");
    };
    let mut invocation = function.invocation(event);
    "invoke".clone_into(&mut invocation.origin.source);
    // A task, so that the process is ended in order when this is interrupted.
    let run = tokio::spawn(async move { function.invoke(invocation).await });
    let reply = run.await.context("the emulator itself failed")?;
    let is_good = reply.result.is_ok();
    let (Ok(mut body) | Err(mut body)) = reply.result;
    body.push(b'\n');
    io::stdout()
        .write_all(&body)
        .context("cannot write the response to stdout")?;
    Ok(is_good)
}

/// The function that is meant.
pub(super) fn chosen<'a>(handlers: &'a [NamedHandler], name: Option<&str>) -> Result<&'a NamedHandler> {
    let names = || {
        handlers
            .iter()
            .map(|handler| &*handler.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (handlers, name) {
        (_, Some(name)) => handlers
            .iter()
            .find(|handler| handler.name == name)
            .with_context(|| format!("there is no function {name:?}: give --function one of {}", names())),
        ([only], None) => Ok(only),
        (_, None) => bail!("there are several functions: give --function one of {}", names()),
    }
}

/// The event that is meant.
pub(super) fn event(invoke: &InvokeArgs) -> Result<Vec<u8>> {
    match (&invoke.event, invoke.example) {
        (_, Some(example)) => Ok(example.text().as_bytes().to_vec()),
        (Some(path), None) if path == Path::new("-") => {
            let mut event = Vec::new();
            io::stdin()
                .read_to_end(&mut event)
                .context("cannot read the event from stdin")?;
            check_event(&event).context("the event on stdin is not valid JSON: correct it")?;
            Ok(event)
        }
        (Some(path), None) => read_event(&from_caller(path)),
        (None, None) => bail!("there is no event: give a file, `-` for stdin, or --example"),
    }
}

/// A path as the user meant it: `bazel run` starts programs in another folder than its own.
fn from_caller(path: &Path) -> PathBuf {
    match env::var_os("BUILD_WORKING_DIRECTORY") {
        Some(folder) => Path::new(&folder).join(path),
        None => path.to_owned(),
    }
}
