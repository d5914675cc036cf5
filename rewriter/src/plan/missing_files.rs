//! Files that a program names and is not given.

use crate::{
    analyze::references::Include,
    input::{
        diagnostic::Diagnostic,
        module_tree::{MissingModule, ModuleTree, folder_of, in_workspace, join},
        program::Program,
    },
};

/// What is to be said of the modules whose files are missing.
pub(crate) fn modules(program: &Program, tree: &ModuleTree<'_>) -> Vec<Diagnostic> {
    let surely_missing = |module: &&MissingModule<'_>| {
        let mut candidates = module.candidates.iter();
        module.is_certain && !module.candidates.is_empty() && !candidates.any(|path| is_given(program, path))
    };
    if !program.has_all_files {
        return Vec::new();
    }
    tree.missing
        .iter()
        .filter(surely_missing)
        .map(|module| {
            let title = format!("the file of `mod {}` is not among the `srcs`", module.name);
            Diagnostic::at(module.source, module.place.clone(), title)
                .label(format!("it would be {}", module.candidates.join(" or ")))
                .help("add it to the target's `srcs`, as by `srcs = glob([\"src/**/*.rs\"])`")
                .help("if it is another file, name that by `#[path = \"…\"]`")
        })
        .collect()
}

/// What is to be said of the files that are included and missing.
pub(crate) fn includes(program: &Program, tree: &ModuleTree<'_>, includes: &[Include]) -> Vec<Diagnostic> {
    if !program.has_all_files {
        return Vec::new();
    }
    let mut errors = Vec::new();
    for include in includes {
        let source = tree.source(include.file);
        let Some(path) = join(folder_of(in_workspace(&source.path)), &include.path) else {
            continue;
        };
        if is_given(program, &path) {
            continue;
        }
        let attributes = match include.by.as_str() {
            "include" => "`srcs`, or to its `compile_data`",
            _ => "`compile_data`",
        };
        let title = format!("the file that `{}!` names is not among the `compile_data`", include.by);
        errors.push(
            Diagnostic::at(source, include.place.clone(), title)
                .label(format!("it would be {path}"))
                .help(format!("add it to the target's {attributes}")),
        );
    }
    errors
}

/// Whether rustc is given a file, by itself or with its folder.
fn is_given(program: &Program, path: &str) -> bool {
    let mut sources = program.sources.iter().map(|source| in_workspace(&source.path));
    let is_below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    sources.any(|source| source == path) || program.data.iter().any(|data| data == path || is_below(data))
}
