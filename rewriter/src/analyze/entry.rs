//! A program's `fn main`.

use std::ops::Range;

use syn::{Item, ItemFn, spanned::Spanned};

use super::{
    macro_attributes::may_be_macro,
    obstacle::Obstacle,
    tokio_main::{self, AsyncMain},
};
use crate::{
    input::{diagnostic::Diagnostic, module_tree::ModuleTree, parsed::Parsed, syntax::unraw},
    resolve::names::Names,
};

/// `main`, and how it can be polled.
pub(crate) struct Entry<'a> {
    /// The name `main` in the file's text.
    pub(crate) name: Range<usize>,
    /// How it is polled, or why it can't be.
    pub(crate) async_main: Result<AsyncMain, Obstacle<'a>>,
}

/// The forms of `main` that are understood, for messages.
const SUPPORTED: &str = "write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does";

/// Finds `fn main` in the crate root.
///
/// # Errors
///
/// When there is none, or one that nothing runs.
pub(crate) fn find<'a>(tree: &'a ModuleTree<'a>, names: &Names<'_>) -> Result<Entry<'a>, Diagnostic> {
    let root = &tree.root().parsed;
    let obstacle = |place: Range<usize>, why: &str| Obstacle {
        source: root.source,
        place,
        why: why.to_owned(),
        help: Some(SUPPORTED),
    };
    let mains: Vec<&ItemFn> = root
        .tree
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Fn(item) if unraw(&item.sig.ident) == "main" => Some(item),
            _ => None,
        })
        .collect();
    let main = match mains.as_slice() {
        [main] => main,
        [first, second, ..] => {
            let why = "a second `main`: which of them is configured away is not known when the program is rewritten";
            return Ok(Entry {
                name: root.range(first.sig.ident.span()),
                async_main: Err(obstacle(root.range(second.sig.ident.span()), why)),
            });
        }
        [] => {
            let name = macro_that_may_make_main(root).ok_or_else(|| no_main(root))?;
            let why = "no `fn main` in the crate root but the one that this macro may make";
            return Ok(Entry {
                name: name.clone(),
                async_main: Err(obstacle(name, why)),
            });
        }
    };
    let name = root.range(main.sig.ident.span());
    let attribute = main
        .attrs
        .iter()
        .find_map(|attribute| Some((attribute, tokio_main::crate_of(attribute, names)?)));
    let async_main = match (main.sig.asyncness, attribute) {
        (None, _) => Err(obstacle(name.clone(), "`main` is synchronous")),
        (Some(_), Some((attribute, attribute_crate))) => AsyncMain::new(root, attribute, attribute_crate),
        (Some(_), None) => match main.attrs.iter().find(|attribute| may_be_macro(attribute)) {
            Some(attribute) => {
                let place = root.attribute(attribute);
                let why = format!(
                    "`{}` runs `main`, and not tokio's attribute",
                    &root.source.text[place.clone()]
                );
                Err(obstacle(place, &why))
            }
            None => {
                return Err(
                    Diagnostic::at(root.source, name, "`async fn main` without `#[tokio::main]`")
                        .label("nothing runs this function")
                        .help(SUPPORTED),
                );
            }
        },
    };
    Ok(Entry { name, async_main })
}

/// The name of the last macro at the top of the crate root that may make items.
fn macro_that_may_make_main(root: &Parsed<'_>) -> Option<Range<usize>> {
    let mut items = root.tree.items.iter().rev();
    items.find_map(|item| match item {
        Item::Macro(item) if item.ident.is_none() => Some(root.range(item.mac.path.span())),
        _ => None,
    })
}

/// Says that there is no `main`, and where one like it is.
fn no_main(root: &Parsed<'_>) -> Diagnostic {
    let in_module = root.tree.items.iter().find_map(|item| match item {
        Item::Mod(module) => module.content.as_ref()?.1.iter().find_map(|item| match item {
            Item::Fn(ItemFn { sig, .. }) if sig.ident == "main" => Some(sig.ident.span()),
            _ => None,
        }),
        _ => None,
    });
    match in_module {
        Some(span) => Diagnostic::at(root.source, root.range(span), "no `fn main` in the crate root")
            .label("this one is in a module; a program starts at the one in its crate root")
            .help(format!("move it to the top of {}", root.source.path)),
        None => Diagnostic::at(
            root.source,
            0..first_line(&root.source.text),
            "no `fn main` in the crate root",
        )
        .label("this file is taken as the program's crate root")
        .help("set `crate_root` to the file that holds `main`, if it is another of the `srcs`")
        .help(format!("or add one: {SUPPORTED}")),
    }
}

fn first_line(text: &str) -> usize {
    text.find(['\r', '\n']).unwrap_or(text.len())
}
