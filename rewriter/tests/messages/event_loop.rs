//! The calls that start the event loop.

use crate::DEPS;

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
