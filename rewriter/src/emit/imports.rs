//! Imports of what starts the event loop, led to what stands in for it.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{ItemUse, UseTree, Visibility, spanned::Spanned};

use super::edit::Edit;
use crate::input::{parsed::Parsed, syntax::unraw};

/// Leads the names of a `use` item that start the event loop to their stand-ins, and leaves the item's other names as they are.
///
/// `stand_ins` are the paths of those, by the numbers of the names in the item.
pub(super) fn redirect(
    parsed: &Parsed<'_>,
    item: &ItemUse,
    stand_ins: &BTreeMap<usize, &'static str>,
    edits: &mut Vec<Edit>,
) {
    let mut removal = Removal {
        parsed,
        stand_ins,
        index: 0,
        imports: Vec::new(),
        edits: Vec::new(),
    };
    let emptied = removal.remove_from(&item.tree);
    let imports = &removal.imports;
    if emptied {
        // Nothing else is imported: one import takes the place of the old one.
        let start = item
            .leading_colon
            .map_or_else(|| item.tree.span(), |colons| colons.spans[0]);
        let place = parsed.between(start, item.tree.span());
        let tree = match imports.as_slice() {
            [one] => one.clone(),
            several => format!("{{{}}}", several.join(", ")),
        };
        edits.push(Edit::new(place, tree));
        return;
    }
    edits.append(&mut removal.edits);
    // Attributes and visibility hold for the new import too, on the same line: documentation and comments stay behind.
    let attributes = item.attrs.iter().filter(|attribute| !attribute.path().is_ident("doc"));
    let attributes = attributes.map(|attribute| {
        let written = &parsed.source.text[parsed.range(attribute.span())];
        // One of several in a `cfg_attr` is not written as it is.
        match written.starts_with('#') && !written.contains(['\r', '\n']) {
            true => format!(" {written}"),
            false => format!(" {}", attribute.to_token_stream()),
        }
    });
    let visibility = match &item.vis {
        Visibility::Inherited => String::new(),
        visibility => format!(" {}", &parsed.source.text[parsed.range(visibility.span())]),
    };
    let head: String = attributes.chain([visibility]).collect();
    let end = parsed.range(item.semi_token.span).end;
    let added: String = imports.iter().map(|import| format!("{head} use {import};")).collect();
    edits.push(Edit::new(end..end, added));
}

/// Takes names out of a `use` tree.
struct Removal<'a> {
    parsed: &'a Parsed<'a>,
    stand_ins: &'a BTreeMap<usize, &'static str>,
    /// The number of the name that is looked at next.
    index: usize,
    /// The imports that take the place of what was removed.
    imports: Vec<String>,
    edits: Vec<Edit>,
}

impl Removal<'_> {
    /// Removes what is to be removed below `tree`; whether nothing is left of it, in which case the removal of `tree` itself is
    /// the caller's.
    fn remove_from(&mut self, tree: &UseTree) -> bool {
        match tree {
            UseTree::Path(path) => self.remove_from(&path.tree),
            UseTree::Name(name) => self.is_removed(&unraw(&name.ident)),
            UseTree::Rename(rename) => self.is_removed(&rename.rename.to_string()),
            UseTree::Group(group) => {
                let before = self.edits.len();
                let mut left = 0;
                let mut removed = Vec::new();
                for pair in group.items.pairs() {
                    let start = self.parsed.range(pair.value().span());
                    match self.remove_from(pair.value()) {
                        true => {
                            match pair.punct().map(|comma| self.parsed.range(comma.span)) {
                                Some(comma) if comma.start == start.end => {
                                    removed.push(Edit::new(start.start..comma.end, ""));
                                }
                                // What stands between the name and the comma is a comment, or may be.
                                comma => {
                                    removed.extend([start].into_iter().chain(comma).map(|place| Edit::new(place, "")))
                                }
                            }
                        }
                        false => left += 1,
                    }
                }
                if left == 0 {
                    self.edits.truncate(before);
                    return true;
                }
                self.edits.append(&mut removed);
                false
            }
            _ => {
                self.index += 1;
                false
            }
        }
    }

    /// Whether the next name, imported as `name`, is removed. If so, its stand-in is imported.
    fn is_removed(&mut self, name: &str) -> bool {
        let index = self.index;
        self.index += 1;
        let Some(&path) = self.stand_ins.get(&index) else {
            return false;
        };
        let own_name = path.rsplit("::").next().unwrap_or(path);
        self.imports.push(match own_name == name {
            true => path.to_owned(),
            false => format!("{path} as {name}"),
        });
        true
    }
}
