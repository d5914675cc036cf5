//! What the rewriter makes of programs: the whole text before the bridge, for every form in which a program may be written.

mod common;

use rewriter::{Program, Source, rewrite};

/// Rewrites a program whose crate root is the first of its files, and checks what holds for every program.
#[track_caller]
fn rewritten(sources: &[(&str, &str)]) -> Vec<String> {
    let program = Program {
        crate_name: "program".to_owned(),
        crate_root: sources[0].0.to_owned(),
        sources: sources.iter().map(|(path, text)| Source::new(*path, *text)).collect(),
        deps: ["lambda_http", "lambda_runtime", "tokio"].map(str::to_owned).to_vec(),
        ..Program::default()
    };
    match rewrite(&program) {
        Ok(rewritten) => common::assert_faithful(&program.sources, &rewritten),
        Err(error) => panic!("{error}"),
    }
}

/// Asserts what becomes of a program of one file.
#[track_caller]
fn assert_rewritten(before: &str, after: &str) {
    assert_eq!(rewritten(&[("src/main.rs", before)]), [after]);
}

/// Asserts what becomes of a program's imports and of the expression in its `main`, whichever engine drives it.
#[track_caller]
fn assert_form((imports, call): (&str, &str), (new_imports, new_call): (&str, &str)) {
    let before = format!("{imports}\n\n#[tokio::main]\nasync fn main() -> Result<(), Error> {{\n    {call}\n}}\n");
    let polled = rewritten(&[("src/main.rs", &before)]).pop().unwrap_or_default();
    let polled = polled.replace("#[tokio::main]\nasync fn main", "\nasync fn __lambda_main");
    let after = format!("{new_imports}\n\n\nasync fn __lambda_main() -> Result<(), Error> {{\n    {new_call}\n}}\n");
    assert_eq!(polled, after);
}

/// A test of one form.
macro_rules! forms {
    ($($name:ident: $before:expr => $after:expr,)*) => {
        $(
            #[test]
            fn $name() {
                assert_form($before, $after);
            }
        )*
    };
}

