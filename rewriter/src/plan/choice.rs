//! Which engine drives a program, and what keeps the faster ones from it.

use super::{polling, replacing};
use crate::{
    analyze::{entry::Entry, event_loop::Start, functions::Analysis, obstacle::Obstacle, tokio_main::AsyncMain},
    input::{diagnostic::Diagnostic, engine::Engine, module_tree::ModuleTree, program::Program},
};

/// The engine for a program.
pub(crate) struct Choice<'a> {
    pub(crate) engine: Engine,
    /// Why it was chosen.
    pub(crate) reason: String,
    /// What stood in the way of each faster engine, the fastest first.
    pub(crate) obstacles: Vec<(Engine, Obstacle<'a>)>,
    /// How `main` is polled, for the engine that polls it.
    pub(crate) polled: Option<&'a AsyncMain>,
}

impl Choice<'_> {
    /// Those of the places that start the event loop that are led to the bridge.
    pub(crate) fn replaced<'b>(&self, starts: &'b [Start]) -> &'b [Start] {
        match self.engine {
            Engine::Inline | Engine::Thread => starts,
            Engine::Loopback => &[],
        }
    }
}

/// Chooses the fastest engine that can drive a program, or the one that is asked for.
///
/// # Errors
///
/// When nothing starts the event loop, or the engine that is asked for can't drive the program.
pub(crate) fn choose<'a>(
    program: &'a Program,
    tree: &'a ModuleTree<'a>,
    entry: &'a Entry<'a>,
    analysis: &'a Analysis<'a>,
) -> Result<Choice<'a>, Diagnostic> {
    let starts = analysis.starts.as_slice();
    if starts.is_empty() && program.frameworks.is_empty() && program.engine != Some(Engine::Loopback) {
        return Err(no_start(tree, entry));
    }
    let to_replacing = replacing::obstacles(program, tree, entry, starts);
    let to_polling: Vec<Obstacle<'_>> = entry
        .async_main
        .as_ref()
        .err()
        .into_iter()
        .chain(&to_replacing)
        .cloned()
        .chain(polling::obstacles(program, tree, entry, analysis))
        .collect();
    let obstacles = |engine| match engine {
        Engine::Inline => to_polling.as_slice(),
        Engine::Thread => to_replacing.as_slice(),
        Engine::Loopback => &[],
    };
    let fastest = Engine::ALL
        .into_iter()
        .find(|engine| obstacles(*engine).is_empty())
        .unwrap_or(Engine::Loopback);
    let engine = program.engine.unwrap_or(fastest);
    if let Some(first) = obstacles(engine).first() {
        return Err(cannot_drive(engine, fastest, first));
    }
    let faster = Engine::ALL.into_iter().filter(|other| *other < engine);
    Ok(Choice {
        engine,
        reason: match (program.engine, engine) {
            (Some(_), _) => format!("`engine = \"{engine}\"` is set"),
            (None, Engine::Inline) => {
                "`main` is asynchronous on a tokio runtime, and every call that starts the event loop was replaced"
                    .to_owned()
            }
            (None, Engine::Thread) => format!(
                "{}; every call that starts the event loop was replaced",
                first_why(&to_polling)
            ),
            (None, Engine::Loopback) => first_why(&to_replacing),
        },
        obstacles: faster
            .flat_map(|other| obstacles(other).iter().map(move |obstacle| (other, obstacle.clone())))
            .collect(),
        polled: entry.async_main.as_ref().ok().filter(|_| engine == Engine::Inline),
    })
}

fn first_why(obstacles: &[Obstacle<'_>]) -> String {
    obstacles.first().map(|first| first.why.clone()).unwrap_or_default()
}

fn no_start(tree: &ModuleTree<'_>, entry: &Entry<'_>) -> Diagnostic {
    Diagnostic::at(tree.root().parsed.source, entry.name.clone(), "no call that starts the Lambda event loop")
        .label("neither here nor in the modules that this file reaches")
        .help("understood are `lambda_runtime::run` and `Runtime::new`, `lambda_http::run` and its other ways to start, under any name that `use` gives them")
        .help("if the call is in a file of its own, name that file in `srcs`")
        .help("if other code makes the call, a macro's or a dependency's, set `engine = \"loopback\"`")
}

fn cannot_drive(engine: Engine, fastest: Engine, first: &Obstacle<'_>) -> Diagnostic {
    let title = format!("`engine = \"{engine}\"` can't drive this program");
    let error = Diagnostic::at(first.source, first.place.clone(), title)
        .label(first.why.clone())
        .help(format!("leave `engine` out, and `{fastest}` is chosen"));
    match first.help {
        Some(help) => error.help(format!("or {help}")),
        None => error,
    }
}
