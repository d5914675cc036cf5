//! Deploys a zip's functions as a CloudFormation stack, and what goes with it.

#![forbid(unsafe_code)]

mod arguments;
mod bucket;
mod change_set;
mod cli;
mod clients;
mod code;
mod delete;
mod deploy;
mod diff;
mod events;
mod expiry;
mod failure;
mod invoke;
mod logs;
mod name_conflicts;
mod package;
mod pending_changes;
mod report;
mod stack;
mod status;
mod sync;
mod template_changes;
mod traces;
mod watch;

use std::process::ExitCode;

use crate::{
    cli::{Cli, Verb},
    clients::Clients,
    failure::Failure,
    package::Package,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli).await {
        Ok(exit_code) => ExitCode::from(exit_code),
        Err(failure) => {
            anstream::eprintln!("error: {}", failure.message);
            ExitCode::from(failure.exit_code)
        }
    }
}

/// Returns the exit code.
async fn run(cli: &Cli) -> Result<u8, Failure> {
    let package = Package::read(&cli.template, &cli.zip, &cli.layers)?;
    package.check_names(&cli.stack)?;
    let clients = Clients::connect(cli, package.metadata.edge).await?;
    match &cli.verb {
        Verb::Diff(args) => return diff::diff(cli, &clients, &package, args).await,
        Verb::Deploy => deploy::deploy(cli, &clients, &package).await,
        Verb::Status => status::status(cli, &clients, &package).await,
        Verb::Describe => status::describe(cli, &clients).await,
        Verb::Logs(args) => logs::logs(cli, &clients, &package, args).await,
        Verb::Traces(args) => traces::traces(cli, &clients, &package, args).await,
        Verb::Invoke(args) => invoke::invoke(cli, &clients, &package, args).await,
        Verb::Delete(args) => delete::delete(cli, &clients, &package, args).await,
        Verb::Sync(args) if args.watch => watch::watch(cli, &clients, package, args).await,
        Verb::Sync(_) => sync::sync(cli, &clients, &package).await,
    }?;
    Ok(0)
}
