//! A manifest for people: which engine drives a program, why, and what was changed.

use std::fmt::Write as _;

use crate::Manifest;

/// Says what was made of a program, and why.
pub fn explain(manifest: &Manifest) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, manifest);
    text
}

fn write(text: &mut String, manifest: &Manifest) -> std::fmt::Result {
    writeln!(text, "engine: {}", manifest.engine)?;
    writeln!(text, "reason: {}", manifest.reason)?;
    for engine in crate::Engine::ALL {
        let mut obstacles = manifest
            .obstacles
            .iter()
            .filter(|obstacle| obstacle.engine == engine)
            .peekable();
        if obstacles.peek().is_some() {
            writeln!(text, "not {engine}:")?;
        }
        for obstacle in obstacles {
            let (line, column) = (obstacle.line, obstacle.column);
            writeln!(text, "  {}:{line}:{column}: {}", obstacle.file, obstacle.why)?;
        }
    }
    match manifest.edits.len() {
        0 => writeln!(text, "no edits")?,
        1 => writeln!(text, "1 edit:")?,
        edits => writeln!(text, "{edits} edits:")?,
    }
    for edit in &manifest.edits {
        let (was, becomes) = (one_line(&edit.was), one_line(&edit.becomes));
        writeln!(
            text,
            "  {}:{}:{}: `{was}` -> `{becomes}`",
            edit.file, edit.line, edit.column
        )?;
    }
    Ok(())
}

/// A text with its line breaks shown as blanks, and the blanks around them as none.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    match lines.len() {
        0 | 1 => text.to_owned(),
        _ => lines.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Program, Source, rewrite};

    fn explained(text: &str) -> String {
        let rewritten = rewrite(&Program {
            crate_name: "program".to_owned(),
            crate_root: "main.rs".to_owned(),
            sources: vec![Source::new("main.rs", text)],
            deps: ["lambda_runtime", "tokio"].map(str::to_owned).to_vec(),
            ..Program::default()
        });
        match rewritten {
            Ok(rewritten) => explain(&rewritten.manifest),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn edits_are_listed() {
        assert_eq!(
            explained(
                "use lambda_runtime::{\n    run,\n};\n#[tokio::main]\nasync fn main() { run(handler()).await.unwrap() }\n"
            ),
            "\
engine: inline
reason: `main` is asynchronous on a tokio runtime, and every call that starts the event loop was replaced
3 edits:
  main.rs:1:5: `lambda_runtime::{ run, }` -> `crate::__lambda::run`
  main.rs:4:1: `#[tokio::main]` -> ``
  main.rs:5:10: `main` -> `__lambda_main`
"
        );
    }

    #[test]
    fn obstacles_are_listed_by_engine() {
        assert_eq!(
            explained("fn main() {\n    block_on(lambda_runtime::Runtime::new(handler()).run())\n}\n"),
            "\
engine: loopback
reason: `lambda_runtime::Runtime::new` starts the event loop in a way that can't be replaced in the source
not inline:
  main.rs:1:4: `main` is synchronous
  main.rs:2:14: `lambda_runtime::Runtime::new` starts the event loop in a way that can't be replaced in the source
not thread:
  main.rs:2:14: `lambda_runtime::Runtime::new` starts the event loop in a way that can't be replaced in the source
no edits
"
        );
    }

    #[test]
    fn one_edit_is_one() {
        assert!(explained("fn main() { block_on(lambda_runtime::run(handler())) }").contains("\n1 edit:\n"));
    }
}
