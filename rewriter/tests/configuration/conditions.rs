//! What `cfg` leaves of a program, by its features and flags.

use rewriter::{Engine, Program, rewrite};

use crate::{assert_edits, assert_text, program, rewritten};

/// A program, without and with a feature called `a`.
fn with_and_without(text: &str) -> [Program; 2] {
    let without = program(&[("main.rs", text)]);
    let with = Program {
        features: vec!["a".to_owned()],
        ..without.clone()
    };
    [without, with]
}

#[test]
fn statements() {
    for text in [
        "#[tokio::main]\nasync fn main() {\n#[cfg(feature = \"a\")]\n{ lambda_http::run(h()).await }\n#[cfg(not(feature = \"a\"))]\n{ lambda_runtime::run(h()).await }\n}\n",
        "#[tokio::main]\nasync fn main() {\n#[cfg(feature = \"a\")]\nlet x=lambda_http::run(h()).await;\n#[cfg(not(feature = \"a\"))]\nlet x=lambda_runtime::run(h()).await;\n}\n",
        "#[tokio::main]\nasync fn main() {\n#[cfg(feature = \"a\")]\nreturn lambda_http::run(h()).await;\n#[cfg(not(feature = \"a\"))]\nreturn lambda_runtime::run(h()).await;\n}\n",
        "#[tokio::main]\nasync fn main() {\n#[cfg(feature = \"a\")]\nprintln!(lambda_http::run(h()).await);\n#[cfg(not(feature = \"a\"))]\nprintln!(lambda_runtime::run(h()).await);\n}\n",
    ] {
        let [without, with] = with_and_without(text);
        let column = |name: &str| text.lines().find_map(|line| Some(line.find(name)? + 1)).unwrap();
        let here = |line: usize, name: &str, stand_in: &str| format!("main.rs:{line}:{} {stand_in}", column(name));
        let main = ["main.rs:1:1 ", "main.rs:2:10 __lambda_main"];
        let http = here(4, "lambda_http", "crate::__lambda::http_run");
        assert_edits(&with, Engine::Inline, &[main[0], main[1], &http]);
        let run = here(6, "lambda_runtime", "crate::__lambda::run");
        assert_edits(&without, Engine::Inline, &[main[0], main[1], &run]);
    }
}

#[test]
fn expressions() {
    for call in [
        "match x { #[cfg(feature = \"a\")] A => run(h()).await, B => b() }",
        "match x { #[cfg(not(feature = \"a\"))] A => run(g()).await, B => run(h()).await }",
        "S { #[cfg(not(feature = \"a\"))] f: run(g()).await, #[cfg(feature = \"a\")] f: run(h()).await }",
        "[#[cfg(not(feature = \"a\"))] run(g()), #[cfg(feature = \"a\")] run(h())]",
        "(1, #[cfg(not(feature = \"a\"))] run(g()), #[cfg(feature = \"a\")] run(h()))",
        "f(#[cfg(not(feature = \"a\"))] run(g()), #[cfg(feature = \"a\")] run(h()))",
        "x.f(#[cfg(not(feature = \"a\"))] run(g()), #[cfg(feature = \"a\")] run(h()))",
        "if let S { #[cfg(not(feature = \"a\"))] run, .. } = s { run(h()).await }",
        "if let S { #[cfg(feature = \"a\")] run, .. } = s { run(g()).await } else { run(h()).await }",
        "cfg_select! { feature = \"a\" => { run(h()).await } _ => { run(g()).await } }",
        "f(std::cfg_select! { not(feature = \"a\") => run(g()), feature = \"a\" => run(h()) })",
        "tokio::select! { #[cfg(not(feature = \"a\"))] a = run(g()) => a, b = run(h()) => b }",
        "{ #![cfg(not(feature = \"a\"))] run(g()).await } run(h()).await",
    ] {
        let text = format!("use lambda_runtime::*;\n#[tokio::main]\nasync fn main() {{ {call} }}\n");
        let [_, with] = with_and_without(&text);
        let after = rewritten(&with).0.concat();
        assert!(
            after.contains(&call.replace("run(h())", "crate::__lambda::run(h())")),
            "{after}"
        );
    }
}

