//! What keeps the calls that start the event loop from being replaced, as the engines other than loopback need it.

use std::ops::Range;

use crate::{
    analyze::{
        entry::Entry,
        event_loop::{Start, Starter},
        obstacle::Obstacle,
    },
    input::{module_tree::ModuleTree, program::Program},
};

/// The obstacles: what holds for the whole program, then the calls.
pub(super) fn obstacles<'a>(
    program: &Program,
    tree: &'a ModuleTree<'a>,
    entry: &Entry<'_>,
    starts: &[Start],
) -> Vec<Obstacle<'a>> {
    let obstacle = |file: usize, place: &Range<usize>, why: String| Obstacle {
        source: tree.source(file),
        place: place.clone(),
        why,
        help: None,
    };
    let mut found = Vec::new();
    if let Some(version) = program.lambda_runtime.as_deref().filter(|version| is_too_old(version)) {
        let (file, place) = starts
            .first()
            .map_or((0, &entry.name), |start| (start.file, &start.place));
        let why = format!("lambda_runtime {version} is older than 0.13, whose interface the bridge has");
        found.push(obstacle(file, place, why));
    }
    if starts.is_empty() {
        let why = match program.frameworks.as_slice() {
            [] => "no call in the sources starts the event loop".to_owned(),
            frameworks => {
                let names: Vec<String> = frameworks.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(" or ");
                format!("no call in the sources starts the event loop: {names} does, over its own lambda_runtime")
            }
        };
        found.push(obstacle(0, &entry.name, why));
    }
    let bridged = program.lambda_runtime.as_deref().unwrap_or("of another version");
    for start in starts {
        if let Some(version) = program.other_runtimes.get(&start.path[0]) {
            let path = start.path.join("::");
            let why = format!(
                "`{path}` is for lambda_runtime {version}, and the bridge is built with lambda_runtime {bridged}"
            );
            found.push(obstacle(start.file, &start.place, why));
        }
    }
    for start in starts.iter().filter(|start| start.starter == Starter::Runtime) {
        let path = start.path.join("::");
        let why = format!("`{path}` starts the event loop in a way that can't be replaced in the source");
        found.push(obstacle(start.file, &start.place, why));
    }
    found
}

/// Whether a lambda_runtime of this version lacks what the bridge is written for. A version that is not understood is
/// taken as a new one.
fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < (0, 13),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for old in ["0.12.0", "0.12", "0.8.3", "0.0.1-alpha"] {
            assert!(is_too_old(old), "{old}");
        }
        for fine in ["0.13.0", "0.14.4", "1.0.0", "1.2.3-rc.1", "", "git", "0.x"] {
            assert!(!is_too_old(fine), "{fine}");
        }
    }
}
