//! Warnings of what a program does otherwise inside a library than as a process of its own, where its sources show it.

use crate::{
    Diagnostic, Warning,
    calls::{Calls, Form, Use},
    macro_tokens::Call,
    module_tree::ModuleTree,
};

/// A warning for each place that can't do what it does in a process of the program's own.
pub(crate) fn warnings(tree: &ModuleTree<'_>, calls: &Calls) -> Vec<Warning> {
    let found = calls.uses.iter().filter(|used| is_current_exe(used));
    found
        .map(|used| {
            let source = tree.files[used.file].parsed.source;
            let title = "`std::env::current_exe` does not name this program";
            Warning::new(
                Diagnostic::at(source, used.place.clone(), title)
                    .label("in the library, this is the executable of Lambda's runtime")
                    .help("find the function's files by the environment variable `LAMBDA_TASK_ROOT`"),
            )
        })
        .collect()
}

fn is_current_exe(used: &Use) -> bool {
    match used.form {
        Form::Path => {
            let path: Vec<&str> = used.path.iter().map(String::as_str).collect();
            used.is_external && matches!(path.as_slice(), ["std", "env", "current_exe"] | ["current_exe"])
        }
        Form::Token(mention) => used.name == "current_exe" && !mention.is_member && mention.call != Call::None,
        Form::Method(_) | Form::Macro => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Program, Source, rewrite};

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
}
