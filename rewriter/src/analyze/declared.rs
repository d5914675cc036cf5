//! The names that a program may give a meaning of its own, wherever in it: those that it declares or imports, and those that
//! macros may declare for it.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Attribute, ConstParam, File, Item, ItemMacro, ItemMod, ItemUse, Meta, Path, StmtMacro, Token, TypeParam, UseTree,
    punctuated::Punctuated,
    visit::{self, Visit},
};

use super::call_graph::is_plain_macro;
use crate::input::{
    attributes::{self, leaves_item},
    configure::is_choice,
    module_tree::{ModulePath, ModuleTree},
    syntax::unraw,
};

/// What a program may declare.
#[derive(Default)]
pub(crate) struct Declared {
    names: BTreeSet<String>,
    /// The names of modules and of types, which a `*` may stand behind.
    spaces: BTreeSet<String>,
    /// The names, without `_` and in small letters, of items that a macro may make others of, which are named after them.
    stems: BTreeSet<String>,
    /// The macros that it declares.
    own_macros: BTreeSet<String>,
    /// Those whose names are of no help to tell what they declare.
    opaque_macros: BTreeSet<String>,
    is_opaque: bool,
    /// What it imports by `*`.
    pub(crate) globs: Vec<Glob>,
    /// The module that is read.
    module: ModulePath,
}

/// An import of all that something has, which may be modules.
pub(crate) struct Glob {
    pub(crate) module: ModulePath,
    /// The path before the `*`.
    pub(crate) path: Vec<String>,
}

/// Derives that declare nothing with a small first letter.
const PLAIN_DERIVES: [&str; 50] = [
    "Add",
    "Args",
    "AsMut",
    "AsRef",
    "AsRefStr",
    "Clone",
    "Constructor",
    "Copy",
    "Debug",
    "Default",
    "Deref",
    "DerefMut",
    "Deserialize",
    "DeserializeRow",
    "Display",
    "EnumIter",
    "EnumString",
    "Eq",
    "Error",
    "From",
    "FromArgMatches",
    "FromRef",
    "FromRequest",
    "FromRequestParts",
    "FromRow",
    "FromStr",
    "Hash",
    "Into",
    "IntoResponse",
    "IsVariant",
    "JsonSchema",
    "MetricsSet",
    "Ord",
    "Parser",
    "PartialEq",
    "PartialOrd",
    "Serialize",
    "SerializeRow",
    "SimpleObject",
    "Subcommand",
    "Sum",
    "ToSchema",
    "TryFrom",
    "TryInto",
    "Type",
    "Unwrap",
    "Validate",
    "ValueEnum",
    "Zeroize",
    "ZeroizeOnDrop",
];

/// Macros that declare what their tokens name, or nothing.
const PLAIN_ITEM_MACROS: [&str; 8] = [
    "assert_impl_all",
    "bitflags",
    "compile_error",
    "const_assert",
    "global_asm",
    "lazy_static",
    "task_local",
    "thread_local",
];

impl Declared {
    /// Reads all files of a program.
    pub(crate) fn read(tree: &ModuleTree<'_>) -> Self {
        let mut declared = Self::default();
        for file in &tree.files {
            declared.module.clone_from(&file.module);
            declared.visit_file(&file.parsed.tree);
        }
        declared
    }

    /// Whether a path that starts with this name may be one of the program's own.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        let stem = stem(name);
        self.is_opaque
            || !self.opaque_macros.is_subset(&self.own_macros)
            || self.names.contains(name)
            || self.stems.iter().any(|part| stem.contains(part.as_str()))
    }

    /// Whether a name is that of a module or a type of the program's own.
    pub(crate) fn has_space(&self, name: &str) -> bool {
        self.spaces.contains(name)
    }

    fn declare(&mut self, ident: &Ident) {
        self.names.insert(unraw(ident));
    }

    fn imports(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(tree) => {
                path.push(unraw(&tree.ident));
                self.imports(&tree.tree, path);
                path.pop();
            }
            // `use name;` and `use name::{self};` say that it is a crate.
            UseTree::Name(_) if path.is_empty() => {}
            UseTree::Name(tree) if tree.ident == "self" => {
                if let [_, .., last] = path.as_slice() {
                    self.names.insert(last.clone());
                }
            }
            UseTree::Name(tree) => self.declare(&tree.ident),
            UseTree::Rename(tree) => self.declare(&tree.rename),
            UseTree::Group(tree) => {
                for tree in &tree.items {
                    self.imports(tree, path);
                }
            }
            UseTree::Glob(_) => self.globs.push(Glob {
                module: self.module.clone(),
                path: path.clone(),
            }),
        }
    }

    /// Takes all words of a macro's tokens for names that it may declare.
    fn words(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => self.declare(&ident),
                TokenTree::Group(group) => self.words(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
                    self.names.extend(words.map(str::to_owned));
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn invocation(&mut self, path: &Path, tokens: &TokenStream) {
        let name = path.segments.last().map(|last| unraw(&last.ident)).unwrap_or_default();
        if is_plain_macro(&name) && !is_choice(&name) {
            return;
        }
        self.words(tokens.clone());
        if !PLAIN_ITEM_MACROS.contains(&name.as_str()) && !is_choice(&name) {
            self.opaque_macros.insert(name);
        }
    }

    /// What attributes may make of an item.
    fn attributes(&mut self, item: &Item, name: Option<&Ident>) {
        let given = attributes::of_item(item);
        let mut is_plain = true;
        for attribute in given {
            if attribute.path().is_ident("derive") {
                is_plain &= derives_plainly(attribute);
            } else if !leaves_item(attribute) {
                is_plain &= is_helper(item, given);
                if let Meta::List(list) = &attribute.meta {
                    self.words(list.tokens.clone());
                }
            }
        }
        if is_plain {
            return;
        }
        match (item, name) {
            (Item::Mod(_) | Item::Use(_), _) | (_, None) => self.is_opaque = true,
            (_, Some(name)) => {
                self.stems.insert(stem(&unraw(name)));
            }
        }
    }
}

/// Whether an attribute that is no macro's may be on an item for what `derive` reads.
fn is_helper(item: &Item, attributes: &[Attribute]) -> bool {
    matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Union(_))
        && attributes.iter().any(|attribute| attribute.path().is_ident("derive"))
}