forms! {
    a_plain_path:
        ("use lambda_runtime::Error;", "lambda_runtime::run(handler()).await")
        => ("use lambda_runtime::Error;", "crate::__lambda::run(handler()).await"),
    an_absolute_path:
        ("", "::lambda_runtime::run(handler()).await")
        => ("", "crate::__lambda::run(handler()).await"),
    a_path_with_arguments:
        ("", "lambda_runtime::run::<Value, _, _, _, _, _>(handler()).await")
        => ("", "crate::__lambda::run::<Value, _, _, _, _, _>(handler()).await"),
    an_import:
        ("use lambda_runtime::run;", "run(handler()).await")
        => ("use crate::__lambda::run;", "run(handler()).await"),
    an_absolute_import:
        ("use ::lambda_runtime::run;", "run(handler()).await")
        => ("use crate::__lambda::run;", "run(handler()).await"),
    an_alias:
        ("use lambda_runtime::run as start;", "start(handler()).await")
        => ("use crate::__lambda::run as start;", "start(handler()).await"),
    a_raw_alias:
        ("use lambda_runtime::run as r#loop;", "r#loop(handler()).await")
        => ("use crate::__lambda::run as r#loop;", "r#loop(handler()).await"),
    a_group:
        ("use lambda_runtime::{Error, run, service_fn};", "run(handler()).await")
        => ("use lambda_runtime::{Error,  service_fn}; use crate::__lambda::run;", "run(handler()).await"),
    the_last_of_a_group:
        ("use lambda_runtime::{Error, run};", "run(handler()).await")
        => ("use lambda_runtime::{Error, }; use crate::__lambda::run;", "run(handler()).await"),
    a_group_of_one:
        ("use lambda_runtime::{run};", "run(handler()).await")
        => ("use crate::__lambda::run;", "run(handler()).await"),
    a_group_with_both_loops:
        ("use {lambda_http::run as http, lambda_runtime::run};", "if HTTP { http(a()).await } else { run(b()).await }")
        => ("use {crate::__lambda::http_run as http, crate::__lambda::run};", "if HTTP { http(a()).await } else { run(b()).await }"),
    a_nested_group:
        ("use {std::env, lambda_runtime::{Error, run as go}};", "go(handler()).await")
        => ("use {std::env, lambda_runtime::{Error, }}; use crate::__lambda::run as go;", "go(handler()).await"),
    a_nested_group_that_is_emptied:
        ("use {std::env, lambda_runtime::{run}, std::fs};", "run(handler()).await")
        => ("use {std::env,  std::fs}; use crate::__lambda::run;", "run(handler()).await"),
    a_group_with_self:
        ("use lambda_runtime::{self, Error};", "lambda_runtime::run(handler()).await")
        => ("use lambda_runtime::{self, Error};", "crate::__lambda::run(handler()).await"),
    a_glob:
        ("use lambda_runtime::*;", "run(handler()).await")
        => ("use lambda_runtime::*;", "crate::__lambda::run(handler()).await"),
    an_aliased_crate:
        ("use lambda_runtime as lr;", "lr::run(handler()).await")
        => ("use lambda_runtime as lr;", "crate::__lambda::run(handler()).await"),
    an_import_by_an_aliased_crate:
        ("use lambda_runtime as lr;\nuse lr::run;", "run(handler()).await")
        => ("use lambda_runtime as lr;\nuse crate::__lambda::run;", "run(handler()).await"),
    lambda_http_by_its_path:
        ("", "lambda_http::run(handler()).await")
        => ("", "crate::__lambda::http_run(handler()).await"),
    lambda_http_imported:
        ("use lambda_http::{Body, run};", "run(handler()).await")
        => ("use lambda_http::{Body, }; use crate::__lambda::http_run as run;", "run(handler()).await"),
    lambda_runtime_by_way_of_lambda_http:
        ("", "lambda_http::lambda_runtime::run(handler()).await")
        => ("", "crate::__lambda::run(handler()).await"),
    lambda_runtime_imported_by_way_of_lambda_http:
        ("use lambda_http::{lambda_runtime::run, Body};", "run(handler()).await")
        => ("use lambda_http::{ Body}; use crate::__lambda::run;", "run(handler()).await"),
    an_import_in_a_block:
        ("", "use lambda_runtime::run; run(handler()).await")
        => ("", "use crate::__lambda::run; run(handler()).await"),
    attributes_and_visibility_of_an_import:
        ("#[allow(unused_imports)]\npub(crate) use lambda_runtime::{Error, run};", "run(handler()).await")
        => ("#[allow(unused_imports)]\npub(crate) use lambda_runtime::{Error, }; #[allow(unused_imports)] pub(crate) use crate::__lambda::run;", "run(handler()).await"),
    comments_before_an_import:
        ("#[cfg(unix)] // on Linux\n/* and */ pub use lambda_runtime::{Error, run};", "run(handler()).await")
        => ("#[cfg(unix)] // on Linux\n/* and */ pub use lambda_runtime::{Error, }; #[cfg(unix)] pub use crate::__lambda::run;", "run(handler()).await"),
    a_documented_import:
        ("/// The names in use.\npub use lambda_runtime::{Error, run};", "run(handler()).await")
        => ("/// The names in use.\npub use lambda_runtime::{Error, }; pub use crate::__lambda::run;", "run(handler()).await"),
    an_attribute_of_an_import_on_two_lines:
        ("#[cfg(\n    unix // only\n)]\npub use lambda_runtime::{Error, run};", "run(handler()).await")
        => ("#[cfg(\n    unix // only\n)]\npub use lambda_runtime::{Error, }; # [cfg (unix)] pub use crate::__lambda::run;", "run(handler()).await"),
    comments_in_a_group:
        ("use lambda_runtime::{\n    // The way out.\n    Error,\n    run /* the loop */, // here\n    service_fn,\n};", "run(handler()).await")
        => ("use lambda_runtime::{\n    // The way out.\n    Error,\n     /* the loop */ // here\n    service_fn,\n}; use crate::__lambda::run;", "run(handler()).await"),
    a_comment_in_a_group_that_is_emptied:
        ("use lambda_runtime::{\n    run, // the loop\n};", "run(handler()).await")
        => ("use crate::__lambda::run\n\n;", "run(handler()).await"),
    a_call_in_select:
        ("", "tokio::select! { out = lambda_runtime::run(handler()) => out, _ = stop() => Ok(()) }")
        => ("", "tokio::select! { out = crate::__lambda::run(handler()) => out, _ = stop() => Ok(()) }"),
    an_absolute_call_in_a_macro:
        ("", "tokio::select! { out = ::lambda_runtime::run(handler()) => out, _ = stop() => Ok(()) }")
        => ("", "tokio::select! { out = crate::__lambda::run(handler()) => out, _ = stop() => Ok(()) }"),
    an_imported_call_in_try_join:
        ("use lambda_runtime::run;", "tokio::try_join!(run(handler()), work())?; Ok(())")
        => ("use crate::__lambda::run;", "tokio::try_join!(run(handler()), work())?; Ok(())"),
    a_call_with_arguments_in_a_macro:
        ("use lambda_runtime as lr;", "tokio::try_join!(lr::run::<Value, _, Vec<fn() -> A>>(handler()), work())?; Ok(())")
        => ("use lambda_runtime as lr;", "tokio::try_join!(crate::__lambda::run::<Value, _, Vec<fn() -> A>>(handler()), work())?; Ok(())"),
    a_declaration_in_a_macro:
        ("use lambda_runtime::*;", "declare! { pub fn run(x: u8) {} } run(handler()).await")
        => ("use lambda_runtime::*;", "declare! { pub fn run(x: u8) {} } crate::__lambda::run(handler()).await"),
    an_extension_beside_the_loop:
        ("use lambda_runtime::service_fn;", "tokio::try_join!(lambda_runtime::run(service_fn(h)), ext.run())?; Ok(())")
        => ("use lambda_runtime::service_fn;", "tokio::try_join!(crate::__lambda::run(service_fn(h)), ext.run())?; Ok(())"),
    the_concurrent_loop:
        ("use lambda_runtime::run_concurrent;", "run_concurrent(handler()).await")
        => ("use crate::__lambda::run as run_concurrent;", "run_concurrent(handler()).await"),
    the_concurrent_http_loop:
        ("", "lambda_http::run_concurrent(handler()).await")
        => ("", "crate::__lambda::http_run(handler()).await"),
    the_streaming_http_loop:
        ("use lambda_http::{Error, run_with_streaming_response};", "run_with_streaming_response(handler()).await")
        => ("use lambda_http::{Error, }; use crate::__lambda::http_run_with_streaming_response as run_with_streaming_response;", "run_with_streaming_response(handler()).await"),
    the_concurrent_streaming_http_loop:
        ("", "lambda_http::run_with_streaming_response_concurrent(handler()).await")
        => ("", "crate::__lambda::http_run_with_streaming_response(handler()).await"),
    a_variable_of_the_same_name:
        ("use lambda_http::*;", "let runtime = make(); runtime.spawn(work()); run(handler()).await")
        => ("use lambda_http::*;", "let runtime = make(); runtime.spawn(work()); crate::__lambda::http_run(handler()).await"),
    a_variable_named_like_the_call_that_it_holds:
        ("use lambda_http::run;", "let run = run(handler()); run.await")
        => ("use crate::__lambda::http_run as run;", "let run = run(handler()); run.await"),
    a_variable_that_is_out_of_sight:
        ("use lambda_runtime::*;", "{ let run = 1; } if let Some(run) = a { run() } else { let f = |run: u8| run; match f { run => run } } for run in runs { go(run) } run(handler()).await")
        => ("use lambda_runtime::*;", "{ let run = 1; } if let Some(run) = a { run() } else { let f = |run: u8| run; match f { run => run } } for run in runs { go(run) } crate::__lambda::run(handler()).await"),
    a_raw_name_of_the_loop:
        ("use lambda_runtime as r#async;", "r#async::r#run(handler()).await")
        => ("use lambda_runtime as r#async;", "crate::__lambda::run(handler()).await"),
    non_ascii_text_before_an_edit_of_an_import:
        ("/* ü 🦀 */ use lambda_runtime::{Error, run};", "run(handler()).await")
        => ("/* ü 🦀 */ use lambda_runtime::{Error, }; use crate::__lambda::run;", "run(handler()).await"),
    a_method_of_the_same_name_in_a_macro:
        ("use lambda_runtime::*;", "tokio::try_join!(run(handler()), server.run())?; Ok(())")
        => ("use lambda_runtime::*;", "tokio::try_join!(crate::__lambda::run(handler()), server.run())?; Ok(())"),
    calls_in_two_arms:
        ("", "match mode() { Mode::A => lambda_runtime::run(a()).await, Mode::B => lambda_http::run(b()).await }")
        => ("", "match mode() { Mode::A => crate::__lambda::run(a()).await, Mode::B => crate::__lambda::http_run(b()).await }"),
    an_early_return:
        ("", "if local() { return lambda_runtime::run(a()).await; } lambda_runtime::run(b()).await")
        => ("", "if local() { return crate::__lambda::run(a()).await; } crate::__lambda::run(b()).await"),
    non_ascii_text_before_an_edit:
        ("", "let _ = \"ü 🦀 𝒳\"; lambda_runtime::run(handler(\"é\")).await")
        => ("", "let _ = \"ü 🦀 𝒳\"; crate::__lambda::run(handler(\"é\")).await"),
    calls_in_two_methods:
        ("impl App {\n    async fn one(self) { lambda_runtime::run(a()).await }\n    async fn two(self) { lambda_runtime::run(b()).await }\n}", "App.one().await")
        => ("impl App {\n    async fn one(self) { crate::__lambda::run(a()).await }\n    async fn two(self) { crate::__lambda::run(b()).await }\n}", "App.one().await"),
    a_function_of_the_programs_own:
        ("mod server { pub fn run() {} }", "server::run(); lambda_runtime::run(handler()).await")
        => ("mod server { pub fn run() {} }", "server::run(); crate::__lambda::run(handler()).await"),
    tests_are_ignored:
        ("", "lambda_runtime::run(handler()).await\n}\n\n#[cfg(test)]\nmod tests {\n    #[tokio::test]\n    async fn it_runs() { lambda_runtime::run(fake()).await.unwrap(); }")
        => ("", "crate::__lambda::run(handler()).await\n}\n\n#[cfg(test)]\nmod tests {\n    #[tokio::test]\n    async fn it_runs() { lambda_runtime::run(fake()).await.unwrap(); }"),
}

