//! Libraries of the program's own workspace: what they give to a runtime of one thread counts as the program's.

use super::single_thread;
use crate::{
    analyze::{event_loop::is_starter, functions, obstacle::Obstacle},
    input::{
        cfg,
        module_tree::ModuleTree,
        program::{Library, Program},
        source::Source,
    },
    resolve::names::{Crates, Names},
};

/// The places in a program's libraries that keep its one thread from standing still between events.
pub(super) fn obstacles(program: &Program) -> Vec<Obstacle<'_>> {
    let libraries = program.libraries.iter();
    libraries.flat_map(|library| in_library(program, library)).collect()
}

fn in_library<'a>(program: &Program, library: &'a Library) -> Vec<Obstacle<'a>> {
    let is_root = |source: &&Source| source.path == library.crate_root;
    let Some(crate_root) = library.sources.iter().find(is_root) else {
        return Vec::new();
    };
    // Its features are not known, nor what it calls its crates.
    let tree = ModuleTree::load(&library.sources, crate_root, &cfg::UNKNOWN);
    if tree.unreadable.is_empty() {
        let names = Names::new(&tree, Crates::of(program), is_starter);
        return single_thread::obstacles(&tree, &functions::read(&tree, names).graph);
    }
    // rustc says best what is wrong with it.
    vec![Obstacle {
        source: crate_root,
        place: 0..0,
        why: "this library can't be read, and may start tasks on the one thread that `main` has".to_owned(),
        help: Some(single_thread::MORE_THREADS),
    }]
}
