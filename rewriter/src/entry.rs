//! A program's `fn main`, and the tokio runtime that its attribute asks for.

use std::ops::Range;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Item, ItemFn, Lit, Meta, MetaNameValue, Token, punctuated::Punctuated, spanned::Spanned};

use crate::{
    Diagnostic,
    module_tree::{ModuleTree, unraw},
    names::Names,
    source::Parsed,
};

/// `main`, and how its tokio runtime is built.
pub(crate) struct Entry {
    /// The name `main` in the file's text.
    pub(crate) name: Range<usize>,
    /// The attribute that made the runtime.
    pub(crate) attribute: Range<usize>,
    /// The crate that the attribute comes from.
    pub(crate) attribute_crate: String,
    /// The calls that build the runtime, on a `tokio::runtime::Builder` path: `new_multi_thread().enable_all()`.
    pub(crate) builder: TokenStream,
}

/// The forms of `main` that are understood, for messages.
const SUPPORTED: &str = "write `#[tokio::main] async fn main()`, as lambda_runtime's documentation does";

/// The arguments of the attribute that are understood, for messages.
const ARGUMENTS: &str = "understood are `flavor = \"multi_thread\"` and `flavor = \"current_thread\"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value";

/// Finds `fn main` in the crate root.
pub(crate) fn find(tree: &ModuleTree<'_>, names: &Names<'_>) -> Result<Entry, Diagnostic> {
    let root = &tree.root().parsed;
    let mut mains = root.tree.items.iter().filter_map(|item| match item {
        Item::Fn(item) if item.sig.ident == "main" => Some(item),
        _ => None,
    });
    let Some(main) = mains.next() else {
        return Err(no_main(root));
    };
    if let Some(second) = mains.next() {
        return Err(
            Diagnostic::at(root.source, root.range(second.sig.ident.span()), "a second `fn main`")
                .label("this one")
                .also(root.range(main.sig.ident.span()), "the first one")
                .help(
                    "keep one `fn main`: which of them is configured away is not known when the program is rewritten",
                ),
        );
    }
    let name = root.range(main.sig.ident.span());
    if main.sig.asyncness.is_none() {
        return Err(Diagnostic::at(root.source, name, "`fn main` is not asynchronous")
            .label("this runs to its end on the thread that loads the library")
            .help(SUPPORTED));
    }
    let attribute = main
        .attrs
        .iter()
        .find_map(|attribute| Some((attribute, tokio_main(attribute, names)?)));
    let Some((attribute, attribute_crate)) = attribute else {
        return Err(
            Diagnostic::at(root.source, name, "`async fn main` without `#[tokio::main]`")
                .label("nothing runs this function")
                .help(SUPPORTED),
        );
    };
    Ok(Entry {
        name,
        attribute: root.between(attribute.pound_token.span, attribute.bracket_token.span.close()),
        attribute_crate,
        builder: builder(root, attribute)?,
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
    is_tokio_main(&found).then(|| found.first().cloned()).flatten()
}

/// Whether an external path is tokio's `main`, which other crates re-export.
pub(crate) fn is_tokio_main(path: &[String]) -> bool {
    matches!(path, [.., tokio, main] if tokio == "tokio" && main == "main")
}

/// The builder calls that stand for the attribute's arguments.
fn builder(root: &Parsed<'_>, attribute: &Attribute) -> Result<TokenStream, Diagnostic> {
    let arguments = match &attribute.meta {
        Meta::List(list) => list
            .parse_args_with(Punctuated::<MetaNameValue, Token![,]>::parse_terminated)
            .map_err(|error| {
                let title = format!("the arguments of `#[tokio::main]` are not understood: {error}");
                Diagnostic::at(root.source, root.range(error.span()), title)
                    .label("here")
                    .help(ARGUMENTS)
            })?,
        _ => Punctuated::new(),
    };
    let mut constructor = Ident::new("new_multi_thread", Span::call_site());
    let mut calls = TokenStream::new();
    for argument in &arguments {
        let name = argument.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let value = &argument.value;
        match (name.as_str(), text(value).as_deref()) {
            ("flavor", Some("multi_thread")) => {}
            ("flavor", Some("current_thread")) => constructor = Ident::new("new_current_thread", Span::call_site()),
            ("worker_threads", _) => calls.extend(quote!(.worker_threads(#value))),
            ("start_paused", _) => calls.extend(quote!(.start_paused(#value))),
            ("name", Some(name)) => calls.extend(quote!(.name(#name))),
            // Where the attribute finds tokio; the bridge has its own way to it.
            ("crate", _) => {}
            _ => {
                return Err(Diagnostic::at(
                    root.source,
                    root.range(argument.path.span()).start..root.range(value.span()).end,
                    "an argument of `#[tokio::main]` that is not understood",
                )
                .label("this one")
                .help(ARGUMENTS));
            }
        }
    }
    Ok(quote!(#constructor().enable_all()#calls))
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
