//! What a program surely names that is not in it: crates, by the first names of its paths, and files that it includes.
//!
//! What a macro gets is not read, nor what may be configured away, or be in the hands of an attribute's macro.

use std::ops::Range;

use proc_macro2::{Ident, Span};
use syn::{
    Arm, Attribute, Block, Expr, ExprPath, ExprStruct, Field, FieldValue, FnArg, ForeignItem, ImplItem, Item,
    ItemExternCrate, ItemMod, ItemUse, LitStr, Macro, Meta, PatStruct, PatTupleStruct, Path, Stmt, Token, TraitItem,
    TypePath, UseTree, Variant,
    parse::ParseStream,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::call_graph::is_plain_macro;
use crate::input::{
    attributes::{self, is_of_tool, leaves_item},
    module_tree::{ModulePath, ModuleTree},
    syntax::unraw,
};

/// What a program names.
#[derive(Default)]
pub(crate) struct References {
    pub(crate) first_names: Vec<FirstName>,
    pub(crate) includes: Vec<Include>,
}

/// The first name of a path that has more of them, or of an import.
pub(crate) struct FirstName {
    pub(crate) name: String,
    pub(crate) file: usize,
    pub(crate) module: ModulePath,
    pub(crate) place: Range<usize>,
}

/// A file that is included by its path.
pub(crate) struct Include {
    /// `include`, `include_bytes` or `include_str`.
    pub(crate) by: String,
    pub(crate) path: String,
    pub(crate) file: usize,
    pub(crate) place: Range<usize>,
}

/// The macros that a file's path is given to.
const INCLUDES: [&str; 3] = ["include", "include_bytes", "include_str"];

/// Reads the files of a program that surely are a part of it, in their order.
pub(crate) fn read(tree: &ModuleTree<'_>) -> References {
    let mut found = References::default();
    for (number, file) in tree.files.iter().enumerate().filter(|(_, file)| file.is_certain) {
        let mut reader = Reader {
            tree,
            file: number,
            module: file.module.clone(),
            found: &mut found,
        };
        reader.visit_file(&file.parsed.tree);
    }
    found
}

struct Reader<'a> {
    tree: &'a ModuleTree<'a>,
    file: usize,
    module: ModulePath,
    found: &'a mut References,
}

