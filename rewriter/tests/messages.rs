//! What the rewriter says of programs that it can't rewrite: the whole message, as the author sees it.

use rewriter::{Program, Source, rewrite};

const DEPS: [&str; 3] = ["lambda_http", "lambda_runtime", "tokio"];

/// Asserts the whole message about a program of several files, whose crate root is the first.
#[track_caller]
fn assert_message(sources: &[(&str, &str)], deps: &[&str], expected: &str) {
    let result = rewrite(&Program {
        crate_name: "program".to_owned(),
        crate_root: "src/main.rs".to_owned(),
        sources: sources.iter().map(|(path, text)| Source::new(*path, *text)).collect(),
        deps: deps.iter().map(|dep| (*dep).to_owned()).collect(),
    });
    let message = match result {
        Ok(rewritten) => format!("{:?}", rewritten.manifest.edits),
        Err(error) => error.to_string(),
    };
    assert_eq!(message, expected.trim(), "\n{message}\n");
}

/// A test of the message about a program of one file.
macro_rules! message {
    ($name:ident, $deps:expr, $program:expr, $message:expr) => {
        #[test]
        fn $name() {
            assert_message(&[("src/main.rs", $program)], $deps, $message);
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
    r#"fn main() {
    block_on(lambda_runtime::run(handler()));
}
"#,
    r##"
error: `fn main` is not asynchronous
 --> src/main.rs:1:4
  |
1 | fn main() {
  |    ^^^^ this runs to its end on the thread that loads the library
  |
  = help: write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    an_asynchronous_main_without_tokio,
    &DEPS,
    r##"#[async_std::main]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: `async fn main` without `#[tokio::main]`
 --> src/main.rs:2:10
  |
2 | async fn main() {
  |          ^^^^ nothing runs this function
  |
  = help: write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
"##
);

message!(
    two_mains,
    &DEPS,
    r##"#[cfg(unix)]
#[tokio::main]
async fn main() {}

#[cfg(windows)]
#[tokio::main]
async fn main() {}
"##,
    r##"
error: a second `fn main`
 --> src/main.rs:7:10
  |
3 | async fn main() {}
  |          ---- the first one
...
7 | async fn main() {}
  |          ^^^^ this one
  |
  = help: keep one `fn main`: which of them is configured away is not known when the program is rewritten
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
  = help: understood are `lambda_runtime::run(handler)` and `lambda_http::run(handler)`, under any name that `use` gives them
  = help: if the call is in a file of its own, name that file in `srcs`
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
    r##"#[tokio::main(flavor = "current_thread", unhandled_panic = "shutdown_runtime")]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: an argument of `#[tokio::main]` that is not understood
 --> src/main.rs:1:42
  |
1 | #[tokio::main(flavor = "current_thread", unhandled_panic = "shutdown_runtime")]
  |                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this one
  |
  = help: understood are `flavor = "multi_thread"` and `flavor = "current_thread"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value
"##
);

message!(
    an_unknown_flavor,
    &DEPS,
    r##"#[tokio::main(flavor = "local")]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: an argument of `#[tokio::main]` that is not understood
 --> src/main.rs:1:15
  |
1 | #[tokio::main(flavor = "local")]
  |               ^^^^^^^^^^^^^^^^ this one
  |
  = help: understood are `flavor = "multi_thread"` and `flavor = "current_thread"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value
"##
);

message!(
    an_argument_of_tokio_main_without_a_value,
    &DEPS,
    r##"#[tokio::main(current_thread)]
async fn main() {
    lambda_runtime::run(handler()).await.unwrap()
}
"##,
    r##"
error: the arguments of `#[tokio::main]` are not understood: expected `=`
 --> src/main.rs:1:29
  |
1 | #[tokio::main(current_thread)]
  |                             ^ here
  |
  = help: understood are `flavor = "multi_thread"` and `flavor = "current_thread"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value
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
error: `fn main` is not asynchronous
 --> src/main.rs:1:4
  |
1 | fn main() {}
  |    ^^^^ this runs to its end on the thread that loads the library
  |
  = help: write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does
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
    r#"use lambda_runtime::Runtime;

#[tokio::main]
async fn main() {
    Runtime::new(handler()).run().await.unwrap()
}
"#,
    r##"
error: `lambda_runtime::Runtime::new` starts the event loop in a way that is not understood
 --> src/main.rs:5:5
  |
5 |     Runtime::new(handler()).run().await.unwrap()
  |     ^^^^^^^^^^^^ started here
  |
  = help: understood are `lambda_runtime::run(handler)` and `lambda_http::run(handler)`, under any name that `use` gives them
"##
);

#[test]
fn a_place_in_another_file() {
    let main = "mod server;\n\n#[tokio::main]\nasync fn main() {\n    server::start().await\n}\n";
    let server = "pub async fn start() {\n    lambda_runtime::Runtime::new(handler()).run().await.unwrap()\n}\n";
    assert_message(
        &[("src/main.rs", main), ("src/server.rs", server)],
        &DEPS,
        r##"
error: `lambda_runtime::Runtime::new` starts the event loop in a way that is not understood
 --> src/server.rs:2:5
  |
2 |     lambda_runtime::Runtime::new(handler()).run().await.unwrap()
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ started here
  |
  = help: understood are `lambda_runtime::run(handler)` and `lambda_http::run(handler)`, under any name that `use` gives them
"##,
    );
}

#[test]
fn a_crate_root_that_is_not_among_the_sources() {
    assert_message(
        &[("src/lib.rs", "")],
        &DEPS,
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
