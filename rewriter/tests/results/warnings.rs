//! Warnings of what a program does otherwise inside a library.

use rewriter::{Program, Source, rewrite};

fn warnings(body: &str) -> Vec<String> {
    let text = format!("fn main() {{ {body}; block_on(lambda_runtime::run(h())) }}\n");
    let rewritten = rewrite(&Program {
        crate_root: "main.rs".to_owned(),
        sources: vec![Source::new("main.rs", text)],
        deps: vec!["lambda_runtime".to_owned()],
        ..Program::default()
    });
    let warnings = rewritten.unwrap().warnings;
    warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_executable_is_the_runtimes() {
    for (body, column) in [
        ("std::env::current_exe()", 13),
        ("use std::env; let exe = env::current_exe()", 37),
        ("use std::env::current_exe as me; me()", 46),
        ("use std::env::*; current_exe()", 30),
        ("println!(\"{:?}\", std::env::current_exe())", 40),
    ] {
        let found = warnings(body);
        assert_eq!(found.len(), 1, "{body}");
        let place = format!(" --> main.rs:1:{column}\n");
        assert!(
            found[0].starts_with("warning: `std::env::current_exe` does not"),
            "{}",
            found[0]
        );
        assert!(found[0].contains(&place), "{}", found[0]);
    }
    for body in [
        "own::current_exe()",
        "fn current_exe() {} current_exe()",
        "let current_exe = 1; f(current_exe)",
        "process.current_exe()",
    ] {
        assert_eq!(warnings(body), [""; 0], "{body}");
    }
}
