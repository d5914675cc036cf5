//! The command line, read as a user of `bazel run` writes it: options stand anywhere, and what is wrong is said all at once, in the
//! words of the target.

use std::ffi::{OsStr, OsString};

use clap::{
    Command, CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// What a user calls the target where nobody says.
const SOME_TARGET: &str = "//app:deploy";

/// Why there is nothing to run.
pub(crate) struct Refusal {
    label: String,
    /// The first is also the one that decides what is printed besides.
    errors: Vec<clap::Error>,
    /// Notes on the errors.
    hints: Vec<String>,
}

impl Refusal {
    /// Prints it, and ends the process.
    pub(crate) fn exit(&self) -> ! {
        if !self.errors[0].use_stderr() {
            self.errors[0].exit();
        }
        anstream::eprint!("{}", self.text());
        std::process::exit(2);
    }

    /// All errors, the usage, and where to read on.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for error in &self.errors {
            let said = error.render().to_string();
            text += said.split("\n\nUsage: ").next().unwrap_or_default().trim_end();
            text.push('\n');
        }
        for hint in &self.hints {
            text += &format!("  {hint}\n");
        }
        text + &format!(
            "\n`bazel run {} -- --help` lists the commands and options\n",
            self.label
        )
    }
}

/// Reads a command line.
pub(crate) fn parse<A: CommandFactory + FromArgMatches>(words: &[OsString]) -> Result<A, Refusal> {
    let label = value_of("--target-label", words).unwrap_or_else(|| SOME_TARGET.to_owned());
    let command = named(A::command(), &label);
    let mut words = verb_first(&command, words);
    let mut refusal = Refusal {
        label,
        errors: Vec::new(),
        hints: Vec::new(),
    };
    loop {
        let parsed = command
            .clone()
            .try_get_matches_from(&words)
            .and_then(|matches| A::from_arg_matches(&matches));
        match parsed {
            Ok(arguments) if refusal.errors.is_empty() => return Ok(arguments),
            Ok(_) => return Err(refusal),
            Err(error) => {
                // What is wrong is taken out, to find what else is.
                let rest = without(&command, &words, &error);
                refusal.hints.extend(hint(&command, &error));
                let is_first = refusal.errors.is_empty();
                if is_first || error.use_stderr() {
                    refusal.errors.push(error);
                }
                match rest {
                    Some(rest) if refusal.errors[0].use_stderr() => words = rest,
                    _ => return Err(refusal),
                }
            }
        }
    }
}

/// The command as a user starts it.
fn named(command: Command, label: &str) -> Command {
    let start = format!("bazel run {label} --");
    let verbs: Vec<_> = command
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect();
    let mut command = command.override_usage(format!("{start} [OPTIONS] [COMMAND]"));
    for name in verbs {
        command = command.mut_subcommand(&name, |verb| {
            let positionals: String = verb
                .get_positionals()
                .filter_map(|argument| argument.get_value_names()?.first())
                .map(|name| format!(" {name}"))
                .collect();
            let usage = format!("{start} {name}{positionals} [OPTIONS]");
            verb.override_usage(usage)
        });
    }
    command
}

/// Puts what the target gives first, then the verb, then all else: the verb's options may stand before it.
fn verb_first(command: &Command, words: &[OsString]) -> Vec<OsString> {
    let of_target: Vec<_> = command
        .get_arguments()
        .filter(|argument| argument.is_hide_set())
        .filter_map(|argument| argument.get_long())
        .collect();
    // clap's own verb is not among the others before it has parsed.
    let is_verb = |word: &OsStr| {
        word == "help"
            || command
                .get_subcommands()
                .any(|verb| verb.get_name_and_visible_aliases().iter().any(|name| *name == word))
    };
    let mut words = words.iter().cloned();
    let mut first: Vec<_> = words.by_ref().take(1).collect();
    let mut rest = Vec::new();
    let mut verb = None;
    while let Some(word) = words.next() {
        let Some(long) = word.to_str().and_then(|word| word.strip_prefix("--")) else {
            if verb.is_none() && is_verb(&word) {
                verb = Some(word);
            } else {
                rest.push(word);
            }
            continue;
        };
        let name = long.split_once('=').map_or(long, |(name, _)| name).to_owned();
        let value = (name == long && takes_value(command, &name))
            .then(|| words.next())
            .flatten();
        let list = if of_target.contains(&&*name) {
            &mut first
        } else {
            &mut rest
        };
        list.push(word);
        list.extend(value);
    }
    first.extend(verb);
    first.extend(rest);
    first
}

/// Whether a value follows an option, of whichever verb it is.
fn takes_value(command: &Command, long: &str) -> bool {
    command
        .get_arguments()
        .chain(command.get_subcommands().flat_map(Command::get_arguments))
        .any(|argument| argument.get_long() == Some(long) && argument.get_action().takes_values())
}

/// The value of an option.
fn value_of(option: &str, words: &[OsString]) -> Option<String> {
    let at = words.iter().position(|word| word == option)?;
    words.get(at + 1)?.to_str().map(str::to_owned)
}

