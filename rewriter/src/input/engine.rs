//! The ways to drive a program's `main`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a program's `main` is driven inside the library, the fastest first.
///
/// ```
/// use rewriter::Engine;
///
/// assert!(Engine::Inline < Engine::Loopback);
/// assert_eq!(Engine::Thread.to_string(), "thread");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Polled on the thread that calls in.
    Inline,
    /// Run on a thread of its own, with every call that starts the event loop replaced.
    Thread,
    /// Run on a thread of its own as it is, over a Runtime API within the process.
    Loopback,
}

impl Engine {
    /// All engines, the fastest first.
    pub const ALL: [Self; 3] = [Self::Inline, Self::Thread, Self::Loopback];

    /// The name under which a build asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Thread => "thread",
            Self::Loopback => "loopback",
        }
    }

    /// The engine of a name, if there is one.
    ///
    /// ```
    /// use rewriter::Engine;
    ///
    /// assert_eq!(Engine::named("loopback"), Some(Engine::Loopback));
    /// assert_eq!(Engine::named("auto"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
