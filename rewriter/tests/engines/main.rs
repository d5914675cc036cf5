//! Which engine drives which program, what stands in the way of the faster ones, and the module that drives it.

mod bridge;
mod choice;
#[path = "../common/mod.rs"]
mod common;
mod concurrent_work;
mod single_thread;

use rewriter::{Engine, Location, Manifest, Program, Rewritten, Source, rewrite};

/// A program of one file.
fn program(text: &str) -> Program {
    Program {
        crate_name: "program".to_owned(),
        crate_root: "main.rs".to_owned(),
        sources: vec![Source::new("main.rs", text)],
        deps: ["lambda_http", "lambda_runtime", "tokio"].map(str::to_owned).to_vec(),
        ..Program::default()
    }
}

#[track_caller]
fn rewritten(program: &Program) -> Rewritten {
    match rewrite(program) {
        Ok(rewritten) => {
            common::assert_faithful(&program.sources, &rewritten);
            rewritten
        }
        Err(error) => panic!("{error}"),
    }
}

/// The obstacles in short: `engine line:column why`.
fn obstacles(manifest: &Manifest) -> Vec<String> {
    let obstacles = manifest.obstacles.iter();
    obstacles
        .map(|obstacle| {
            let Location { line, column, .. } = obstacle.location;
            format!("{} {line}:{column} {}", obstacle.engine, obstacle.why)
        })
        .collect()
}

const RUN: &str = "#[tokio::main]\nasync fn main() { lambda_runtime::run(h()).await.unwrap() }\n";
const SYNC: &str = "fn main() { block_on(lambda_runtime::run(h())) }\n";
const RUNTIME: &str =
    "#[tokio::main]\nasync fn main() { lambda_runtime::Runtime::<S<H>>::new(h()).run().await.unwrap() }\n";
const FRAMEWORK: &str = "#[tokio::main]\nasync fn main() { framework::serve(h()).await }\n";

const BESIDE: &str = "`main` may have other work beside the event loop, which goes on between events: ";

/// Asserts what keeps a program from being polled during calls alone: `line:column why`.
#[track_caller]
fn assert_not_polled(program: &Program, expected: &[&str]) {
    let manifest = rewritten(program).manifest;
    let found: Vec<String> = obstacles(&manifest)
        .iter()
        .map(|obstacle| obstacle.replace("inline ", "").replace(BESIDE, ""))
        .collect();
    let engine = match expected {
        [] => Engine::Inline,
        _ => Engine::Thread,
    };
    assert_eq!(
        (manifest.engine, found.as_slice()),
        (
            engine,
            expected
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
                .as_slice()
        ),
        "{}",
        program.sources[0].text
    );
}
