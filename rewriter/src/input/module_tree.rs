//! The modules of a crate, from its root down to the last file.

use std::{collections::BTreeMap, ops::Range};

use proc_macro2::Ident;
use syn::{Attribute, Item, Meta};

use super::{
    attributes::leaves_item,
    cfg::Cfg,
    configure::configure,
    diagnostic::Diagnostic,
    parsed::Parsed,
    source::Source,
    syntax::{string_value, unraw},
};

/// A module's path from the crate root, which is empty itself.
pub(crate) type ModulePath = Vec<String>;

/// The files of a crate that its root reaches, in the order in which they are reached, root first.
pub(crate) struct ModuleTree<'a> {
    pub(crate) files: Vec<ModuleFile<'a>>,
    /// What is known of the configuration. What it surely takes out of the program is not in the files' trees.
    pub(crate) cfg: &'a Cfg,
    /// What is wrong with the files that can't be read. Where it is the crate root, `files` is empty.
    pub(crate) unreadable: Vec<Diagnostic>,
    /// The modules whose files are not among the sources.
    pub(crate) missing: Vec<MissingModule<'a>>,
}

/// A `mod name;` that leads to no file.
pub(crate) struct MissingModule<'a> {
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) source: &'a Source,
    pub(crate) place: Range<usize>,
    /// The paths that its file may have; none, if they can't be told.
    pub(crate) candidates: Vec<String>,
    /// Whether it surely is a part of the program.
    pub(crate) is_certain: bool,
}

/// A file, and the module that its content is.
pub(crate) struct ModuleFile<'a> {
    pub(crate) module: ModulePath,
    pub(crate) parsed: Parsed<'a>,
    /// Whether it surely is a part of the program.
    pub(crate) is_certain: bool,
}

impl<'a> ModuleTree<'a> {
    /// Parses the crate root and the files that `mod` declarations lead to.
    pub(crate) fn load(sources: &'a [Source], crate_root: &'a Source, cfg: &'a Cfg) -> Self {
        let by_path: BTreeMap<&str, &Source> = sources
            .iter()
            .map(|source| (in_workspace(&source.path), source))
            .collect();
        let mut tree = Self {
            files: Vec::new(),
            cfg,
            unreadable: Vec::new(),
            missing: Vec::new(),
        };
        let root_folder = folder_of(in_workspace(&crate_root.path)).to_owned();
        let mut todo = vec![(Vec::new(), crate_root, root_folder, true)];
        while let Some((module, source, folder, is_certain)) = todo.pop() {
            let mut parsed = match Parsed::new(source) {
                Ok(parsed) => parsed,
                Err(error) => {
                    tree.unreadable.push(error);
                    continue;
                }
            };
            configure(&mut parsed.tree, cfg);
            let is_certain = is_certain && cfg.keeps(&parsed.tree.attrs).is_some();
            let mut children = Vec::new();
            let surroundings = Surroundings {
                cfg,
                module: &module,
                folder: &folder,
                file_folder: folder_of(in_workspace(&source.path)),
                is_certain,
            };
            collect(&parsed.tree.items, &surroundings, &mut |child| {
                children.push(child);
            });
            for child in children.iter().filter(|child| child.found(&by_path).is_none()) {
                tree.missing.push(MissingModule {
                    name: unraw(&child.ident),
                    source,
                    place: parsed.range(child.ident.span()),
                    candidates: child.candidates.clone(),
                    is_certain: child.is_certain,
                });
            }
            for child in children.into_iter().rev() {
                if let Some((path, found)) = child.found(&by_path) {
                    // `a.rs` and `a/mod.rs` both have their children in `a/`; a file that `#[path]` names has them beside it.
                    let folder = match child.has_path_attribute || path.ends_with("/mod.rs") {
                        true => folder_of(path).to_owned(),
                        false => path.strip_suffix(".rs").unwrap_or(path).to_owned(),
                    };
                    let already = tree.files.iter().any(|file| file.parsed.source.path == found.path);
                    if !already {
                        todo.push((child.module, found, folder, child.is_certain));
                    }
                }
            }
            tree.files.push(ModuleFile {
                module,
                parsed,
                is_certain,
            });
        }
        tree
    }

    /// The text of a file, by its number.
    pub(crate) fn source(&self, file: usize) -> &'a Source {
        self.files[file].parsed.source
    }

    /// The crate root's file.
    pub(crate) fn root(&self) -> &ModuleFile<'a> {
        &self.files[0]
    }
}

/// A `mod name;` and the files that it may mean.
struct Child {
    ident: Ident,
    module: ModulePath,
    candidates: Vec<String>,
    has_path_attribute: bool,
    is_certain: bool,
}

impl Child {
    /// The path that it is found at, and the file.
    fn found<'a>(&self, by_path: &BTreeMap<&str, &'a Source>) -> Option<(&str, &'a Source)> {
        let mut candidates = self.candidates.iter();
        candidates.find_map(|path| Some((path.as_str(), *by_path.get(path.as_str())?)))
    }
}

/// What is around the items of a module.
struct Surroundings<'a> {
    cfg: &'a Cfg,
    module: &'a ModulePath,
    /// The folder of the modules that they declare.
    folder: &'a str,
    /// The folder that a `#[path]` counts from.
    file_folder: &'a str,
    is_certain: bool,
}

