//! What keeps `main` from standing still between two events, as it does where it is polled during calls alone.

use super::{concurrent_work, libraries, single_thread};
use crate::{
    analyze::{entry::Entry, functions::Analysis, obstacle::Obstacle},
    input::{module_tree::ModuleTree, program::Program},
};

/// The obstacles in a program whose `main` can be polled.
pub(super) fn obstacles<'a>(
    program: &'a Program,
    tree: &'a ModuleTree<'a>,
    entry: &Entry<'_>,
    analysis: &'a Analysis<'a>,
) -> Vec<Obstacle<'a>> {
    let Ok(main) = &entry.async_main else {
        return Vec::new();
    };
    let mut obstacles = concurrent_work::obstacles(tree, &program.deps, analysis);
    if main.is_single_threaded {
        obstacles.extend(single_thread::obstacles(tree, &analysis.graph));
        obstacles.extend(libraries::obstacles(program));
        obstacles.extend(single_thread::extensions(program, tree, main));
    }
    obstacles
}
