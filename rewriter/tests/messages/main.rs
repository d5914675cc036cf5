//! What the rewriter says of programs that it can't rewrite: the whole message, as the author sees it.

/// A test of the message about a program of one file, for which an engine may be asked for.
macro_rules! message {
    ($name:ident, $deps:expr, $program:expr, $message:expr) => {
        #[test]
        fn $name() {
            crate::assert_message(&[("src/main.rs", $program)], $deps, None, $message);
        }
    };
    ($name:ident, $deps:expr, $engine:ident, $program:expr, $message:expr) => {
        #[test]
        fn $name() {
            crate::assert_message(
                &[("src/main.rs", $program)],
                $deps,
                Some(rewriter::Engine::$engine),
                $message,
            );
        }
    };
}

mod engine;
mod event_loop;
mod main_function;
mod missing;
mod names;
mod syntax;

use rewriter::{Engine, Program, Source, rewrite};

const DEPS: [&str; 3] = ["lambda_http", "lambda_runtime", "tokio"];

/// Asserts the whole message about a program of several files, whose crate root is the first.
#[track_caller]
fn assert_message(sources: &[(&str, &str)], deps: &[&str], engine: Option<Engine>, expected: &str) {
    let result = rewrite(&Program {
        engine,
        crate_name: "program".to_owned(),
        crate_root: "src/main.rs".to_owned(),
        sources: sources.iter().map(|(path, text)| Source::new(*path, *text)).collect(),
        deps: deps.iter().map(|dep| (*dep).to_owned()).collect(),
        ..Program::default()
    });
    let message = match result {
        Ok(rewritten) => format!("{:?}", rewritten.manifest.edits),
        Err(error) => error.to_string(),
    };
    assert_eq!(message, expected.trim(), "\n{message}\n");
}
