//! What becomes of programs by the configuration that they are compiled in: features, flags, and the names of crates.

#[path = "../common/mod.rs"]
mod common;
mod conditions;
mod crate_names;

use rewriter::{Engine, Manifest, Program, Source, rewrite};

/// A program of files whose first is the crate root.
fn program(sources: &[(&str, &str)]) -> Program {
    Program {
        crate_name: "program".to_owned(),
        crate_root: sources[0].0.to_owned(),
        sources: sources.iter().map(|(path, text)| Source::new(*path, *text)).collect(),
        deps: ["lambda_http", "lambda_runtime", "tokio"].map(str::to_owned).to_vec(),
        target_arch: Some("x86_64".to_owned()),
        ..Program::default()
    }
}

#[track_caller]
fn rewritten(program: &Program) -> (Vec<String>, Manifest) {
    match rewrite(program) {
        Ok(rewritten) => (
            common::assert_faithful(&program.sources, &rewritten),
            rewritten.manifest,
        ),
        Err(error) => panic!("{error}"),
    }
}

/// Asserts the text before the bridge, of a program of one file.
#[track_caller]
fn assert_text(program: &Program, expected: &str) {
    assert_eq!(rewritten(program).0, [expected]);
}

/// Asserts the engine and the edits, in short: `line:column becomes`.
#[track_caller]
fn assert_edits(program: &Program, engine: Engine, expected: &[&str]) {
    let manifest = rewritten(program).1;
    let edits: Vec<String> = manifest
        .edits
        .iter()
        .map(|edit| format!("{} {}", edit.location, edit.becomes))
        .collect();
    assert_eq!(
        (manifest.engine, edits),
        (engine, expected.iter().map(|edit| (*edit).to_owned()).collect())
    );
}
