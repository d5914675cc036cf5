//! The names that one scope declares: a module, or a block.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use syn::{Item, ItemUse, UseTree};

use crate::input::syntax::unraw;

/// One name that a `use` item imports, by numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ImportedName {
    /// The number of the `use` item among the crate's.
    pub(crate) use_item: usize,
    /// The name's own number among those of that item; a `*` has one too.
    pub(crate) index: usize,
}

/// A `use` item, and the file that it is in.
pub(crate) struct UseItem<'a> {
    pub(crate) file: usize,
    pub(crate) item: &'a ItemUse,
}

/// The names that a module or a block declares.
#[derive(Default)]
pub(crate) struct Scope {
    /// The paths that are imported, by the names that they get here.
    pub(super) imports: BTreeMap<String, Import>,
    /// The paths before a `*`.
    pub(super) globs: Vec<Vec<String>>,
    /// The names of the scope's own items.
    pub(super) items: BTreeSet<String>,
    /// What `extern crate` renames.
    pub(super) crates: BTreeMap<String, Vec<String>>,
}

/// What a name is imported from.
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// Where a `use` item names it; `extern crate` has no such place.
    pub(super) name: Option<ImportedName>,
}

impl Scope {
    /// Adds what `items` declare to the scope; `use_items` numbers those.
    pub(crate) fn add<'a>(
        &mut self,
        items: impl Iterator<Item = &'a Item>,
        file: usize,
        use_items: &mut Vec<UseItem<'a>>,
    ) {
        for item in items {
            match item {
                Item::Use(item) => {
                    let mut prefix = Vec::new();
                    if item.leading_colon.is_some() {
                        // An empty first segment can be no local name.
                        prefix.push(String::new());
                    }
                    let number = use_items.len();
                    self.add_tree(&item.tree, &mut prefix, number, &mut 0);
                    use_items.push(UseItem { file, item });
                }
                Item::ExternCrate(item) => {
                    if let Some((_, name)) = &item.rename {
                        let path = match item.ident == "self" {
                            true => vec!["crate".to_owned()],
                            false => vec![String::new(), unraw(&item.ident)],
                        };
                        self.crates.insert(unraw(name), path.clone());
                        self.imports.insert(unraw(name), Import { path, name: None });
                    }
                }
                Item::Fn(item) => self.declare(&item.sig.ident),
                Item::Mod(item) => self.declare(&item.ident),
                Item::Struct(item) => self.declare(&item.ident),
                Item::Enum(item) => self.declare(&item.ident),
                Item::Type(item) => self.declare(&item.ident),
                Item::Trait(item) => self.declare(&item.ident),
                Item::Const(item) => self.declare(&item.ident),
                Item::Static(item) => self.declare(&item.ident),
                Item::Union(item) => self.declare(&item.ident),
                _ => {}
            }
        }
    }

    /// Whether the scope itself gives a name a meaning.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.imports.contains_key(name) || self.items.contains(name)
    }

    fn declare(&mut self, name: &Ident) {
        self.items.insert(unraw(name));
    }

    fn add_tree(&mut self, tree: &UseTree, prefix: &mut Vec<String>, use_item: usize, index: &mut usize) {
        let mut import = |name: String, path: Vec<String>| {
            let number = ImportedName {
                use_item,
                index: *index,
            };
            self.imports.insert(
                name,
                Import {
                    path,
                    name: Some(number),
                },
            );
            *index += 1;
        };
        match tree {
            UseTree::Path(tree) => {
                prefix.push(unraw(&tree.ident));
                self.add_tree(&tree.tree, prefix, use_item, index);
                prefix.pop();
            }
            UseTree::Name(tree) if tree.ident == "self" => {
                if let Some(last) = prefix.last().cloned() {
                    import(last, prefix.clone());
                }
            }
            UseTree::Name(tree) => {
                let name = unraw(&tree.ident);
                let path = prefix.iter().cloned().chain([name.clone()]).collect();
                import(name, path);
            }
            UseTree::Rename(tree) => {
                let mut path = prefix.clone();
                if tree.ident != "self" {
                    path.push(unraw(&tree.ident));
                }
                import(unraw(&tree.rename), path);
            }
            UseTree::Glob(_) => {
                *index += 1;
                self.globs.push(prefix.clone());
            }
            UseTree::Group(tree) => {
                for tree in &tree.items {
                    self.add_tree(tree, prefix, use_item, index);
                }
            }
        }
    }
}
