//! Files and crates that a program names and is not given, where the build says that it is given all.

use rewriter::{Errors, Program, Rewritten, Source, rewrite};

const MAIN: &str = "#[tokio::main]\nasync fn main() { lambda_runtime::run(handler()).await.unwrap() }\n";

fn program(sources: &[(&str, &str)]) -> Program {
    Program {
        crate_root: sources[0].0.to_owned(),
        sources: sources.iter().map(|(path, text)| Source::new(*path, *text)).collect(),
        data: vec!["app/data/one.txt".to_owned(), "app/all".to_owned()],
        has_all_files: true,
        deps: ["cfg_if", "lambda_http", "lambda_runtime", "renamed", "serde", "tokio"]
            .map(str::to_owned)
            .to_vec(),
        renamed: [("renamed".to_owned(), "original".to_owned())].into(),
        proc_macros: vec!["async_trait".to_owned()],
        has_all_crates: true,
        crates_repository: Some("@third_party".to_owned()),
        ..Program::default()
    }
}

fn rewritten(text: &str) -> Result<Rewritten, Errors> {
    rewrite(&program(&[("app/src/main.rs", &format!("{text}\n{MAIN}"))]))
}

/// Asserts of which modules, files and crates it is said that they are missing, in a program with such a text in its root.
#[track_caller]
fn assert_missing(text: &str, expected: &[&str]) {
    let titles: Vec<String> = match rewritten(text) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.all().iter().map(|error| error.title().to_owned()).collect(),
    };
    let missing: Vec<&str> = titles.iter().filter_map(|title| title.split('`').nth(1)).collect();
    assert_eq!(missing, expected, "{text}");
}

#[test]
fn everything_is_told_at_once() {
    let text = format!(
        "mod helpers;\nmod __lambda {{}}\nuse uuid::Uuid;\nconst TEXT: &str = include_str!(\"../data/two.txt\");\n\
         fn id() -> String {{ tower_http::id(Uuid::nil()) }}\n{MAIN}"
    );
    let errors = rewrite(&program(&[("app/src/main.rs", &text)]))
        .unwrap_err()
        .to_string();
    let expected = r#"
error: the file of `mod helpers` is not among the `srcs`
 --> app/src/main.rs:1:5
  |
1 | mod helpers;
  |     ^^^^^^^ it would be app/src/helpers.rs or app/src/helpers/mod.rs
  |
  = help: add it to the target's `srcs`, as by `srcs = glob(["src/**/*.rs"])`
  = help: if it is another file, name that by `#[path = "…"]`

error: `__lambda` is a name that the generated bridge takes
 --> app/src/main.rs:2:5
  |
2 | mod __lambda {}
  |     ^^^^^^^^ declared here
  |
  = help: give this another name: `__lambda` and `__lambda_main` are appended to the crate root

error: the file that `include_str!` names is not among the `compile_data`
 --> app/src/main.rs:4:33
  |
4 | const TEXT: &str = include_str!("../data/two.txt");
  |                                 ^^^^^^^^^^^^^^^^^ it would be app/data/two.txt
  |
  = help: add it to the target's `compile_data`

error: `uuid` is not among the deps
 --> app/src/main.rs:3:5
  |
3 | use uuid::Uuid;
  |     ^^^^ this comes from it
  |
  = help: add the crate to the target's `deps`, as in `deps = ["@third_party//:uuid"]`
  = help: if it is a library of your own workspace, name that one's target

error: `tower_http` is not among the deps
 --> app/src/main.rs:5:21
  |
5 | fn id() -> String { tower_http::id(Uuid::nil()) }
  |                     ^^^^^^^^^^ this comes from it
  |
  = help: add the crate to the target's `deps`, as in `deps = ["@third_party//:tower-http"]`
  = help: if there is no such label, the package's name may have `_` in place of `-`
  = help: if it is a library of your own workspace, name that one's target
"#;
    assert_eq!(errors, expected.trim(), "\n{errors}\n");
}