#[test]
fn an_import_of_another_file() {
    assert_eq!(
        rewritten(&[
            (
                "src/main.rs",
                "mod aws;\nuse aws::run;\n#[tokio::main]\nasync fn main() { run(handler()).await.unwrap() }\n"
            ),
            (
                "src/aws.rs",
                "//! What comes from AWS.\npub use lambda_runtime::{run, Error};\n"
            ),
            ("src/unused.rs", "fn nothing() { lambda_runtime::run() }\n"),
        ]),
        [
            "mod aws;\nuse aws::run;\n\nasync fn __lambda_main() { run(handler()).await.unwrap() }\n",
            "//! What comes from AWS.\npub use lambda_runtime::{ Error}; pub use crate::__lambda::run;\n",
            "fn nothing() { lambda_runtime::run() }\n",
        ]
    );
}

#[test]
fn a_glob_of_a_module_of_the_programs_own() {
    assert_rewritten(
        "mod aws { pub use lambda_runtime::run; }\nuse aws::*;\n#[tokio::main]\nasync fn main() { run(handler()).await }",
        "mod aws { pub use crate::__lambda::run; }\nuse aws::*;\n\nasync fn __lambda_main() { run(handler()).await }",
    );
}

#[test]
fn a_byte_order_mark() {
    assert_rewritten(
        "\u{feff}#[tokio::main] async fn main() {\n    lambda_runtime::run(handler()).await.unwrap()\n}\n",
        "\u{feff} async fn __lambda_main() {\n    crate::__lambda::run(handler()).await.unwrap()\n}\n",
    );
}

