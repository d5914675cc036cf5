//! The attributes of a node of a syntax tree that is of one of several kinds.

use syn::{Attribute, Expr, FnArg, ForeignItem, ImplItem, Item, Stmt, TraitItem};

/// Two functions that give a node's attributes, to read and to change. Tokens that syn leaves unread have none.
macro_rules! attributes {
    ($read:ident, $change:ident, $kind:ident: $($variant:ident)*) => {
        pub(crate) fn $read(node: &$kind) -> &[Attribute] {
            match node {
                $($kind::$variant(node) => &node.attrs,)*
                _ => &[],
            }
        }

        pub(crate) fn $change(node: &mut $kind) -> Option<&mut Vec<Attribute>> {
            match node {
                $($kind::$variant(node) => Some(&mut node.attrs),)*
                _ => None,
            }
        }
    };
}

attributes!(of_item, of_item_mut, Item: Const Enum ExternCrate Fn ForeignMod Impl Macro Mod Static Struct Trait TraitAlias
    Type Union Use);
attributes!(of_impl_item, of_impl_item_mut, ImplItem: Const Fn Macro Type);
attributes!(of_trait_item, of_trait_item_mut, TraitItem: Const Fn Macro Type);
attributes!(of_expr, of_expr_mut, Expr: Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field
    ForLoop Group If Index Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct
    Try TryBlock Tuple Unary Unsafe While Yield);

pub(crate) fn of_foreign_item(item: &ForeignItem) -> &[Attribute] {
    match item {
        ForeignItem::Fn(item) => &item.attrs,
        ForeignItem::Macro(item) => &item.attrs,
        ForeignItem::Static(item) => &item.attrs,
        ForeignItem::Type(item) => &item.attrs,
        _ => &[],
    }
}

pub(crate) fn of_fn_arg(argument: &FnArg) -> &[Attribute] {
    match argument {
        FnArg::Receiver(argument) => &argument.attrs,
        FnArg::Typed(argument) => &argument.attrs,
    }
}

pub(crate) fn of_stmt(statement: &Stmt) -> &[Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Item(item) => of_item(item),
        Stmt::Expr(expression, _) => of_expr(expression),
        Stmt::Macro(invocation) => &invocation.attrs,
    }
}

pub(crate) fn of_stmt_mut(statement: &mut Stmt) -> Option<&mut Vec<Attribute>> {
    match statement {
        Stmt::Local(local) => Some(&mut local.attrs),
        Stmt::Item(item) => of_item_mut(item),
        Stmt::Expr(expression, _) => of_expr_mut(expression),
        Stmt::Macro(invocation) => Some(&mut invocation.attrs),
    }
}

/// Attributes of Rust's own, which leave an item where it is and what is in it as it is written; `derive` adds to it.
const BUILT_IN: [&str; 47] = [
    "allow",
    "automatically_derived",
    "cfg",
    "cold",
    "coverage",
    "crate_name",
    "crate_type",
    "default",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "export_name",
    "feature",
    "forbid",
    "global_allocator",
    "ignore",
    "inline",
    "link",
    "link_name",
    "link_section",
    "macro_export",
    "macro_use",
    "must_use",
    "naked",
    "no_implicit_prelude",
    "no_link",
    "no_main",
    "no_mangle",
    "no_std",
    "non_exhaustive",
    "panic_handler",
    "path",
    "proc_macro",
    "proc_macro_attribute",
    "proc_macro_derive",
    "recursion_limit",
    "repr",
    "should_panic",
    "target_feature",
    "track_caller",
    "type_length_limit",
    "unsafe",
    "used",
    "warn",
    "windows_subsystem",
];

/// Tools, whose attributes change nothing.
const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Macros that leave the names in an item as they are, and add none: tokio's `main`, tracing's `instrument`, `async_trait`.
const TRANSPARENT: [&str; 3] = ["async_trait", "instrument", "main"];

/// Whether an attribute is of a tool, such as `#[rustfmt::skip]`.
pub(crate) fn is_of_tool(attribute: &Attribute) -> bool {
    let segments = &attribute.path().segments;
    segments.len() > 1 && TOOLS.iter().any(|tool| segments[0].ident == tool)
}

/// Whether an attribute surely leaves an item, and what is in it, as it is written. Others may be macros.
pub(crate) fn leaves_item(attribute: &Attribute) -> bool {
    let segments = &attribute.path().segments;
    let Some(last) = segments.last() else { return false };
    is_of_tool(attribute)
        || (segments.len() == 1 && BUILT_IN.iter().any(|name| last.ident == name))
        || TRANSPARENT.iter().any(|name| last.ident == name)
}
