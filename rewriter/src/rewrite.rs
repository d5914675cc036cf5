//! The rewriting itself: from a program to a library's sources.

use crate::{
    analyze::{entry, event_loop, functions, globals, macro_attributes::is_tokio_main, parity, references},
    emit::{manifest::Manifest, sources},
    input::{
        cfg::Cfg,
        diagnostic::{Diagnostic, Errors, Warning},
        module_tree::ModuleTree,
        program::Program,
        source::Source,
        stack,
    },
    plan::{checks, choice, missing_crates, missing_files, reserved_names},
    resolve::names::{Crates, Names},
};

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
/// ```
/// use rewriter::{Engine, Program, Source, rewrite};
///
/// let main = "#[tokio::main]\nasync fn main() { lambda_runtime::run(handler()).await.unwrap() }\n";
/// let rewritten = rewrite(&Program {
///     crate_name: "hello".into(),
///     crate_root: "src/main.rs".into(),
///     sources: vec![Source::new("src/main.rs", main)],
///     deps: vec!["lambda_runtime".into(), "tokio".into()],
///     ..Program::default()
/// })?;
/// assert_eq!(rewritten.manifest.engine, Engine::Inline);
/// let expected = "\nasync fn __lambda_main() { crate::__lambda::run(handler()).await.unwrap() }\n";
/// assert!(rewritten.sources[0].text.starts_with(expected));
/// # Ok::<(), rewriter::Errors>(())
/// ```
///
/// # Errors
///
/// When the program does not parse, has no `main` that is understood, or starts the event loop nowhere or twice; when the
/// engine that is asked for can't drive it; when it declares a name that the bridge takes, or names a crate that is not
/// among its deps, or a file that is not among its files. What can be told at once is.
pub fn rewrite(program: &Program) -> Result<Rewritten, Errors> {
    stack::with_room(|| rewrite_here(program))
}

fn rewrite_here(program: &Program) -> Result<Rewritten, Errors> {
    let cfg = Cfg::new(&program.features, &program.rustc_flags, program.target_arch.as_deref());
    let mut tree = ModuleTree::load(&program.sources, crate_root(program)?, &cfg);
    let mut errors = std::mem::take(&mut tree.unreadable);
    let is_read = errors.is_empty();
    errors.extend(missing_files::modules(program, &tree));
    if !is_read {
        // What the files that can't be read declare, the others may name.
        return Err(Errors::new(errors));
    }
    errors.extend(reserved_names::check(&tree).err());
    let names = Names::new(&tree, Crates::of(program), |path| {
        event_loop::is_starter(path) || is_tokio_main(path)
    });
    let entry = entry::find(&tree, &names).map_err(|error| errors.push(error)).ok();
    let analysis = functions::read(&tree, names);
    let starts = analysis.starts.as_slice();

    // The call that is not found may be in a file that is missing.
    let may_start = !starts.is_empty() || tree.missing.is_empty() || errors.is_empty();
    let choice = entry.as_ref().filter(|_| may_start).and_then(|entry| {
        let choice = choice::choose(program, &tree, entry, &analysis);
        choice.map_err(|error| errors.push(error)).ok()
    });
    if let Some(choice) = &choice {
        errors.extend(checks::check_starts(&tree, choice.replaced(starts)).err());
    }
    let references = references::read(&tree);
    let polled = choice.as_ref().and_then(|choice| choice.polled);
    errors.extend(missing_files::includes(program, &tree, &references.includes));
    errors.extend(missing_crates::find(
        program,
        &tree,
        &references.first_names,
        polled,
        starts,
    ));

    match (&entry, choice) {
        (Some(entry), Some(choice)) if errors.is_empty() => {
            let (sources, edits) = sources::rewritten(&program.sources, &tree, entry, &analysis, &choice);
            Ok(Rewritten {
                sources,
                manifest: Manifest::new(program, choice, starts, globals::find(&tree), edits),
                warnings: parity::warnings(&tree, &analysis.graph),
            })
        }
        _ => Err(Errors::new(errors)),
    }
}

fn crate_root(program: &Program) -> Result<&Source, Diagnostic> {
    let mut sources = program.sources.iter();
    sources.find(|source| source.path == program.crate_root).ok_or_else(|| {
        let empty = Source::new(program.crate_root.clone(), "");
        let title = format!("the crate root {} is not among the sources", program.crate_root);
        Diagnostic::at(&empty, 0..0, title)
            .help("name it in the target's `srcs`, or set `crate_root` to the one of them that holds `main`")
    })
}