#[test]
fn files_that_can_t_be_read_are_all_named() {
    let files = [
        ("app/src/main.rs", "mod a; mod b; mod c;"),
        ("app/src/a.rs", "fn {"),
        ("app/src/b.rs", "fn"),
    ];
    let errors = rewrite(&program(&files)).unwrap_err();
    let titles: Vec<&str> = errors.all().iter().map(|error| error.title()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert!(titles[2].contains("`mod c`"), "{titles:?}");
}

#[test]
fn a_missing_module_may_start_the_loop() {
    let main = "mod start; #[tokio::main] async fn main() { start::start().await }";
    let errors = rewrite(&program(&[("app/src/main.rs", main)])).unwrap_err();
    assert_eq!(errors.all().len(), 1, "{errors}");
}

#[test]
fn crates_that_are_missing_are_named() {
    for (text, expected) in [
        ("use uuid::{self, Uuid};", &["uuid"][..]),
        ("use uuid;", &["uuid"]),
        ("use uuid as ids;", &["uuid"]),
        ("use ::uuid::Uuid;", &["uuid"]),
        (
            "use {uuid::Uuid, std::fmt, chrono::{DateTime, Utc}};",
            &["uuid", "chrono"],
        ),
        ("extern crate uuid;", &["uuid"]),
        ("use rayon::prelude::*;", &["rayon"]),
        ("pub use uuid::*; fn f() { chrono::now() }", &["uuid"]),
        ("use std::io::prelude::*; use uuid::Uuid;", &["uuid"]),
        ("fn f() { let _ = uuid::Uuid::nil(); }", &["uuid"]),
        ("fn f() { uuid::check!(1) }", &["uuid"]),
        ("fn f(id: Option<uuid::Uuid>) {}", &["uuid"]),
        ("#[derive(Debug, strum::EnumIter)] enum E { A }", &["strum"]),
        ("#[tracing::instrument] fn f() {}", &["tracing"]),
        ("mod inner { use uuid::Uuid; fn f() { uuid::f() } }", &["uuid"]),
        ("fn f() { use uuid::Uuid; println!(\"{}\", 1); }", &["uuid"]),
        (
            "#[derive(serde::Serialize)] #[serde(rename_all = \"camelCase\")] struct S { id: uuid::Uuid }",
            &["uuid"],
        ),
        ("thread_local! { static A: u8 = 1; } use uuid::Uuid;", &["uuid"]),
    ] {
        assert_missing(text, expected);
    }
}

#[test]
fn a_crate_that_is_missing_is_told_where_it_is_named() {
    let errors = rewritten("use rayon::prelude::*;").unwrap_err().to_string();
    assert!(
        errors.contains("--> app/src/main.rs:1:5\n") && errors.contains("1 | use rayon::prelude::*;"),
        "{errors}"
    );
}

#[test]
fn what_may_come_from_elsewhere_is_left_to_rustc() {
    for text in [
        "use std::fmt; use core::mem; use alloc::vec; use lambda_http::http; use tokio::fs; use async_trait::async_trait;",
        "use original::A; use renamed::B;",
        "mod uuid { pub struct Uuid; } use uuid::Uuid;",
        "mod a { pub mod uuid { pub struct U; } } use a::*; use uuid::U;",
        "use lambda_http::*; use http::Request; fn f() { tower::f() }",
        "use lambda_http::http as uuid; use uuid::Uuid;",
        "use self::x::uuid; mod x { pub use renamed::uuid; } fn f() { uuid::f() }",
        "fn f<T: Iterator>() { T::next(); u8::from_str(\"1\"); str::len(\"\"); Self::f(); }",
        "struct uuid; impl uuid { fn f() { uuid::f() } }",
        "macro_rules! make { () => { mod uuid {} } } make!(); use uuid::U;",
        "macro_rules! uuid { () => {} } pub(crate) use uuid;",
        "macro_rules! make { () => { pub mod pb {} } } make!(); use pb::*;",
        "extern crate alloc; use alloc::vec::*;",
        "extern \"C\" { #[cfg(feature = \"off\")] fn f(id: uuid::Int); }",
        "fn f(#[cfg(custom)] id: uuid::Uuid) {}",
        "make::modules!(\"proto\"); use uuid::U;",
        "include!(\"made.rs\"); ",
        "cfg_if::cfg_if! { if #[cfg(custom)] { mod uuid {} } else { use renamed as uuid; } } use uuid::U;",
        "#[cfg(test)] use uuid::Uuid;",
        "#[cfg(custom)] use uuid::Uuid;",
        "#[cfg_attr(custom, path = \"a.rs\")] mod x { use uuid::Uuid; }",
        "#[cfg(custom)] use renamed::all::*; use uuid::Uuid;",
        "struct S { #[cfg(feature = \"off\")] id: uuid::Uuid }",
        "#[derive(Builder)] struct Order; use order_builder::State;",
        "#[unknown::bridge] mod ffi { use uuid::Uuid; } use chrono::A;",
        "#[only::sometimes] fn f() { uuid::f() }",
        "fn f() { declare!(); uuid::f() }",
        "fn f() { print!(\"{}\", uuid::f()) }",
        "fn f() { <u8 as uuid::T>::f(); }",
        "#[rustfmt::skip] fn f() {}",
    ] {
        // What is included is another matter.
        let told = match rewritten(text) {
            Ok(_) => continue,
            Err(errors) => errors.to_string(),
        };
        assert!(!told.contains("not among the deps"), "{text}\n{told}");
    }
    // Nothing is, where what rustc is given is not known.
    let text = format!("use uuid::Uuid;\n{MAIN}");
    let known = program(&[("app/src/main.rs", &text)]);
    for program in [
        Program {
            has_all_crates: false,
            ..known.clone()
        },
        Program {
            rustc_flags: vec!["--extern=uuid=x.rlib".to_owned()],
            ..known.clone()
        },
    ] {
        assert!(rewrite(&program).is_ok());
    }
    assert!(rewrite(&known).is_err());
}

#[test]
fn files_that_are_missing_are_named() {
    for (text, expected) in [
        ("mod a;", &["mod a"][..]),
        ("mod a; mod inner { mod b; }", &["mod a", "mod b"]),
        ("#[path = \"x/y.rs\"] mod a;", &["mod a"]),
        ("#[cfg(unix)] mod a;", &["mod a"]),
        (
            "#[cfg(test)] mod a; #[cfg(custom)] mod b; #[made] mod c; made! { mod d; }",
            &[],
        ),
        ("#[path = \"../../../outside.rs\"] mod a;", &[]),
        ("#[path = \"../all/a.rs\"] mod a;", &[]),
        ("const A: &[u8] = include_bytes!(\"a.bin\",);", &["include_bytes!"]),
        ("include!(\"a.rs\");", &["include!"]),
        ("#![doc = include_str!(\"../README.md\")]", &["include_str!"]),
        ("fn f() { g(include_str!(\"a.txt\")) }", &["include_str!"]),
        ("const A: &str = std::include_str!(\"../data/one.txt\");", &[]),
        ("const A: &str = include_str!(\"../all/deep/a.txt\"); ", &[]),
        ("const A: &str = include_str!(\"main.rs\");", &[]),
        (
            "const A: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/a.txt\"));",
            &[],
        ),
        (
            "const A: &str = include_str!(\"/etc/hostname\"); const B: &str = include_str!(\"../../../a\");",
            &[],
        ),
        ("macro_rules! m { () => { include_str!(\"a.txt\") } }", &[]),
        ("const A: &str = renamed::include_str!(\"a.txt\");", &[]),
        ("#[cfg(custom)] const A: &str = include_str!(\"a.txt\");", &[]),
    ] {
        assert_missing(text, expected);
    }
    let text = format!("mod a; const A: &str = include_str!(\"a.txt\");\n{MAIN}");
    let unknown = Program {
        has_all_files: false,
        ..program(&[("app/src/main.rs", &text)])
    };
    assert!(rewrite(&unknown).is_ok());
}
