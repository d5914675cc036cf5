//! What runs beside the event loop. Where `main` is polled during calls alone, that would stand still between events.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
};

use syn::UseTree;

use crate::{
    calls::{Calls, Form, Function, Kind, Standing, Use, is_plain_macro},
    engine::Hindrance,
    event_loop::{Found, Start, Starter},
    macro_tokens::{Call, Mention},
    module_tree::{ModuleTree, unraw},
};

/// What a program's own functions do beside the loop.
pub(crate) struct Company<'a> {
    tree: &'a ModuleTree<'a>,
    deps: &'a [String],
    starts: &'a [Start],
    calls: &'a Calls,
    /// Names that imports give to others, with those.
    renamed: Vec<(String, String)>,
}

impl<'a> Company<'a> {
    pub(crate) fn new(tree: &'a ModuleTree<'a>, deps: &'a [String], found: &'a Found<'a>) -> Self {
        let mut renamed = Vec::new();
        for import in &found.imports {
            add_renamed(&import.item.tree, &mut renamed);
        }
        Self {
            tree,
            deps,
            starts: &found.starts,
            calls: &found.calls,
            renamed,
        }
    }

    /// The places that keep it from being known that `main` waits for the event loop alone: on the way from each call that
    /// starts it, up through the functions that call each other, to `main`.
    pub(crate) fn beside_the_loop(&self) -> Vec<Hindrance<'a>> {
        let mut found = Vec::new();
        let mut todo = VecDeque::new();
        for start in self.starts.iter().filter(|start| start.starter != Starter::Unbridged) {
            match self.company(&start.standing) {
                Some(how) => {
                    let what = format!("`{}` {how}", start.path.join("::"));
                    found.push(self.hindrance(start.file, &start.place, &what));
                }
                None => todo.push_back((start.caller, start.file, &start.place)),
            }
        }
        let mut seen = BTreeSet::new();
        while let Some((number, file, place)) = todo.pop_front() {
            if !seen.insert(number) {
                continue;
            }
            let Some(function) = self.calls.functions.get(number) else {
                found.push(self.hindrance(file, place, "this is outside of all functions"));
                continue;
            };
            if let Some(attribute) = &function.attribute {
                let what = format!(
                    "the attribute may make something else of `{}`, which leads to it",
                    function.name
                );
                found.push(self.hindrance(function.file, attribute, &what));
                continue;
            }
            if function.is_main {
                continue;
            }
            if function.kind == Kind::Trait {
                let what = format!("`{}` leads to it, and others may call a trait's method", function.name);
                found.push(self.hindrance(function.file, &function.place, &what));
                continue;
            }
            let mut is_used = false;
            for used in self.uses_of(function) {
                is_used = true;
                match self.company(&used.standing) {
                    Some(how) => {
                        let what = format!("`{}` leads to it, and {how}", used.name);
                        found.push(self.hindrance(used.file, &used.place, &what));
                    }
                    None => todo.push_back((used.function, used.file, &used.place)),
                }
            }
            if !is_used {
                let what = format!("`{}` leads to it, and who calls that is not seen", function.name);
                found.push(self.hindrance(function.file, &function.place, &what));
            }
        }
        found
    }

    /// Where a function or a macro may be called, or is handed on.
    fn uses_of(&self, function: &'a Function) -> impl Iterator<Item = &'a Use> {
        let names = self.names_of(&function.name);
        let (calls, deps, starts, kind) = (self.calls, self.deps, self.starts, function.kind);
        let renamed = &self.renamed;
        calls.uses.iter().filter(move |used| {
            !names_another(used, function, &calls.functions, renamed)
                && names.contains(used.name.as_str())
                && may_name(used, kind)
                && !is_of_crate(used, deps)
                && !is_start(used, starts)
        })
    }

    /// A function's name, and those that imports give it.
    fn names_of(&self, name: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::from([name.to_owned()]);
        loop {
            let before = names.len();
            for (was, becomes) in &self.renamed {
                if names.contains(was) {
                    names.insert(becomes.clone());
                }
            }
            if names.len() == before {
                return names;
            }
        }
    }

    /// How a call stands, if that may be beside other work.
    fn company(&self, standing: &Standing) -> Option<String> {
        if standing.is_in_future {
            return Some("stands in an async block or a closure".to_owned());
        }
        if let Some(name) = standing.in_macro.as_ref().filter(|name| self.is_opaque(name)) {
            return Some(format!("stands in `{name}!`"));
        }
        (!standing.is_awaited).then(|| "is not awaited where it stands".to_owned())
    }

    /// Whether a macro may run what it is given beside other work.
    fn is_opaque(&self, name: &str) -> bool {
        let mut macros = self
            .calls
            .functions
            .iter()
            .filter(|function| function.kind == Kind::Macro);
        match macros.any(|function| function.name == name) {
            true => self.calls.opaque_macros.iter().any(|opaque| opaque == name),
            false => !is_plain_macro(name),
        }
    }

    fn hindrance(&self, file: usize, place: &Range<usize>, what: &str) -> Hindrance<'a> {
        Hindrance {
            source: self.tree.files[file].parsed.source,
            place: place.clone(),
            why: format!("`main` may have other work beside the event loop, which goes on between events: {what}"),
            help: Some("await the loop, and each function that leads to it, where it is called"),
        }
    }
}

