//! What is refused of a program, once it is known how it is driven.

use crate::{
    analyze::event_loop::Start,
    input::{diagnostic::Diagnostic, module_tree::ModuleTree},
};

/// Refuses a program that starts the event loop a second time.
///
/// # Errors
///
/// The first call that is never reached.
pub(crate) fn check_starts(tree: &ModuleTree<'_>, starts: &[Start]) -> Result<(), Diagnostic> {
    for (index, second) in starts.iter().enumerate() {
        if let Some(first) = starts[..index].iter().find(|first| second.follows(first)) {
            let source = tree.source(second.file);
            let title = "a second call that starts the Lambda event loop";
            return Err(Diagnostic::at(source, second.place.clone(), title)
                .label("never reached: the first call serves events for as long as the process lives")
                .also(first.place.clone(), "the first call")
                .help("start the loop once, or choose between the calls with `if` or `match`"));
        }
    }
    Ok(())
}
