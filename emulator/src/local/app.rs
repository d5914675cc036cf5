//! The functions that are served.

use std::sync::Arc;

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use super::{
    args::{LocalArgs, NamedHandler},
    console::Console,
    function::Function,
    history::History,
    reload::Reload,
    revision::Revision,
    template::{Api, Template},
};

/// What all requests share.
pub(super) struct App {
    pub args: LocalArgs,
    pub functions: Vec<Arc<Function>>,
    pub console: Arc<Console>,
    pub reload: Reload,
    pub template: Template,
    pub history: Arc<History>,
}

impl App {
    /// Unpacks the zip for each handler. Nothing is started yet.
    pub fn new(args: LocalArgs, template: Template) -> Result<Self> {
        if let Some(name) = repeated(&args.handlers) {
            bail!(
                "two functions are named {name:?}, as a host's name has no case: give one of them another name, by \
                 `handlers` of lambda_local, or as in --handler other={name}.handler"
            );
        }
        let reload = Reload::new(&args);
        let console = Arc::new(Console::new(args.handlers.iter().map(|handler| &*handler.name)));
        let history = History::new();
        let mut functions = Vec::new();
        for handler in &args.handlers {
            let revision = Revision::load(&args, handler)?;
            functions.push(Arc::new(Function::new(
                handler.clone(),
                &args,
                revision,
                console.clone(),
                history.clone(),
            )));
        }
        Ok(Self {
            args,
            functions,
            console,
            reload,
            template,
            history,
        })
    }

    /// Ends all functions' processes.
    pub async fn shut_down(&self) {
        let functions = self.functions.iter().cloned();
        let ends: JoinSet<()> = functions
            .map(|function| async move { function.shut_down().await })
            .collect();
        ends.join_all().await;
    }

    /// The function of a name.
    pub fn function(&self, name: &str) -> Option<&Arc<Function>> {
        self.functions.iter().find(|function| function.name() == name)
    }

    /// The API whose host has this name, which has no case.
    pub fn api(&self, name: &str) -> Option<&Api> {
        self.template
            .apis
            .iter()
            .find(|api| api.host().eq_ignore_ascii_case(name))
    }

    /// The names of all functions, for who asks for another one.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.functions.iter().map(|function| function.name()).collect();
        names.join(", ")
    }
}

fn repeated(handlers: &[NamedHandler]) -> Option<&str> {
    let names = || handlers.iter().map(|handler| &*handler.name);
    // A host name has no case.
    let is_repeated = |name: &&str| names().filter(|other| other.eq_ignore_ascii_case(name)).count() > 1;
    names().find(is_repeated)
}
