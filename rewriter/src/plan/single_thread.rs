//! What the one thread of a runtime has to do between events, beside `main`.

use crate::{
    analyze::{
        call_graph::{CallGraph, Reference, ReferenceForm},
        obstacle::Obstacle,
        tokio_main::AsyncMain,
    },
    input::{module_tree::ModuleTree, program::Program},
    resolve::mentions::{Call, Mention},
};

/// The function of lambda_runtime that registers an extension.
const SHUTDOWN_HANDLER: &str = "spawn_graceful_shutdown_handler";
/// The crate that extensions are written with.
const EXTENSION_CRATE: &str = "lambda_extension";
/// What an extension is called in messages.
const EXTENSION: &str = "an extension of the program";
/// How a program gets threads that nobody stops.
pub(super) const MORE_THREADS: &str = "take `flavor = \"current_thread\"` out";

/// The places that give work to the tokio runtime, or are of an extension of the program. It is done by the one thread that
/// `main` is polled on, where there are no others.
pub(super) fn obstacles<'a>(tree: &ModuleTree<'a>, graph: &CallGraph) -> Vec<Obstacle<'a>> {
    let mut has_extension = false;
    let references = graph.references.iter();
    references
        .filter_map(|reference| {
            let name = reference.path.join("::");
            let (what, how) = if is_extension(reference) {
                // An extension is named in several places, of which the first tells all.
                if std::mem::replace(&mut has_extension, true) {
                    return None;
                }
                (EXTENSION, "is of one")
            } else if spawns(reference) {
                ("a task of the program", "starts one")
            } else if is_handle(reference) {
                ("what other threads hand to it", "lets them")
            } else if reference.form == ReferenceForm::Macro && reference.name == "include" {
                ("a task of the program", "brings in what is not read, and may start one")
            } else {
                return None;
            };
            Some(Obstacle {
                source: tree.source(reference.file),
                place: reference.place.clone(),
                why: format!("`main` has the one thread that {what} would need between events: `{name}` {how}"),
                help: Some(MORE_THREADS),
            })
        })
        .collect()
}

/// The dependencies that may be extensions. Lambda ends an initialisation, and an invocation, when each extension has asked for
/// its next event.
pub(super) fn extensions<'a>(
    program: &Program,
    tree: &ModuleTree<'a>,
    main: &AsyncMain,
) -> impl Iterator<Item = Obstacle<'a>> {
    program.extensions.iter().map(move |dep| Obstacle {
        source: tree.root().parsed.source,
        place: main.attribute.clone(),
        why: format!("`main` has the one thread that {EXTENSION} would need between events: `{dep}` may be of one"),
        help: Some(MORE_THREADS),
    })
}

/// Whether a place makes, or registers, an extension.
fn is_extension(reference: &Reference) -> bool {
    let (first, last) = (reference.path.first(), reference.path.last());
    first.is_some_and(|first| first == EXTENSION_CRATE) || last.is_some_and(|last| last == SHUTDOWN_HANDLER)
}

/// Whether a place gives a task to a runtime: by tokio's `spawn` and its like, whoever's it is. What has threads of its own is
/// left out, and processes are.
fn spawns(reference: &Reference) -> bool {
    let is_spawn = |name: &str| name.split('_').any(|word| word == "spawn") && name != "spawn_blocking";
    match reference.form {
        ReferenceForm::Path => {
            let has_threads = ["rayon", "std"].contains(&reference.path[0].as_str());
            !has_threads && reference.path.last().is_some_and(|last| is_spawn(last))
        }
        ReferenceForm::Method(arguments) => arguments > 0 && is_spawn(&reference.name),
        ReferenceForm::Macro => is_spawn(&reference.name),
        ReferenceForm::Token(Mention { is_member, call }) => {
            let is_process = is_member && matches!(call, Call::Plain { has_arguments: false });
            is_spawn(&reference.name) && !is_process && call != Call::None
        }
    }
}

/// Whether a place takes the runtime's handle, by which other threads give it work.
fn is_handle(reference: &Reference) -> bool {
    matches!(reference.path.as_slice(), [.., handle, current] if handle == "Handle" && current.ends_with("current"))
}
