//! A manifest for people: which engine drives a program, why, and what was changed.

use std::fmt::Write as _;

use super::manifest::Manifest;
use crate::input::engine::Engine;

/// Says what was made of a program, and why.
///
/// ```
/// use rewriter::{Program, Source, explain, rewrite};
///
/// let rewritten = rewrite(&Program {
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", "fn main() { block_on(lambda_runtime::run(handler())) }\n")],
///     deps: vec!["lambda_runtime".into()],
///     ..Program::default()
/// })?;
/// assert_eq!(
///     explain(&rewritten.manifest),
///     "engine: thread
/// reason: `main` is synchronous; every call that starts the event loop was replaced
/// not inline:
///   src/main.rs:1:4: `main` is synchronous
/// 1 edit:
///   src/main.rs:1:22: `lambda_runtime::run` -> `crate::__lambda::run`
/// "
/// );
/// # Ok::<(), rewriter::Errors>(())
/// ```
pub fn explain(manifest: &Manifest) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, manifest);
    text
}

fn write(text: &mut String, manifest: &Manifest) -> std::fmt::Result {
    writeln!(text, "engine: {}", manifest.engine)?;
    writeln!(text, "reason: {}", manifest.reason)?;
    for engine in Engine::ALL {
        let mut obstacles = manifest
            .obstacles
            .iter()
            .filter(|obstacle| obstacle.engine == engine)
            .peekable();
        if obstacles.peek().is_some() {
            writeln!(text, "not {engine}:")?;
        }
        for obstacle in obstacles {
            writeln!(text, "  {}: {}", obstacle.location, obstacle.why)?;
        }
    }
    match manifest.edits.len() {
        0 => writeln!(text, "no edits")?,
        1 => writeln!(text, "1 edit:")?,
        edits => writeln!(text, "{edits} edits:")?,
    }
    for edit in &manifest.edits {
        let (was, becomes) = (one_line(&edit.was), one_line(&edit.becomes));
        writeln!(text, "  {}: `{was}` -> `{becomes}`", edit.location)?;
    }
    Ok(())
}

/// A text with its line breaks shown as blanks, and the blanks around them as none.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    match lines.len() {
        0 | 1 => text.to_owned(),
        _ => lines.join(" "),
    }
}
