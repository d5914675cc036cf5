//! The command line of `emulator local`.

use std::{ffi::OsString, path::PathBuf};

use anyhow::{Result, ensure};
use clap::{ArgMatches, Args, Command, ValueEnum};

use super::{dotenv, examples::Example, paths::Caller};
use crate::managed::ManagedArgs;

/// What the rule gives, and no user: `--help` of a target is without it.
const OF_RULE: [&str; 11] = [
    "events",
    "handlers",
    "interpreter",
    "python_version",
    "ric",
    "runner",
    "runner_args",
    "runtime",
    "target",
    "template",
    "zip",
];

/// Arguments of `emulator local`.
#[derive(Args, Clone, Debug)]
#[command(args_override_self = true)]
pub struct LocalArgs {
    /// Sends one event, prints the response, and ends. Without it, the functions are served until this is interrupted.
    #[arg(value_enum, value_name = "invoke")]
    pub(super) verb: Option<Verb>,
    /// The event: the name of one of the rule's, such as `ada`, or a file with it, as JSON; `-` is stdin.
    #[arg(value_name = "EVENT")]
    pub(super) event: Option<PathBuf>,
    /// A documented event of a service, in place of a file.
    #[arg(long, value_enum, requires = "verb", conflicts_with = "event")]
    pub(super) example: Option<Example>,
    /// An event of one of the template's event sources, by the source's name, such as a queue's.
    #[arg(long, value_name = "NAME", requires = "verb", conflicts_with_all = ["event", "example"])]
    pub(super) source: Option<String>,
    /// Which function is invoked, where there are several.
    #[arg(long, value_name = "NAME", requires = "verb")]
    pub(super) function: Option<String>,
    /// The target that this is run as, such as `//app:local`, for messages.
    #[arg(long, value_name = "LABEL")]
    pub(super) target: Option<String>,
    /// Builds the target after each edit of its sources.
    #[arg(long, requires = "target")]
    pub(super) watch: bool,
    /// An option for the builds of `--watch`, such as `--bazel-option=--config=release`: those that this was run with. May be repeated.
    #[arg(
        long = "bazel-option",
        value_name = "OPTION",
        allow_hyphen_values = true,
        requires = "watch"
    )]
    pub(super) bazel_options: Vec<String>,
    /// The zip to serve. It is loaded anew when it changes.
    #[arg(long)]
    pub(super) zip: PathBuf,
    /// The zip of a layer; of several, the later are unpacked over the earlier.
    #[arg(long = "layer", value_name = "ZIP")]
    pub(super) layers: Vec<PathBuf>,
    /// A function: its handler, such as `index.handler`, and its name, which is the handler's last part by default.
    #[arg(long = "handler", value_name = "[NAME=]HANDLER", value_parser = NamedHandler::parse, required = true)]
    pub(super) handlers: Vec<NamedHandler>,
    /// Lambda's name of the runtime, such as `python3.13`; the zip's `bootstrap` is run for `provided.al2023`.
    #[arg(long)]
    pub(super) runtime: String,
    /// What runs the functions of a managed runtime.
    #[command(flatten)]
    pub(super) managed: ManagedArgs,
    /// The port on 127.0.0.1; 0 is any free one.
    #[arg(long, default_value_t = 9000)]
    pub(super) port: u16,
    /// A variable of the functions' environment; without a value, it is this process's own.
    #[arg(long = "env", value_name = "NAME[=VALUE]", value_parser = parse_variable)]
    pub(super) env: Vec<(String, String)>,
    /// A file with variables of the functions' environment, as lines of NAME=VALUE. What comes later overrides what comes before.
    #[arg(long = "env-file", value_name = "FILE")]
    env_files: Vec<PathBuf>,
    /// How long a function has for an event before its process is killed.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=900))]
    pub(super) timeout_seconds: u64,
    /// The memory that a function is told that it has. It is not enforced.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u64).range(128..=10_240))]
    pub(super) memory_mb: u64,
    /// How many processes a function may have at a time. Further events wait.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) concurrency: u32,
    /// Stops a function's process between invocations, as Lambda does.
    #[arg(long)]
    pub(super) freeze: bool,
    /// An event that the page offers, and that `invoke` knows by its name.
    #[arg(long = "event", value_name = "FILE")]
    pub(super) events: Vec<PathBuf>,
    /// A CloudFormation template, whose event sources are served.
    #[arg(long, value_name = "FILE")]
    pub(super) template: Option<PathBuf>,
}

