//! Warnings of what a program does otherwise inside a library than as a process of its own, where its sources show it.

use super::call_graph::{CallGraph, Reference, ReferenceForm};
use crate::{
    input::{
        diagnostic::{Diagnostic, Warning},
        module_tree::ModuleTree,
    },
    resolve::mentions::Call,
};

/// A warning for each place that can't do what it does in a process of the program's own.
pub(crate) fn warnings(tree: &ModuleTree<'_>, graph: &CallGraph) -> Vec<Warning> {
    let found = graph.references.iter().filter(|reference| is_current_exe(reference));
    found
        .map(|reference| {
            let source = tree.source(reference.file);
            let title = "`std::env::current_exe` does not name this program";
            Warning::new(
                Diagnostic::at(source, reference.place.clone(), title)
                    .label("in the library, this is the executable of Lambda's runtime")
                    .help("find the function's files by the environment variable `LAMBDA_TASK_ROOT`"),
            )
        })
        .collect()
}

fn is_current_exe(reference: &Reference) -> bool {
    match reference.form {
        ReferenceForm::Path => {
            let path: Vec<&str> = reference.path.iter().map(String::as_str).collect();
            reference.is_external && matches!(path.as_slice(), ["std", "env", "current_exe"] | ["current_exe"])
        }
        ReferenceForm::Token(mention) => {
            reference.name == "current_exe" && !mention.is_member && mention.call != Call::None
        }
        ReferenceForm::Method(_) | ReferenceForm::Macro => false,
    }
}
