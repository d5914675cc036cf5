//! What the rewriter makes of programs: the whole text before the bridge, for every form in which a program may be written.

use rewriter::{EditRecord, Program, Rewritten, Source, rewrite};

/// The first line of what is appended to the crate root, with the empty line before it.
const BRIDGE: &str = "\n#[doc(hidden)]\npub mod __lambda {";

/// Rewrites a program whose crate root is the first of its files, and checks what holds for every program.
#[track_caller]
fn rewritten(sources: &[(&str, &str)]) -> Vec<String> {
    let result = rewrite(&Program {
        crate_name: "program".to_owned(),
        crate_root: sources[0].0.to_owned(),
        sources: sources.iter().map(|(path, text)| Source::new(*path, *text)).collect(),
        deps: ["lambda_http", "lambda_runtime", "tokio"].map(str::to_owned).to_vec(),
    });
    let Rewritten {
        sources: after,
        manifest,
    } = match result {
        Ok(rewritten) => rewritten,
        Err(error) => panic!("{error}"),
    };
    let mut texts = Vec::new();
    for (index, ((path, original), after)) in sources.iter().zip(after).enumerate() {
        assert_eq!(*path, after.path);
        if let Err(error) = syn::parse_file(&after.text) {
            panic!("{path} does not parse: {error}\n{}", after.text);
        }
        let text = match index {
            0 => after
                .text
                .split_once(BRIDGE)
                .expect("the bridge is appended")
                .0
                .to_owned(),
            _ => after.text,
        };
        let edits: Vec<&EditRecord> = manifest.edits.iter().filter(|edit| edit.file == *path).collect();
        assert_lines_are_kept(original, &text, &edits);
        assert_eq!(undone(&text, &edits), *original, "the edits undone: {edits:?}");
        texts.push(text);
    }
    texts
}

/// Asserts that both texts have the same lines, those apart that an edit touches.
#[track_caller]
fn assert_lines_are_kept(before: &str, after: &str, edits: &[&EditRecord]) {
    assert_eq!(
        before.matches('\n').count(),
        after.matches('\n').count(),
        "lines of:\n{after}"
    );
    for (number, (before, after)) in (1..).zip(before.split('\n').zip(after.split('\n'))) {
        let edited = edits
            .iter()
            .any(|edit| (edit.line..=edit.line + edit.was.matches('\n').count()).contains(&number));
        assert!(edited || before == after, "line {number}: {before:?} became {after:?}");
    }
}

/// Takes edits back. Their places are those in the original, so that is built up from its start.
#[track_caller]
fn undone(text: &str, edits: &[&EditRecord]) -> String {
    let mut original = String::new();
    let mut rest = text;
    for edit in edits {
        let (mut line, mut column) = (1, 1);
        for character in original.trim_start_matches('\u{feff}').chars() {
            (line, column) = if character == '\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            };
        }
        while (line, column) != (edit.line, edit.column) {
            let character = rest.chars().next().expect("an edit's place is in the text");
            original.push(character);
            rest = &rest[character.len_utf8()..];
            match character {
                '\n' => (line, column) = (line + 1, 1),
                '\u{feff}' => {}
                _ => column += 1,
            }
        }
        // A mark has no column of its own, and is no part of an edit.
        if let Some(after) = rest.strip_prefix('\u{feff}') {
            original.push('\u{feff}');
            rest = after;
        }
        let breaks: String = edit.was.matches(['\r', '\n']).collect();
        rest = rest
            .strip_prefix(&format!("{}{breaks}", edit.becomes))
            .expect("what an edit wrote");
        original.push_str(&edit.was);
    }
    original + rest
}

/// Asserts what becomes of a program of one file.
#[track_caller]
fn assert_rewritten(before: &str, after: &str) {
    assert_eq!(rewritten(&[("src/main.rs", before)]), [after]);
}

/// Asserts what becomes of a program's imports and of the expression in its `main`.
#[track_caller]
fn assert_form((imports, call): (&str, &str), (new_imports, new_call): (&str, &str)) {
    assert_rewritten(
        &format!("{imports}\n\n#[tokio::main]\nasync fn main() -> Result<(), Error> {{\n    {call}\n}}\n"),
        &format!("{new_imports}\n\n\nasync fn __lambda_main() -> Result<(), Error> {{\n    {new_call}\n}}\n"),
    );
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
