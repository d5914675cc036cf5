//! What a runtime of one thread has to do beside `main`, which keeps that from being polled during calls alone.

use rewriter::{Library, Program, Source};

use crate::{assert_not_polled, program, rewritten};

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
        assert_not_polled(&single(body), &[&format!("2:{column} {TASK}: `{name}` starts one")]);
        // With more threads, those go on with it.
        let mut program = single(body);
        program.sources[0].text = program.sources[0].text.replace("current_thread", "multi_thread");
        assert_not_polled(&program, &[]);
    }
    const HANDLE: &str = "`main` has the one thread that what other threads hand to it would need between events";
    assert_not_polled(
        &single("let handle = tokio::runtime::Handle::current()"),
        &[&format!("2:32 {HANDLE}: `tokio::runtime::Handle::current` lets them")],
    );
    assert_not_polled(
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
    assert_not_polled(&program, &[&format!("1:18 {TASK}: `tokio::spawn` starts one")]);
    program.sources[1].text = "macro_rules! go { ($f:expr) => { ::tokio::spawn($f) } }".to_owned();
    assert_not_polled(&program, &[&format!("1:43 {TASK}: `spawn` starts one")]);
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
    assert_not_polled(&with("#[cfg(test)] mod tests; pub fn start() {}", flush), &[]);
    let program = with("#[cfg(test)] mod tests; mod flush; pub use flush::start;", flush);
    let why =
        "main` has the one thread that a task of the program would need between events: `tokio::spawn` starts one";
    assert_not_polled(&program, &[&format!("1:18 `{why}")]);
    assert_eq!(
        rewritten(&program).manifest.obstacles[0].location.file,
        "telemetry/src/flush.rs"
    );
    let extension = "`main` has the one thread that an extension of the program would need between events: `lambda_extension::run` is of one";
    assert_not_polled(
        &with("pub async fn start() { lambda_extension::run(f).await }", ""),
        &[&format!("1:24 {extension}")],
    );
    let unread = "1:1 this library can't be read, and may start tasks on the one thread that `main` has";
    assert_not_polled(&with("pub fn start( {", ""), &[unread]);
    // Where there are more threads, those go on with it.
    let mut program = with("mod flush;", flush);
    program.sources[0].text = program.sources[0].text.replace("current_thread", "multi_thread");
    assert_not_polled(&program, &[]);
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
        assert_not_polled(&single(body), &[]);
    }
    let mut program = single("");
    program.sources[0]
        .text
        .push_str("#[cfg(test)] mod tests { fn t() { tokio::spawn(a()); } }\n");
    program.sources[0]
        .text
        .push_str("#[tokio::test] async fn t() { tokio::spawn(a()); }\n");
    assert_not_polled(&program, &[]);
}

#[test]
fn an_extension_has_a_thread_beside_the_events() {
    const WHY: &str = "`main` has the one thread that an extension of the program would need between events";
    let handler = "lambda_runtime::spawn_graceful_shutdown_handler(h).await";
    assert_not_polled(
        &single(handler),
        &[&format!(
            "2:19 {WHY}: `lambda_runtime::spawn_graceful_shutdown_handler` is of one"
        )],
    );
    assert_not_polled(
        &single("let a = lambda_extension::Extension::new(); let b = lambda_extension::service_fn(f)"),
        &[&format!("2:27 {WHY}: `lambda_extension::Extension::new` is of one")],
    );
    let mut program = single("");
    program.sources[0].text.push_str("// spawn_graceful_shutdown_handler\n");
    assert_not_polled(&program, &[]);
    // What starts it is in no source at hand.
    program.extensions.push("telemetry".to_owned());
    assert_not_polled(&program, &[&format!("1:1 {WHY}: `telemetry` may be of one")]);
}
