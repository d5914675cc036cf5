//! What runs beside the event loop. Where `main` is polled during calls alone, that would stand still between events.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
};

use syn::UseTree;

use crate::{
    analyze::{
        call_graph::{CallContext, CallGraph, Callable, CallableKind, Reference, ReferenceForm, is_plain_macro},
        event_loop::{Start, Starter},
        functions::Analysis,
        obstacle::Obstacle,
    },
    input::{module_tree::ModuleTree, syntax::unraw},
    resolve::mentions::Call,
};

/// The places that keep it from being known that `main` waits for the event loop alone: on the way from each call that
/// starts it, up through the functions that call each other, to `main`.
pub(super) fn obstacles<'a>(
    tree: &'a ModuleTree<'a>,
    deps: &'a [String],
    analysis: &'a Analysis<'a>,
) -> Vec<Obstacle<'a>> {
    let mut renamed = Vec::new();
    for use_item in &analysis.use_items {
        add_renamed(&use_item.item.tree, &mut renamed);
    }
    let search = Search {
        tree,
        deps,
        starts: &analysis.starts,
        graph: &analysis.graph,
        renamed,
    };
    search.obstacles()
}

/// What is known on the way from the event loop to `main`.
struct Search<'a> {
    tree: &'a ModuleTree<'a>,
    deps: &'a [String],
    starts: &'a [Start],
    graph: &'a CallGraph,
    /// Names that imports give to others, with those.
    renamed: Vec<(String, String)>,
}

