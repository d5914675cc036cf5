//! The rewriting itself: from a program to a library's sources.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Item, UseTree, Visibility, spanned::Spanned};

use crate::{
    Diagnostic, Engine, Library, Manifest, Source, Warning,
    bridge::{self, MAIN, MODULE},
    cfg::Cfg,
    edit::{self, Edit},
    engine,
    entry::{self, Polled},
    event_loop::{self, Start, Starter},
    globals, manifest,
    module_tree::{ModuleTree, unraw},
    names::{Crates, Leaf, Names, UseItem},
    parity,
    source::Parsed,
    stack,
};

/// A program to rewrite.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The name of its crate.
    pub crate_name: String,
    /// The path of the source that holds `main`.
    pub crate_root: String,
    /// Its files.
    pub sources: Vec<Source>,
    /// The names under which it knows its direct dependencies.
    pub deps: Vec<String>,
    /// The names that those have of themselves, by the names under which the program knows them, where the two differ.
    pub renamed: BTreeMap<String, String>,
    /// Those of them, lambda_runtime and lambda_http apart, that depend on a lambda_runtime, and so may start the event loop.
    pub frameworks: Vec<String>,
    /// Those of them that are, or depend on, lambda_extension, by which a process is an extension too.
    pub extensions: Vec<String>,
    /// The libraries of its own workspace that it depends on.
    pub libraries: Vec<Library>,
    /// The version of the lambda_runtime that the bridge is built with, if that is known.
    pub lambda_runtime: Option<String>,
    /// Those of its direct dependencies that depend on, or are, another lambda_runtime than the bridge, with that one's version.
    pub other_runtimes: BTreeMap<String, String>,
    /// The features that its crate is compiled with.
    pub features: Vec<String>,
    /// The flags that rustc compiles its crate with, as far as they decide what a `cfg` comes to.
    pub rustc_flags: Vec<String>,
    /// The `target_arch` that it is compiled for, if that is known.
    pub target_arch: Option<String>,
    /// The engine that is asked for; the fastest that can drive the program, if none is.
    pub engine: Option<Engine>,
}

/// A rewritten program.
#[derive(Clone, Debug)]
pub struct Rewritten {
    /// All its files, in the order given.
    pub sources: Vec<Source>,
    /// What was done to them.
    pub manifest: Manifest,
    /// What the program can't do as a process of its own does.
    pub warnings: Vec<Warning>,
}

/// Rewrites a program into a library.
///
/// # Errors
///
/// When the program does not parse, has no `main` that is understood, or starts the event loop nowhere or twice; when the
/// engine that is asked for can't drive it; when it declares a name that the bridge takes, or uses a crate that is not
/// among its deps.
pub fn rewrite(program: &Program) -> Result<Rewritten, Diagnostic> {
    stack::with_room(|| rewrite_here(program))
}

