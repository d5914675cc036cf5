//! Which engine drives which program, what stands in the way of the faster ones, and the module that drives it.

mod common;

use rewriter::{Engine, Manifest, Program, Rewritten, Source, rewrite};

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
            format!(
                "{} {}:{} {}",
                obstacle.engine, obstacle.line, obstacle.column, obstacle.why
            )
        })
        .collect()
}

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

const RUN: &str = "#[tokio::main]\nasync fn main() { lambda_runtime::run(h()).await.unwrap() }\n";
const SYNC: &str = "fn main() { block_on(lambda_runtime::run(h())) }\n";
const RUNTIME: &str =
    "#[tokio::main]\nasync fn main() { lambda_runtime::Runtime::<S<H>>::new(h()).run().await.unwrap() }\n";
const FRAMEWORK: &str = "#[tokio::main]\nasync fn main() { framework::serve(h()).await }\n";
const REPLACED: &str =
    "`main` is asynchronous on a tokio runtime, and every call that starts the event loop was replaced";

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
    let manifest = rewritten(&program(RUNTIME)).manifest;
    let json = serde_json::to_string(&manifest).unwrap();
    assert!(json.contains("\"version\":2"), "{json}");
    assert!(json.contains("\"engine\":\"loopback\""), "{json}");
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
}

/// Asserts the whole text of the appended module.
const ENDED: &str = "    fn ended() -> ::lambda_bridge::generated::Exit {
        use ::lambda_bridge::IntoExit as _;
        ::lambda_bridge::Ended::new(super::main()).into_exit()
    }
";

#[track_caller]
fn assert_bridge(text: &str, stand_ins: &str, start: &str) {
    let rewritten = rewritten(&program(text));
    let engine = rewritten.manifest.engine;
    let ended = match engine {
        Engine::Inline => "",
        Engine::Thread | Engine::Loopback => ENDED,
    };
    let function = match engine {
        Engine::Inline | Engine::Thread => "(\n        start,\n    );",
        Engine::Loopback => "(\n            start,\n        )\n        .with_main(ended);",
    };
    let expected = format!(
        "{}
    //! Runs this program inside a shared library. Generated by rules_rust_lambda.
    /// The program as a Lambda function.
    pub static FUNCTION: ::lambda_bridge::generated::Function = ::lambda_bridge::generated::Function::new{function}
{stand_ins}    fn start() -> ::core::result::Result<
        ::std::boxed::Box<dyn ::lambda_bridge::generated::Engine>,
        ::lambda_bridge::generated::Failure,
    > {{
{start}    }}
{ended}}}
",
        common::BRIDGE
    );
    let text = &rewritten.sources[0].text;
    let bridge = &text[text.rfind(common::BRIDGE).unwrap()..];
    assert_eq!(bridge, expected, "\n{bridge}");
}

#[test]
fn the_module_that_polls() {
    assert_bridge(
        RUN,
        "    ::lambda_bridge::define_run!(FUNCTION);\n",
        "        let runtime = ::lambda_bridge::generated::tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        ::lambda_bridge::inline(
            runtime,
            || async {
                use ::lambda_bridge::IntoExit as _;
                let returned = super::__lambda_main().await;
                move || ::lambda_bridge::Ended::new(returned).into_exit()
            },
        )
",
    );
}

const COMPANY: &str = "`main` may have other work beside the event loop, which goes on between events";

/// Asserts whether a `main` with this body is polled during calls alone.
#[track_caller]
fn assert_alone(body: &str, is_alone: bool) {
    let text = format!(
        "#[tokio::main]\nasync fn main() {{ {body} }}\nmacro_rules! go {{ ($h:expr) => {{ lambda_http::run($h).await }} }}\n"
    );
    let manifest = rewritten(&program(&text)).manifest;
    let why: Vec<&str> = manifest
        .obstacles
        .iter()
        .map(|obstacle| obstacle.why.as_str())
        .collect();
    let (engine, expected) = match is_alone {
        true => (Engine::Inline, vec![]),
        false => (Engine::Thread, vec![COMPANY]),
    };
    assert_eq!((manifest.engine, why), (engine, expected), "{body}");
}

#[test]
fn a_loop_that_main_waits_for_alone_is_polled() {
    for body in [
        "lambda_runtime::run(h()).await.unwrap()",
        "let result = lambda_runtime::run(h()).await; println!(\"{result:?}\")",
        "if let Err(error) = lambda_runtime::run(h()).await { panic!(\"{error}\") }",
        "println!(\"{:?}\", lambda_runtime::run(h()).await)",
        "go!(h())",
    ] {
        assert_alone(body, true);
    }
}

#[test]
fn a_loop_beside_other_work_has_a_thread() {
    for body in [
        "tokio::try_join!(lambda_runtime::run(h()), other()).unwrap();",
        "tokio::join!(async { lambda_runtime::run(h()).await }, other());",
        "let events = async { lambda_runtime::run(h()).await }; tokio::join!(events, other());",
        "tokio::select! { _ = lambda_runtime::run(h()) => (), _ = other() => () }",
        "tokio::spawn(lambda_runtime::run(h())).await.unwrap()",
        "tokio::time::timeout(T, lambda_runtime::run(h())).await.unwrap()",
        "let start = lambda_runtime::run; start(h()).await.unwrap()",
        "spawn(|| lambda_runtime::run(h()))",
    ] {
        assert_alone(body, false);
    }
}

#[test]
fn an_extension_has_a_thread_beside_the_events() {
    let single = "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() { EXTENSION lambda_runtime::run(h()).await.unwrap() }\n";
    let why = "`main` has the one thread that an extension of the program would need between events";
    let mut with_handler =
        program(&single.replace("EXTENSION", "lambda_runtime::spawn_graceful_shutdown_handler(h).await;"));
    let reason = format!("{why}; every call that starts the event loop was replaced");
    let obstacle = format!("inline 1:1 {why}");
    assert_engine(&with_handler, Engine::Thread, &reason, &[&obstacle]);
    with_handler.sources[0].text = single.replace("EXTENSION", "");
    assert_eq!(rewritten(&with_handler).manifest.engine, Engine::Inline);
    with_handler.deps.push("lambda_extension".to_owned());
    assert_engine(&with_handler, Engine::Thread, &reason, &[&obstacle]);
}

#[test]
fn the_module_that_starts_a_thread() {
    assert_bridge(
        "fn main() { if HTTP { on(lambda_http::run_with_streaming_response(h())) } else { on(lambda_runtime::run(h())) } }\n",
        "    ::lambda_bridge::define_run!(FUNCTION);\n    ::lambda_bridge::define_http_run!(FUNCTION, lambda_http);\n",
        "        ::lambda_bridge::thread(&FUNCTION, ended)
",
    );
}

#[test]
fn the_module_that_loops_back() {
    assert_bridge(
        RUNTIME,
        "",
        "        ::lambda_bridge::loopback(&FUNCTION, ended)
",
    );
}