fn collect(items: &[Item], surroundings: &Surroundings<'_>, found: &mut impl FnMut(Child)) {
    for item in items {
        let Item::Mod(item) = item else { continue };
        let name = unraw(&item.ident);
        let is_certain = surroundings.is_certain && is_certain(&item.attrs, surroundings.cfg);
        let mut path = surroundings.module.clone();
        path.push(name.clone());
        let path_attribute = path_attribute(&item.attrs);
        match &item.content {
            Some((_, items)) => {
                let relative = path_attribute.as_deref().unwrap_or(&name);
                // A folder that can't be told is one that nothing is in.
                let folder = join(surroundings.folder, relative).unwrap_or_else(|| "..".to_owned());
                // Within an inline module, `#[path]` counts from the module's own folder.
                let surroundings = Surroundings {
                    cfg: surroundings.cfg,
                    module: &path,
                    folder: &folder,
                    file_folder: &folder,
                    is_certain,
                };
                collect(items, &surroundings, found);
            }
            None => {
                let candidates = match &path_attribute {
                    Some(relative) => vec![join(surroundings.file_folder, relative)],
                    None => vec![
                        join(surroundings.folder, &format!("{name}.rs")),
                        join(surroundings.folder, &format!("{name}/mod.rs")),
                    ],
                };
                found(Child {
                    ident: item.ident.clone(),
                    module: path,
                    has_path_attribute: path_attribute.is_some(),
                    is_certain,
                    candidates: candidates.into_iter().flatten().collect(),
                });
            }
        }
    }
}

/// Whether what bears these attributes surely is a part of the program, and as it is written.
fn is_certain(attributes: &[Attribute], cfg: &Cfg) -> bool {
    cfg.keeps(attributes).is_some()
        && attributes.iter().all(|attribute| match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("path") => string_value(&meta.value).is_some(),
            _ => leaves_item(attribute),
        })
}

/// The value of `#[path = "…"]`.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("path") => string_value(&meta.value),
        _ => None,
    })
}

/// A file's path as its author has it, if it is one that a build has made.
pub(crate) fn in_workspace(path: &str) -> &str {
    let made = path
        .strip_prefix("bazel-out/")
        .and_then(|path| path.split_once("/bin/"));
    match made {
        Some((configuration, path)) if !configuration.contains('/') => path,
        _ => path,
    }
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins a relative path to a folder, and takes `.` and `..` out of it; `None` if it leads out of the workspace.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || folder == ".." {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let absolute = if folder.starts_with('/') { "/" } else { "" };
    Some(format!("{absolute}{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(sources: &[Source]) -> Vec<String> {
        let cfg = Cfg::new(&["a".to_owned()], &[], None);
        let tree = ModuleTree::load(sources, &sources[0], &cfg);
        let files = tree.files.iter();
        files
            .map(|file| format!("{}={}", file.module.join("::"), file.parsed.source.path))
            .collect()
    }

    #[test]
    fn files_are_found_the_way_rustc_finds_them() {
        let sources = [
            Source::new(
                "app/src/main.rs",
                "mod a; mod b; mod inner { mod c; } #[path = \"../odd.rs\"] mod d; mod gone; #[cfg(test)] mod unused;",
            ),
            Source::new("app/src/a.rs", "mod deep;"),
            Source::new("app/src/a/deep.rs", ""),
            Source::new("app/src/b/mod.rs", "mod r#type;"),
            Source::new("app/src/b/type.rs", ""),
            Source::new("app/src/inner/c.rs", ""),
            Source::new("app/odd.rs", "mod beside;"),
            Source::new("app/beside.rs", ""),
            Source::new("app/src/unused.rs", ""),
        ];
        assert_eq!(
            modules(&sources),
            [
                "=app/src/main.rs",
                "a=app/src/a.rs",
                "a::deep=app/src/a/deep.rs",
                "b=app/src/b/mod.rs",
                "b::type=app/src/b/type.rs",
                "inner::c=app/src/inner/c.rs",
                "d=app/odd.rs",
                "d::beside=app/beside.rs",
            ]
        );
    }

    #[test]
    fn files_that_a_build_makes_are_beside_the_others() {
        let sources = [
            Source::new("app/src/main.rs", "mod made; mod inner { mod made_too; }"),
            Source::new("bazel-out/k8-opt/bin/app/src/made.rs", "mod below;"),
            Source::new("app/src/made/below.rs", ""),
            Source::new("bazel-out/k8-opt/bin/app/src/inner/made_too.rs", ""),
        ];
        assert_eq!(
            modules(&sources),
            [
                "=app/src/main.rs",
                "made=bazel-out/k8-opt/bin/app/src/made.rs",
                "made::below=app/src/made/below.rs",
                "inner::made_too=bazel-out/k8-opt/bin/app/src/inner/made_too.rs",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_told_with_where_it_would_be() {
        let text = "mod a; mod inner { mod b; #[path = \"x/c.rs\"] mod c; } #[path = \"../../../out.rs\"] mod d; #[cfg(custom)] \
                    mod e; #[path = concat!(\"f\")] mod f; #[generated] mod g; #[cfg(test)] mod h; #[cfg_attr(custom, path = \
                    \"x.rs\")] mod i; made! { mod j; }";
        let sources = [Source::new("app/src/main.rs", text)];
        let cfg = Cfg::new(&[], &[], None);
        let tree = ModuleTree::load(&sources, &sources[0], &cfg);
        let missing = tree.missing.iter();
        let missing: Vec<(&str, bool, String)> = missing
            .map(|module| (module.name.as_str(), module.is_certain, module.candidates.join(" ")))
            .collect();
        let beside = |name: &str| format!("app/src/{name}.rs app/src/{name}/mod.rs");
        assert_eq!(
            missing,
            [
                ("a", true, beside("a")),
                ("b", true, beside("inner/b")),
                ("c", true, "app/src/inner/x/c.rs".to_owned()),
                ("d", true, String::new()),
                ("e", false, beside("e")),
                ("f", false, beside("f")),
                ("g", false, beside("g")),
                ("i", false, beside("i")),
            ]
        );
        assert_eq!(&text[tree.missing[1].place.clone()], "b");
    }
}
