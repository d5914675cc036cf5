//! The attributes of a node of a syntax tree that is of one of several kinds.

use syn::{Attribute, Expr, ImplItem, Item, Stmt, TraitItem};

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
