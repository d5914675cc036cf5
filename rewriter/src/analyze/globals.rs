//! What a process has once, and so a library: two programs that declare it can't be linked into one.

use proc_macro2::Span;
use quote::ToTokens;
use serde::{Deserialize, Serialize};
use syn::{
    Attribute, Ident, ImplItemFn, Item, ItemFn, ItemStatic, Meta,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::input::{
    attributes,
    module_tree::{ModuleFile, ModuleTree},
    source::Location,
    syntax::{string_value, unraw},
};

/// The attribute of a library's one allocator.
pub(crate) const ALLOCATOR: &str = "global_allocator";

/// Something that a program declares and a library has once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Global {
    /// What it is: `#[global_allocator]`, or the symbol that is exported.
    pub name: String,
    /// Where it is declared.
    #[serde(flatten)]
    pub location: Location,
}

/// What the files of a program surely declare, in their order. What macros make is not seen.
pub(crate) fn find(tree: &ModuleTree<'_>) -> Vec<Global> {
    let mut globals = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_certain) {
        let mut finder = GlobalFinder {
            tree,
            file,
            globals: &mut globals,
        };
        finder.visit_file(&file.parsed.tree);
    }
    globals
}

struct GlobalFinder<'a> {
    tree: &'a ModuleTree<'a>,
    file: &'a ModuleFile<'a>,
    globals: &'a mut Vec<Global>,
}

impl GlobalFinder<'_> {
    fn add(&mut self, name: String, span: Span) {
        let parsed = &self.file.parsed;
        self.globals.push(Global {
            name,
            location: parsed.source.location(parsed.range(span).start),
        });
    }

    /// Adds the symbol that a function or a static is exported under, if it is.
    fn add_export(&mut self, attributes: &[Attribute], ident: &Ident) {
        for attribute in attributes {
            if let Some(name) = exported_name(&attribute.meta, ident) {
                self.add(name, attribute.span());
            }
        }
    }
}

impl<'ast> Visit<'ast> for GlobalFinder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if self.tree.cfg.keeps(attributes::of_item(item)) == Some(true) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add_export(&item.attrs, &item.sig.ident);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if self.tree.cfg.keeps(&item.attrs) == Some(true) {
            self.add_export(&item.attrs, &item.sig.ident);
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        let allocator = item.attrs.iter().find(|attribute| attribute.path().is_ident(ALLOCATOR));
        if let Some(allocator) = allocator {
            self.add(format!("#[{ALLOCATOR}]"), allocator.span());
        }
        self.add_export(&item.attrs, &item.ident);
    }
}

/// The symbol that an attribute exports something of this name under, if it does.
fn exported_name(meta: &Meta, ident: &Ident) -> Option<String> {
    match meta {
        Meta::Path(path) if path.is_ident("no_mangle") => Some(unraw(ident)),
        Meta::NameValue(meta) if meta.path.is_ident("export_name") => string_value(&meta.value),
        Meta::List(list) if list.path.to_token_stream().to_string() == "unsafe" => {
            exported_name(&list.parse_args().ok()?, ident)
        }
        _ => None,
    }
}
