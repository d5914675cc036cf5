//! Whether programs can be linked into one library.

use std::collections::BTreeMap;

use super::manifest::Manifest;
use crate::analyze::globals::ALLOCATOR;

/// Refuses programs that can't be linked into one library.
///
/// `label` is the target that joins them.
///
/// ```
/// use rewriter::{Program, Source, check_globals, rewrite};
///
/// let manifest = |name: &str| {
///     let path = format!("{name}.rs");
///     let main = "#[no_mangle] fn version() {} fn main() { block_on(lambda_runtime::run(handler())) }";
///     let program = Program {
///         crate_name: name.into(),
///         crate_root: path.clone(),
///         sources: vec![Source::new(path, main)],
///         deps: vec!["lambda_runtime".into()],
///         ..Program::default()
///     };
///     rewrite(&program).map(|rewritten| rewritten.manifest)
/// };
/// let programs = [manifest("orders")?, manifest("returns")?];
/// assert!(check_globals("//app:zip", &programs[..1]).is_ok());
/// let message = check_globals("//app:zip", &programs).unwrap_err();
/// assert!(message.contains("exported symbol `version`\n --> orders.rs:1:1\n --> returns.rs:1:1\n"));
/// # Ok::<(), rewriter::Errors>(())
/// ```
///
/// # Errors
///
/// The message for the user, with the places in the programs' sources; all conflicts at once.
pub fn check_globals(label: &str, programs: &[Manifest]) -> Result<(), String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for global in programs.iter().flat_map(|program| &program.globals) {
        let place = global.location.to_string();
        places.entry(&global.name).or_default().push(place);
    }
    let allocator = format!("#[{ALLOCATOR}]");
    let conflicts: Vec<String> = places
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| {
            let places: String = places.iter().map(|place| format!("\n --> {place}")).collect();
            let (what, help) = if name == allocator {
                let help =
                    "move the allocator into a library crate that all of them depend on, or pack each program in a zip of its own";
                (format!("`{name}`"), help)
            } else {
                let help = "give one of them another name, or pack each program in a zip of its own";
                (format!("exported symbol `{name}`"), help)
            };
            format!("error: the programs of {label} are one library, which can have one {what}{places}\n  = help: {help}")
        })
        .collect();
    match conflicts.is_empty() {
        true => Ok(()),
        false => Err(conflicts.join("\n")),
    }
}
