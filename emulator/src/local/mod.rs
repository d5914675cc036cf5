//! A zip's functions, served on the developer's machine: the Invoke API, function URLs and a page.

mod args;
mod console;
mod event_of_url;
mod event_stream;
mod examples;
mod function;
mod function_url;
mod guard;
mod instance;
mod invoke_api;
mod one_shot;
mod page;
mod reload;
mod report;
mod server;

pub use args::LocalArgs;

use std::{pin::pin, sync::Arc};

use anyhow::{Context, Result, bail};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

use args::{LocalCommand, NamedHandler};
use console::Console;
use function::{Code, Function};

/// The account that functions belong to.
const ACCOUNT: &str = "123456789012";

/// The region that functions are in.
const REGION: &str = "us-east-1";

/// What all requests share.
struct App {
    args: LocalArgs,
    functions: Vec<Arc<Function>>,
    console: Arc<Console>,
}

impl App {
    /// Unpacks the zip for each handler. Nothing is started yet.
    async fn new(args: LocalArgs) -> Result<Self> {
        if let Some(name) = repeated(&args.handlers) {
            bail!(
                "two functions are named {name:?}: give one of them another name, as in --handler other={name}.handler"
            );
        }
        let console = Arc::new(Console::new(args.handlers.iter().map(|handler| &*handler.name)));
        let mut functions = Vec::new();
        for handler in &args.handlers {
            let code = Code::load(&args, handler).await?;
            functions.push(Arc::new(Function::new(handler.clone(), &args, code, console.clone())));
        }
        Ok(Self {
            args,
            functions,
            console,
        })
    }

    /// Ends all functions' processes.
    async fn shut_down(&self) {
        let functions = self.functions.iter().cloned();
        let ends: JoinSet<()> = functions
            .map(|function| async move { function.shut_down().await })
            .collect();
        ends.join_all().await;
    }

    /// The function of a name.
    fn function(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.iter().find(|function| function.name() == name)
    }

    /// The names of all functions, to be told to who asks for another one.
    fn names(&self) -> String {
        let names: Vec<_> = self.functions.iter().map(|function| function.name()).collect();
        names.join(", ")
    }
}

fn repeated(handlers: &[NamedHandler]) -> Option<&str> {
    let names = || handlers.iter().map(|handler| &*handler.name);
    // A host name has no case.
    let same = |name: &&str| names().filter(|other| other.eq_ignore_ascii_case(name)).count() > 1;
    names().find(same)
}

/// Serves until it is interrupted, or sends one event. Returns whether the function succeeded.
pub async fn run(mut args: LocalArgs) -> Result<bool> {
    // From here on, what ends this process ends its functions' processes, too, and removes the unpacked zips.
    let mut told_to_end = pin!(told_to_end()?);
    let event = match args.command.take() {
        None => None,
        Some(LocalCommand::Invoke(invoke)) => {
            args.handlers = vec![one_shot::chosen(&args.handlers, invoke.function.as_deref())?.clone()];
            Some(one_shot::event(&invoke)?)
        }
    };
    let is_server = event.is_none();
    let app = tokio::select! {
        app = App::new(args) => Arc::new(app?),
        () = &mut told_to_end => return Ok(is_server),
    };
    let work = async {
        match event {
            None => server::serve(app.clone()).await.map(|()| true),
            Some(event) => one_shot::invoke(&app, event).await,
        }
    };
    let result = tokio::select! {
        result = work => result,
        () = told_to_end => Ok(is_server),
    };
    app.shut_down().await;
    result
}

/// Has signals that would end the process end the returned future instead.
fn told_to_end() -> Result<impl Future<Output = ()>> {
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