/// The text of what an error is about.
fn about(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

/// The words without what an error is about; `None` if there is no telling.
fn without(command: &Command, words: &[OsString], error: &clap::Error) -> Option<Vec<OsString>> {
    let kind = match error.kind() {
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        ErrorKind::UnknownArgument | ErrorKind::ValueValidation => ContextKind::InvalidArg,
        _ => return None,
    };
    // `--stack <STACK>`, where a value is meant.
    let name = about(error, kind)?.split(' ').next()?;
    let is_it = |word: &OsString| {
        let word = word.to_string_lossy();
        word == name || word.strip_prefix(name).is_some_and(|value| value.starts_with('='))
    };
    let at = words.iter().position(is_it)?;
    let mut rest = words.to_vec();
    let word = rest.remove(at);
    let has_value = name.strip_prefix("--").is_some_and(|long| takes_value(command, long));
    if has_value && word == name && at < rest.len() {
        rest.remove(at);
    }
    Some(rest)
}

/// Says which verb an option goes with.
fn hint(command: &Command, error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let option = about(error, ContextKind::InvalidArg)?;
    let long = option.strip_prefix("--")?;
    let verbs: Vec<_> = command
        .get_subcommands()
        .filter(|verb| verb.get_arguments().any(|argument| argument.get_long() == Some(long)))
        .map(|verb| format!("`{}`", verb.get_name()))
        .collect();
    let verbs = match &verbs[..] {
        [] => return None,
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    };
    Some(format!("{option} goes with {verbs}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Arguments, Cli, Verb};

    fn parsed(words: &str) -> Result<Cli, String> {
        let target = "deploy --target-label //shop:up --template t --zip z --target-stack shop ";
        let words: Vec<_> = (target.to_owned() + words)
            .split_whitespace()
            .map(OsString::from)
            .collect();
        parse::<Arguments>(&words)
            .map(Cli::from)
            .map_err(|refusal| refusal.text())
    }

    #[test]
    fn options_stand_anywhere() {
        for words in [
            "logs --tail --function a",
            "--tail logs --function a",
            "--function a --stack logs --tail logs",
        ] {
            let Ok(Cli {
                verb: Verb::Logs(args), ..
            }) = parsed(words)
            else {
                panic!("{words}");
            };
            assert!(args.tail && args.function.as_deref() == Some("a"), "{words}");
        }
        let cli = parsed("--stack logs --tail logs").unwrap();
        assert_eq!(cli.stack, "logs");
        assert!(matches!(
            parsed("--function a event.json invoke"),
            Ok(Cli {
                verb: Verb::Invoke(_),
                ..
            })
        ));
    }

    #[test]
    fn all_errors_come_at_once_in_the_words_of_the_target() {
        let text = parsed("--no-such --stack no_stack --other").err().unwrap();
        for part in [
            "--no-such",
            "--other",
            "no_stack",
            "letters, digits",
            "`bazel run //shop:up -- --help`",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("--template"), "{text}");
    }

    #[test]
    fn an_option_of_another_verb_is_told_where_it_goes() {
        let text = parsed("--tail").err().unwrap();
        assert!(text.contains("--tail goes with `logs` and `traces`\n"), "{text}");
        let text = parsed("--function a").err().unwrap();
        assert!(
            text.contains("--function goes with `logs`, `traces` and `invoke`\n"),
            "{text}"
        );
        let text = parsed("--watch").err().unwrap();
        assert!(text.contains("--watch goes with `sync`\n"), "{text}");
        // Its value is not a mistake of its own.
        let text = parsed("--since-minutes 5").err().unwrap();
        assert!(text.contains("--since-minutes goes with `logs`"), "{text}");
        assert!(!text.contains("'5'"), "{text}");
        let text = parsed("lgos").err().unwrap();
        assert!(text.contains("lgos") && text.contains("logs"), "{text}");
    }

    #[test]
    fn an_id_of_a_trace_goes_alone_and_is_one() {
        let text = parsed("traces --trace-id Root=2 --no-such").err().unwrap();
        for part in ["Root=2", "X-Amzn-Trace-Id", "--no-such"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        for other in ["--tail", "--function a", "--since-minutes 10"] {
            let words = format!("traces --trace-id 1-58406520-a006649127e371903a2de979 {other}");
            let text = parsed(&words).err().unwrap();
            assert!(
                text.contains("--trace-id") && text.contains("cannot be used with"),
                "{text}"
            );
        }
    }

    #[test]
    fn help_speaks_of_the_target() {
        let text = |words: &str| {
            let words: Vec<_> = words.split_whitespace().map(OsString::from).collect();
            let refusal = parse::<Arguments>(&words).err().unwrap();
            assert!(!refusal.errors[0].use_stderr());
            refusal.errors[0].render().to_string()
        };
        assert!(
            text("deploy --target-label //shop:up --help")
                .contains("Usage: bazel run //shop:up -- [OPTIONS] [COMMAND]")
        );
        for words in ["invoke --help", "help invoke"] {
            let help = text(&format!("deploy --target-label //shop:up {words}"));
            assert!(
                help.contains("Usage: bazel run //shop:up -- invoke EVENT.json [OPTIONS]"),
                "{help}"
            );
        }
    }
}
