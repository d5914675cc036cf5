//! `emulator local`: a zip's functions, served on the developer's machine by [the Invoke API], [function URLs] and a page.
//!
//! [function URLs]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
//! [the Invoke API]: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

mod app;
mod args;
mod body;
mod console;
mod dotenv;
mod event_of_url;
mod event_stream;
mod events;
mod examples;
mod function;
mod function_url;
mod guard;
mod hand_on;
mod history;
mod http_api;
mod instance;
mod invoke_api;
mod one_shot;
mod origin;
mod page;
mod paths;
mod reload;
mod report;
mod revision;
mod saved;
mod server;
mod template;
mod traceback;
mod watch;

pub use args::{LocalArgs, named_after_target};

use std::sync::Arc;

use anyhow::{Context, Result};
use clap::ArgMatches;
use tokio::signal::unix::{SignalKind, signal};

use app::App;
use args::Verb;
use template::Template;

/// Serves until it is interrupted, or sends one event. Returns whether the function succeeded.
///
/// # Errors
///
/// If an argument's file cannot be used, the port cannot be listened on, or stdout cannot be written to.
pub async fn run(mut args: LocalArgs, matches: &ArgMatches) -> Result<bool> {
    // From here on, what ends this process ends its functions' processes, too, and removes the unpacked zips.
    let interrupted = interrupted()?;
    args.check()?;
    args.read_env_files(matches)?;
    let template = Template::load(&args)?;
    let event = match args.verb {
        None => None,
        Some(Verb::Invoke) => {
            let source = args.source.as_deref().map(|name| template.source(name)).transpose()?;
            let of_source = source.map(|source| &*source.function);
            let function = match args.function.as_deref().or(of_source) {
                None => events::function(&args)?,
                given => given,
            };
            args.handlers = vec![one_shot::chosen(&args.handlers, function)?.clone()];
            Some(match source {
                Some(source) => source.event.to_string().into_bytes(),
                None => events::chosen(&args)?,
            })
        }
    };
    let is_server = event.is_none();
    let app = Arc::new(App::new(args, template)?);
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
