//! What is asked of the rewriter: a program, what is known of how it is built, and the engine that is to drive it.

use std::collections::BTreeMap;

use super::{engine::Engine, source::Source};

/// A program to rewrite.
///
/// ```
/// use rewriter::{Engine, Program, Source};
///
/// let program = Program {
///     crate_name: "hello".into(),
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", "fn main() {}\n")],
///     deps: vec!["lambda".into(), "tokio".into()],
///     renamed: [("lambda".into(), "lambda_runtime".into())].into(),
///     features: vec!["tracing".into()],
///     engine: Some(Engine::Thread),
///     ..Program::default()
/// };
/// assert!(program.libraries.is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The name of its crate.
    pub crate_name: String,
    /// The path of the source that holds `main`.
    pub crate_root: String,
    /// Its files.
    pub sources: Vec<Source>,
    /// The paths of the files, or the folders, that it is compiled from besides.
    pub data: Vec<String>,
    /// Whether `sources` and `data` are all that rustc is given: a program that names another file is refused then.
    pub has_all_files: bool,
    /// The names under which it knows its direct dependencies.
    pub deps: Vec<String>,
    /// The names under which it knows the procedural macros that it is given beside its dependencies.
    pub proc_macros: Vec<String>,
    /// Whether `deps` and `proc_macros` are all the crates that rustc is given: a program that names another one is refused then.
    pub has_all_crates: bool,
    /// The repository that its crates come from, such as `@crates`, if that is known.
    pub crates_repository: Option<String>,
    /// The names that those of `deps` have of themselves, by the names under which the program knows them, where the two differ.
    pub renamed: BTreeMap<String, String>,
    /// Those of them, lambda_runtime and lambda_http apart, that depend on a lambda_runtime, and so may start the event loop.
    pub frameworks: Vec<String>,
    /// Those of them that are, or depend on, lambda_extension, by which a process is an extension too.
    pub extensions: Vec<String>,
    /// The libraries of its own workspace that it depends on.
    pub libraries: Vec<Library>,
    /// The version of the lambda_runtime that the bridge is built with, if that is known.
    pub lambda_runtime: Option<String>,
    /// Those of its direct dependencies that depend on, or are, another lambda_runtime than the bridge, with that one's version.
    pub other_runtimes: BTreeMap<String, String>,
    /// The features that its crate is compiled with.
    pub features: Vec<String>,
    /// The flags that rustc compiles its crate with, as far as they decide what a `cfg` comes to.
    pub rustc_flags: Vec<String>,
    /// The `target_arch` that it is compiled for, if that is known.
    pub target_arch: Option<String>,
    /// The engine that is asked for; the fastest that can drive the program, if none is.
    pub engine: Option<Engine>,
}

/// A library of the program's own workspace that it depends on, and whose sources are at hand. What such a library gives to a
/// runtime of one thread counts as the program's.
///
/// ```
/// use rewriter::{Engine, Library, Program, Source, rewrite};
///
/// let main = "#[tokio::main(flavor = \"current_thread\")]
/// async fn main() { telemetry::start(); lambda_runtime::run(handler()).await.unwrap() }";
/// let program = Program {
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", main)],
///     deps: ["lambda_runtime", "telemetry", "tokio"].map(str::to_owned).to_vec(),
///     ..Program::default()
/// };
/// assert_eq!(rewrite(&program)?.manifest.engine, Engine::Inline);
///
/// let with_library = Program {
///     libraries: vec![Library {
///         crate_root: "telemetry/src/lib.rs".into(),
///         sources: vec![Source::new("telemetry/src/lib.rs", "pub fn start() { tokio::spawn(flush()); }")],
///     }],
///     ..program
/// };
/// assert_eq!(rewrite(&with_library)?.manifest.engine, Engine::Thread);
/// # Ok::<(), rewriter::Errors>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The path of the source that is its crate root.
    pub crate_root: String,
    /// Its files.
    pub sources: Vec<Source>,
}
