//! What was done to a program, for the next steps of the build and for people who want to know.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    analyze::{event_loop::Start, globals::Global, obstacle::Obstacle},
    input::{
        engine::Engine,
        program::Program,
        source::{Location, Source},
    },
    plan::choice::Choice,
};

/// The version of the manifest's format that is written.
const VERSION: u32 = 2;

/// One place where a file's text was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditRecord {
    /// Where: the line is the same before and after, the column is the original's.
    #[serde(flatten)]
    pub location: Location,
    /// What stood there.
    pub was: String,
    /// What stands there now.
    pub becomes: String,
}

impl EditRecord {
    pub(super) fn new(source: &Source, at: usize, was: &str, becomes: &str) -> Self {
        Self {
            location: source.location(at),
            was: was.to_owned(),
            becomes: becomes.to_owned(),
        }
    }
}

/// What keeps a faster engine from driving a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObstacleRecord {
    /// The faster engine.
    pub engine: Engine,
    /// Where it is in the sources.
    #[serde(flatten)]
    pub location: Location,
    /// What stands in the way there.
    pub why: String,
}

impl ObstacleRecord {
    fn new((engine, obstacle): (Engine, Obstacle<'_>)) -> Self {
        Self {
            engine,
            location: obstacle.source.location(obstacle.place.start),
            why: obstacle.why,
        }
    }
}

/// What was made of a program: what the build writes as JSON beside the rewritten sources.
///
/// ```
/// use rewriter::{Engine, Manifest};
///
/// let manifest: Manifest = serde_json::from_str(
///     r#"{
///         "version": 2,
///         "crate_name": "hello",
///         "crate_root": "src/main.rs",
///         "engine": "thread",
///         "reason": "`main` is synchronous; every call that starts the event loop was replaced",
///         "obstacles": [
///             { "engine": "inline", "file": "src/main.rs", "line": 1, "column": 4, "why": "`main` is synchronous" }
///         ],
///         "crates": ["lambda_runtime"],
///         "globals": [],
///         "edits": []
///     }"#,
/// )?;
/// assert_eq!(manifest.engine, Engine::Thread);
/// assert_eq!(manifest.obstacles[0].location.to_string(), "src/main.rs:1:4");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format.
    pub version: u32,
    /// The name of the rewritten program's crate.
    pub crate_name: String,
    /// The file that holds `main`, as the author knows it.
    pub crate_root: String,
    /// How `main` is driven.
    pub engine: Engine,
    /// Why that engine was chosen.
    pub reason: String,
    /// What stood in the way of each faster engine, the fastest first.
    pub obstacles: Vec<ObstacleRecord>,
    /// The external crates that the event loop and its runtime come from, sorted.
    pub crates: Vec<String>,
    /// What it declares that a library has once, in the order of its files.
    pub globals: Vec<Global>,
    /// What was changed in the sources; the appended bridge apart.
    pub edits: Vec<EditRecord>,
}

impl Manifest {
    /// The manifest of a program for which an engine was chosen; `starts` are the places where it starts the event loop.
    pub(crate) fn new(
        program: &Program,
        choice: Choice<'_>,
        starts: &[Start],
        globals: Vec<Global>,
        edits: Vec<EditRecord>,
    ) -> Self {
        let mut crates: BTreeSet<String> = starts.iter().map(|start| start.path[0].clone()).collect();
        if starts.is_empty() {
            crates.extend(program.frameworks.iter().cloned());
        }
        crates.extend(choice.polled.map(|main| main.attribute_crate.clone()));
        Self {
            version: VERSION,
            crate_name: program.crate_name.clone(),
            crate_root: program.crate_root.clone(),
            engine: choice.engine,
            reason: choice.reason,
            obstacles: choice.obstacles.into_iter().map(ObstacleRecord::new).collect(),
            crates: crates.into_iter().collect(),
            globals,
            edits,
        }
    }
}
