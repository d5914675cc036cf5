//! What a program's functions call, and how: what is needed to tell who waits for whom.

use std::ops::Range;

use crate::{input::module_tree::ModulePath, resolve::mentions::Mention};

/// What something callable is to those who call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallableKind {
    /// A function that is called by its path.
    Free,
    /// A function of a type's own.
    Method,
    /// A function of a trait's, which others may call.
    Trait,
    /// What `macro_rules!` declares.
    Macro,
}

/// A function of the program, or a macro that it declares.
#[derive(Clone, Debug)]
pub(crate) struct Callable {
    pub(crate) name: String,
    pub(crate) kind: CallableKind,
    /// The module that declares it, if it stands in no block.
    pub(crate) module: Option<ModulePath>,
    pub(crate) file: usize,
    /// Where its name stands.
    pub(crate) place: Range<usize>,
    /// Whether the program starts with it.
    pub(crate) is_main: bool,
    /// An attribute that may be a macro, which may make something else of it.
    pub(crate) attribute: Option<Range<usize>>,
}

/// How a call stands in the function around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallContext {
    /// Whether the function waits for it where it stands.
    pub(crate) is_awaited: bool,
    /// Whether an async block or a closure is around it. Whoever polls that may poll others beside it.
    pub(crate) is_in_future: bool,
    /// The macro whose argument it is.
    pub(crate) in_macro: Option<String>,
}

/// In which form something is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReferenceForm {
    /// By its path.
    Path,
    /// As a method that is called, with this many arguments.
    Method(usize),
    /// As a macro.
    Macro,
    /// By this word, among a macro's tokens.
    Token(Mention),
}

/// A place where a program calls something, or names it.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// What is named: an external path in full, or as it is written.
    pub(crate) path: Vec<String>,
    /// Whether that may be a crate's: it is nothing that the program is known to declare.
    pub(crate) is_external: bool,
    /// Its last word in the text, which an import may have chosen.
    pub(crate) name: String,
    pub(crate) form: ReferenceForm,
    pub(crate) module: ModulePath,
    pub(crate) file: usize,
    pub(crate) place: Range<usize>,
    /// What it stands in, by its number among the callables, if it stands in one.
    pub(crate) caller: Option<usize>,
    pub(crate) context: CallContext,
}

/// All that can be called in a program, and all places where that is done.
#[derive(Default)]
pub(crate) struct CallGraph {
    pub(crate) callables: Vec<Callable>,
    pub(crate) references: Vec<Reference>,
    /// Macros that the program declares, and may run their arguments beside other work.
    pub(crate) opaque_macros: Vec<String>,
}

/// Macros that evaluate their arguments one after the other, where they stand.
const PLAIN_MACROS: [&str; 38] = [
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "cfg_if",
    "cfg_select",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "error",
    "event",
    "eyre",
    "format",
    "format_args",
    "info",
    "json",
    "log",
    "macro_rules",
    "matches",
    "panic",
    "print",
    "println",
    "span",
    "todo",
    "trace",
    "try",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Whether a macro of this name evaluates its arguments where they stand.
pub(crate) fn is_plain_macro(name: &str) -> bool {
    PLAIN_MACROS.contains(&name)
}
