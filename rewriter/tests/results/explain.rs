//! A manifest for people.

use rewriter::{Program, Source, explain, rewrite};

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
