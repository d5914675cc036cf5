//! What a build runs besides compilers, in one executable that is compiled, or downloaded, once. See `build_tool help`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Rewrites Rust Lambda programs, checks and packs what they are built into, and renders templates.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Rewriter(rewriter::Command),
    #[command(flatten)]
    Elf(elf::Command),
    #[command(flatten)]
    Packager(packager::Command),
    /// Says what of shared libraries, programs and zips would break on Lambda.
    Inspect(inspector::InspectArgs),
    /// Renders the CloudFormation template of a zip's functions.
    Template(template::TemplateArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Rewriter(command) => command.run(),
        Command::Elf(command) => command.run().map_err(|error| format!("error: {error:#}")),
        Command::Inspect(arguments) => return arguments.run(),
        Command::Packager(command) => command.run().map_err(|error| format!("error: {error:#}")),
        Command::Template(arguments) => arguments.run().map_err(|error| format!("error: {error:#}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
