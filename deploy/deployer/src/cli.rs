//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Deploys a zip's functions as a CloudFormation stack.
///
/// Exit codes: 0 it is done, or there was nothing to do; 1 it failed; 2 the arguments are wrong; 3 CloudFormation failed and took
/// the changes back; 4 AWS refused the credentials or the action; 130 interrupted.
#[derive(Parser)]
#[command(name = "deploy", version)]
pub(crate) struct Cli {
    /// The CloudFormation template. Given by the target.
    #[arg(long, value_name = "FILE")]
    pub(crate) template: PathBuf,
    /// The zip. Given by the target.
    #[arg(long, value_name = "FILE")]
    pub(crate) zip: PathBuf,
    /// The stack's name.
    #[arg(long, overrides_with = "stack", value_parser = stack_name)]
    pub(crate) stack: String,
    /// The Region. By default, the environment or the profile names it.
    #[arg(long, overrides_with = "region")]
    pub(crate) region: Option<String>,
    /// A profile of AWS's configuration files.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// The bucket that the zip is uploaded to. By default, one that is made for the account and the Region.
    #[arg(long, overrides_with = "bucket")]
    pub(crate) bucket: Option<String>,
    /// Prints the result on stdout as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Shows what provision would change, and changes nothing.
    Plan,
    /// Creates the stack or updates it. This is what happens without a verb.
    Provision,
    /// Shows the stack's state, and whether its functions run the zip at hand.
    Status,
    /// Shows the stack's resources, outputs and last events.
    Describe,
    /// Prints the functions' logs.
    Logs(LogsArgs),
    /// Sends an event to a function, and prints the response.
    Invoke(InvokeArgs),
    /// Deletes the stack.
    Delete(DeleteArgs),
    /// Updates the functions' code alone, past CloudFormation: for seconds between edit and try.
    Code,
}

#[derive(Args)]
pub(crate) struct LogsArgs {
    /// Waits for further lines.
    #[arg(long)]
    pub(crate) tail: bool,
    /// How far back to start, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 10)]
    pub(crate) since_minutes: u32,
    /// Which function, where there are several; all by default.
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
}

#[derive(Args)]
pub(crate) struct InvokeArgs {
    /// A file that holds the event; `-` is stdin.
    #[arg(value_name = "EVENT.json")]
    pub(crate) event: PathBuf,
    /// Which function, where there are several.
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
}

#[derive(Args)]
pub(crate) struct DeleteArgs {
    /// Does not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}

fn stack_name(text: &str) -> Result<String, String> {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if text.len() > 128 || !text.starts_with(|first: char| first.is_ascii_alphabetic()) || !text.bytes().all(is_valid) {
        return Err(
            "a stack's name starts with a letter, and has letters, digits and `-` alone, at most 128".to_owned(),
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_argument_overrides_the_targets() {
        let words = [
            "deploy",
            "--template",
            "t",
            "--zip",
            "z",
            "--stack",
            "a",
            "--stack",
            "b",
            "status",
        ];
        assert_eq!(Cli::try_parse_from(words).unwrap().stack, "b");
    }

    #[test]
    fn a_stack_is_named_as_cloudformation_takes_it() {
        assert!(stack_name("shop-2").is_ok());
        for wrong in ["2shop", "shop_2", ""] {
            assert!(stack_name(wrong).is_err(), "{wrong}");
        }
    }
}