fn rewrite_here(program: &Program) -> Result<Rewritten, Diagnostic> {
    let Some(crate_root) = program.sources.iter().find(|source| source.path == program.crate_root) else {
        let empty = Source::new(program.crate_root.clone(), "");
        return Err(Diagnostic::at(
            &empty,
            0..0,
            format!("the crate root {} is not among the sources", program.crate_root),
        )
        .help("name it in the target's `srcs`, or set `crate_root` to the one of them that holds `main`"));
    };
    let cfg = Cfg::new(&program.features, &program.rustc_flags, program.target_arch.as_deref());
    let tree = ModuleTree::load(&program.sources, crate_root, &cfg)?;
    check_reserved_names(&tree)?;
    let crates = Crates {
        names: &program.deps,
        renamed: &program.renamed,
    };
    let names = Names::new(&tree, crates, |path| {
        event_loop::is_starter(path) || entry::is_tokio_main(path)
    });
    let entry = entry::find(&tree, &names)?;
    let mut found = event_loop::find(&tree, names);
    // What may be configured away is, where it names a crate that is not there.
    found
        .starts
        .retain(|start| start.is_certain || program.deps.contains(&start.path[0]));
    let choice = engine::choose(program, &tree, &entry, &found)?;
    let (starts, uses) = (found.starts.as_slice(), &found.imports);
    let replaced = match choice.engine {
        Engine::Inline | Engine::Thread => starts,
        Engine::Loopback => &[],
    };
    check_starts(&tree, replaced)?;
    check_deps(&tree, &program.deps, choice.polled, starts)?;

    let mut edits: Vec<Vec<Edit>> = tree.files.iter().map(|_| Vec::new()).collect();
    // A `main` that is called, not polled, stays as it is, name and all: attributes that make it what it is may ask for that.
    if let Some(polled) = choice.polled {
        edits[0].push(Edit::new(polled.attribute.clone(), ""));
        edits[0].push(Edit::new(entry.name.clone(), MAIN));
    }
    let mut redirected: BTreeSet<Leaf> = BTreeSet::new();
    for start in replaced {
        match start.leaf {
            Some(leaf) => {
                redirected.insert(leaf);
            }
            None => edits[start.file].push(Edit::new(start.place.clone(), stand_in(start.starter))),
        }
    }
    for (index, used) in uses.iter().enumerate() {
        let leaves: Vec<(usize, Starter)> = replaced
            .iter()
            .filter_map(|start| Some((start.leaf?, start.starter)))
            .filter(|(leaf, _)| leaf.item == index && redirected.remove(leaf))
            .map(|(leaf, starter)| (leaf.number, starter))
            .collect();
        if !leaves.is_empty() {
            redirect_imports(&tree.files[used.file].parsed, used, &leaves, &mut edits[used.file]);
        }
    }

    let mut records = Vec::new();
    let mut sources = program.sources.clone();
    for (file, edits) in tree.files.iter().zip(&edits) {
        let (mut edited, mut made) = edit::apply(file.parsed.source, edits);
        if file.module.is_empty() {
            edited.text.push_str(&bridge::text(&choice, starts));
        }
        records.append(&mut made);
        if let Some(place) = sources.iter_mut().find(|source| source.path == edited.path) {
            *place = edited;
        }
    }
    let mut crates: BTreeSet<String> = starts.iter().map(|start| start.path[0].clone()).collect();
    if starts.is_empty() {
        crates.extend(program.frameworks.iter().cloned());
    }
    crates.extend(choice.polled.map(|polled| polled.attribute_crate.clone()));
    Ok(Rewritten {
        sources,
        warnings: parity::warnings(&tree, &found.calls),
        manifest: Manifest {
            version: manifest::VERSION,
            crate_name: program.crate_name.clone(),
            crate_root: program.crate_root.clone(),
            engine: choice.engine,
            reason: choice.reason,
            obstacles: choice.obstacles,
            crates: crates.into_iter().collect(),
            globals: globals::find(&tree),
            edits: records,
        },
    })
}

/// The path of the function that stands in for one that starts the event loop. Where one is unbridged, none is replaced.
fn stand_in(starter: Starter) -> &'static str {
    match starter {
        Starter::HttpRun => "crate::__lambda::http_run",
        Starter::HttpRunStreaming => "crate::__lambda::http_run_with_streaming_response",
        Starter::Run | Starter::Unbridged => "crate::__lambda::run",
    }
}

