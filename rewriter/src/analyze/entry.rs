//! A program's `fn main`, and the tokio runtime that its attribute asks for.

use std::ops::Range;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, Item, ItemFn, Lit, Meta, MetaNameValue, Token, punctuated::Punctuated, spanned::Spanned};

use crate::{
    Diagnostic,
    engine::Hindrance,
    module_tree::{ModuleTree, unraw},
    names::Names,
    source::Parsed,
};

/// `main`, and how it can be polled.
pub(crate) struct Entry<'a> {
    /// The name `main` in the file's text.
    pub(crate) name: Range<usize>,
    /// How it is polled, or why it can't be.
    pub(crate) polled: Result<Polled, Hindrance<'a>>,
}

/// An asynchronous `main`, and how its tokio runtime is built.
pub(crate) struct Polled {
    /// The attribute that made the runtime.
    pub(crate) attribute: Range<usize>,
    /// The crate that the attribute comes from.
    pub(crate) attribute_crate: String,
    /// The calls that build the runtime, on a `tokio::runtime::Builder` path: `new_multi_thread().enable_all()`.
    pub(crate) builder: TokenStream,
    /// Whether that runtime has no thread but the one that polls `main`.
    pub(crate) is_single_threaded: bool,
}

/// The forms of `main` that are understood, for messages.
const SUPPORTED: &str = "write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does";

/// The arguments of the attribute that are understood, for messages.
const ARGUMENTS: &str = "use only arguments that are understood: `flavor = \"multi_thread\"` and `flavor = \"current_thread\"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value";

/// Finds `fn main` in the crate root.
pub(crate) fn find<'a>(tree: &'a ModuleTree<'a>, names: &Names<'_>) -> Result<Entry<'a>, Diagnostic> {
    let root = &tree.root().parsed;
    let hindrance = |place: Range<usize>, why: &str| Hindrance {
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
                polled: Err(hindrance(root.range(second.sig.ident.span()), why)),
            });
        }
        [] => {
            let name = macro_that_may_make_main(root).ok_or_else(|| no_main(root))?;
            let why = "no `fn main` in the crate root but the one that this macro may make";
            return Ok(Entry {
                name: name.clone(),
                polled: Err(hindrance(name, why)),
            });
        }
    };
    let name = root.range(main.sig.ident.span());
    let attribute = main
        .attrs
        .iter()
        .find_map(|attribute| Some((attribute, tokio_main(attribute, names)?)));
    let polled = match (main.sig.asyncness, attribute) {
        (None, _) => Err(hindrance(name.clone(), "`main` is synchronous")),
        (Some(_), Some((attribute, attribute_crate))) => {
            builder(root, attribute).map(|(builder, is_single_threaded)| Polled {
                attribute: root.between(attribute.pound_token.span, attribute.bracket_token.span.close()),
                attribute_crate,
                builder,
                is_single_threaded,
            })
        }
        (Some(_), None) => match main.attrs.iter().find(|attribute| may_be_macro(attribute)) {
            Some(attribute) => {
                let place = root.between(attribute.pound_token.span, attribute.bracket_token.span.close());
                let why = format!(
                    "`{}` runs `main`, and not tokio's attribute",
                    &root.source.text[place.clone()]
                );
                Err(hindrance(place, &why))
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
    Ok(Entry { name, polled })
}

/// Attributes that leave a function as it is.
const PLAIN_ATTRIBUTES: [&str; 16] = [
    "allow",
    "automatically_derived",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "no_mangle",
    "track_caller",
    "unsafe",
    "warn",
];

/// Tools whose attributes leave a function as it is.
const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Whether an attribute may be a macro, which may make something else of the function.
pub(crate) fn may_be_macro(attribute: &Attribute) -> bool {
    let path = attribute.path();
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    let first = first.unwrap_or_default();
    match path.segments.len() {
        1 => !PLAIN_ATTRIBUTES.contains(&first.as_str()),
        _ => !TOOLS.contains(&first.as_str()),
    }
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

/// The crate that an attribute comes from, if it is tokio's `main`.
fn tokio_main(attribute: &Attribute, names: &Names<'_>) -> Option<String> {
    let segments: Vec<String> = attribute
        .path()
        .segments
        .iter()
        .map(|segment| unraw(&segment.ident))
        .collect();
    let found = names.resolve(&[], &[], &segments)?.path;
    is_tokio_main(&names.known(&found))
        .then(|| found.first().cloned())
        .flatten()
}

/// Whether an external path is tokio's `main`, which other crates re-export.
pub(crate) fn is_tokio_main(path: &[String]) -> bool {
    matches!(path, [.., tokio, main] if tokio == "tokio" && main == "main")
}

/// The builder calls that stand for the attribute's arguments, and whether the runtime has one thread.
fn builder<'a>(root: &Parsed<'a>, attribute: &Attribute) -> Result<(TokenStream, bool), Hindrance<'a>> {
    let hindrance = |place: Range<usize>, why: String| Hindrance {
        source: root.source,
        place,
        why,
        help: Some(ARGUMENTS),
    };
    let arguments = match &attribute.meta {
        Meta::List(list) => list
            .parse_args_with(Punctuated::<MetaNameValue, Token![,]>::parse_terminated)
            .map_err(|error| {
                let why = format!("the arguments of `#[tokio::main]` are not understood: {error}");
                hindrance(root.range(error.span()), why)
            })?,
        _ => Punctuated::new(),
    };
    let mut is_single_threaded = false;
    let mut calls = TokenStream::new();
    for argument in &arguments {
        let name = argument.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let value = &argument.value;
        match (name.as_str(), text(value).as_deref()) {
            ("flavor", Some("multi_thread")) => is_single_threaded = false,
            ("flavor", Some("current_thread")) => is_single_threaded = true,
            ("worker_threads", _) => calls.extend(quote!(.worker_threads(#value))),
            ("start_paused", _) => calls.extend(quote!(.start_paused(#value))),
            ("name", Some(name)) => calls.extend(quote!(.name(#name))),
            // Where the attribute finds tokio; the bridge has its own way to it.
            ("crate", _) => {}
            _ => {
                return Err(hindrance(
                    root.range(argument.path.span()).start..root.range(value.span()).end,
                    "an argument of `#[tokio::main]` is not understood".to_owned(),
                ));
            }
        }
    }
    let constructor = match is_single_threaded {
        true => quote!(new_current_thread),
        false => quote!(new_multi_thread),
    };
    Ok((quote!(#constructor().enable_all()#calls), is_single_threaded))
}

/// The value of a string literal.
fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
