//! What was done to a program, for the next steps of the build and for people who want to know.

use serde::{Deserialize, Serialize};

use crate::Source;

/// How a program's `main` is driven inside the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Polled on the thread that calls in.
    Inline,
}

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
        let mark = source.byte_order_mark().min(at);
        let before = &source.text[mark..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: source.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            was: was.to_owned(),
            becomes: becomes.to_owned(),
        }
    }
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
    /// The external crates that the event loop and its runtime come from, sorted.
    pub crates: Vec<String>,
    /// What was changed in the sources; the appended bridge apart.
    pub edits: Vec<EditRecord>,
}
