//! What a path in a program means: names are followed through `use`, whatever form it has.

use std::{cell::Cell, collections::BTreeMap};

use syn::Item;

use super::scope::{Import, ImportedName, Scope, UseItem};
use crate::input::{
    module_tree::{ModulePath, ModuleTree},
    program::Program,
    syntax::unraw,
};

/// A path of an external crate, and how the program came by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct External {
    /// The path from the external crate's name on, as if written in full.
    pub(crate) path: Vec<String>,
    /// The import that names the whole path, if one does.
    pub(crate) import: Option<ImportedName>,
}

/// The names of a whole crate.
pub(crate) struct Names<'a> {
    modules: BTreeMap<ModulePath, Scope>,
    pub(crate) use_items: Vec<UseItem<'a>>,
    crates: Crates<'a>,
    /// Whether an external path is one that is looked for. Only such are found through a glob import of a crate.
    wanted: fn(&[String]) -> bool,
    /// How many steps the path that is looked up has taken.
    steps: Cell<usize>,
}

/// The crates that a program depends on.
#[derive(Clone, Copy)]
pub(crate) struct Crates<'a> {
    /// The names under which the program knows them.
    pub(crate) names: &'a [String],
    /// The names that they have of themselves, by the program's, where the two differ.
    pub(crate) renamed: &'a BTreeMap<String, String>,
}

impl<'a> Crates<'a> {
    /// Those of a program.
    pub(crate) fn of(program: &'a Program) -> Self {
        Self {
            names: &program.deps,
            renamed: &program.renamed,
        }
    }
}

/// Whether glob imports are looked at: not while the path of one is followed, which would lead back to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Globs {
    Seen,
    Hidden,
}

/// A bound for imports that lead to each other.
const MAX_HOPS: usize = 32;
/// The same for all ways that a path may be led on, of which there may be two at each hop.
const MAX_STEPS: usize = 4096;

impl<'a> Names<'a> {
    /// Gathers what the modules of a crate declare.
    pub(crate) fn new(tree: &'a ModuleTree<'a>, crates: Crates<'a>, wanted: fn(&[String]) -> bool) -> Self {
        let mut names = Self {
            modules: BTreeMap::new(),
            use_items: Vec::new(),
            crates,
            wanted,
            steps: Cell::new(0),
        };
        for (index, file) in tree.files.iter().enumerate() {
            names.add_module(&file.module, &file.parsed.tree.items, index);
        }
        names
    }

    fn add_module(&mut self, module: &ModulePath, items: &'a [Item], file: usize) {
        let scope = self.modules.entry(module.clone()).or_default();
        scope.add(items.iter(), file, &mut self.use_items);
        for item in items {
            if let Item::Mod(item) = item
                && let Some((_, items)) = &item.content
            {
                let mut path = module.clone();
                path.push(unraw(&item.ident));
                self.add_module(&path, items, file);
            }
        }
    }

    /// Whether the program depends on a crate that it knows under this name.
    pub(crate) fn is_dependency(&self, name: &str) -> bool {
        self.crates.names.iter().any(|known| known == name)
    }

    /// An external path with the crate under the name that it has of itself.
    pub(crate) fn canonical(&self, path: &[String]) -> Vec<String> {
        let mut path = path.to_vec();
        if let Some(first) = path.first_mut()
            && let Some(name) = self.crates.renamed.get(first)
        {
            first.clone_from(name);
        }
        path
    }

    /// The external path that `segments` mean in a module, within the blocks around them (outermost first); `None` if
    /// they mean something of the program's own, or nothing known.
    pub(crate) fn resolve(&self, module: &[String], blocks: &[Scope], segments: &[String]) -> Option<External> {
        self.steps.set(0);
        self.follow(module, blocks, segments, Globs::Seen, MAX_HOPS)
    }

