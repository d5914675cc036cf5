//! Work of a program beside the event loop, which keeps its `main` from being polled during calls alone.

use rewriter::{Program, Source};

use crate::{assert_not_polled, program};

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
        assert_not_polled(&with_main(body, ""), &[]);
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
        assert_not_polled(&with_main(body, ""), &[&format!("3:{column} {why}")]);
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
        assert_not_polled(&with_helper(body), &[]);
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
        assert_not_polled(
            &with_helper(body),
            &[&format!("3:{column} `serve` leads to it, and {how}")],
        );
    }
}

#[test]
fn callers_are_followed_up_to_main() {
    let helpers = "async fn serve() -> R { lambda_runtime::run(h()).await }\nasync fn outer() -> R { serve().await }";
    assert_not_polled(&with_main("outer().await", helpers), &[]);
    assert_not_polled(
        &with_main("tokio::join!(outer(), other());", helpers),
        &["3:18 `outer` leads to it, and stands in `join!`"],
    );
    // All of them: one way is alone, and the other is not.
    assert_not_polled(
        &with_main(
            "if a { outer().await } else { tokio::join!(serve(), other()) }",
            helpers,
        ),
        &["3:48 `serve` leads to it, and stands in `join!`"],
    );
    // A future that is handed up.
    assert_not_polled(
        &with_main(
            "outer().await",
            "async fn serve() -> R { lambda_runtime::run(h()).await }\nfn outer() -> impl Future<Output = R> { serve() }",
        ),
        &["6:41 `serve` leads to it, and is not awaited where it stands"],
    );
    // Functions that call each other, and never come from `main`.
    assert_not_polled(
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
        assert_not_polled(&with(main, imports), &[]);
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
        assert_not_polled(
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
        assert_not_polled(&with_main(main, items), &[]);
    }
    let why = "3:18 `run` leads to it, and is not awaited where it stands";
    for main in [
        "tokio::spawn(server::run()).await; flusher::run().await",
        "tokio::spawn(run()).await } use server::run; fn other() {",
    ] {
        assert_not_polled(&with_main(main, items), &[why]);
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
        assert_not_polled(&with_main(body, app), &[]);
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
        assert_not_polled(
            &with_main(body, app),
            &[&format!("3:{place} `serve` leads to it, and {how}")],
        );
    }
    assert_not_polled(
        &with_main(
            "framework(App).await",
            "impl Service for App { async fn serve(self) { lambda_runtime::run(h()).await } }",
        ),
        &["5:33 `serve` leads to it, and others may call a trait's method"],
    );
    assert_not_polled(
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
        assert_not_polled(&with_main("serve().await", &serve(attribute)), &[]);
    }
    assert_not_polled(
        &with_main("serve().await", &serve("#[beside(flush)]")),
        &["5:1 the attribute may make something else of `serve`, which leads to it"],
    );
    assert_not_polled(
        &with_main(
            "App.serve().await",
            "#[actor] impl App { async fn serve(self) { lambda_runtime::run(h()).await } }",
        ),
        &["5:1 the attribute may make something else of `serve`, which leads to it"],
    );
    assert_not_polled(
        &program("#[tokio::main]\n#[beside(flush)]\nasync fn main() { lambda_runtime::run(h()).await }\n"),
        &["2:1 the attribute may make something else of `main`, which leads to it"],
    );
}

#[test]
fn macros_of_the_program_are_followed_as_functions_are() {
    let go = "macro_rules! go { ($h:expr) => { lambda_http::run($h).await } }";
    for body in ["go!(h())", "go!(h()).unwrap()", "println!(\"{:?}\", go!(h()))"] {
        assert_not_polled(&with_main(body, go), &[]);
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
        assert_not_polled(
            &with_main(body, go),
            &[&format!("3:{place} `go` leads to it, and {how}")],
        );
    }
    assert_not_polled(
        &with_main(
            "tokio::join!(go!(h()), a());",
            "macro_rules! go { ($h:expr) => { async { lambda_http::run($h).await } } }",
        ),
        &["5:42 `lambda_http::run` stands in an async block or a closure"],
    );
    // What they are given stands beside other work, if they have some.
    let main = "with!(lambda_runtime::run(h()).await)";
    assert_not_polled(
        &with_main(main, "macro_rules! with { ($e:expr) => { println!(\"{:?}\", $e) } }"),
        &[],
    );
    for with in [
        "macro_rules! with { ($e:expr) => { tokio::join!(other(), done($e)) } }",
        "macro_rules! with { ($e:expr) => { spawn(async move { $e }) } }",
    ] {
        assert_not_polled(
            &with_main(main, with),
            &["3:11 `lambda_runtime::run` stands in `with!`"],
        );
    }
    // One that makes the function that calls it.
    assert_not_polled(
        &with_main(
            "serve().await",
            "macro_rules! define { ($name:ident) => { async fn $name() { lambda_http::run(h()).await } } }\ndefine!(serve);",
        ),
        &["5:61 `lambda_http::run` stands in an async block or a closure"],
    );
}
