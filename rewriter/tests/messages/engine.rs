//! What the rewriter says of programs that it can't rewrite: the whole message, as the author sees it.

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

/// A test of the message about a program of one file, for which an engine may be asked for.
macro_rules! message {
    ($name:ident, $deps:expr, $program:expr, $message:expr) => {
        #[test]
        fn $name() {
            assert_message(&[("src/main.rs", $program)], $deps, None, $message);
        }
    };
    ($name:ident, $deps:expr, $engine:ident, $program:expr, $message:expr) => {
        #[test]
        fn $name() {
            assert_message(
                &[("src/main.rs", $program)],
                $deps,
                Some(Engine::$engine),
                $message,
            );
        }
    };
}

message!(
    a_program_without_main,
    &DEPS,
    r#"use lambda_runtime::run;

fn start() {}
"#,
    r##"
error: no `fn main` in the crate root
 --> src/main.rs:1:1
  |
1 | use lambda_runtime::run;
  | ^^^^^^^^^^^^^^^^^^^^^^^^ this file is taken as the program's crate root
  |
  = help: set `crate_root` to the file that holds `main`, if it is another of the `srcs`
  = help: or add one: write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    main_only_in_a_module,
    &DEPS,
    r#"mod program {
    #[tokio::main]
    async fn main() {
        lambda_runtime::run(handler()).await.unwrap()
    }
}
"#,
    r##"
error: no `fn main` in the crate root
 --> src/main.rs:3:14
  |
3 |     async fn main() {
  |              ^^^^ this one is in a module; a program starts at the one in its crate root
  |
  = help: move it to the top of src/main.rs
"##
);

message!(
    a_main_that_is_not_asynchronous,
    &DEPS,
    Inline,
    r#"fn main() {
    block_on(lambda_runtime::run(handler()));
}
"#,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:1:4
  |
