//! Names that are taken, and crates and files that are not there.

use crate::{DEPS, assert_message};

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