/// What is done in place of serving.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(super) enum Verb {
    Invoke,
}

impl LocalArgs {
    /// The folders that files are looked for in.
    pub(super) fn caller(&self) -> Caller {
        Caller::of(self.target.as_deref())
    }

    /// What an option is written behind, such as `bazel run //app:local --`.
    pub(super) fn started_by(&self) -> String {
        started_by(self.target.as_deref())
    }

    /// What no option can say of itself.
    pub(super) fn check(&self) -> Result<()> {
        ensure!(
            !self.watch || self.verb.is_none(),
            "--watch builds and serves until it is interrupted, and `invoke` sends one event and ends: leave --watch out; or serve by \
             `{program} --watch`, and send events by `{program} invoke EVENT` in another terminal",
            program = self.started_by()
        );
        Ok(())
    }

    /// Reads the files of `--env-file`. They and `--env` are in the order of the command line then.
    pub(super) fn read_env_files(&mut self, matches: &ArgMatches) -> Result<()> {
        let indices = |id| matches.indices_of(id).into_iter().flatten();
        let caller = self.caller();
        let files = dotenv::read_all(self.env_files.iter().map(|path| caller.find(path)))?;
        let given = std::mem::take(&mut self.env).into_iter().map(|variable| vec![variable]);
        let mut all: Vec<_> = indices("env")
            .zip(given)
            .chain(indices("env_files").zip(files))
            .collect();
        all.sort_by_key(|(index, _)| *index);
        self.env = all.into_iter().flat_map(|(_, variables)| variables).collect();
        Ok(())
    }
}

fn started_by(target: Option<&str>) -> String {
    target.map_or_else(
        || "emulator local".to_owned(),
        |target| format!("bazel run {target} --"),
    )
}

/// Has the usage and the help speak of the target that the arguments name, if they are those of one: nobody types what its rule gives.
#[must_use]
pub fn named_after_target(command: Command, arguments: &[OsString]) -> Command {
    if arguments.get(1).is_none_or(|name| name != "local") {
        return command;
    }
    let option = arguments.iter().position(|argument| argument == "--target");
    let Some(target) = option.and_then(|option| arguments.get(option + 1)?.to_str()) else {
        return command;
    };
    let usage = format!("{} [OPTIONS] [invoke [EVENT]]", started_by(Some(target)));
    command.mut_subcommand("local", |local| {
        OF_RULE.iter().fold(local.override_usage(usage), |local, id| {
            local.mut_arg(id, |argument| argument.hide(true))
        })
    })
}

/// A function's name and its handler.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NamedHandler {
    /// The name that the function is invoked by.
    pub name: String,
    /// The handler setting, such as `index.handler`.
    pub handler: String,
}

impl NamedHandler {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, handler) = match text.split_once('=') {
            Some(pair) => pair,
            None => (text.rsplit('.').next().unwrap_or(text), text),
        };
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_valid) {
            return Err(format!(
                "a function cannot be named {name:?}: use 1 to 64 letters, digits, `-` and `_`"
            ));
        }
        if handler.is_empty() {
            return Err("there is no handler after the name: write it as NAME=index.handler".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            handler: handler.to_owned(),
        })
    }
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) => Err("write it as NAME=VALUE or NAME".to_owned()),
        None => std::env::var(text)
            .map(|value| (text.to_owned(), value))
            .map_err(|error| format!("{text} has no value to pass on ({error}): set it, or write {text}=VALUE")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_after_its_handler_unless_it_is_given_a_name() {
        let named = |text| NamedHandler::parse(text).map(|handler| (handler.name, handler.handler));
        let pair = |name: &str, handler: &str| Ok((name.to_owned(), handler.to_owned()));
        assert_eq!(named("index.orders"), pair("orders", "index.orders"));
        assert_eq!(named("shop=index.orders"), pair("shop", "index.orders"));
        assert!(named("a b=index.orders").unwrap_err().contains("\"a b\""));
        assert!(named("shop=").unwrap_err().contains("no handler"));
    }

    #[test]
    fn a_variable_without_a_value_is_passed_on() {
        let path = std::env::var("PATH").unwrap();
        assert_eq!(parse_variable("PATH").unwrap(), ("PATH".to_owned(), path));
        assert_eq!(parse_variable("A=b=c").unwrap(), ("A".to_owned(), "b=c".to_owned()));
        assert!(
            parse_variable("NOT_SET_ANYWHERE")
                .unwrap_err()
                .contains("NOT_SET_ANYWHERE=VALUE")
        );
    }
}