1 | fn main() {
  |    ^^^^ `main` is synchronous
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    an_asynchronous_main_that_nothing_runs,
    &DEPS,
    r##"#[allow(clippy::all)]
#[rustfmt::skip]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `async fn main` without `#[tokio::main]`
 --> src/main.rs:3:10
  |
3 | async fn main() {
  |          ^^^^ nothing runs this function
  |
  = help: write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    a_main_that_another_attribute_runs,
    &DEPS,
    Inline,
    r##"#[async_std::main]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:1:1
  |
1 | #[async_std::main]
  | ^^^^^^^^^^^^^^^^^^ `#[async_std::main]` runs `main`, and not tokio's attribute
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    an_engine_that_replaces_a_call_where_there_is_none,
    &DEPS,
    Thread,
    r##"#[tokio::main]
async fn main() {
    framework::serve().await
}
"##,
    r##"
error: no call that starts the Lambda event loop
 --> src/main.rs:2:10
  |
2 | async fn main() {
  |          ^^^^ neither here nor in the modules that this file reaches
  |
  = help: understood are `lambda_runtime::run` and `Runtime::new`, `lambda_http::run` and its other ways to start, under any name that `use` gives them
  = help: if the call is in a file of its own, name that file in `srcs`
  = help: if other code makes the call, a macro's or a dependency's, set `engine = "loopback"`
"##
);

message!(
    a_runtime_that_is_not_among_the_deps,
    &["tokio"],
    r##"#[tokio::main]
async fn main() {
    lambda_runtime::Runtime::new(handler()).run().await.unwrap()
}
"##,
    r##"
error: `lambda_runtime` is not among the deps
 --> src/main.rs:3:5
  |
3 |     lambda_runtime::Runtime::new(handler()).run().await.unwrap()
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this comes from it
  |
  = help: add the crate to the target's `deps`, as in `deps = ["@crates//:lambda_runtime"]`
"##
);

message!(
    brackets_that_lie_too_deep,
    &DEPS,
    &format!("fn main() {{\n{}1{}\n}}\n", "(\n".repeat(300), ")".repeat(300)),
    r##"
error: brackets lie more than 256 deep in each other
   --> src/main.rs:257:1
    |
257 | (
    | ^ not read from here on
"##
);

message!(
    two_mains,
    &DEPS,
    Inline,
    r##"#[cfg(https)]
#[tokio::main]
async fn main() { lambda_http::run(handler()).await }

#[cfg(not(https))]
#[tokio::main]
async fn main() { lambda_runtime::run(handler()).await }
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:7:10
  |
7 | async fn main() { lambda_runtime::run(handler()).await }
  |          ^^^^ a second `main`: which of them is configured away is not known when the program is rewritten
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    a_main_that_a_macro_makes,
    &DEPS,
    Inline,
    r##"macro_rules! start { ($handler:expr) => { #[tokio::main] async fn main() { lambda_runtime::run($handler).await } } }

start!(handler());
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:3:1
  |
3 | start!(handler());
  | ^^^^^ no `fn main` in the crate root but the one that this macro may make
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    no_call_that_starts_the_loop,
    &DEPS,
    r##"#[tokio::main]
async fn main() {
    println!("hello");
}
"##,
    r##"
error: no call that starts the Lambda event loop
 --> src/main.rs:2:10
  |
2 | async fn main() {
  |          ^^^^ neither here nor in the modules that this file reaches
  |
  = help: understood are `lambda_runtime::run` and `Runtime::new`, `lambda_http::run` and its other ways to start, under any name that `use` gives them
  = help: if the call is in a file of its own, name that file in `srcs`
  = help: if other code makes the call, a macro's or a dependency's, set `engine = "loopback"`
"##
);

message!(
    a_second_call_in_the_same_function,
    &DEPS,
    r##"#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(first()).await?;
    lambda_runtime::run(second()).await
}
"##,
    r##"
error: a second call that starts the Lambda event loop
 --> src/main.rs:4:5
  |
3 |     lambda_runtime::run(first()).await?;
  |     ------------------- the first call
4 |     lambda_runtime::run(second()).await
  |     ^^^^^^^^^^^^^^^^^^^ never reached: the first call serves events for as long as the process lives
  |
  = help: start the loop once, or choose between the calls with `if` or `match`
"##
);

message!(
    a_second_call_in_a_branch_behind_the_first,
    &DEPS,
    r##"#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(first()).await?;
    if again() {
        lambda_runtime::run(second()).await?;
    }
    Ok(())
}
"##,
    r##"
error: a second call that starts the Lambda event loop
 --> src/main.rs:5:9
  |
3 |     lambda_runtime::run(first()).await?;
  |     ------------------- the first call
4 |     if again() {
5 |         lambda_runtime::run(second()).await?;
  |         ^^^^^^^^^^^^^^^^^^^ never reached: the first call serves events for as long as the process lives
  |
  = help: start the loop once, or choose between the calls with `if` or `match`
"##
);

message!(
    two_calls_in_one_macro,
    &DEPS,
    r#"use lambda_runtime::run;

#[tokio::main]
async fn main() {
    tokio::join!(run(first()), run(second()));
}
"#,
    r##"
error: a second call that starts the Lambda event loop
 --> src/main.rs:5:32
  |
5 |     tokio::join!(run(first()), run(second()));
  |                  ---           ^^^ never reached: the first call serves events for as long as the process lives
  |                  |
  |                  the first call
  |
  = help: start the loop once, or choose between the calls with `if` or `match`
"##
);

message!(
    an_unknown_argument_of_tokio_main,
    &DEPS,
    Inline,
    r##"#[tokio::main(flavor = "current_thread", unhandled_panic = "shutdown_runtime")]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:1:42
  |
1 | #[tokio::main(flavor = "current_thread", unhandled_panic = "shutdown_runtime")]
  |                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an argument of `#[tokio::main]` is not understood
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or use only arguments that are understood: `flavor = "multi_thread"` and `flavor = "current_thread"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value
"##
);

message!(
    other_work_beside_a_function_that_leads_to_the_loop,
    &DEPS,
    Inline,
    r##"#[tokio::main]
async fn main() {
    tokio::try_join!(serve(), flush()).unwrap();
}

async fn serve() -> Result<(), Error> {
    lambda_runtime::run(handler()).await
}
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:3:22
  |
3 |     tokio::try_join!(serve(), flush()).unwrap();
  |                      ^^^^^ `main` may have other work beside the event loop, which goes on between events: `serve` leads to it, and stands in `try_join!`
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or await the loop, and each function that leads to it, where it is called
"##
);

message!(
    a_task_on_the_one_thread,
    &DEPS,
    Inline,
    r##"#[tokio::main(flavor = "current_thread")]
async fn main() {
    tokio::spawn(flush());
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:3:5
  |
3 |     tokio::spawn(flush());
  |     ^^^^^^^^^^^^ `main` has the one thread that a task of the program would need between events: `tokio::spawn` starts one
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or take `flavor = "current_thread"` out
"##
);

message!(
    an_unknown_flavor,
    &DEPS,
    Inline,
    r##"#[tokio::main(flavor = "local")]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:1:15
  |
1 | #[tokio::main(flavor = "local")]
  |               ^^^^^^^^^^^^^^^^ an argument of `#[tokio::main]` is not understood
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or use only arguments that are understood: `flavor = "multi_thread"` and `flavor = "current_thread"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value
"##
);

message!(
    an_argument_of_tokio_main_without_a_value,
    &DEPS,
    Inline,
    r##"#[tokio::main(current_thread)]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `engine = "inline"` can't drive this program
 --> src/main.rs:1:29
  |
1 | #[tokio::main(current_thread)]
  |                             ^ the arguments of `#[tokio::main]` are not understood: expected `=`
  |
  = help: leave `engine` out, and `thread` is chosen
  = help: or use only arguments that are understood: `flavor = "multi_thread"` and `flavor = "current_thread"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value
"##
);

message!(
    a_syntax_error,
    &DEPS,
    r##"#[tokio::main]
async fn main() {
    let answer = ;
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: expected an expression
 --> src/main.rs:3:18
  |
3 |     let answer = ;
  |                  ^
"##
);

message!(
    a_delimiter_that_is_not_closed,
    &DEPS,
    r##"#[tokio::main]
async fn main() {
    lambda_runtime::run(handler().await.unwrap()
}
"##,
    r##"
error: this file is not Rust: its tokens can't be read
 --> src/main.rs:4:1
  |
4 | }
  | ^ not understood from here on
  |
  = help: look for a string, a comment or a bracket that is not closed, or that closes what was not opened
"##
);

message!(
    a_file_that_ends_too_early,
    &DEPS,
    r##"#[tokio::main]
async fn main() {}

pub
"##,
    r##"
error: unexpected end of input, expected one of: `fn`, `extern`, `use`, `static`, `const`, `unsafe`, `mod`, `type`, `struct`, `enum`, `union`, `impl`, `trait`, `auto`, `macro`
 --> src/main.rs:4:4
  |
4 | pub
  |    ^
"##
);

message!(
    a_string_that_is_not_closed,
    &DEPS,
    r##"#[tokio::main]
async fn main() {
    lambda_runtime::run("handler).await.unwrap()
}
"##,
    r##"
error: this file is not Rust: its tokens can't be read
 --> src/main.rs:3:25
  |
3 |     lambda_runtime::run("handler).await.unwrap()
  |                         ^ not understood from here on
  |
  = help: look for a string, a comment or a bracket that is not closed, or that closes what was not opened
"##
);

message!(
    a_syntax_error_behind_a_mark_and_a_shebang,
    &DEPS,
    "\u{feff}#!/usr/bin/env run\nasync fn main( {}\n",
    r##"
error: this file is not Rust: its tokens can't be read
 --> src/main.rs:2:14
  |
2 | async fn main( {}
  |              ^ not understood from here on
  |
  = help: look for a string, a comment or a bracket that is not closed, or that closes what was not opened
"##
);

message!(
    an_error_on_the_line_of_a_byte_order_mark,
    &DEPS,
    "\u{feff}fn main() {}\n",
    r##"
error: no call that starts the Lambda event loop
 --> src/main.rs:1:4
  |
1 | fn main() {}
  |    ^^^^ neither here nor in the modules that this file reaches
  |
  = help: understood are `lambda_runtime::run` and `Runtime::new`, `lambda_http::run` and its other ways to start, under any name that `use` gives them
  = help: if the call is in a file of its own, name that file in `srcs`
  = help: if other code makes the call, a macro's or a dependency's, set `engine = "loopback"`
"##
);

message!(
    a_module_named_like_the_bridge,
    &DEPS,
    r#"mod __lambda {}

#[tokio::main]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"#,
    r##"
error: `__lambda` is a name that the generated bridge takes
 --> src/main.rs:1:5
  |
1 | mod __lambda {}
  |     ^^^^^^^^ declared here
  |
  = help: give this another name: `__lambda` and `__lambda_main` are appended to the crate root
"##
);

message!(
    a_function_named_like_the_renamed_main,
    &DEPS,
    r##"#[tokio::main]
async fn main() {
    __lambda_main().await
}

async fn __lambda_main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `__lambda_main` is a name that the generated bridge takes
 --> src/main.rs:6:10
  |
6 | async fn __lambda_main() {
  |          ^^^^^^^^^^^^^ declared here
  |
  = help: give this another name: `__lambda` and `__lambda_main` are appended to the crate root
"##
);

message!(
    an_import_named_like_the_bridge,
    &DEPS,
    r#"use lambda_runtime as __lambda;

#[tokio::main]
async fn main() {
    __lambda::run(handler()).await.unwrap()
}
"#,
    r##"
error: `__lambda` is a name that the generated bridge takes
 --> src/main.rs:1:23
  |
1 | use lambda_runtime as __lambda;
  |                       ^^^^^^^^ declared here
  |
  = help: give this another name: `__lambda` and `__lambda_main` are appended to the crate root
"##
);

message!(
    tokio_is_not_among_the_deps,
    &["lambda_runtime"],
    r##"#[tokio::main]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `tokio` is not among the deps
 --> src/main.rs:1:1
  |
1 | #[tokio::main]
  | ^^^^^^^^^^^^^^ this comes from it
  |
  = help: add the crate to the target's `deps`, as in `deps = ["@crates//:tokio"]`
"##
);

message!(
    lambda_runtime_is_not_among_the_deps,
    &["tokio"],
    r#"use lambda_runtime::run;

#[tokio::main]
async fn main() {
    run(handler()).await.unwrap()
}
"#,
    r##"
error: `lambda_runtime` is not among the deps
 --> src/main.rs:5:5
  |
5 |     run(handler()).await.unwrap()
  |     ^^^ this comes from it
  |
  = help: add the crate to the target's `deps`, as in `deps = ["@crates//:lambda_runtime"]`
"##
);

message!(
    a_runtime_made_by_hand,
    &DEPS,
    Thread,
    r#"use lambda_runtime::Runtime;

#[tokio::main]
async fn main() {
    Runtime::new(handler()).run().await.unwrap()
}
"#,
    r##"
error: `engine = "thread"` can't drive this program
 --> src/main.rs:5:5
  |
5 |     Runtime::new(handler()).run().await.unwrap()
  |     ^^^^^^^^^^^^ `lambda_runtime::Runtime::new` starts the event loop in a way that can't be replaced in the source
  |
  = help: leave `engine` out, and `loopback` is chosen
"##
);

#[test]
fn a_place_in_another_file() {
    let main = "mod server;\n\n#[tokio::main]\nasync fn main() {\n    server::start().await\n}\n";
    let server = "pub async fn start() {\n    lambda_runtime::Runtime::new(handler()).run().await.unwrap()\n}\n";
    assert_message(
        &[("src/main.rs", main), ("src/server.rs", server)],
        &DEPS,
        Some(Engine::Inline),
        r##"
error: `engine = "inline"` can't drive this program
 --> src/server.rs:2:5
  |
2 |     lambda_runtime::Runtime::new(handler()).run().await.unwrap()
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `lambda_runtime::Runtime::new` starts the event loop in a way that can't be replaced in the source
  |
  = help: leave `engine` out, and `loopback` is chosen
"##,
    );
}

#[test]
fn a_crate_root_that_is_not_among_the_sources() {
    assert_message(
        &[("src/lib.rs", "")],
        &DEPS,
        None,
        r##"
error: the crate root src/main.rs is not among the sources
 --> src/main.rs:1:1
  |
1 |
  | ^
  |
  = help: name it in the target's `srcs`, or set `crate_root` to the one of them that holds `main`
"##,
    );
}