    fn follow(
        &self,
        module: &[String],
        blocks: &[Scope],
        segments: &[String],
        globs: Globs,
        hops: usize,
    ) -> Option<External> {
        let hops = hops.checked_sub(1)?;
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            return None;
        }
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "" => return self.outside(rest, globs, hops),
            "crate" => return self.in_module(&[], rest, Globs::Seen, hops),
            "self" => return self.in_module(module, rest, Globs::Seen, hops),
            "super" => return self.in_module(module.split_last()?.1, rest, Globs::Seen, hops),
            _ => {}
        }
        // A crate that is given has its name whatever a `*` brings: what that one has under the name is most likely the same.
        let globs = match rest.is_empty() || !self.is_dependency(first) {
            true => globs,
            false => Globs::Hidden,
        };
        for (index, scope) in blocks.iter().enumerate().rev() {
            if let Some(found) = self.in_scope(scope, module, &blocks[..=index], segments, globs, hops) {
                return found;
            }
        }
        if let Some(scope) = self.modules.get(module)
            && let Some(found) = self.in_scope(scope, module, &[], segments, globs, hops)
        {
            return found;
        }
        self.outside(segments, globs, hops)
    }

    /// What `segments` mean if nothing around them declares them: something of a crate, whose name the crate root may have
    /// changed for all modules; or of the crate root, as before edition 2018.
    fn outside(&self, segments: &[String], globs: Globs, hops: usize) -> Option<External> {
        let (first, rest) = segments.split_first()?;
        if let Some(root) = self.modules.get(&[][..]) {
            match root.crates.get(first).map(Vec::as_slice) {
                Some([_, name]) => {
                    return Some(External {
                        path: [name].into_iter().chain(rest).cloned().collect(),
                        import: None,
                    });
                }
                Some(_) => return self.in_module(&[], rest, globs, hops.checked_sub(1)?),
                None => {}
            }
            if !self.is_dependency(first) && root.declares(first) {
                return self.in_module(&[], segments, globs, hops.checked_sub(1)?);
            }
        }
        Some(External {
            path: segments.to_vec(),
            import: None,
        })
    }

    /// Looks `segments` up in a module by path, where external crates are not in sight.
    fn in_module(&self, module: &[String], segments: &[String], globs: Globs, hops: usize) -> Option<External> {
        if segments.first().is_some_and(|first| first == "super") {
            return self.in_module(module.split_last()?.1, &segments[1..], globs, hops);
        }
        let scope = self.modules.get(module)?;
        self.in_scope(scope, module, &[], segments, globs, hops)?
    }

    /// What a scope says of `segments`: nothing, that they are the program's own, or what they mean.
    fn in_scope(
        &self,
        scope: &Scope,
        module: &[String],
        blocks: &[Scope],
        segments: &[String],
        globs: Globs,
        hops: usize,
    ) -> Option<Option<External>> {
        let (first, rest) = segments.split_first()?;
        if let Some(Import { path, name }) = scope.imports.get(first) {
            let lead = |path: &[String]| match path.first() == Some(first) {
                false => self.follow(module, outer(blocks), path, globs, hops),
                // In `use name::name;` the first is what the name means without this import.
                true if scope.items.contains(first) => {
                    let inner: Vec<String> = module.iter().chain([first]).cloned().collect();
                    self.in_module(&inner, &path[1..], Globs::Seen, hops)
                }
                true if !blocks.is_empty() => self.follow(module, outer(blocks), path, globs, hops),
                true if !module.is_empty() => self.outside(path, globs, hops),
                true => Some(External {
                    path: path.to_vec(),
                    import: None,
                }),
            };
            // `use name;` imports an external crate under its own name.
            let base = match path.as_slice() == [first.clone()] {
                true => Some(External {
                    path: path.clone(),
                    import: None,
                }),
                false => lead(path),
            };
            if let Some(base) = base {
                let import = base.import.or(*name).filter(|_| rest.is_empty());
                let path = base.path.into_iter().chain(rest.iter().cloned()).collect();
                return Some(Some(External { path, import }));
            }
            // The import names a module of the program's own, which may lead on.
            let path: Vec<String> = path.iter().chain(rest).cloned().collect();
            return Some(match rest.is_empty() {
                true => None,
                false => lead(&path),
            });
        }
        if scope.items.contains(first) {
            let inner: Vec<String> = module.iter().chain([first]).cloned().collect();
            return Some(match rest.is_empty() {
                true => None,
                false => self.in_module(&inner, rest, Globs::Seen, hops),
            });
        }
        if globs == Globs::Hidden {
            return None;
        }
        // Nothing that is looked for is in what comes with Rust.
        let is_of_rust = |glob: &[String]| {
            let first = glob.iter().find(|name| !name.is_empty());
            let is_own = |name: &str| self.modules.get(module).is_some_and(|own| own.declares(name));
            first.is_some_and(|first| ["alloc", "core", "std"].contains(&first.as_str()) && !is_own(first))
        };
        for glob in scope.globs.iter().filter(|glob| !is_of_rust(glob)) {
            let inner: Vec<String> = glob.iter().chain(segments).cloned().collect();
            if let Some(found) = self.follow(module, outer(blocks), &inner, Globs::Hidden, hops)
                && (self.wanted)(&self.canonical(&found.path))
            {
                return Some(Some(found));
            }
        }
        None
    }
}

