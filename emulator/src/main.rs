//! The emulator's command line. See `emulator help`.
#![forbid(unsafe_code)]

use std::{env, ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use emulator::{
    local::{self, LocalArgs},
    serve::{self, ServeArgs},
    test::{self, TestArgs},
};

/// Runs Lambda zips without Lambda.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sends events to a zip, under the real runtime client for Python or by itself, and compares what it answers.
    Test(Box<TestArgs>),
    /// Serves a zip's functions on this machine: the Invoke API, function URLs and a page.
    Local(Box<LocalArgs>),
    /// Serves a Runtime API, and prints what its client answers to each event.
    Serve(ServeArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    let matches = local::named_after_target(Cli::command(), &arguments).get_matches_from(arguments);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let result = match (cli.command, matches.subcommand()) {
        (Command::Test(args), Some((_, matches))) => test::run(*args, matches).await,
        (Command::Local(args), Some((_, matches))) => local::run(*args, matches).await,
        (Command::Serve(args), _) => serve::run(args).await,
        (Command::Test(_) | Command::Local(_), None) => {
            Err(anyhow::anyhow!("no subcommand is given: see `emulator help`"))
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
