//! What kind a runtime is of, by Lambda's name for it.

/// The kind of a runtime.
///
/// ```
/// use launcher::RuntimeKind;
///
/// assert_eq!(RuntimeKind::of("provided.al2023"), RuntimeKind::OsOnly);
/// assert_eq!(RuntimeKind::of("nodejs22.x"), RuntimeKind::Node);
/// assert_eq!(RuntimeKind::of("python3.13"), RuntimeKind::Python);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RuntimeKind {
    /// It runs the `bootstrap` that a zip holds.
    OsOnly,
    /// A managed one of Node.js.
    Node,
    /// A managed one of Python.
    Python,
}

impl RuntimeKind {
    /// That of a runtime's name, such as `python3.13`.
    pub fn of(name: &str) -> Self {
        if name.starts_with("provided") {
            Self::OsOnly
        } else if name.starts_with("nodejs") {
            Self::Node
        } else {
            Self::Python
        }
    }
}
