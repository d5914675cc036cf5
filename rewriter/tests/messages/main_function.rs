//! `main`: where it is, and what runs it.

use crate::DEPS;

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
