//! Which engine drives which program.

use rewriter::{Engine, Manifest, Program};

use crate::{FRAMEWORK, RUN, RUNTIME, SYNC, obstacles, program, rewritten};

const REPLACED: &str =
    "`main` is asynchronous on a tokio runtime, and every call that starts the event loop was replaced";

/// Asserts the engine and the reason, and what stood in the way of faster engines.
#[track_caller]
fn assert_engine(program: &Program, engine: Engine, reason: &str, expected: &[&str]) {
    let manifest = rewritten(program).manifest;
    assert_eq!(
        (manifest.engine, manifest.reason.as_str(), obstacles(&manifest)),
        (
            engine,
            reason,
            expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
        )
    );
}

#[test]
fn a_main_on_tokio_is_polled() {
    assert_engine(&program(RUN), Engine::Inline, REPLACED, &[]);
}

#[test]
fn a_synchronous_main_has_a_thread() {
    assert_engine(
        &program(SYNC),
        Engine::Thread,
        "`main` is synchronous; every call that starts the event loop was replaced",
        &["inline 1:4 `main` is synchronous"],
    );
}

#[test]
fn a_main_under_another_attribute_has_a_thread() {
    let text = "#[allow(unused)]\n#[async_std::main]\nasync fn main() { lambda_http::run(h()).await.unwrap() }\n";
    let why = "`#[async_std::main]` runs `main`, and not tokio's attribute";
    assert_engine(
        &program(text),
        Engine::Thread,
        &format!("{why}; every call that starts the event loop was replaced"),
        &[&format!("inline 2:1 {why}")],
    );
    // Such attributes ask for the name `main`.
    assert!(
        rewritten(&program(text)).sources[0]
            .text
            .contains("#[async_std::main]\nasync fn main() { crate::__lambda::http_run(h())")
    );
}

#[test]
fn an_attribute_that_may_be_configured_away_has_a_thread() {
    let text = "#[cfg_attr(custom, tokio::main)]\nasync fn main() { lambda_runtime::run(h()).await.unwrap() }\n";
    assert_eq!(rewritten(&program(text)).manifest.engine, Engine::Thread);
}

#[test]
fn tokio_with_unknown_arguments_has_a_thread() {
    let text = "#[tokio::main(flavor = \"local\")]\nasync fn main() { lambda_runtime::run(h()).await.unwrap() }\n";
    let why = "an argument of `#[tokio::main]` is not understood";
    assert_engine(
        &program(text),
        Engine::Thread,
        &format!("{why}; every call that starts the event loop was replaced"),
        &[&format!("inline 1:15 {why}")],
    );
}

#[test]
fn a_runtime_is_looped_back() {
    let why = "`lambda_runtime::Runtime::new` starts the event loop in a way that can't be replaced in the source";
    assert_engine(
        &program(RUNTIME),
        Engine::Loopback,
        why,
        &[&format!("inline 2:19 {why}"), &format!("thread 2:19 {why}")],
    );
}

#[test]
fn one_start_that_can_not_be_replaced_is_enough() {
    for maker in [
        "runtime",
        "runtime_concurrent",
        "streaming_runtime",
        "streaming_runtime_concurrent",
    ] {
        let text = format!(
            "use lambda_http::{{run, {maker} as make}};\n#[tokio::main]\nasync fn main() {{ if a {{ run(h()).await }} else {{ make(h()).run().await }} }}\n"
        );
        let rewritten = rewritten(&program(&text));
        assert_eq!(rewritten.manifest.engine, Engine::Loopback, "{maker}");
        assert_eq!(rewritten.manifest.crates, ["lambda_http"]);
        assert_eq!(rewritten.manifest.edits, []);
        assert!(!rewritten.sources[0].text.contains("define_"), "{maker}");
    }
}

#[test]
fn an_old_lambda_runtime_is_looped_back() {
    let mut program = program(RUN);
    program.lambda_runtime = Some("0.12.0".to_owned());
    let why = "lambda_runtime 0.12.0 is older than 0.13, whose interface the bridge has";
    assert_engine(
        &program,
        Engine::Loopback,
        why,
        &[&format!("inline 2:19 {why}"), &format!("thread 2:19 {why}")],
    );
    program.lambda_runtime = Some("0.13.0".to_owned());
    assert_engine(&program, Engine::Inline, REPLACED, &[]);
}