/// The blocks around the innermost: an import in a block does not see itself.
fn outer(blocks: &[Scope]) -> &[Scope] {
    blocks.split_last().map_or(&[], |(_, outer)| outer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{cfg::UNKNOWN, source::Source};

    fn resolve(source: &str, path: &str) -> Option<String> {
        let sources = [Source::new("main.rs", source)];
        let tree = ModuleTree::load(&sources, &sources[0], &UNKNOWN);
        let crates = Crates {
            names: &["lambda_runtime".to_owned()],
            renamed: &BTreeMap::new(),
        };
        let names = Names::new(&tree, crates, |path| path.last().is_some_and(|last| last == "run"));
        let segments: Vec<String> = path.split("::").map(str::to_owned).collect();
        Some(names.resolve(&[], &[], &segments)?.path.join("::"))
    }

    #[test]
    fn every_form_of_use_is_followed() {
        for (source, path) in [
            ("", "lambda_runtime::run"),
            ("use lambda_runtime::run;", "run"),
            ("use lambda_runtime::run as start;", "start"),
            ("use lambda_runtime::{Error, run};", "run"),
            ("use lambda_runtime::{self, Error};", "lambda_runtime::run"),
            ("use lambda_runtime::{self as lr};", "lr::run"),
            ("use lambda_runtime as lr;", "lr::run"),
            ("use ::lambda_runtime::run;", "run"),
            ("use lambda_runtime::*;", "run"),
            ("use std::io::prelude::*;", "lambda_runtime::run"),
            ("mod core { pub use lambda_runtime::*; } use core::*;", "run"),
            ("extern crate lambda_runtime as lr;", "lr::run"),
            ("use lambda_runtime; use lambda_runtime::run as r#loop;", "loop"),
            ("mod aws { pub use lambda_runtime::*; } use aws::run;", "run"),
            (
                "#[cfg(not(test))] use lambda_runtime::run; #[cfg(test)] use mock::run;",
                "run",
            ),
            (
                "mod aws { pub mod inner { pub use super::super::lr as it; } } use lambda_runtime as lr;",
                "aws::inner::it::run",
            ),
            (
                "mod aws { pub(crate) use lambda_runtime as lr; } use crate::aws::lr::run;",
                "run",
            ),
        ] {
            assert_eq!(
                resolve(source, path).as_deref(),
                Some("lambda_runtime::run"),
                "{source}"
            );
        }
    }

    #[test]
    fn a_name_that_is_imported_from_one_like_it_is_followed() {
        for (source, path, expected) in [
            (
                "use async_trait::async_trait;",
                "async_trait",
                Some("async_trait::async_trait"),
            ),
            (
                "use a::a; mod a { pub use lambda_runtime as a; }",
                "a::run",
                Some("lambda_runtime::run"),
            ),
            ("use a::a; mod a { pub fn a() {} }", "a", None),
            ("use m::a; mod m { pub use a::a; }", "a::run", None),
            ("use b::x as a; use a::y as b;", "a::z", None),
            ("use b::a; use a::b; use c::b; use a::c;", "a::z::y", None),
        ] {
            assert_eq!(resolve(source, path).as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn what_is_the_programs_own_is_left_alone() {
        for (source, path) in [
            ("fn run() {}", "run"),
            ("use lambda_runtime::*; fn run() {}", "run"),
            ("mod server { pub fn run() {} }", "server::run"),
            ("mod server { pub fn run() {} } use server::run;", "run"),
            ("use self::run; use crate::run as run2;", "run"),
        ] {
            assert_eq!(resolve(source, path), None, "{source}");
        }
    }
}