#[test]
fn items_of_a_module_of_a_trait_and_of_an_impl() {
    let text = "\
#[cfg(feature = \"a\")] use lambda_http::run;
#[cfg(not(feature = \"a\"))] use lambda_runtime::run;
trait T { #[cfg(feature = \"a\")] fn f() { run(h()) } #[cfg(not(feature = \"a\"))] fn f() {} }
impl T for S { #[cfg(not(feature = \"a\"))] fn f() { run(h()) } #[cfg(feature = \"a\")] fn f() {} }
fn g(#[cfg(feature = \"a\")] run: F) { run(h()) }
fn main() {}
";
    let [without, with] = with_and_without(text);
    assert_text(
        &with,
        &text.replace("use lambda_http::run;", "use crate::__lambda::http_run as run;"),
    );
    assert_text(
        &without,
        &text.replace("use lambda_runtime::run;", "use crate::__lambda::run;"),
    );
}

#[test]
fn a_main_for_each_feature() {
    let text = "\
#[cfg(feature = \"a\")]
#[tokio::main]
async fn main() { lambda_http::run(h()).await }
#[cfg(not(feature = \"a\"))]
fn main() { block_on(lambda_runtime::run(h())) }
";
    let [without, with] = with_and_without(text);
    let edits = [
        "main.rs:2:1 ",
        "main.rs:3:10 __lambda_main",
        "main.rs:3:19 crate::__lambda::http_run",
    ];
    assert_edits(&with, Engine::Inline, &edits);
    assert_edits(&without, Engine::Thread, &["main.rs:5:22 crate::__lambda::run"]);
}

#[test]
fn a_crate_that_is_there_with_a_feature_alone() {
    let text = "\
#[cfg(feature = \"a\")]
async fn serve() { lambda_http::run(h()).await }
#[cfg(not(feature = \"a\"))]
async fn serve() { lambda_runtime::run(h()).await }
#[tokio::main]
async fn main() { serve().await }
";
    let [mut without, mut with] = with_and_without(text);
    without.deps.retain(|dep| dep != "lambda_http");
    assert_eq!(rewritten(&without).1.crates, ["lambda_runtime", "tokio"]);
    with.deps.retain(|dep| dep != "lambda_http");
    let error = rewrite(&with).unwrap_err().to_string();
    assert!(
        error.starts_with("error: `lambda_http` is not among the deps\n --> main.rs:2:20"),
        "{error}"
    );
}

#[test]
fn attributes_by_a_feature() {
    let text = "\
#[cfg_attr(feature = \"a\", tokio::main(flavor = \"current_thread\"))]
#[cfg_attr(not(feature = \"a\"), allow(unused), tokio::main)]
async fn main() { lambda_runtime::run(h()).await }
";
    let [without, with] = with_and_without(text);
    let rest = "async fn __lambda_main() { crate::__lambda::run(h()).await }\n";
    assert_text(
        &with,
        &format!("\n#[cfg_attr(not(feature = \"a\"), allow(unused), tokio::main)]\n{rest}"),
    );
    let first = text.lines().next().unwrap();
    assert_text(
        &without,
        &format!("{first}\n#[cfg_attr(not(feature = \"a\"), allow(unused), )]\n{rest}"),
    );
    for (attribute, expected) in [
        (
            "#[cfg_attr(unix, tokio::main, allow(unused))]",
            "#[cfg_attr(unix,  allow(unused))]",
        ),
        ("#[cfg_attr(unix, cfg_attr(not(windows), tokio::main))]", ""),
        (
            "#[cfg_attr(windows, async_std::main)] #[tokio::main]",
            "#[cfg_attr(windows, async_std::main)] ",
        ),
    ] {
        let program = program(&[(
            "main.rs",
            &format!("{attribute}\nasync fn main() {{ lambda_runtime::run(h()).await }}\n"),
        )]);
        assert_text(&program, &format!("{expected}\n{rest}"));
    }
}

#[test]
fn attributes_of_an_import_by_a_feature() {
    let [_, with] = with_and_without(
        "#[cfg_attr(feature = \"a\", allow(unused), deprecated)] pub use lambda_runtime::{Error, run};\nfn main() { on(run(h())) }\n",
    );
    assert_text(
        &with,
        "#[cfg_attr(feature = \"a\", allow(unused), deprecated)] pub use lambda_runtime::{Error, }; # [allow (unused)] # [deprecated] pub use crate::__lambda::run;\nfn main() { on(run(h())) }\n",
    );
}

#[test]
fn modules_by_a_feature() {
    let sources = [
        (
            "src/main.rs",
            "#[cfg(feature = \"a\")]\n#[path = \"http.rs\"]\nmod server;\n#[cfg(not(feature = \"a\"))]\n#[path = \"json.rs\"]\nmod server;\nmod aside;\n#[tokio::main]\nasync fn main() { server::run(h()).await }\n",
        ),
        ("src/http.rs", "pub use lambda_http::run;\n"),
        ("src/json.rs", "pub use lambda_runtime::run;\n"),
        (
            "src/aside.rs",
            "#![cfg(feature = \"never\")]\nfn f() { lambda_absent::run(lambda_http::run(h())) }\n",
        ),
    ];
    let without = program(&sources);
    let with = Program {
        features: vec!["a".to_owned()],
        ..without.clone()
    };
    let edits = ["src/main.rs:8:1 ", "src/main.rs:9:10 __lambda_main"];
    assert_edits(
        &with,
        Engine::Inline,
        &[edits[0], edits[1], "src/http.rs:1:9 crate::__lambda::http_run as run"],
    );
    assert_edits(
        &without,
        Engine::Inline,
        &[edits[0], edits[1], "src/json.rs:1:9 crate::__lambda::run"],
    );
}

#[test]
fn the_file_of_a_module_by_a_feature() {
    let sources = [
        (
            "src/main.rs",
            "#[cfg_attr(feature = \"a\", path = \"http.rs\")]\nmod json;\nfn main() { on(json::run(h())) }\n",
        ),
        ("src/http.rs", "pub use lambda_http::run;\n"),
        ("src/json.rs", "pub use lambda_runtime::run;\n"),
    ];
    let without = program(&sources);
    let with = Program {
        features: vec!["a".to_owned()],
        ..without.clone()
    };
    assert_edits(
        &with,
        Engine::Thread,
        &["src/http.rs:1:9 crate::__lambda::http_run as run"],
    );
    assert_edits(&without, Engine::Thread, &["src/json.rs:1:9 crate::__lambda::run"]);
}

#[test]
fn branches_of_cfg_if() {
    let text = "\
cfg_if::cfg_if! {
    if #[cfg(all(feature = \"a\", unix))] {
        use lambda_http::run;
        #[tokio::main]
        async fn main() { run(h()).await }
    } else if #[cfg(custom)] {
        fn main() { lambda_absent::run() }
    } else {
        fn main() { on(lambda_runtime::run(h())) }
    }
}
";
    let [mut without, with] = with_and_without(text);
    let edits = [
        "main.rs:3:13 crate::__lambda::http_run as run",
        "main.rs:4:9 ",
        "main.rs:5:18 __lambda_main",
    ];
    assert_edits(&with, Engine::Inline, &edits);
    without.rustc_flags = vec!["--cfg=other".to_owned()];
    // Which of the last two it is, is not known.
    assert_edits(&without, Engine::Thread, &["main.rs:9:24 crate::__lambda::run"]);

    let [_, with] = with_and_without(
        "#[tokio::main]\nasync fn main() {\ncfg_if! { if #[cfg(feature = \"a\")] { use lambda_runtime::run as go; } else { use x::go; } }\ncfg_if! { if #[cfg(feature = \"a\")] { go(h()).await } else { lambda_http::run(h()).await } }\n}\n",
    );
    let edits = [
        "main.rs:1:1 ",
        "main.rs:2:10 __lambda_main",
        "main.rs:3:42 crate::__lambda::run as go",
    ];
    assert_edits(&with, Engine::Inline, &edits);
}