fn derives_plainly(attribute: &Attribute) -> bool {
    let paths = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
    paths.is_ok_and(|paths| {
        paths.iter().all(|path| {
            let last = path.segments.last();
            last.is_some_and(|last| PLAIN_DERIVES.iter().any(|name| last.ident == name))
        })
    })
}

/// A name as it may be a part of others: `OrderId` of `order_id_builder`.
fn stem(name: &str) -> String {
    name.chars()
        .filter(|character| *character != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The name of an item that has one, and whether a `*` may stand behind it.
fn name_of(item: &Item) -> Option<(&Ident, bool)> {
    Some(match item {
        Item::Const(item) => (&item.ident, false),
        Item::Enum(item) => (&item.ident, true),
        Item::Fn(item) => (&item.sig.ident, false),
        Item::Mod(item) => (&item.ident, true),
        Item::Static(item) => (&item.ident, false),
        Item::Struct(item) => (&item.ident, false),
        Item::Trait(item) => (&item.ident, true),
        Item::TraitAlias(item) => (&item.ident, false),
        Item::Type(item) => (&item.ident, true),
        Item::Union(item) => (&item.ident, false),
        _ => return None,
    })
}

impl<'a> Visit<'a> for Declared {
    fn visit_file(&mut self, file: &'a File) {
        self.is_opaque |= !file.attrs.iter().all(leaves_item);
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'a Item) {
        let name = name_of(item);
        if let Some((ident, is_space)) = name {
            self.declare(ident);
            if is_space {
                self.spaces.insert(unraw(ident));
            }
        }
        match item {
            Item::ExternCrate(item) => {
                if let Some((_, rename)) = &item.rename {
                    self.declare(rename);
                }
            }
            // Of what can't be read, nothing is known.
            Item::Verbatim(_) => self.is_opaque = true,
            _ => {}
        }
        self.attributes(item, name.map(|(ident, _)| ident));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.imports(&item.tree, &mut Vec::new());
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.module.push(unraw(&item.ident));
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_macro(&mut self, item: &'a ItemMacro) {
        let Some(ident) = &item.ident else {
            self.invocation(&item.mac.path, &item.mac.tokens);
            return;
        };
        self.own_macros.insert(unraw(ident));
        self.declare(ident);
        // What such a macro names is in its rules, unless it puts names together, or has them from a file.
        let mut rules = Declared::default();
        rules.words(item.mac.tokens.clone());
        self.is_opaque |= rules
            .names
            .iter()
            .any(|word| word == "paste" || word.starts_with("include"));
        self.names.append(&mut rules.names);
    }

    fn visit_stmt_macro(&mut self, statement: &'a StmtMacro) {
        // A block that another macro may declare something in is not read for what it names.
        let is_rules = statement.mac.path.is_ident("macro_rules");
        let name = statement
            .mac
            .path
            .segments
            .last()
            .map(|last| unraw(&last.ident))
            .unwrap_or_default();
        if is_rules || !is_plain_macro(&name) {
            self.words(statement.mac.tokens.clone());
        }
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        self.declare(&parameter.ident);
        visit::visit_type_param(self, parameter);
    }

    fn visit_const_param(&mut self, parameter: &'a ConstParam) {
        self.declare(&parameter.ident);
        visit::visit_const_param(self, parameter);
    }
}
