//! The sources of a program, rewritten.

use std::collections::BTreeMap;

use super::{
    bridge::{self, stand_in},
    edit::{self, Edit},
    imports,
    manifest::EditRecord,
};
use crate::{
    analyze::{entry::Entry, functions::Analysis},
    input::{module_tree::ModuleTree, source::Source},
    plan::{choice::Choice, reserved_names::MAIN},
    resolve::scope::ImportedName,
};

/// The files of a program with the edits made that an engine asks for, the bridge appended to the crate root; and what was
/// changed, in the order of the module tree's files.
pub(crate) fn rewritten(
    sources: &[Source],
    tree: &ModuleTree<'_>,
    entry: &Entry<'_>,
    analysis: &Analysis<'_>,
    choice: &Choice<'_>,
) -> (Vec<Source>, Vec<EditRecord>) {
    let mut records = Vec::new();
    let mut sources = sources.to_vec();
    for (file, edits) in tree.files.iter().zip(&edits(tree, entry, analysis, choice)) {
        let (mut edited, mut made) = edit::apply(file.parsed.source, edits);
        if file.module.is_empty() {
            edited.text.push_str(&bridge::text(choice, &analysis.starts));
        }
        records.append(&mut made);
        if let Some(place) = sources.iter_mut().find(|source| source.path == edited.path) {
            *place = edited;
        }
    }
    (sources, records)
}

/// The edits of each file of the module tree.
fn edits(tree: &ModuleTree<'_>, entry: &Entry<'_>, analysis: &Analysis<'_>, choice: &Choice<'_>) -> Vec<Vec<Edit>> {
    let mut edits: Vec<Vec<Edit>> = tree.files.iter().map(|_| Vec::new()).collect();
    // A `main` that is called, not polled, stays as it is, name and all: attributes that make it what it is may ask for that.
    if let Some(main) = choice.polled {
        edits[0].push(Edit::new(main.attribute.clone(), ""));
        edits[0].push(Edit::new(entry.name.clone(), MAIN));
    }
    let mut imported: BTreeMap<ImportedName, &'static str> = BTreeMap::new();
    for start in choice.replaced(&analysis.starts) {
        match (start.import, stand_in(start.starter)) {
            (Some(name), Some(path)) => {
                imported.insert(name, path);
            }
            (None, Some(path)) => edits[start.file].push(Edit::new(start.place.clone(), path)),
            (_, None) => {}
        }
    }
    for (number, use_item) in analysis.use_items.iter().enumerate() {
        let names = imported.iter().filter(|(name, _)| name.use_item == number);
        let stand_ins: BTreeMap<usize, &'static str> = names.map(|(name, path)| (name.index, *path)).collect();
        if !stand_ins.is_empty() {
            let parsed = &tree.files[use_item.file].parsed;
            imports::redirect(parsed, use_item.item, &stand_ins, &mut edits[use_item.file]);
        }
    }
    edits
}