#[test]
fn branches_that_are_both_compiled() {
    let text = "#[tokio::main]\nasync fn main() { if cfg!(feature = \"a\") { lambda_http::run(h()).await } else { lambda_runtime::run(h()).await } }\n";
    let edits = [
        "main.rs:1:1 ",
        "main.rs:2:10 __lambda_main",
        "main.rs:2:44 crate::__lambda::http_run",
        "main.rs:2:81 crate::__lambda::run",
    ];
    for program in with_and_without(text) {
        assert_edits(&program, Engine::Inline, &edits);
    }
}

#[test]
fn what_is_not_known_may_be_compiled() {
    // Neither follows the other, and each is led to its stand-in.
    let text = "\
#[tokio::main]
async fn main() {
    #[cfg(custom)]
    return lambda_http::run(h()).await;
    #[cfg(not(custom))]
    lambda_runtime::run(h()).await
}
";
    let main = ["main.rs:1:1 ", "main.rs:2:10 __lambda_main"];
    let (http, run) = (
        "main.rs:4:12 crate::__lambda::http_run",
        "main.rs:6:5 crate::__lambda::run",
    );
    let unknown = program(&[("main.rs", text)]);
    assert_edits(&unknown, Engine::Inline, &[main[0], main[1], http, run]);
    // A flag says it.
    let mut known = unknown.clone();
    known.rustc_flags = vec!["--cfg".to_owned(), "custom".to_owned()];
    assert_edits(&known, Engine::Inline, &[main[0], main[1], http]);
    // What names a crate that is not there is configured away.
    let mut absent = unknown.clone();
    absent.deps.retain(|dep| dep != "lambda_http");
    assert_edits(&absent, Engine::Inline, &[main[0], main[1], run]);
}