#[test]
fn a_shebang() {
    assert_rewritten(
        "#!/usr/bin/env -S cargo -Zscript\n#![allow(unused)]\n#[tokio::main]\nasync fn main() { lambda_runtime::run(h()).await }\n",
        "#!/usr/bin/env -S cargo -Zscript\n#![allow(unused)]\n\nasync fn __lambda_main() { crate::__lambda::run(h()).await }\n",
    );
}

#[test]
fn a_byte_order_mark_and_a_shebang() {
    assert_rewritten(
        "\u{feff}#!/usr/bin/env é\n#[tokio::main]\nasync fn main() { lambda_runtime::run(h()).await }\n",
        "\u{feff}#!/usr/bin/env é\n\nasync fn __lambda_main() { crate::__lambda::run(h()).await }\n",
    );
}

#[test]
fn dos_line_breaks() {
    assert_rewritten(
        "use lambda_runtime::{\r\n    run,\r\n};\r\n\r\n#[tokio::main(\r\n)]\r\nasync fn main() {\r\n    run(h()).await\r\n}\r\n",
        "use crate::__lambda::run\r\n\r\n;\r\n\r\n\r\n\r\nasync fn __lambda_main() {\r\n    run(h()).await\r\n}\r\n",
    );
}

#[test]
fn an_attribute_on_several_lines() {
    assert_rewritten(
        "#[tokio::main(\n flavor = \"current_thread\"\n)]\nasync fn main() { lambda_runtime::run(h()).await }\n",
        "\n\n\nasync fn __lambda_main() { crate::__lambda::run(h()).await }\n",
    );
}

