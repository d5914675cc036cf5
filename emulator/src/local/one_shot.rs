//! One event, from the command line.

use std::io::{self, Write};

use anyhow::{Context, Result, bail};

use super::{app::App, args::NamedHandler, traceback};

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
    let mut body = reply.result.unwrap_or_else(traceback::without_shim_frames);
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
