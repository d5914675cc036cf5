//! `emulator local`: a zip's functions, served on the developer's machine by [the Invoke API], [function URLs] and a page.
//!
//! [function URLs]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
//! [the Invoke API]: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

mod app;
mod args;
mod console;
mod event_of_url;
mod event_stream;
mod examples;
mod function;
mod function_url;
mod guard;
mod hand_on;
mod history;
mod instance;
mod invoke_api;
mod one_shot;
mod origin;
mod page;
mod reload;
mod report;
mod revision;
mod saved;
mod server;

pub use args::LocalArgs;

use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

use app::App;
use args::LocalCommand;

/// Serves until it is interrupted, or sends one event. Returns whether the function succeeded.
///
/// # Errors
///
/// If an argument's file cannot be used, the port cannot be listened on, or stdout cannot be written to.
pub async fn run(mut args: LocalArgs) -> Result<bool> {
    // From here on, what ends this process ends its functions' processes, too, and removes the unpacked zips.
    let interrupted = interrupted()?;
    let event = match args.command.take() {
        None => None,
        Some(LocalCommand::Invoke(invoke)) => {
            args.handlers = vec![one_shot::chosen(&args.handlers, invoke.function.as_deref())?.clone()];
            Some(one_shot::event(&invoke)?)
        }
    };
    let is_server = event.is_none();
    let app = Arc::new(App::new(args)?);
    let work = async {
        match event {
            None => server::serve(app.clone()).await.map(|()| true),
            Some(event) => one_shot::invoke(&app, event).await,
        }
    };
    let result = tokio::select! {
        result = work => result,
        () = interrupted => Ok(is_server),
    };
    app.shut_down().await;
    if !is_server {
        hand_on::hand_on(&app).await;
    }
    result
}

/// Has signals that would end the process end the returned future instead.
fn interrupted() -> Result<impl Future<Output = ()>> {
    let wait = |kind| signal(kind).context("cannot watch for signals");
    let mut interrupt = wait(SignalKind::interrupt())?;
    let mut terminate = wait(SignalKind::terminate())?;
    let mut hang_up = wait(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}