#[test]
fn an_imported_attribute() {
    assert_rewritten(
        "use tokio::main;\n#[main]\nasync fn main() { lambda_runtime::run(h()).await }\n",
        "use tokio::main;\n\nasync fn __lambda_main() { crate::__lambda::run(h()).await }\n",
    );
}

#[test]
fn what_else_stands_on_main() {
    assert_rewritten(
        "/// Starts.\n#[allow(clippy::all)]\n#[tokio::main] // multi-threaded\n#[inline]\npub async fn main() { lambda_runtime::run(h()).await }",
        "/// Starts.\n#[allow(clippy::all)]\n // multi-threaded\n#[inline]\npub async fn __lambda_main() { crate::__lambda::run(h()).await }",
    );
}

#[test]
fn dos_line_breaks_in_a_group() {
    assert_rewritten(
        "use lambda_runtime::{\r\n    run,\r\n    Error,\r\n};\r\n#[tokio::main]\r\nasync fn main() -> Result<(), Error> {\r\n    run(h()).await\r\n}\r\n",
        "use lambda_runtime::{\r\n    \r\n    Error,\r\n}; use crate::__lambda::run;\r\n\r\nasync fn __lambda_main() -> Result<(), Error> {\r\n    run(h()).await\r\n}\r\n",
    );
}

#[test]
fn a_raw_main() {
    assert_rewritten(
        "#[tokio::main]\nasync fn r#main() { lambda_runtime::run(h()).await }\n",
        "\nasync fn __lambda_main() { crate::__lambda::run(h()).await }\n",
    );
}

#[test]
fn syntax_of_every_edition() {
    // 2018 has `async`, 2021 C string literals and `let else`, 2024 `gen` as a word, `let` chains and `unsafe extern`.
    assert_rewritten(
        "unsafe extern \"C\" { safe fn f(); }\n#[tokio::main]\nasync fn main() { let Some(a) = c\"b\".get(0) else { return }; if let 1 = a && let 2 = b { lambda_runtime::run(async || h()).await } }\n",
        "unsafe extern \"C\" { safe fn f(); }\n\nasync fn __lambda_main() { let Some(a) = c\"b\".get(0) else { return }; if let 1 = a && let 2 = b { crate::__lambda::run(async || h()).await } }\n",
    );
    assert_rewritten(
        "extern crate lambda_runtime;\n#[tokio::main]\nasync fn main() { let gen = 1; ::lambda_runtime::run(h(gen)).await }\n",
        "extern crate lambda_runtime;\n\nasync fn __lambda_main() { let gen = 1; crate::__lambda::run(h(gen)).await }\n",
    );
}

#[test]
fn a_main_for_another_system() {
    assert_rewritten(
        "#[cfg(unix)]\n#[tokio::main]\nasync fn main() { lambda_runtime::run(h()).await }\n#[cfg(not(unix))]\nfn main() {}\n",
        "#[cfg(unix)]\n\nasync fn __lambda_main() { crate::__lambda::run(h()).await }\n#[cfg(not(unix))]\nfn main() {}\n",
    );
}

#[test]
fn a_macro_that_makes_main_by_one_of_its_arms() {
    assert_rewritten(
        "macro_rules! start {\n    (http) => { fn main() { on(lambda_http::run(h())) } };\n    () => { fn main() { on(lambda_runtime::run(h())) } };\n}\nstart!();\n",
        "macro_rules! start {\n    (http) => { fn main() { on(crate::__lambda::http_run(h())) } };\n    () => { fn main() { on(crate::__lambda::run(h())) } };\n}\nstart!();\n",
    );
}

#[test]
fn calls_in_two_mains() {
    assert_rewritten(
        "#[cfg(custom)]\nfn main() { on(lambda_http::run(h())) }\n#[cfg(not(custom))]\nfn main() { on(lambda_runtime::run(h())) }\n",
        "#[cfg(custom)]\nfn main() { on(crate::__lambda::http_run(h())) }\n#[cfg(not(custom))]\nfn main() { on(crate::__lambda::run(h())) }\n",
    );
}