impl Reader<'_> {
    /// Whether what bears these attributes surely is there as it is written.
    fn is_certain(&self, attributes: &[Attribute]) -> bool {
        let is_conditional = |attribute: &Attribute| attribute.path().is_ident("cfg_attr");
        self.tree.cfg.keeps(attributes) == Some(true) && !attributes.iter().any(is_conditional)
    }

    /// The same of an item, which macros may take in hand. What `derive` reads is no macro.
    fn is_certain_item(&self, attributes: &[Attribute]) -> bool {
        let has_derive = attributes.iter().any(|attribute| attribute.path().is_ident("derive"));
        self.is_certain(attributes) && (has_derive || attributes.iter().all(leaves_item))
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.tree.files[self.file].parsed.range(span)
    }

    fn first_name(&mut self, ident: &Ident) {
        self.found.first_names.push(FirstName {
            name: unraw(ident),
            file: self.file,
            module: self.module.clone(),
            place: self.range(ident.span()),
        });
    }

    fn use_tree(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(tree) => self.first_name(&tree.ident),
            UseTree::Name(tree) => self.first_name(&tree.ident),
            UseTree::Rename(tree) => self.first_name(&tree.ident),
            UseTree::Group(tree) => {
                for tree in &tree.items {
                    self.use_tree(tree);
                }
            }
            UseTree::Glob(_) => {}
        }
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_item(&mut self, item: &'a Item) {
        if self.is_certain_item(attributes::of_item(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'a ImplItem) {
        if self.is_certain_item(attributes::of_impl_item(item)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'a TraitItem) {
        if self.is_certain_item(attributes::of_trait_item(item)) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_foreign_item(&mut self, item: &'a ForeignItem) {
        if self.is_certain_item(attributes::of_foreign_item(item)) {
            visit::visit_foreign_item(self, item);
        }
    }

    fn visit_fn_arg(&mut self, argument: &'a FnArg) {
        if self.is_certain(attributes::of_fn_arg(argument)) {
            visit::visit_fn_arg(self, argument);
        }
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.is_certain(attributes::of_stmt(statement)) {
            visit::visit_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.is_certain(attributes::of_expr(expression)) {
            visit::visit_expr(self, expression);
        }
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        if self.is_certain(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_field(&mut self, field: &'a Field) {
        if self.is_certain(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_field_value(&mut self, field: &'a FieldValue) {
        if self.is_certain(&field.attrs) {
            visit::visit_field_value(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'a Variant) {
        if self.is_certain(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_block(&mut self, block: &'a Block) {
        // What another macro makes of itself may be an item, whose name the block sees.
        let is_plain = |statement: &Stmt| match statement {
            Stmt::Macro(statement) => statement.mac.path.segments.last().is_some_and(|last| {
                let name = unraw(&last.ident);
                is_plain_macro(&name) || STATEMENTS.contains(&name.as_str())
            }),
            Stmt::Item(Item::Macro(item)) => item.ident.is_some(),
            _ => true,
        };
        if block.stmts.iter().all(is_plain) {
            visit::visit_block(self, block);
        }
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.module.push(unraw(&item.ident));
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.use_tree(&item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'a ItemExternCrate) {
        if item.ident != "self" {
            self.first_name(&item.ident);
        }
    }

    // Behind `<T as Trait>` the path is of two.

    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        if path.qself.is_none() {
            visit::visit_expr_path(self, path);
        }
    }

    fn visit_expr_struct(&mut self, expression: &'a ExprStruct) {
        if expression.qself.is_none() {
            visit::visit_expr_struct(self, expression);
        }
    }

    fn visit_pat_struct(&mut self, pattern: &'a PatStruct) {
        if pattern.qself.is_none() {
            visit::visit_pat_struct(self, pattern);
        }
    }

    fn visit_pat_tuple_struct(&mut self, pattern: &'a PatTupleStruct) {
        if pattern.qself.is_none() {
            visit::visit_pat_tuple_struct(self, pattern);
        }
    }

    fn visit_type_path(&mut self, path: &'a TypePath) {
        if path.qself.is_none() {
            visit::visit_type_path(self, path);
        }
    }

    fn visit_path(&mut self, path: &'a Path) {
        if path.segments.len() > 1
            && let Some(first) = path.segments.first()
        {
            self.first_name(&first.ident);
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if is_of_tool(attribute) {
            return;
        }
        if attribute.path().is_ident("derive")
            && let Ok(paths) = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        {
            for path in paths.iter().filter(|path| path.segments.len() > 1) {
                self.first_name(&path.segments[0].ident);
            }
        }
        // Of others, what is in their brackets is theirs.
        match &attribute.meta {
            Meta::NameValue(meta) if !meta.path.is_ident("doc") => self.visit_path(&meta.path),
            meta => self.visit_meta(meta),
        }
    }

    fn visit_macro(&mut self, invocation: &'a Macro) {
        self.visit_path(&invocation.path);
        let Some(last) = invocation.path.segments.last() else {
            return;
        };
        let by = unraw(&last.ident);
        // Another crate's may be called so, too.
        let segments = &invocation.path.segments;
        let is_of_rust = segments.len() == 1 || segments[0].ident == "core" || segments[0].ident == "std";
        if !is_of_rust || !INCLUDES.contains(&by.as_str()) {
            return;
        }
        if let Ok(path) = literal(invocation) {
            self.found.includes.push(Include {
                by,
                path: path.value(),
                file: self.file,
                place: self.range(path.span()),
            });
        }
    }
}

/// Macros that make nothing that has a name, besides those that a call graph passes over.
const STATEMENTS: [&str; 5] = ["compile_error", "join", "pin", "select", "try_join"];

/// The only argument of a macro, if it is a literal.
fn literal(invocation: &Macro) -> syn::Result<LitStr> {
    invocation.parse_body_with(|input: ParseStream<'_>| {
        let path = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(path)
    })
}
