//! Libraries of the program's own workspace: what they give to a runtime of one thread counts as the program's.

use crate::{
    Program, Source, cfg, company,
    engine::Hindrance,
    event_loop::{self, is_starter},
    module_tree::ModuleTree,
    names::{Crates, Names},
};

/// A library that a program depends on, and whose sources are at hand.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// The path of the source that is its crate root.
    pub crate_root: String,
    /// Its files.
    pub sources: Vec<Source>,
}

/// The places in a program's libraries that keep its one thread from standing still between events.
pub(crate) fn hindrances(program: &Program) -> Vec<Hindrance<'_>> {
    let libraries = program.libraries.iter();
    libraries.flat_map(|library| in_library(program, library)).collect()
}

fn in_library<'a>(program: &Program, library: &'a Library) -> Vec<Hindrance<'a>> {
    let is_root = |source: &&Source| source.path == library.crate_root;
    let Some(crate_root) = library.sources.iter().find(is_root) else {
        return Vec::new();
    };
    // Its features are not known, nor what it calls its crates.
    match ModuleTree::load(&library.sources, crate_root, &cfg::UNKNOWN) {
        Ok(tree) => {
            let crates = Crates {
                names: &program.deps,
                renamed: &program.renamed,
            };
            let names = Names::new(&tree, crates, is_starter);
            company::on_the_thread(&tree, &event_loop::find(&tree, names).calls)
        }
        // rustc says best what is wrong with it.
        Err(_) => vec![Hindrance {
            source: crate_root,
            place: 0..0,
            why: "this library can't be read, and may start tasks on the one thread that `main` has".to_owned(),
            help: Some(company::MORE_THREADS),
        }],
    }
}
