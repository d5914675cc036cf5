//! The modules of a crate, from its root down to the last file.

use std::collections::BTreeMap;

use syn::{Attribute, Item, Meta};

use super::{
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
    ///
    /// A declared file that is not among the sources is passed over: rustc says best what is wrong with it, and it may
    /// be configured away.
    pub(crate) fn load(sources: &'a [Source], crate_root: &'a Source, cfg: &'a Cfg) -> Result<Self, Diagnostic> {
        let by_path: BTreeMap<&str, &Source> = sources.iter().map(|source| (source.path.as_str(), source)).collect();
        let mut tree = Self { files: Vec::new(), cfg };
        let mut todo = vec![(Vec::new(), crate_root, folder_of(&crate_root.path).to_owned(), true)];
        while let Some((module, source, folder, is_certain)) = todo.pop() {
            let mut parsed = Parsed::new(source)?;
            configure(&mut parsed.tree, cfg);
            let is_certain = is_certain && cfg.keeps(&parsed.tree.attrs).is_some();
            let mut children = Vec::new();
            let surroundings = Surroundings {
                cfg,
                module: &module,
                folder: &folder,
                file_folder: folder_of(&source.path),
                is_certain,
            };
            collect(&parsed.tree.items, &surroundings, &mut |child| {
                children.push(child);
            });
            for child in children.into_iter().rev() {
                let found = child
                    .candidates
                    .iter()
                    .find_map(|path| Some((path, *by_path.get(path.as_str())?)));
                if let Some((path, found)) = found {
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
        Ok(tree)
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
    module: ModulePath,
    candidates: Vec<String>,
    has_path_attribute: bool,
    is_certain: bool,
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
        let is_certain = surroundings.is_certain && surroundings.cfg.keeps(&item.attrs).is_some();
        let mut path = surroundings.module.clone();
        path.push(name.clone());
        let path_attribute = path_attribute(&item.attrs);
        match &item.content {
            Some((_, items)) => {
                let folder = join(surroundings.folder, path_attribute.as_deref().unwrap_or(&name));
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
            None => found(Child {
                module: path,
                has_path_attribute: path_attribute.is_some(),
                is_certain,
                candidates: match path_attribute {
                    Some(relative) => vec![join(surroundings.file_folder, &relative)],
                    None => vec![
                        join(surroundings.folder, &format!("{name}.rs")),
                        join(surroundings.folder, &format!("{name}/mod.rs")),
                    ],
                },
            }),
        }
    }
}

/// The value of `#[path = "…"]`.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("path") => string_value(&meta.value),
        _ => None,
    })
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins a relative path to a folder, and takes `.` and `..` out of it.
fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let absolute = if folder.starts_with('/') { "/" } else { "" };
    format!("{absolute}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(sources: &[Source]) -> Vec<String> {
        let cfg = Cfg::new(&["a".to_owned()], &[], None);
        let tree = ModuleTree::load(sources, &sources[0], &cfg).unwrap();
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
}