impl<'a> Search<'a> {
    fn obstacles(&self) -> Vec<Obstacle<'a>> {
        let mut found = Vec::new();
        let mut todo = VecDeque::new();
        for start in self.starts.iter().filter(|start| start.starter != Starter::Runtime) {
            match self.beside_other_work(&start.context) {
                Some(how) => {
                    let what = format!("`{}` {how}", start.path.join("::"));
                    found.push(self.obstacle(start.file, &start.place, &what));
                }
                None => todo.push_back((start.caller, start.file, &start.place)),
            }
        }
        let mut seen = BTreeSet::new();
        while let Some((number, file, place)) = todo.pop_front() {
            if !seen.insert(number) {
                continue;
            }
            let Some(callable) = number.and_then(|number| self.graph.callables.get(number)) else {
                found.push(self.obstacle(file, place, "this is outside of all functions"));
                continue;
            };
            if let Some(attribute) = &callable.attribute {
                let what = format!(
                    "the attribute may make something else of `{}`, which leads to it",
                    callable.name
                );
                found.push(self.obstacle(callable.file, attribute, &what));
                continue;
            }
            if callable.is_main {
                continue;
            }
            if callable.kind == CallableKind::Trait {
                let what = format!("`{}` leads to it, and others may call a trait's method", callable.name);
                found.push(self.obstacle(callable.file, &callable.place, &what));
                continue;
            }
            let mut is_used = false;
            for reference in self.references_to(callable) {
                is_used = true;
                match self.beside_other_work(&reference.context) {
                    Some(how) => {
                        let what = format!("`{}` leads to it, and {how}", reference.name);
                        found.push(self.obstacle(reference.file, &reference.place, &what));
                    }
                    None => todo.push_back((reference.caller, reference.file, &reference.place)),
                }
            }
            if !is_used {
                let what = format!("`{}` leads to it, and who calls that is not seen", callable.name);
                found.push(self.obstacle(callable.file, &callable.place, &what));
            }
        }
        found
    }

    /// Where a function or a macro may be called, or is handed on.
    fn references_to(&self, callable: &'a Callable) -> impl Iterator<Item = &'a Reference> {
        let names = self.names_of(&callable.name);
        let (graph, deps, starts, kind) = (self.graph, self.deps, self.starts, callable.kind);
        let renamed = &self.renamed;
        graph.references.iter().filter(move |reference| {
            !names_another(reference, callable, &graph.callables, renamed)
                && names.contains(reference.name.as_str())
                && may_name(reference, kind)
                && !is_of_crate(reference, deps)
                && !is_start(reference, starts)
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
    fn beside_other_work(&self, context: &CallContext) -> Option<String> {
        if context.is_in_future {
            return Some("stands in an async block or a closure".to_owned());
        }
        if let Some(name) = context.in_macro.as_ref().filter(|name| self.is_opaque(name)) {
            return Some(format!("stands in `{name}!`"));
        }
        (!context.is_awaited).then(|| "is not awaited where it stands".to_owned())
    }

    /// Whether a macro may run what it is given beside other work.
    fn is_opaque(&self, name: &str) -> bool {
        let callables = self.graph.callables.iter();
        let mut macros = callables.filter(|callable| callable.kind == CallableKind::Macro);
        match macros.any(|callable| callable.name == name) {
            true => self.graph.opaque_macros.iter().any(|opaque| opaque == name),
            false => !is_plain_macro(name),
        }
    }

    fn obstacle(&self, file: usize, place: &Range<usize>, what: &str) -> Obstacle<'a> {
        Obstacle {
            source: self.tree.source(file),
            place: place.clone(),
            why: format!("`main` may have other work beside the event loop, which goes on between events: {what}"),
            help: Some("await the loop, and each function that leads to it, where it is called"),
        }
    }
}

/// Whether a place may name a function of this kind.
fn may_name(reference: &Reference, kind: CallableKind) -> bool {
    match (reference.form, kind) {
        (ReferenceForm::Macro, kind) => kind == CallableKind::Macro,
        (ReferenceForm::Token(mention), CallableKind::Macro) => mention.call == Call::Macro,
        (ReferenceForm::Path | ReferenceForm::Method(_), CallableKind::Macro) => false,
        (ReferenceForm::Path, _) => true,
        (ReferenceForm::Method(_), kind) => kind != CallableKind::Free,
        (ReferenceForm::Token(mention), _) if mention.call == Call::Macro => false,
        (ReferenceForm::Token(mention), CallableKind::Free) if mention.is_member => false,
        // A word that is not called may be a field's, or a variable's.
        (ReferenceForm::Token(mention), _) if mention.call == Call::None => {
            let in_macro = reference.context.in_macro.as_deref();
            !in_macro.is_some_and(is_plain_macro)
        }
        (ReferenceForm::Token(_), _) => true,
    }
}

/// Whether a path surely names another function than this, of the same name: one of the module that the path names last, or of
/// the one around it.
fn names_another(
    reference: &Reference,
    callable: &Callable,
    callables: &[Callable],
    renamed: &[(String, String)],
) -> bool {
    if reference.form != ReferenceForm::Path || callable.kind != CallableKind::Free {
        return false;
    }
    let is_named_by_path = |other: &Callable| match (reference.path.as_slice(), other.module.as_ref()) {
        ([_], Some(module)) => *module == reference.module,
        ([this, _], Some(module)) if this == "self" => *module == reference.module,
        ([.., within, _], Some(module)) => {
            module.last() == Some(within) && !renamed.iter().any(|(_, becomes)| becomes == within)
        }
        _ => false,
    };
    let mut others = callables
        .iter()
        .filter(|other| other.kind == CallableKind::Free && other.name == reference.name);
    !is_named_by_path(callable) && others.any(is_named_by_path)
}

/// Whether a path names something of a crate that the program depends on.
fn is_of_crate(reference: &Reference, deps: &[String]) -> bool {
    reference.is_external
        && reference.path.len() > 1
        && (deps.contains(&reference.path[0]) || ["alloc", "core", "std"].contains(&reference.path[0].as_str()))
}

/// Whether a place is one that starts the event loop, which is looked at as such.
fn is_start(reference: &Reference, starts: &[Start]) -> bool {
    let is_same = |start: &Start| start.file == reference.file && start.place.end == reference.place.end;
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