fn check_reserved_names(tree: &ModuleTree<'_>) -> Result<(), Diagnostic> {
    let root = &tree.root().parsed;
    for item in &root.tree.items {
        let ident = match item {
            Item::Use(item) => match reserved_import(&item.tree) {
                Some(ident) => ident,
                None => continue,
            },
            Item::Union(item) => &item.ident,
            Item::ExternCrate(item) => item.rename.as_ref().map_or(&item.ident, |(_, name)| name),
            Item::Fn(item) => &item.sig.ident,
            Item::Mod(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Const(item) => &item.ident,
            Item::Static(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            _ => continue,
        };
        let name = unraw(ident);
        if is_reserved(ident) {
            let title = format!("`{name}` is a name that the generated bridge takes");
            return Err(Diagnostic::at(root.source, root.range(ident.span()), title)
                .label("declared here")
                .help(format!(
                    "give this another name: `{MODULE}` and `{MAIN}` are appended to the crate root"
                )));
        }
    }
    Ok(())
}

fn is_reserved(ident: &Ident) -> bool {
    let name = unraw(ident);
    name == MODULE || name == MAIN
}

/// The name that a `use` tree imports, if it is one that the bridge takes.
fn reserved_import(tree: &UseTree) -> Option<&Ident> {
    match tree {
        UseTree::Path(path) => reserved_import(&path.tree),
        UseTree::Name(name) => Some(&name.ident).filter(|ident| is_reserved(ident)),
        UseTree::Rename(rename) => Some(&rename.rename).filter(|ident| is_reserved(ident)),
        UseTree::Group(group) => group.items.iter().find_map(reserved_import),
        _ => None,
    }
}

fn check_starts(tree: &ModuleTree<'_>, starts: &[Start]) -> Result<(), Diagnostic> {
    for (index, second) in starts.iter().enumerate() {
        if let Some(first) = starts[..index].iter().find(|first| second.follows(first)) {
            let source = tree.files[second.file].parsed.source;
            let title = "a second call that starts the Lambda event loop";
            return Err(Diagnostic::at(source, second.place.clone(), title)
                .label("never reached: the first call serves events for as long as the process lives")
                .also(first.place.clone(), "the first call")
                .help("start the loop once, or choose between the calls with `if` or `match`"));
        }
    }
    Ok(())
}

fn check_deps(
    tree: &ModuleTree<'_>,
    deps: &[String],
    polled: Option<&Polled>,
    starts: &[Start],
) -> Result<(), Diagnostic> {
    let root = tree.root().parsed.source;
    let attribute = polled.map(|polled| (root, polled.attribute.clone(), &polled.attribute_crate));
    let calls = starts.iter().map(|start| {
        (
            tree.files[start.file].parsed.source,
            start.place.clone(),
            &start.path[0],
        )
    });
    for (source, place, name) in calls.chain(attribute) {
        if !deps.contains(name) {
            return Err(Diagnostic::at(source, place, format!("`{name}` is not among the deps"))
                .label("this comes from it")
                .help(format!(
                    "add the crate to the target's `deps`, as in `deps = [\"@crates//:{name}\"]`"
                )));
        }
    }
    Ok(())
}

/// Leads the names of a `use` item that start the event loop to their stand-ins, and leaves the item's other names as they are.
fn redirect_imports(parsed: &Parsed<'_>, used: &UseItem<'_>, leaves: &[(usize, Starter)], edits: &mut Vec<Edit>) {
    let item = used.item;
    let mut removal = Removal {
        parsed,
        leaves,
        number: 0,
        imports: Vec::new(),
        edits: Vec::new(),
    };
    let emptied = removal.tree(&item.tree);
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
    leaves: &'a [(usize, Starter)],
    number: usize,
    /// The imports that take the place of what was removed.
    imports: Vec<String>,
    edits: Vec<Edit>,
}

impl Removal<'_> {
    /// Removes what is to be removed below `tree`; whether nothing is left of it, in which case the removal of `tree` itself is
    /// the caller's.
    fn tree(&mut self, tree: &UseTree) -> bool {
        match tree {
            UseTree::Path(path) => self.tree(&path.tree),
            UseTree::Name(name) => self.leaf(&unraw(&name.ident)),
            UseTree::Rename(rename) => self.leaf(&rename.rename.to_string()),
            UseTree::Group(group) => {
                let before = self.edits.len();
                let mut left = 0;
                let mut removed = Vec::new();
                for pair in group.items.pairs() {
                    let start = self.parsed.range(pair.value().span());
                    match self.tree(pair.value()) {
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
                self.number += 1;
                false
            }
        }
    }

    fn leaf(&mut self, name: &str) -> bool {
        let number = self.number;
        self.number += 1;
        let Some((_, starter)) = self.leaves.iter().find(|(leaf, _)| *leaf == number) else {
            return false;
        };
        let path = stand_in(*starter);
        let own_name = path.rsplit("::").next().unwrap_or(path);
        self.imports.push(match own_name == name {
            true => path.to_owned(),
            false => format!("{path} as {name}"),
        });
        true
    }
}
