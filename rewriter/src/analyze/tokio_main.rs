//! The tokio runtime that `#[tokio::main]` asks for.

use std::ops::Range;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta, MetaNameValue, Token, punctuated::Punctuated, spanned::Spanned};

use super::{macro_attributes::is_tokio_main, obstacle::Obstacle};
use crate::{
    input::{
        parsed::Parsed,
        syntax::{segments, string_value},
    },
    resolve::names::Names,
};

/// The arguments of the attribute that are understood, for messages.
const ARGUMENTS: &str = "use only arguments that are understood: `flavor = \"multi_thread\"` and `flavor = \"current_thread\"`, `worker_threads`, `start_paused`, `name` and `crate`, each with `=` and a value";

/// An asynchronous `main`, and how its tokio runtime is built.
pub(crate) struct AsyncMain {
    /// The attribute that made the runtime.
    pub(crate) attribute: Range<usize>,
    /// The crate that the attribute comes from.
    pub(crate) attribute_crate: String,
    /// The calls that build the runtime, on a `tokio::runtime::Builder` path: `new_multi_thread().enable_all()`.
    pub(crate) builder: TokenStream,
    /// Whether that runtime has no thread but the one that polls `main`.
    pub(crate) is_single_threaded: bool,
}

impl AsyncMain {
    /// Reads the attribute of an asynchronous `main`.
    ///
    /// # Errors
    ///
    /// The argument that is not understood.
    pub(super) fn new<'a>(
        root: &Parsed<'a>,
        attribute: &Attribute,
        attribute_crate: String,
    ) -> Result<Self, Obstacle<'a>> {
        let (builder, is_single_threaded) = builder(root, attribute)?;
        Ok(Self {
            attribute: root.attribute(attribute),
            attribute_crate,
            builder,
            is_single_threaded,
        })
    }
}

/// The crate that an attribute at the top of the crate root comes from, if it is tokio's `main`.
pub(super) fn crate_of(attribute: &Attribute, names: &Names<'_>) -> Option<String> {
    let path = names.resolve(&[], &[], &segments(attribute.path()))?.path;
    match is_tokio_main(&names.canonical(&path)) {
        true => path.into_iter().next(),
        false => None,
    }
}

/// The builder calls that stand for the attribute's arguments, and whether the runtime has one thread.
fn builder<'a>(root: &Parsed<'a>, attribute: &Attribute) -> Result<(TokenStream, bool), Obstacle<'a>> {
    let obstacle = |place: Range<usize>, why: String| Obstacle {
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
                obstacle(root.range(error.span()), why)
            })?,
        _ => Punctuated::new(),
    };
    let mut is_single_threaded = false;
    let mut calls = TokenStream::new();
    for argument in &arguments {
        let name = argument.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let value = &argument.value;
        match (name.as_str(), string_value(value).as_deref()) {
            ("flavor", Some("multi_thread")) => is_single_threaded = false,
            ("flavor", Some("current_thread")) => is_single_threaded = true,
            ("worker_threads", _) => calls.extend(quote!(.worker_threads(#value))),
            ("start_paused", _) => calls.extend(quote!(.start_paused(#value))),
            ("name", Some(name)) => calls.extend(quote!(.name(#name))),
            // Where the attribute finds tokio; the bridge has its own way to it.
            ("crate", _) => {}
            _ => {
                return Err(obstacle(
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
