//! Crates under other names than their own.

use rewriter::{Program, rewrite};

use crate::{assert_text, program};

/// A program of one file whose crates have names of its author's.
fn with_renamed_crates(text: &str) -> Program {
    let renamed = [("lambda", "lambda_runtime"), ("web", "lambda_http"), ("rt", "tokio")];
    Program {
        deps: renamed.map(|(name, _)| name.to_owned()).to_vec(),
        renamed: renamed.map(|(name, own)| (name.to_owned(), own.to_owned())).into(),
        ..program(&[("main.rs", text)])
    }
}

#[test]
fn crates_under_other_names() {
    let run = "crate::__lambda::run(h()).await";
    for (imports, call, new_imports, new_call) in [
        ("", "lambda::run(h()).await", "", run),
        ("use lambda::*;", "run(h()).await", "use lambda::*;", run),
        (
            "use lambda::{Error, run};",
            "run(h()).await",
            "use lambda::{Error, }; use crate::__lambda::run;",
            "run(h()).await",
        ),
        ("use lambda as lr;", "lr::run(h()).await", "use lambda as lr;", run),
        (
            "extern crate lambda as lr;",
            "lr::run(h()).await",
            "extern crate lambda as lr;",
            run,
        ),
        (
            "extern crate lambda as lr;",
            "::lr::run(h()).await",
            "extern crate lambda as lr;",
            run,
        ),
        ("", "web::lambda_runtime::run(h()).await", "", run),
        ("", "web::run(h()).await", "", "crate::__lambda::http_run(h()).await"),
    ] {
        let program = with_renamed_crates(&format!("{imports}\n#[rt::main]\nasync fn main() {{ {call} }}\n"));
        assert_text(
            &program,
            &format!("{new_imports}\n\nasync fn __lambda_main() {{ {new_call} }}\n"),
        );
    }
    let rewritten = rewrite(&with_renamed_crates(
        "#[rt::main]\nasync fn main() { web::run(h()).await }\n",
    ))
    .unwrap();
    assert_eq!(rewritten.manifest.crates, ["rt", "web"]);
    // What is generated names it as the program does.
    assert!(rewritten.sources[0].text.contains("define_http_run!(FUNCTION, web)"));
}

#[test]
fn a_crate_that_has_anothers_name() {
    let mut program =
        with_renamed_crates("#[rt::main]\nasync fn main() { lambda_runtime::run(h()); lambda::run(h()).await }\n");
    program.deps.push("lambda_runtime".to_owned());
    program
        .renamed
        .insert("lambda_runtime".to_owned(), "something_else".to_owned());
    assert_text(
        &program,
        "\nasync fn __lambda_main() { lambda_runtime::run(h()); crate::__lambda::run(h()).await }\n",
    );
}

#[test]
fn names_that_the_crate_root_gives_to_crates() {
    for path in [
        "lr::run",
        "::lr::run",
        "crate::lr::run",
        "super::lr::run",
        "app::lr::run",
        "crate::both::it::run",
    ] {
        let text = format!(
            "extern crate lambda_runtime as lr;\nextern crate self as app;\nmod both {{ pub use lr as it; }}\nmod server {{ pub fn f() {{ {path}(h()) }} }}\nfn main() {{ server::f() }}\n"
        );
        let program = program(&[("main.rs", &text)]);
        assert_text(
            &program,
            &text.replace(&format!("{path}(h())"), "crate::__lambda::run(h())"),
        );
    }
}

#[test]
fn paths_from_the_crate_root_as_before_edition_2018() {
    let text = "extern crate lambda_runtime;\nmod aws { pub use lambda_runtime::run; }\nmod server { use aws::run; pub fn f() { run(h()) } pub fn g() { ::aws::run(h()) } }\nfn main() {}\n";
    let program = program(&[("main.rs", text)]);
    assert_text(
        &program,
        &text.replace("pub use lambda_runtime::run", "pub use crate::__lambda::run"),
    );
}