#[test]
fn a_framework_is_looped_back() {
    let mut program = program(FRAMEWORK);
    program.frameworks = vec!["framework".to_owned()];
    let why = "no call in the sources starts the event loop: `framework` does, over its own lambda_runtime";
    assert_engine(
        &program,
        Engine::Loopback,
        why,
        &[&format!("inline 2:10 {why}"), &format!("thread 2:10 {why}")],
    );
    assert_eq!(rewritten(&program).manifest.crates, ["framework"]);
}

#[test]
fn a_framework_besides_a_call_that_is_replaced_is_none() {
    let mut program = program(RUN);
    program.frameworks = vec!["framework".to_owned()];
    assert_engine(&program, Engine::Inline, REPLACED, &[]);
}

#[test]
fn an_engine_is_asked_for() {
    for (text, engine, obstacles) in [
        (RUN, Engine::Inline, &[][..]),
        (RUN, Engine::Thread, &[]),
        (RUN, Engine::Loopback, &[]),
        (SYNC, Engine::Thread, &["inline 1:4 `main` is synchronous"]),
        (SYNC, Engine::Loopback, &["inline 1:4 `main` is synchronous"]),
        (
            FRAMEWORK,
            Engine::Loopback,
            &[
                "inline 2:10 no call in the sources starts the event loop",
                "thread 2:10 no call in the sources starts the event loop",
            ],
        ),
    ] {
        let mut program = program(text);
        program.engine = Some(engine);
        assert_engine(&program, engine, &format!("`engine = \"{engine}\"` is set"), obstacles);
    }
}

#[test]
fn a_main_on_tokio_keeps_its_attribute_on_a_thread() {
    let mut program = program(RUN);
    program.engine = Some(Engine::Thread);
    let text = &rewritten(&program).sources[0].text;
    let expected = "#[tokio::main]\nasync fn main() { crate::__lambda::run(h()).await.unwrap() }\n";
    assert!(text.starts_with(expected), "{text}");
}

#[test]
fn a_manifest_is_read_as_it_was_written() {
    let text = "#[no_mangle] fn a() {}\nfn main() { block_on(lambda_runtime::run(h())) }\n";
    let manifest = rewritten(&program(text)).manifest;
    let json = serde_json::to_string(&manifest).unwrap();
    assert!(json.contains("\"version\":2"), "{json}");
    assert!(json.contains("\"engine\":\"thread\""), "{json}");
    // An edit, a global and an obstacle each say where they are beside the rest, and not below it.
    let placed = manifest.edits.len() + manifest.globals.len() + manifest.obstacles.len();
    assert!(
        ![manifest.edits.len(), manifest.globals.len(), manifest.obstacles.len()].contains(&0),
        "{json}"
    );
    assert_eq!(json.matches(r#""file":"main.rs","line":"#).count(), placed, "{json}");
    assert!(!json.contains("location"), "{json}");
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
}

#[test]
fn a_call_for_another_lambda_runtime_is_looped_back() {
    let mut program = program("#[tokio::main]\nasync fn main() { lambda_http::run(h()).await }\n");
    program.lambda_runtime = Some("1.5.0".to_owned());
    program.other_runtimes = [("lambda_http".to_owned(), "0.14.4".to_owned())].into();
    let manifest = rewritten(&program).manifest;
    assert_eq!(
        (manifest.engine, manifest.reason.as_str()),
        (
            Engine::Loopback,
            "`lambda_http::run` is for lambda_runtime 0.14.4, and the bridge is built with lambda_runtime 1.5.0"
        )
    );
    program.sources[0].text = program.sources[0].text.replace("lambda_http", "lambda_runtime");
    assert_eq!(rewritten(&program).manifest.engine, Engine::Inline);
    program.sources[0].text = program.sources[0]
        .text
        .replace("lambda_runtime", "lambda_http::lambda_runtime");
    assert_eq!(rewritten(&program).manifest.engine, Engine::Loopback);
}
