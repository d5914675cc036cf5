//! What starts the event loop, and where a program does so.

use std::ops::Range;

use super::call_graph::CallContext;
use crate::resolve::scope::ImportedName;

/// A function that starts the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Starter {
    /// `lambda_runtime::run`.
    Run,
    /// `lambda_http::run`.
    HttpRun,
    /// `lambda_http::run_with_streaming_response`.
    HttpRunStreaming,
    /// One that makes a `Runtime`, which starts the loop later: no function can stand in for it.
    Runtime,
}

/// Every path that starts the event loop, or makes what does. One event is handled at a time, so that what could take several
/// at once has the same stand-in.
const STARTERS: [(&[&str], Starter); 11] = [
    (&["lambda_runtime", "run"], Starter::Run),
    (&["lambda_runtime", "run_concurrent"], Starter::Run),
    (&["lambda_runtime", "Runtime", "new"], Starter::Runtime),
    (&["lambda_http", "run"], Starter::HttpRun),
    (&["lambda_http", "run_concurrent"], Starter::HttpRun),
    (
        &["lambda_http", "run_with_streaming_response"],
        Starter::HttpRunStreaming,
    ),
    (
        &["lambda_http", "run_with_streaming_response_concurrent"],
        Starter::HttpRunStreaming,
    ),
    (&["lambda_http", "runtime"], Starter::Runtime),
    (&["lambda_http", "runtime_concurrent"], Starter::Runtime),
    (&["lambda_http", "streaming_runtime"], Starter::Runtime),
    (&["lambda_http", "streaming_runtime_concurrent"], Starter::Runtime),
];

impl Starter {
    /// The starter that an external path names.
    pub(super) fn of(path: &[String]) -> Option<Self> {
        // lambda_http re-exports lambda_runtime.
        let path = match path {
            [first, second, ..] if first == "lambda_http" && second == "lambda_runtime" => &path[1..],
            path => path,
        };
        let found = STARTERS.iter().find(|(known, _)| known.iter().eq(path.iter()))?;
        Some(found.1)
    }
}

/// Whether an external path starts the event loop.
pub(crate) fn is_starter(path: &[String]) -> bool {
    Starter::of(path).is_some()
}

/// A place where the program starts the event loop.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) starter: Starter,
    /// The path, written in full.
    pub(crate) path: Vec<String>,
    /// The file, by its number in the module tree.
    pub(crate) file: usize,
    /// Where the path stands in the file's text.
    pub(crate) place: Range<usize>,
    /// The import that names the function, if one does.
    pub(crate) import: Option<ImportedName>,
    /// Whether it surely is a part of the program.
    pub(crate) is_certain: bool,
    /// What it stands in, by its number among the program's callables, if it stands in one.
    pub(crate) caller: Option<usize>,
    /// How it stands there.
    pub(crate) context: CallContext,
    /// The number of the body around it. A macro's tokens may make several.
    pub(super) body: usize,
    /// The branches of that body that it is in, each with the number of the place where the ways part, outermost first.
    pub(super) branches: Vec<(usize, usize)>,
}

impl Start {
    /// Whether this place is reached only by way of the earlier `other`: one in the same body, in no branch that
    /// this one is not in too.
    pub(crate) fn follows(&self, other: &Self) -> bool {
        self.body == other.body && self.branches.starts_with(&other.branches)
    }
}
