//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{arguments, traces::TraceId};

/// Deploys a zip's functions as a CloudFormation stack.
///
/// Exit codes: 0 it is done, or there was nothing to do; 1 it failed; 2 the arguments, or an event, are wrong; 3 the stack is as it
/// was: CloudFormation failed and took the changes back, or would have, and was not asked to; 4 AWS refused the credentials or the
/// action; 5 there are changes (`diff --exit-code`); 130 interrupted.
#[derive(Parser)]
#[command(name = "deploy", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,
    /// The stack's name, in place of the target's.
    #[arg(long, global = true, value_parser = stack_name)]
    stack: Option<String>,
    /// The Region, in place of the target's. Without either, the environment or the profile names it.
    #[arg(long, global = true)]
    region: Option<String>,
    /// A profile of AWS's configuration files.
    #[arg(long, global = true)]
    profile: Option<String>,
    /// The bucket that the zips are uploaded to, in place of the target's. Without either, one is made for the account and the Region.
    #[arg(long, global = true)]
    bucket: Option<String>,
    /// Prints the result on stdout as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What the target gives.
#[derive(Args)]
struct Target {
    #[arg(long, hide = true, value_name = "FILE")]
    template: PathBuf,
    #[arg(long, hide = true, value_name = "FILE")]
    zip: PathBuf,
    #[arg(long = "layer", hide = true, value_name = "FILE")]
    layers: Vec<PathBuf>,
    #[arg(long, hide = true, value_name = "NAME", value_parser = stack_name)]
    target_stack: String,
    #[arg(long, hide = true, value_name = "REGION")]
    target_region: Option<String>,
    #[arg(long, hide = true, value_name = "NAME")]
    target_bucket: Option<String>,
    /// How the user names the target.
    #[arg(long, hide = true, value_name = "LABEL")]
    target_label: Option<String>,
}

/// What is to be done, of the target and of the command line.
pub(crate) struct Cli {
    /// The CloudFormation template.
    pub(crate) template: PathBuf,
    pub(crate) zip: PathBuf,
    /// The zips of the stack's layers.
    pub(crate) layers: Vec<PathBuf>,
    /// The stack's name.
    pub(crate) stack: String,
    /// Whether the command line names it.
    pub(crate) is_stack_given: bool,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) bucket: Option<String>,
    /// Whether results are for machines.
    pub(crate) json: bool,
    pub(crate) verb: Verb,
}

impl Cli {
    /// Parses the command line. Ends the process if it can't be, or asks for help.
    pub(crate) fn parse() -> Self {
        let words: Vec<OsString> = std::env::args_os().collect();
        match arguments::parse::<Arguments>(&words) {
            Ok(arguments) => arguments.into(),
            Err(refusal) => refusal.exit(),
        }
    }
}