/// The places that give work to the tokio runtime, or are of an extension of the program. It is done by the one thread that
/// `main` is polled on, where there are no others.
pub(crate) fn on_the_thread<'a>(tree: &ModuleTree<'a>, calls: &Calls) -> Vec<Hindrance<'a>> {
    let mut has_extension = false;
    let uses = calls.uses.iter();
    uses.filter_map(|used| {
        let name = used.path.join("::");
        let (what, how) = if is_extension(used) {
            // An extension is named in several places, of which the first tells all.
            if std::mem::replace(&mut has_extension, true) {
                return None;
            }
            (EXTENSION, "is of one")
        } else if spawns(used) {
            ("a task of the program", "starts one")
        } else if is_handle(used) {
            ("what other threads hand to it", "lets them")
        } else if used.form == Form::Macro && used.name == "include" {
            ("a task of the program", "brings in what is not read, and may start one")
        } else {
            return None;
        };
        Some(Hindrance {
            source: tree.files[used.file].parsed.source,
            place: used.place.clone(),
            why: format!("`main` has the one thread that {what} would need between events: `{name}` {how}"),
            help: Some(MORE_THREADS),
        })
    })
    .collect()
}

/// The function of lambda_runtime that registers an extension.
const SHUTDOWN_HANDLER: &str = "spawn_graceful_shutdown_handler";
/// The crate that extensions are written with.
const EXTENSION_CRATE: &str = "lambda_extension";
pub(crate) const EXTENSION: &str = "an extension of the program";
/// How a program gets threads that nobody stops.
pub(crate) const MORE_THREADS: &str = "take `flavor = \"current_thread\"` out";

/// Whether a place makes, or registers, an extension.
fn is_extension(used: &Use) -> bool {
    let (first, last) = (used.path.first(), used.path.last());
    first.is_some_and(|first| first == EXTENSION_CRATE) || last.is_some_and(|last| last == SHUTDOWN_HANDLER)
}

/// Whether a place gives a task to a runtime: by tokio's `spawn` and its like, whoever's it is. What has threads of its own is
/// left out, and processes are.
fn spawns(used: &Use) -> bool {
    let is_spawn = |name: &str| name.split('_').any(|word| word == "spawn") && name != "spawn_blocking";
    match used.form {
        Form::Path => {
            let has_threads = ["rayon", "std"].contains(&used.path[0].as_str());
            !has_threads && used.path.last().is_some_and(|last| is_spawn(last))
        }
        Form::Method(arguments) => arguments > 0 && is_spawn(&used.name),
        Form::Macro => is_spawn(&used.name),
        Form::Token(Mention { is_member, call }) => {
            let is_process = is_member && matches!(call, Call::Plain { has_arguments: false });
            is_spawn(&used.name) && !is_process && call != Call::None
        }
    }
}

/// Whether a place takes the runtime's handle, by which other threads give it work.
fn is_handle(used: &Use) -> bool {
    matches!(used.path.as_slice(), [.., handle, current] if handle == "Handle" && current.ends_with("current"))
}

/// Whether a place may name a function of this kind.
fn may_name(used: &Use, kind: Kind) -> bool {
    match (used.form, kind) {
        (Form::Macro, kind) => kind == Kind::Macro,
        (Form::Token(mention), Kind::Macro) => mention.call == Call::Macro,
        (Form::Path | Form::Method(_), Kind::Macro) => false,
        (Form::Path, _) => true,
        (Form::Method(_), kind) => kind != Kind::Free,
        (Form::Token(mention), _) if mention.call == Call::Macro => false,
        (Form::Token(mention), Kind::Free) if mention.is_member => false,
        // A word that is not called may be a field's, or a variable's.
        (Form::Token(mention), _) if mention.call == Call::None => {
            let in_macro = used.standing.in_macro.as_deref();
            !in_macro.is_some_and(is_plain_macro)
        }
        (Form::Token(_), _) => true,
    }
}

/// Whether a path surely names another function than this, of the same name: one of the module that the path names last, or of
/// the one around it.
fn names_another(used: &Use, function: &Function, functions: &[Function], renamed: &[(String, String)]) -> bool {
    if used.form != Form::Path || function.kind != Kind::Free {
        return false;
    }
    let is_named_by_path = |other: &Function| match (used.path.as_slice(), other.module.as_ref()) {
        ([_], Some(module)) => *module == used.module,
        ([this, _], Some(module)) if this == "self" => *module == used.module,
        ([.., within, _], Some(module)) => {
            module.last() == Some(within) && !renamed.iter().any(|(_, becomes)| becomes == within)
        }
        _ => false,
    };
    let mut others = functions
        .iter()
        .filter(|other| other.kind == Kind::Free && other.name == used.name);
    !is_named_by_path(function) && others.any(is_named_by_path)
}

/// Whether a path names something of a crate that the program depends on.
fn is_of_crate(used: &Use, deps: &[String]) -> bool {
    used.is_external
        && used.path.len() > 1
        && (deps.contains(&used.path[0]) || ["alloc", "core", "std"].contains(&used.path[0].as_str()))
}

/// Whether a place is one that starts the event loop, which is looked at as such.
fn is_start(used: &Use, starts: &[Start]) -> bool {
    let is_same = |start: &Start| start.file == used.file && start.place.end == used.place.end;
    starts.iter().any(is_same)
}

/// Adds the names that a `use` tree gives to others.
fn add_renamed(tree: &UseTree, found: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(path) => add_renamed(&path.tree, found),
        UseTree::Rename(rename) => found.push((unraw(&rename.ident), unraw(&rename.rename))),
        UseTree::Group(group) => group.items.iter().for_each(|tree| add_renamed(tree, found)),
        UseTree::Name(_) | UseTree::Glob(_) => {}
    }
}
