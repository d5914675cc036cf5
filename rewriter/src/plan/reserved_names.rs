//! The names that the bridge takes in the crate root.

use proc_macro2::Ident;
use syn::{Item, UseTree};

use crate::input::{diagnostic::Diagnostic, module_tree::ModuleTree, syntax::unraw};

/// The name of the appended module.
pub(crate) const MODULE: &str = "__lambda";
/// The name that `main` takes when it is made a function to be polled.
pub(crate) const MAIN: &str = "__lambda_main";

/// Refuses a program that has these names itself.
///
/// # Errors
///
/// The first declaration of one.
pub(crate) fn check(tree: &ModuleTree<'_>) -> Result<(), Diagnostic> {
    let root = &tree.root().parsed;
    for item in &root.tree.items {
        let ident = match item {
            Item::Use(item) => match reserved_import(&item.tree) {
                Some(ident) => ident,
                None => continue,
            },
            Item::Union(item) => &item.ident,
            Item::ExternCrate(item) => item.rename.as_ref().map_or(&item.ident, |(_, name)| name),
            Item::Fn(item) => &item.sig.ident,
            Item::Mod(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Const(item) => &item.ident,
            Item::Static(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            _ => continue,
        };
        let name = unraw(ident);
        if is_reserved(ident) {
            let title = format!("`{name}` is a name that the generated bridge takes");
            return Err(Diagnostic::at(root.source, root.range(ident.span()), title)
                .label("declared here")
                .help(format!(
                    "give this another name: `{MODULE}` and `{MAIN}` are appended to the crate root"
                )));
        }
    }
    Ok(())
}

fn is_reserved(ident: &Ident) -> bool {
    let name = unraw(ident);
    name == MODULE || name == MAIN
}

/// The name that a `use` tree imports, if it is one that the bridge takes.
fn reserved_import(tree: &UseTree) -> Option<&Ident> {
    match tree {
        UseTree::Path(path) => reserved_import(&path.tree),
        UseTree::Name(name) => Some(&name.ident).filter(|ident| is_reserved(ident)),
        UseTree::Rename(rename) => Some(&rename.rename).filter(|ident| is_reserved(ident)),
        UseTree::Group(group) => group.items.iter().find_map(reserved_import),
        _ => None,
    }
}
