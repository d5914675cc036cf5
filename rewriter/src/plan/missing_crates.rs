//! Crates that a program names and is not given.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::{
    analyze::{
        declared::{Declared, Glob},
        event_loop::Start,
        references::FirstName,
        tokio_main::AsyncMain,
    },
    input::{
        diagnostic::Diagnostic,
        module_tree::{ModulePath, ModuleTree},
        program::Program,
        source::Source,
    },
};

/// Crates that come with the compiler.
const OF_RUST: [&str; 5] = ["alloc", "core", "proc_macro", "std", "test"];

/// What a path may start with and is no crate: words of Rust's, and its own types.
const WORDS: [&str; 23] = [
    "bool", "char", "crate", "f128", "f16", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "self", "str",
    "super", "u128", "u16", "u32", "u64", "u8", "usize", "_",
];

/// Crates that no workspace has of its own.
const OF_PROGRAMS: [&str; 3] = ["lambda_http", "lambda_runtime", "tokio"];

/// How packages' names start that have `_` as their crates do, or whole names of such. Most others have `-`.
const PACKAGES: [&str; 13] = [
    "aws_lambda_events",
    "derive_builder",
    "derive_more",
    "env_logger",
    "lambda_http",
    "lambda_runtime",
    "lazy_static",
    "num_cpus",
    "num_enum",
    "once_cell",
    "rand_",
    "serde_",
    "strum_macros",
];

/// The repository that crates come from, as most workspaces name it.
const REPOSITORY: &str = "@crates";

/// What is to be said of the crates that the event loop is started by, and of those that the program names besides.
pub(crate) fn find(
    program: &Program,
    tree: &ModuleTree<'_>,
    first_names: &[FirstName],
    polled: Option<&AsyncMain>,
    starts: &[Start],
) -> Vec<Diagnostic> {
    let mut found = Found {
        program,
        names: BTreeSet::new(),
        errors: Vec::new(),
    };
    let root = tree.root().parsed.source;
    let attribute = polled.map(|main| (root, main.attribute.clone(), &main.attribute_crate));
    let calls = starts
        .iter()
        .map(|start| (tree.source(start.file), start.place.clone(), &start.path[0]));
    for (source, place, name) in calls.chain(attribute) {
        if !program.deps.contains(name) {
            found.add(name, source, place);
        }
    }
    if knows_all(program) {
        let declared = Declared::read(tree);
        let surroundings = Surroundings::new(program, &declared, !tree.missing.is_empty());
        for first in first_names {
            if surroundings.are_without(first) {
                found.add(&first.name, tree.source(first.file), first.place.clone());
            }
        }
    }
    found.errors
}

/// Whether the crates that rustc is given are known; flags may name further ones.
fn knows_all(program: &Program) -> bool {
    let names_crate = |flag: &String| flag.starts_with("--extern") || flag.starts_with("-L");
    program.has_all_crates && !program.rustc_flags.iter().any(names_crate)
}

struct Found<'a> {
    program: &'a Program,
    names: BTreeSet<String>,
    errors: Vec<Diagnostic>,
}

impl Found<'_> {
    /// Says once of each crate that it is missing.
    fn add(&mut self, name: &str, source: &Source, place: Range<usize>) {
        if !self.names.insert(name.to_owned()) {
            return;
        }
        let repository = self.program.crates_repository.as_deref().unwrap_or(REPOSITORY);
        let package = package(name);
        let mut error = Diagnostic::at(source, place, format!("`{name}` is not among the deps"))
            .label("this comes from it")
            .help(format!(
                "add the crate to the target's `deps`, as in `deps = [\"{repository}//:{package}\"]`"
            ));
        if package != name {
            error = error.help("if there is no such label, the package's name may have `_` in place of `-`");
        }
        if !OF_PROGRAMS.contains(&name) {
            error = error.help("if it is a library of your own workspace, name that one's target");
        }
        self.errors.push(error);
    }
}

/// What a name may come from, other than a crate of its own.
struct Surroundings<'a> {
    crates: BTreeSet<&'a str>,
    declared: &'a Declared,
    /// What a module has by `*`.
    globs: BTreeMap<&'a ModulePath, Globs>,
    /// Whether some module may have by `*` what is not known.
    any_is_open: bool,
}

#[derive(Default)]
struct Globs {
    /// A `*` behind a crate that is there, or behind what can't be told, may be anything.
    is_open: bool,
    /// A `*` behind the program's own, which may have it of another module.
    is_own: bool,
    /// The crates that are not there and have a `*` behind them: nothing else is said of such a module.
    of_missing: BTreeSet<String>,
}

impl<'a> Surroundings<'a> {
    fn new(program: &'a Program, declared: &'a Declared, any_is_open: bool) -> Self {
        let known = program
            .deps
            .iter()
            .chain(&program.proc_macros)
            .chain(program.renamed.values());
        let mut surroundings = Self {
            crates: known.map(String::as_str).chain(OF_RUST).collect(),
            declared,
            globs: BTreeMap::new(),
            any_is_open,
        };
        for glob in &declared.globs {
            let mut of_module = surroundings.globs.remove(&glob.module).unwrap_or_default();
            surroundings.add(glob, &mut of_module);
            surroundings.any_is_open |= of_module.is_open || !of_module.of_missing.is_empty();
            surroundings.globs.insert(&glob.module, of_module);
        }
        surroundings
    }

    fn add(&self, glob: &Glob, of_module: &mut Globs) {
        let (Some(first), Some(last)) = (glob.path.first(), glob.path.last()) else {
            of_module.is_open = true;
            return;
        };
        // An enum has variants alone.
        let is_type = last.chars().next().is_some_and(char::is_uppercase);
        if ["crate", "self", "super"].contains(&first.as_str()) || self.declared.has_space(first) {
            of_module.is_own = true;
        } else if is_type || (["core", "std"].contains(&first.as_str()) && last == "prelude") {
            // It has no module.
        } else if self.crates.contains(first.as_str()) || self.declared.may_have(first) || !is_name_of_crate(first) {
            of_module.is_open = true;
        } else {
            of_module.of_missing.insert(first.clone());
        }
    }

    /// Whether a path's first name surely is that of a crate which is not there.
    fn are_without(&self, first: &FirstName) -> bool {
        let name = first.name.as_str();
        if self.crates.contains(name) || !is_name_of_crate(name) || self.declared.may_have(name) {
            return false;
        }
        match self.globs.get(&first.module) {
            None => true,
            Some(globs) if globs.is_open || (globs.is_own && self.any_is_open) => false,
            Some(globs) => globs.of_missing.is_empty() || globs.of_missing.contains(name),
        }
    }
}

/// Whether a name is one that crates have, and neither a type's nor a word of Rust's.
fn is_name_of_crate(name: &str) -> bool {
    let is_small = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
    name.chars().all(is_small) && name.starts_with(|first: char| first.is_ascii_lowercase()) && !WORDS.contains(&name)
}

/// The name that a crate's package most likely has, by which its label is called.
fn package(name: &str) -> String {
    match PACKAGES.iter().any(|package| name.starts_with(package)) {
        true => name.to_owned(),
        false => name.replace('_', "-"),
    }
}
