//! Which engine drives a program, and what keeps the faster ones from it.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{
    Diagnostic, Program, Source,
    company::{self, Company, EXTENSION, MORE_THREADS},
    entry::{Entry, Polled},
    event_loop::{Found, Start, Starter},
    libraries,
    manifest::Obstacle,
    module_tree::ModuleTree,
};

/// How a program's `main` is driven inside the library, the fastest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Polled on the thread that calls in.
    Inline,
    /// Run on a thread of its own, with every call that starts the event loop replaced.
    Thread,
    /// Run on a thread of its own as it is, over a Runtime API within the process.
    Loopback,
}

impl Engine {
    /// All engines, the fastest first.
    pub const ALL: [Self; 3] = [Self::Inline, Self::Thread, Self::Loopback];

    /// The name under which a build asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Thread => "thread",
            Self::Loopback => "loopback",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Something in a program that keeps an engine from driving it.
#[derive(Clone, Debug)]
pub(crate) struct Hindrance<'a> {
    pub(crate) source: &'a Source,
    pub(crate) place: Range<usize>,
    pub(crate) why: String,
    /// What the author can write instead.
    pub(crate) help: Option<&'static str>,
}

impl Hindrance<'_> {
    fn record(&self, engine: Engine) -> Obstacle {
        let (line, column) = self.source.position(self.place.start);
        Obstacle {
            engine,
            file: self.source.path.clone(),
            line,
            column,
            why: self.why.clone(),
        }
    }
}

/// The engine for a program.
pub(crate) struct Choice<'a> {
    pub(crate) engine: Engine,
    /// Why it was chosen.
    pub(crate) reason: String,
    /// What stood in the way of each faster engine.
    pub(crate) obstacles: Vec<Obstacle>,
    /// How `main` is polled, for the engine that polls it.
    pub(crate) polled: Option<&'a Polled>,
}

/// Chooses the fastest engine that can drive a program, or the one that is asked for.
pub(crate) fn choose<'a>(
    program: &'a Program,
    tree: &'a ModuleTree<'a>,
    entry: &'a Entry<'a>,
    found: &'a Found<'a>,
) -> Result<Choice<'a>, Diagnostic> {
    let starts = found.starts.as_slice();
    if starts.is_empty() && program.frameworks.is_empty() && program.engine != Some(Engine::Loopback) {
        return Err(no_start(tree, entry));
    }
    let to_replacing = hindrances_to_replacing(program, tree, entry, starts);
    let to_polling: Vec<Hindrance<'_>> = entry
        .polled
        .as_ref()
        .err()
        .into_iter()
        .chain(&to_replacing)
        .cloned()
        .chain(hindrances_to_polling(program, tree, entry, found))
        .collect();
    let hindrances = |engine| match engine {
        Engine::Inline => to_polling.as_slice(),
        Engine::Thread => to_replacing.as_slice(),
        Engine::Loopback => &[],
    };
    let fastest = Engine::ALL
        .into_iter()
        .find(|engine| hindrances(*engine).is_empty())
        .unwrap_or(Engine::Loopback);
    let engine = program.engine.unwrap_or(fastest);
    if let Some(first) = hindrances(engine).first() {
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
            .flat_map(|other| hindrances(other).iter().map(move |hindrance| hindrance.record(other)))
            .collect(),
        polled: entry.polled.as_ref().ok().filter(|_| engine == Engine::Inline),
    })
}

