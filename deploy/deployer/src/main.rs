//! Provisions the CloudFormation stack of a zip's functions, and what goes with it.

mod bucket;
mod change_set;
mod cli;
mod clients;
mod code;
mod delete;
mod events;
mod failure;
mod invoke;
mod logs;
mod package;
mod provision;
mod report;
mod stack;
mod status;
mod taken;

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
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            anstream::eprintln!("error: {}", failure.message);
            ExitCode::from(failure.exit_code)
        }
    }
}

async fn run(cli: &Cli) -> Result<(), Failure> {
    let package = Package::read(&cli.template, &cli.zip, &cli.layers)?;
    package.check_names(&cli.stack)?;
    let clients = Clients::connect(cli, package.metadata.edge).await?;
    match &cli.verb {
        Verb::Plan => provision::plan(cli, &clients, &package).await,
        Verb::Provision => provision::provision(cli, &clients, &package).await,
        Verb::Status => status::status(cli, &clients, &package).await,
        Verb::Describe => status::describe(cli, &clients).await,
        Verb::Logs(args) => logs::logs(cli, &clients, &package, args).await,
        Verb::Invoke(args) => invoke::invoke(cli, &clients, &package, args).await,
        Verb::Delete(args) => delete::delete(cli, &clients, &package, args).await,
        Verb::Code => code::update(cli, &clients, &package).await,
    }
}
