//! Which engine drives which program, what stands in the way of the faster ones, and the module that drives it.

mod common;

use rewriter::{Engine, Library, Manifest, Program, Rewritten, Source, rewrite};

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

const COMPANY: &str = "`main` may have other work beside the event loop, which goes on between events: ";

/// Asserts what keeps a program from being polled during calls alone: `line:column why`.
#[track_caller]
fn assert_company(program: &Program, expected: &[&str]) {
    let manifest = rewritten(program).manifest;
    let found: Vec<String> = obstacles(&manifest)
        .iter()
        .map(|obstacle| obstacle.replace("inline ", "").replace(COMPANY, ""))
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

/// A program whose `main` has this body, from column 5 of the third line on, and further items behind.
fn with_main(body: &str, items: &str) -> Program {
    program(&format!(
        "#[tokio::main]\nasync fn main() {{\n    {body}\n}}\n{items}\n"
    ))
}

/// One with the loop in a helper.
fn with_helper(body: &str) -> Program {
    with_main(body, "async fn serve() -> R { lambda_runtime::run(h()).await }")
}

#[test]
fn a_loop_that_main_waits_for_alone_is_polled() {
    for body in [
        "lambda_runtime::run(h()).await.unwrap()",
        "let result = lambda_runtime::run(h()).await; println!(\"{result:?}\")",
        "if let Err(error) = lambda_runtime::run(h()).await { panic!(\"{error}\") }",
        "println!(\"{:?}\", lambda_runtime::run(h()).await)",
        "(lambda_runtime::run(h())).await",
        "tokio::spawn(tick()); lambda_runtime::run(h()).await",
        "let spawn = 1; lambda_runtime::run(h()).await",
    ] {
        assert_company(&with_main(body, ""), &[]);
    }
}

#[test]
fn a_loop_beside_other_work_has_a_thread() {
    const UNAWAITED: &str = "`lambda_runtime::run` is not awaited where it stands";
    const FUTURE: &str = "`lambda_runtime::run` stands in an async block or a closure";
    const RUN: &str = "lambda_runtime::run";
    for (body, why) in [
        (
            "tokio::try_join!(lambda_runtime::run(h()), other()).unwrap();",
            "`lambda_runtime::run` stands in `try_join!`",
        ),
        (
            "tokio::join!(async { lambda_runtime::run(h()).await }, other());",
            FUTURE,
        ),
        (
            "let events = async { lambda_runtime::run(h()).await }; tokio::join!(events, other());",
            FUTURE,
        ),
        (
            "tokio::select! { _ = lambda_runtime::run(h()) => (), _ = other() => () }",
            "`lambda_runtime::run` stands in `select!`",
        ),
        (
            "parallel! { lambda_runtime::run(h()).await; other() }",
            "`lambda_runtime::run` stands in `parallel!`",
        ),
        (
            "println!(\"{:?}\", tokio::join!(lambda_runtime::run(h()), other()))",
            UNAWAITED,
        ),
        (
            "println!(\"{:?}\", block_on(async { lambda_runtime::run(h()).await }))",
            FUTURE,
        ),
        ("tokio::spawn(lambda_runtime::run(h())).await.unwrap()", UNAWAITED),
        (
            "tokio::time::timeout(T, lambda_runtime::run(h())).await.unwrap()",
            UNAWAITED,
        ),
        (
            "futures::future::select(lambda_runtime::run(h()), other()).await",
            UNAWAITED,
        ),
        ("lambda_runtime::run(h()).or(other()).await", UNAWAITED),
        ("let start = lambda_runtime::run; start(h()).await.unwrap()", UNAWAITED),
        ("spawn(|| lambda_runtime::run(h()))", FUTURE),
        (
            "tokio::task::block_in_place(|| handle.block_on(lambda_runtime::run(h())))",
            FUTURE,
        ),
    ] {
        let column = 5 + body.find(RUN).unwrap();
        assert_company(&with_main(body, ""), &[&format!("3:{column} {why}")]);
    }
}

#[test]
fn a_helper_around_the_loop_that_main_waits_for_alone_is_polled() {
    for body in [
        "serve().await",
        "serve().await?",
        "serve().await.context(\"serving\")?",
        "return serve().await",
        "match serve().await { Ok(()) => (), Err(error) => panic!(\"{error}\") }",
        "if let Err(error) = serve().await { panic!(\"{error}\") }",
        "if local() { other().await } else { self::serve().await }",
        "println!(\"{:?}\", serve().await)",
        "(serve().instrument(span!())).await",
        "let serve = serve().await; println!(\"{serve:?}\"); drop(serve)",
        "info!(serve = 1); crate::serve().await",
    ] {
        assert_company(&with_helper(body), &[]);
    }
}

#[test]
fn a_helper_around_the_loop_beside_other_work_has_a_thread() {
    const UNAWAITED: &str = "is not awaited where it stands";
    const FUTURE: &str = "stands in an async block or a closure";
    for (body, how) in [
        ("tokio::try_join!(serve(), extension.run())?;", "stands in `try_join!`"),
        (
            "tokio::select! { result = serve() => result, _ = terminate.recv() => Ok(()) }",
            "stands in `select!`",
        ),
        ("futures::join! { serve(), other() };", "stands in `join!`"),
        ("tokio::join!(other(), async move { serve().await });", FUTURE),
        ("let all = async { serve().await }; all.await", FUTURE),
        ("tokio::spawn(serve()).await?", UNAWAITED),
        ("tokio::spawn(async { serve().await }).await?", FUTURE),
        ("let events = serve(); tokio::join!(events, other());", UNAWAITED),
        ("Box::pin(serve()).await", UNAWAITED),
        ("tokio::time::timeout(T, serve()).await", UNAWAITED),
        ("futures::future::try_join(serve(), other()).await?;", UNAWAITED),
        ("serve().race(other()).await", UNAWAITED),
        ("let all = FuturesUnordered::new(); all.push(serve());", UNAWAITED),
        ("set.spawn(serve());", UNAWAITED),
        ("start(serve).await", UNAWAITED),
        ("let start = serve; start().await", UNAWAITED),
        ("tokio::task::block_in_place(|| handle.block_on(serve()))", FUTURE),
        ("println!(\"{:?}\", tokio::join!(serve(), other()))", UNAWAITED),
        ("together!(serve, other)", "stands in `together!`"),
    ] {
        let column = 5 + body.find("serve").unwrap();
        assert_company(
            &with_helper(body),
            &[&format!("3:{column} `serve` leads to it, and {how}")],
        );
    }
}

#[test]
fn callers_are_followed_up_to_main() {
    let helpers = "async fn serve() -> R { lambda_runtime::run(h()).await }\nasync fn outer() -> R { serve().await }";
    assert_company(&with_main("outer().await", helpers), &[]);
    assert_company(
        &with_main("tokio::join!(outer(), other());", helpers),
        &["3:18 `outer` leads to it, and stands in `join!`"],
    );
    // All of them: one way is alone, and the other is not.
    assert_company(
        &with_main(
            "if a { outer().await } else { tokio::join!(serve(), other()) }",
            helpers,
        ),
        &["3:48 `serve` leads to it, and stands in `join!`"],
    );
    // A future that is handed up.
    assert_company(
        &with_main(
            "outer().await",
            "async fn serve() -> R { lambda_runtime::run(h()).await }\nfn outer() -> impl Future<Output = R> { serve() }",
        ),
        &["6:41 `serve` leads to it, and is not awaited where it stands"],
    );
    // Functions that call each other, and never come from `main`.
    assert_company(
        &with_main("other().await", "async fn serve() { lambda_runtime::run(h()).await }"),
        &["5:10 `serve` leads to it, and who calls that is not seen"],
    );
}

#[test]
fn helpers_are_followed_through_imports_and_files() {
    let with = |main: &str, imports: &str| {
        let mut program = with_main(main, &format!("mod app;\n{imports}"));
        let text =
            "pub mod deep { pub async fn serve() { lambda_http::run(h()).await } }\npub use deep::serve as go;\n";
        program.sources.push(Source::new("app.rs", text));
        program
    };
    for (main, imports) in [
        ("app::deep::serve().await", ""),
        ("go().await", "use app::go;"),
        ("start().await", "use app::go as start;"),
        ("start().await", "use app::{deep::{serve as start}};"),
        ("serve().await", "use app::deep::*;"),
    ] {
        assert_company(&with(main, imports), &[]);
    }
    for (main, imports, name, how) in [
        ("app::deep::serve()", "", "serve", "is not awaited where it stands"),
        ("join!(go(), a())", "use app::go;", "go", "stands in `join!`"),
        (
            "join!(start(), a())",
            "use app::go as start;",
            "start",
            "stands in `join!`",
        ),
        (
            "select!(_ = serve() => ())",
            "use app::deep::*;",
            "serve",
            "stands in `select!`",
        ),
    ] {
        let column = match main.contains('!') {
            true => 5 + main.find(name).unwrap(),
            false => 5,
        };
        assert_company(
            &with(main, imports),
            &[&format!("3:{column} `{name}` leads to it, and {how}")],
        );
    }
}

#[test]
fn another_function_of_the_same_name_is_none_of_the_loops() {
    let items = "mod server { pub async fn run() { lambda_runtime::run(h()).await } }\nmod flusher { pub async fn run() { flush().await } pub fn start() { tokio::spawn(run()); } }";
    for main in [
        "tokio::spawn(flusher::run()); server::run().await",
        "tokio::spawn(crate::flusher::run()); self::server::run().await",
        "flusher::start(); server::run().await",
        "tokio::spawn(self::run()); server::run().await } async fn run() { flush().await",
    ] {
        assert_company(&with_main(main, items), &[]);
    }
    let why = "3:18 `run` leads to it, and is not awaited where it stands";
    for main in [
        "tokio::spawn(server::run()).await; flusher::run().await",
        "tokio::spawn(run()).await } use server::run; fn other() {",
    ] {
        assert_company(&with_main(main, items), &[why]);
    }
}

#[test]
fn methods_are_followed_too() {
    let app = "impl App { async fn serve(self) { lambda_runtime::run(h()).await } }";
    for body in [
        "App::new().serve().await",
        "App::serve(app).await",
        "<App>::serve(app).await",
    ] {
        assert_company(&with_main(body, app), &[]);
    }
    for (body, place, how) in [
        ("tokio::join!(app.serve(), other());", 22, "stands in `join!`"),
        ("app.serve().or(other()).await", 9, "is not awaited where it stands"),
        (
            "tokio::spawn(App::serve(app)).await",
            18,
            "is not awaited where it stands",
        ),
        ("run_app(<App>::serve).await", 20, "is not awaited where it stands"),
    ] {
        assert_company(
            &with_main(body, app),
            &[&format!("3:{place} `serve` leads to it, and {how}")],
        );
    }
    assert_company(
        &with_main(
            "framework(App).await",
            "impl Service for App { async fn serve(self) { lambda_runtime::run(h()).await } }",
        ),
        &["5:33 `serve` leads to it, and others may call a trait's method"],
    );
    assert_company(
        &with_main(
            "App.serve().await",
            "trait Serve { async fn serve(&self) { lambda_runtime::run(h()).await } }",
        ),
        &["5:24 `serve` leads to it, and others may call a trait's method"],
    );
}

#[test]
fn an_attribute_may_make_something_else_of_a_helper() {
    let serve = |attribute: &str| format!("{attribute} async fn serve() {{ lambda_runtime::run(h()).await }}");
    for attribute in [
        "#[inline]",
        "#[tracing::instrument]",
        "#[lambda_runtime::tracing::instrument(skip_all)]",
    ] {
        assert_company(&with_main("serve().await", &serve(attribute)), &[]);
    }
    assert_company(
        &with_main("serve().await", &serve("#[beside(flush)]")),
        &["5:1 the attribute may make something else of `serve`, which leads to it"],
    );
    assert_company(
        &with_main(
            "App.serve().await",
            "#[actor] impl App { async fn serve(self) { lambda_runtime::run(h()).await } }",
        ),
        &["5:1 the attribute may make something else of `serve`, which leads to it"],
    );
    assert_company(
        &program("#[tokio::main]\n#[beside(flush)]\nasync fn main() { lambda_runtime::run(h()).await }\n"),
        &["2:1 the attribute may make something else of `main`, which leads to it"],
    );
}

#[test]
fn macros_of_the_program_are_followed_as_functions_are() {
    let go = "macro_rules! go { ($h:expr) => { lambda_http::run($h).await } }";
    for body in ["go!(h())", "go!(h()).unwrap()", "println!(\"{:?}\", go!(h()))"] {
        assert_company(&with_main(body, go), &[]);
    }
    for (body, place, how) in [
        (
            "tokio::join!(async { go!(h()) }, other());",
            26,
            "stands in an async block or a closure",
        ),
        (
            "let events = async { go!(h()) };",
            26,
            "stands in an async block or a closure",
        ),
    ] {
        assert_company(
            &with_main(body, go),
            &[&format!("3:{place} `go` leads to it, and {how}")],
        );
    }
    assert_company(
        &with_main(
            "tokio::join!(go!(h()), a());",
            "macro_rules! go { ($h:expr) => { async { lambda_http::run($h).await } } }",
        ),
        &["5:42 `lambda_http::run` stands in an async block or a closure"],
    );
    // What they are given stands beside other work, if they have some.
    let main = "with!(lambda_runtime::run(h()).await)";
    assert_company(
        &with_main(main, "macro_rules! with { ($e:expr) => { println!(\"{:?}\", $e) } }"),
        &[],
    );
    for with in [
        "macro_rules! with { ($e:expr) => { tokio::join!(other(), done($e)) } }",
        "macro_rules! with { ($e:expr) => { spawn(async move { $e }) } }",
    ] {
        assert_company(
            &with_main(main, with),
            &["3:11 `lambda_runtime::run` stands in `with!`"],
        );
    }
    // One that makes the function that calls it.
    assert_company(
        &with_main(
            "serve().await",
            "macro_rules! define { ($name:ident) => { async fn $name() { lambda_http::run(h()).await } } }\ndefine!(serve);",
        ),
        &["5:61 `lambda_http::run` stands in an async block or a closure"],
    );
}

/// A program on a runtime of one thread, whose `main` has this body, from column 19 of the second line on.
fn single(body: &str) -> Program {
    program(&format!(
        "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {{ {body}; lambda_runtime::run(h()).await.unwrap() }}\n"
    ))
}

#[test]
fn tasks_have_a_thread_beside_the_events() {
    const TASK: &str = "`main` has the one thread that a task of the program would need between events";
    for (body, at, name) in [
        ("tokio::spawn(async { signal().await })", "tokio::spawn", "tokio::spawn"),
        (
            "use tokio::task; task::spawn_local(tick())",
            "task::spawn_local",
            "tokio::task::spawn_local",
        ),
        ("use tokio::spawn as go; go(tick())", "go(tick", "tokio::spawn"),
        ("use tokio::*; spawn(tick())", "spawn(", "spawn"),
        ("let mut set = JoinSet::new(); set.spawn(tick())", "spawn(", "spawn"),
        ("runtime.handle().spawn(tick())", "spawn(", "spawn"),
        (
            "let tasks = tokio::task::Builder::new(); tasks.name(\"a\").spawn(tick())",
            "spawn(",
            "spawn",
        ),
        ("flusher.spawn_flush(INTERVAL)", "spawn_flush", "spawn_flush"),
        (
            "let handler = |event| async { tokio::spawn(audit(event)); }",
            "tokio::spawn",
            "tokio::spawn",
        ),
        ("futures.for_each(tokio::spawn)", "tokio::spawn", "tokio::spawn"),
        ("both!(tokio::spawn(tick()), a)", "spawn(", "spawn"),
        ("spawn!(tick())", "spawn!", "spawn"),
    ] {
        let column = 19 + body.rfind(at).unwrap();
        assert_company(&single(body), &[&format!("2:{column} {TASK}: `{name}` starts one")]);
        // With more threads, those go on with it.
        let mut program = single(body);
        program.sources[0].text = program.sources[0].text.replace("current_thread", "multi_thread");
        assert_company(&program, &[]);
    }
    const HANDLE: &str = "`main` has the one thread that what other threads hand to it would need between events";
    assert_company(
        &single("let handle = tokio::runtime::Handle::current()"),
        &[&format!("2:32 {HANDLE}: `tokio::runtime::Handle::current` lets them")],
    );
    assert_company(
        &single("include!(\"start.rs\")"),
        &[&format!(
            "2:19 {TASK}: `include` brings in what is not read, and may start one"
        )],
    );
    // In another file, and in a macro.
    let mut program = single("background::start()");
    program.sources[0].text.push_str("mod background;\n");
    program.sources.push(Source::new(
        "background.rs",
        "pub fn start() { tokio::spawn(tick()); }\n",
    ));
    assert_company(&program, &[&format!("1:18 {TASK}: `tokio::spawn` starts one")]);
    program.sources[1].text = "macro_rules! go { ($f:expr) => { ::tokio::spawn($f) } }".to_owned();
    assert_company(&program, &[&format!("1:43 {TASK}: `spawn` starts one")]);
}

#[test]
fn libraries_of_the_workspace_are_read_for_tasks_too() {
    let with = |root: &str, module: &str| {
        let mut program = single("telemetry::start()");
        program.libraries.push(Library {
            crate_root: "telemetry/src/lib.rs".to_owned(),
            sources: vec![
                Source::new("telemetry/src/lib.rs", root),
                Source::new("telemetry/src/flush.rs", module),
                Source::new("telemetry/src/tests.rs", "fn flushes() { tokio::spawn(flush()); }"),
            ],
        });
        program
    };
    let flush = "pub fn start() { tokio::spawn(flush()); }\n";
    assert_company(&with("#[cfg(test)] mod tests; pub fn start() {}", flush), &[]);
    let program = with("#[cfg(test)] mod tests; mod flush; pub use flush::start;", flush);
    let why =
        "main` has the one thread that a task of the program would need between events: `tokio::spawn` starts one";
    assert_company(&program, &[&format!("1:18 `{why}")]);
    assert_eq!(rewritten(&program).manifest.obstacles[0].file, "telemetry/src/flush.rs");
    let extension = "`main` has the one thread that an extension of the program would need between events: `lambda_extension::run` is of one";
    assert_company(
        &with("pub async fn start() { lambda_extension::run(f).await }", ""),
        &[&format!("1:24 {extension}")],
    );
    let unread = "1:1 this library can't be read, and may start tasks on the one thread that `main` has";
    assert_company(&with("pub fn start( {", ""), &[unread]);
    // Where there are more threads, those go on with it.
    let mut program = with("mod flush;", flush);
    program.sources[0].text = program.sources[0].text.replace("current_thread", "multi_thread");
    assert_company(&program, &[]);
}

#[test]
fn one_thread_is_enough_for_what_needs_no_other() {
    for body in [
        "let config = aws_config::load_from_env().await; let client = Client::new(&config)",
        "tracing_subscriber::fmt().json().init()",
        "std::thread::spawn(|| count())",
        "use std::thread; thread::Builder::new(); thread::spawn(|| count())",
        "tokio::task::spawn_blocking(|| count()).await",
        "rayon::spawn(|| count())",
        "let child = Command::new(\"ls\").spawn()",
        "println!(\"{:?}\", Command::new(\"ls\").spawn())",
        "info!(spawn = 1, \"spawned\")",
        "let mut ticks = tokio::time::interval(SECOND); ticks.tick().await",
    ] {
        assert_company(&single(body), &[]);
    }
    let mut program = single("");
    program.sources[0]
        .text
        .push_str("#[cfg(test)] mod tests { fn t() { tokio::spawn(a()); } }\n");
    program.sources[0]
        .text
        .push_str("#[tokio::test] async fn t() { tokio::spawn(a()); }\n");
    assert_company(&program, &[]);
}

#[test]
fn an_extension_has_a_thread_beside_the_events() {
    const WHY: &str = "`main` has the one thread that an extension of the program would need between events";
    let handler = "lambda_runtime::spawn_graceful_shutdown_handler(h).await";
    assert_company(
        &single(handler),
        &[&format!(
            "2:19 {WHY}: `lambda_runtime::spawn_graceful_shutdown_handler` is of one"
        )],
    );
    assert_company(
        &single("let a = lambda_extension::Extension::new(); let b = lambda_extension::service_fn(f)"),
        &[&format!("2:27 {WHY}: `lambda_extension::Extension::new` is of one")],
    );
    let mut program = single("");
    program.sources[0].text.push_str("// spawn_graceful_shutdown_handler\n");
    assert_company(&program, &[]);
    // What starts it is in no source at hand.
    program.extensions.push("telemetry".to_owned());
    assert_company(&program, &[&format!("1:1 {WHY}: `telemetry` may be of one")]);
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
