//! What was done to a program, for the next steps of the build and for people who want to know.

use serde::{Deserialize, Serialize};

use crate::{Engine, Global, Source};

/// The version of the manifest's format that is written.
pub(crate) const VERSION: u32 = 2;

/// One place where a file's text was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditRecord {
    /// The file, as the author knows it.
    pub file: String,
    /// The line, from 1; the same before and after.
    pub line: usize,
    /// The column in characters, from 1, in the original.
    pub column: usize,
    /// What stood there.
    pub was: String,
    /// What stands there now.
    pub becomes: String,
}

impl EditRecord {
    pub(crate) fn new(source: &Source, at: usize, was: &str, becomes: &str) -> Self {
        let (line, column) = source.position(at);
        Self {
            file: source.path.clone(),
            line,
            column,
            was: was.to_owned(),
            becomes: becomes.to_owned(),
        }
    }
}

/// What keeps a faster engine from driving a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// The faster engine.
    pub engine: Engine,
    /// The file, as the author knows it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What stands in the way there.
    pub why: String,
}

/// What was made of a program.
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
    pub obstacles: Vec<Obstacle>,
    /// The external crates that the event loop and its runtime come from, sorted.
    pub crates: Vec<String>,
    /// What it declares that a library has once, in the order of its files.
    pub globals: Vec<Global>,
    /// What was changed in the sources; the appended bridge apart.
    pub edits: Vec<EditRecord>,
}
