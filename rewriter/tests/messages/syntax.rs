//! Texts that can't be read.

use crate::DEPS;

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
