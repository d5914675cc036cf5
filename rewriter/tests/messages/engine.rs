//! An engine that is asked for, and can't drive the program.

use rewriter::Engine;

use crate::{DEPS, assert_message};

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
