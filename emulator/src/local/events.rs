//! Which event is meant: one of the rule's by its name, a file, stdin, or a documented one.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{
    args::LocalArgs,
    paths::Caller,
    saved::{function_of, saved_events},
};
use crate::json_file::{check_event, read_event};

/// The event that `invoke` is to send.
pub(super) fn chosen(args: &LocalArgs) -> Result<Vec<u8>> {
    match (&args.event, args.example) {
        (_, Some(example)) => Ok(example.text().as_bytes().to_vec()),
        (Some(path), None) if path == Path::new("-") => {
            let mut event = Vec::new();
            io::stdin()
                .read_to_end(&mut event)
                .context("cannot read the event from stdin")?;
            check_event(&event).context("the event on stdin is not valid JSON: correct it")?;
            Ok(event)
        }
        (Some(event), None) => read_event(&find(event, &args.events, &args.caller())?),
        (None, None) => bail!(
            "there is no event: {}, as in `{} invoke -`",
            ways(&args.events),
            args.started_by()
        ),
    }
}

/// The function that the event is for, where its file tells, as it does on the page.
pub(super) fn function(args: &LocalArgs) -> Result<Option<&str>> {
    let Some(event) = args.event.as_deref().filter(|event| *event != Path::new("-")) else {
        return Ok(None);
    };
    let file = find(event, &args.events, &args.caller())?;
    let names: Vec<_> = args.handlers.iter().map(|handler| &*handler.name).collect();
    // Of a file that is none of the rule's, the folders count that the user has named, and no home of a user with a function's name.
    let of_rule = args.events.iter().find(|path| file.ends_with(path));
    Ok(function_of(of_rule.map_or(event, PathBuf::as_path), &names))
}

/// The file of an event: the one of this name among the rule's, or one at this path, from the user's folder, the package's or the
/// workspace's.
fn find(event: &Path, of_rule: &[PathBuf], caller: &Caller) -> Result<PathBuf> {
    let named: Vec<_> = saved_events(of_rule, &[])
        .into_iter()
        .filter(|saved| Path::new(&saved.name) == event)
        .map(|saved| saved.path)
        .collect();
    match *named {
        [path] => return Ok(path.to_owned()),
        [] => {}
        _ => {
            let paths: Vec<_> = named.iter().map(|path| path.display().to_string()).collect();
            bail!(
                "several events are named {}: give one of {}",
                event.display(),
                paths.join(", ")
            );
        }
    }
    if let Some(path) = caller.existing(event) {
        return Ok(path);
    }
    // As the page and the BUILD file show it.
    if let Some(path) = of_rule.iter().find(|path| path.ends_with(event)) {
        return Ok(path.clone());
    }
    bail!(
        "there is no event {}, neither of the rule's nor a file in this folder or the target's package: {}",
        event.display(),
        ways(of_rule)
    );
}

/// What can be given.
fn ways(of_rule: &[PathBuf]) -> String {
    let saved = saved_events(of_rule, &[]).into_iter();
    let mut names: Vec<_> = saved.map(|saved| saved.name).collect();
    names.dedup();
    let of_rule = if names.is_empty() {
        String::new()
    } else {
        format!("one of {}, ", names.join(", "))
    };
    format!("give {of_rule}a file of JSON, `-` for stdin, or --example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_rule_has_the_name_of_its_file() {
        let of_rule = [
            "app/a/ada.json",
            "app/a/ada.response.json",
            "app/a/bob.json",
            "app/b/bob.json",
        ]
        .map(PathBuf::from);
        let find = |event: &str| {
            find(Path::new(event), &of_rule, &Caller::of(None))
                .map(|path| path.display().to_string())
                .map_err(|error| error.to_string())
        };
        assert_eq!(find("ada"), Ok("app/a/ada.json".to_owned()));
        assert_eq!(find("a/ada.json"), Ok("app/a/ada.json".to_owned()));
        assert_eq!(find("b/bob.json"), Ok("app/b/bob.json".to_owned()));
        let several = find("bob").unwrap_err();
        assert!(several.contains("app/a/bob.json, app/b/bob.json"), "{several}");
        // What is expected of a function is no event.
        let none = find("ada.response").unwrap_err();
        assert!(
            none.contains("no event ada.response") && none.contains("one of ada, bob, a file"),
            "{none}"
        );
    }
}