impl From<Arguments> for Cli {
    fn from(arguments: Arguments) -> Self {
        let target = arguments.target;
        Self {
            template: target.template,
            zip: target.zip,
            layers: target.layers,
            is_stack_given: arguments.stack.is_some(),
            stack: arguments.stack.unwrap_or(target.target_stack),
            region: arguments.region.or(target.target_region),
            profile: arguments.profile,
            bucket: arguments.bucket.or(target.target_bucket),
            json: arguments.json,
            verb: arguments.verb.unwrap_or(Verb::Deploy),
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Creates the stack or updates it. This is what happens without a verb.
    #[command(visible_alias = "provision")]
    Deploy,
    /// Shows what deploy would change, and changes nothing.
    #[command(visible_alias = "plan")]
    Diff(DiffArgs),
    /// Updates the functions' code alone, past CloudFormation: for seconds between edit and try.
    #[command(visible_alias = "code")]
    Sync(SyncArgs),
    /// Shows the stack's state, and whether its functions run the zip at hand.
    Status,
    /// Shows the stack's resources, outputs and last events.
    Describe,
    /// Prints the functions' logs.
    Logs(LogsArgs),
    /// Prints X-Ray's traces of the functions.
    Traces(TracesArgs),
    /// Sends an event to a function, and prints the response.
    Invoke(InvokeArgs),
    /// Deletes the stack.
    Delete(DeleteArgs),
}

#[derive(Args)]
pub(crate) struct DiffArgs {
    /// Ends with 5 if there are changes, in place of 0.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Args)]
pub(crate) struct SyncArgs {
    /// Goes on: builds after each edit, and updates the code. Where Bazel can't be called, waits for a build by others.
    #[arg(long)]
    pub(crate) watch: bool,
    /// An option for the builds of `--watch`, such as `--bazel-option=--config=release`: those that this was run with. May be repeated.
    #[arg(
        long = "bazel-option",
        value_name = "OPTION",
        allow_hyphen_values = true,
        requires = "watch"
    )]
    pub(crate) bazel_options: Vec<String>,
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
pub(crate) struct TracesArgs {
    /// Waits for further traces.
    #[arg(long)]
    pub(crate) tail: bool,
    /// How far back to start, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 10)]
    pub(crate) since_minutes: u32,
    /// Which function, where there are several; all by default.
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    /// A single trace, by its ID, or by what has it: the header `X-Amzn-Trace-Id`, or a line of the log. May be repeated.
    #[arg(
        long = "trace-id",
        value_name = "ID",
        value_parser = TraceId::find,
        conflicts_with_all = ["tail", "since_minutes", "function"]
    )]
    pub(crate) trace_ids: Vec<TraceId>,
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

    fn parse(words: &str) -> Cli {
        let target = ["deploy", "--template", "t", "--zip", "z", "--target-stack", "shop"];
        let words = target.into_iter().chain(words.split_whitespace());
        let words: Vec<_> = words.map(OsString::from).collect();
        arguments::parse::<Arguments>(&words)
            .map_err(|refusal| refusal.text())
            .unwrap()
            .into()
    }

    #[test]
    fn the_target_says_what_the_command_line_does_not() {
        let cli = parse("--target-region eu-central-1");
        assert_eq!((&*cli.stack, cli.region.as_deref()), ("shop", Some("eu-central-1")));
        assert!(matches!(cli.verb, Verb::Deploy));
        let cli = parse("--target-region eu-central-1 --region us-east-1 --stack shop-test status");
        assert_eq!((&*cli.stack, cli.region.as_deref()), ("shop-test", Some("us-east-1")));
    }

    #[test]
    fn verbs_have_their_former_names_too() {
        for words in ["deploy", "provision", ""] {
            assert!(matches!(parse(words).verb, Verb::Deploy), "{words}");
        }
        for words in ["diff", "plan"] {
            assert!(matches!(parse(words).verb, Verb::Diff(_)), "{words}");
        }
        for words in ["sync", "code"] {
            assert!(matches!(parse(words).verb, Verb::Sync(_)), "{words}");
        }
    }

    #[test]
    fn options_may_follow_the_verb() {
        let cli = parse("status --stack shop-test --json");
        assert_eq!((&*cli.stack, cli.json), ("shop-test", true));
    }

    #[test]
    fn traces_are_chosen_as_logs_are_or_by_their_ids() {
        let Verb::Traces(args) = parse("traces --since-minutes 90 --function a --tail").verb else {
            panic!();
        };
        assert_eq!(
            (args.tail, args.since_minutes, args.function.as_deref()),
            (true, 90, Some("a"))
        );
        let Verb::Traces(args) = parse(
            "traces --trace-id Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1 \
             --trace-id=1-58406520-a006649127e371903a2de979",
        )
        .verb
        else {
            panic!();
        };
        let ids: Vec<_> = args.trace_ids.iter().map(TraceId::as_str).collect();
        assert_eq!(
            ids,
            [
                "1-5759e988-bd862e3fe1be46a994272793",
                "1-58406520-a006649127e371903a2de979"
            ]
        );
    }

    #[test]
    fn a_stack_is_named_as_cloudformation_takes_it() {
        assert!(stack_name("shop-2").is_ok());
        for wrong in ["2shop", "shop_2", ""] {
            assert!(stack_name(wrong).is_err(), "{wrong}");
        }
    }
}
