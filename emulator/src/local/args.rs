//! The command line of `emulator local`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::examples::Example;
use crate::managed::ManagedArgs;

/// Arguments of `emulator local`.
#[derive(Args, Clone, Debug)]
#[command(args_override_self = true, subcommand_negates_reqs = false)]
pub struct LocalArgs {
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
    /// An event that the page offers.
    #[arg(long = "event", value_name = "FILE")]
    pub(super) events: Vec<PathBuf>,
    #[command(subcommand)]
    pub(super) command: Option<LocalCommand>,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum LocalCommand {
    /// Sends one event, prints the response, and ends.
    Invoke(InvokeArgs),
}

#[derive(Args, Clone, Debug)]
pub(super) struct InvokeArgs {
    /// A file that holds the event; `-` is stdin.
    #[arg(value_name = "EVENT.json", required_unless_present = "example")]
    pub event: Option<PathBuf>,
    /// A documented event of a service, in place of a file.
    #[arg(long, value_enum, conflicts_with = "event")]
    pub example: Option<Example>,
    /// Which function, where there are several.
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
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