fn first_why(hindrances: &[Hindrance<'_>]) -> String {
    hindrances.first().map(|first| first.why.clone()).unwrap_or_default()
}

/// What keeps the calls that start the event loop from being replaced: what holds for the whole program, then the calls.
fn hindrances_to_replacing<'a>(
    program: &Program,
    tree: &'a ModuleTree<'a>,
    entry: &Entry<'_>,
    starts: &[Start],
) -> Vec<Hindrance<'a>> {
    let hindrance = |file: usize, place: &Range<usize>, why: String| Hindrance {
        source: tree.files[file].parsed.source,
        place: place.clone(),
        why,
        help: None,
    };
    let mut found = Vec::new();
    if let Some(version) = program.lambda_runtime.as_deref().filter(|version| is_too_old(version)) {
        let (file, place) = starts
            .first()
            .map_or((0, &entry.name), |start| (start.file, &start.place));
        let why = format!("lambda_runtime {version} is older than 0.13, whose interface the bridge has");
        found.push(hindrance(file, place, why));
    }
    if starts.is_empty() {
        let why = match program.frameworks.as_slice() {
            [] => "no call in the sources starts the event loop".to_owned(),
            frameworks => {
                let names: Vec<String> = frameworks.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(" or ");
                format!("no call in the sources starts the event loop: {names} does, over its own lambda_runtime")
            }
        };
        found.push(hindrance(0, &entry.name, why));
    }
    let bridged = program.lambda_runtime.as_deref().unwrap_or("of another version");
    for start in starts {
        if let Some(version) = program.other_runtimes.get(&start.path[0]) {
            let path = start.path.join("::");
            let why = format!(
                "`{path}` is for lambda_runtime {version}, and the bridge is built with lambda_runtime {bridged}"
            );
            found.push(hindrance(start.file, &start.place, why));
        }
    }
    for start in starts.iter().filter(|start| start.starter == Starter::Unbridged) {
        let path = start.path.join("::");
        let why = format!("`{path}` starts the event loop in a way that can't be replaced in the source");
        found.push(hindrance(start.file, &start.place, why));
    }
    found
}

/// What keeps `main` from standing still between two events, as it does where it is polled during calls alone.
fn hindrances_to_polling<'a>(
    program: &'a Program,
    tree: &'a ModuleTree<'a>,
    entry: &Entry<'_>,
    found: &'a Found<'a>,
) -> Vec<Hindrance<'a>> {
    let Ok(polled) = &entry.polled else {
        return Vec::new();
    };
    let company = Company::new(tree, &program.deps, found);
    let mut hindrances = company.beside_the_loop();
    if polled.is_single_threaded {
        hindrances.extend(company::on_the_thread(tree, &found.calls));
        hindrances.extend(libraries::hindrances(program));
        // Lambda ends an initialisation, and an invocation, when each extension has asked for its next event.
        hindrances.extend(program.extensions.iter().map(|dep| Hindrance {
            source: tree.root().parsed.source,
            place: polled.attribute.clone(),
            why: format!("`main` has the one thread that {EXTENSION} would need between events: `{dep}` may be of one"),
            help: Some(MORE_THREADS),
        }));
    }
    hindrances
}

/// Whether a lambda_runtime of this version lacks what the bridge is written for. A version that is not understood is
/// taken as a new one.
fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) < (0, 13),
        _ => false,
    }
}

fn no_start(tree: &ModuleTree<'_>, entry: &Entry<'_>) -> Diagnostic {
    Diagnostic::at(tree.root().parsed.source, entry.name.clone(), "no call that starts the Lambda event loop")
        .label("neither here nor in the modules that this file reaches")
        .help("understood are `lambda_runtime::run` and `Runtime::new`, `lambda_http::run` and its other ways to start, under any name that `use` gives them")
        .help("if the call is in a file of its own, name that file in `srcs`")
        .help("if other code makes the call, a macro's or a dependency's, set `engine = \"loopback\"`")
}

fn cannot_drive(engine: Engine, fastest: Engine, first: &Hindrance<'_>) -> Diagnostic {
    let title = format!("`engine = \"{engine}\"` can't drive this program");
    let error = Diagnostic::at(first.source, first.place.clone(), title)
        .label(first.why.clone())
        .help(format!("leave `engine` out, and `{fastest}` is chosen"));
    match first.help {
        Some(help) => error.help(format!("or {help}")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for old in ["0.12.0", "0.12", "0.8.3", "0.0.1-alpha"] {
            assert!(is_too_old(old), "{old}");
        }
        for fine in ["0.13.0", "0.14.4", "1.0.0", "1.2.3-rc.1", "", "git", "0.x"] {
            assert!(!is_too_old(fine), "{fine}");
        }
    }
}