#[test]
fn branches_that_are_not_known() {
    for (call, expected) in [
        (
            "cfg_if! { if #[cfg(custom)] { lambda_http::run(h()).await } else { lambda_runtime::run(h()).await } }",
            "main.rs:2:86 crate::__lambda::run",
        ),
        (
            "cfg_select! { custom => { lambda_http::run(h()).await } _ => { lambda_runtime::run(h()).await } }",
            "main.rs:2:82 crate::__lambda::run",
        ),
    ] {
        let mut program = program(&[("main.rs", &format!("#[tokio::main]\nasync fn main() {{ {call} }}\n"))]);
        assert_eq!(rewritten(&program).1.edits.len(), 4, "{call}");
        program.deps.retain(|dep| dep != "lambda_http");
        assert_edits(
            &program,
            Engine::Inline,
            &["main.rs:1:1 ", "main.rs:2:10 __lambda_main", expected],
        );
    }
    let text = "cfg_if! { if #[cfg(custom)] { fn main() { lambda_http::run() } } else { fn main() { lambda_runtime::run() } } }\n";
    let mut program = program(&[("main.rs", text)]);
    program.deps.retain(|dep| dep != "lambda_http");
    assert_edits(&program, Engine::Thread, &["main.rs:1:85 crate::__lambda::run"]);
}

#[test]
fn what_may_be_a_module_of_the_program_needs_no_crate() {
    let mut program = program(&[
        (
            "main.rs",
            "#[cfg(custom)] mod http;\nmod inner { #![cfg(custom)] fn f() { lambda_http::run() } }\nimpl S { #[cfg(custom)] fn f() { lambda_http::run() } }\nfn main() { match a { #[cfg(custom)] _ => lambda_http::run(), _ => lambda_runtime::run() } }\n",
        ),
        ("http.rs", "mod deep;\n"),
        ("http/deep.rs", "pub fn f() { lambda_http::run() }\n"),
    ]);
    program.deps.retain(|dep| dep != "lambda_http");
    assert_edits(&program, Engine::Thread, &["main.rs:4:68 crate::__lambda::run"]);
}

#[test]
fn the_profile_and_the_architecture() {
    let text = "#[cfg(any(debug_assertions, target_arch = \"aarch64\"))]\nfn main() { serve() }\n#[cfg(not(any(debug_assertions, target_arch = \"aarch64\")))]\n#[tokio::main]\nasync fn main() { lambda_runtime::run(h()).await }\n";
    let mut program = program(&[("main.rs", text)]);
    program.rustc_flags = vec!["-Copt-level=3".to_owned()];
    assert_eq!(rewritten(&program).1.engine, Engine::Inline);
    program.target_arch = Some("aarch64".to_owned());
    let error = rewrite(&program).unwrap_err().to_string();
    assert!(
        error.starts_with("error: no call that starts the Lambda event loop"),
        "{error}"
    );
}
