//! What becomes of the programs of the corpus: for each, a snapshot of what is said of it and of every line that changes.
//!
//! `UPDATE_SNAPSHOTS=1` writes them anew.

mod common;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use rewriter::{Program, Rewritten, Source, explain, rewrite};

/// The crates of the corpus that start the event loop for others.
const FRAMEWORKS: [&str; 1] = ["corpus_framework"];

/// The crates that a program has under other names.
const RENAMED: [(&str, &str, &str); 2] = [
    ("renamed_crates", "lambda", "lambda_runtime"),
    ("renamed_crates", "rt", "tokio"),
];

/// This folder: Bazel runs tests in the workspace's, Cargo in the package's.
fn tests_folder() -> PathBuf {
    let folders = ["rewriter/tests", "tests"].map(PathBuf::from);
    let found = folders.into_iter().find(|folder| folder.join("corpus").is_dir());
    found.expect("the corpus lies in rewriter/tests/corpus")
}

/// The names of what lies in a folder, sorted.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// All Rust files below a folder, with paths relative to the first.
fn sources(root: &Path, folder: &str, found: &mut Vec<Source>) {
    for name in names(&root.join(folder)) {
        let path = match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        };
        let file = root.join(&path);
        if file.is_dir() {
            sources(root, &path, found);
        } else if path.ends_with(".rs") {
            found.push(Source::new(path, fs::read_to_string(&file).unwrap()));
        }
    }
}

/// The program in a folder, if there is one. Its deps are all words of its sources, which is more than they name.
fn program(folder: &Path, name: &str, versions: &str) -> Option<Program> {
    let roots = ["main.rs", "src/main.rs"];
    let crate_root = roots.into_iter().find(|root| folder.join(root).is_file())?;
    let mut files = Vec::new();
    sources(folder, "", &mut files);
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let words: BTreeSet<&str> = files
        .iter()
        .flat_map(|file| file.text.split(|character| !is_word(character)))
        .collect();
    let deps: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let frameworks = FRAMEWORKS.iter().filter(|name| words.contains(*name));
    Some(Program {
        crate_name: name.to_owned(),
        crate_root: crate_root.to_owned(),
        frameworks: frameworks.map(|name| (*name).to_owned()).collect(),
        extensions: vec![],
        libraries: vec![],
        lambda_runtime: versions.starts_with("v0_").then(|| versions[1..].replace('_', ".")),
        sources: files,
        deps,
        renamed: RENAMED
            .iter()
            .filter(|(program, _, _)| *program == name)
            .map(|(_, name, own)| ((*name).to_owned(), (*own).to_owned()))
            .collect(),
        // The one that the corpus's Cargo.toml sets.
        features: vec!["streaming".to_owned()],
        ..Program::default()
    })
}

/// What the corpus's README says of a program: the engine that drives it, and the versions that it is built with.
fn row(readme: &str, name: &str) -> Option<(String, String)> {
    let row = readme.lines().find(|line| line.starts_with(&format!("| [`{name}`]")))?;
    let mut cells = row.trim_end_matches('|').rsplit('|').map(|cell| cell.trim().to_owned());
    let versions = cells.next()?;
    Some((cells.next()?, versions))
}

/// What is said of a program, the lines that change, and what is appended.
fn snapshot(program: &Program, rewritten: &Rewritten) -> String {
    let texts = common::assert_faithful(&program.sources, rewritten);
    let mut snapshot = explain(&rewritten.manifest);
    for (before, after) in program.sources.iter().zip(&texts) {
        if before.text == *after {
            continue;
        }
        snapshot.push_str(&format!("\n{}\n", before.path));
        for (number, (before, after)) in (1..).zip(before.text.split('\n').zip(after.split('\n'))) {
            if before != after {
                let (before, after) = (before.trim_end_matches('\r'), after.trim_end_matches('\r'));
                snapshot.push_str(&format!("{number} - {before}\n{number} + {after}\n"));
            }
        }
    }
    let files = rewritten.sources.iter().zip(&texts);
    for (file, text) in files.filter(|(file, _)| file.path == program.crate_root) {
        snapshot.push_str(&file.text[text.len()..]);
    }
    snapshot
}

#[test]
fn every_program_is_rewritten_as_before() {
    let folder = tests_folder();
    let (corpus, snapshots) = (folder.join("corpus"), folder.join("snapshots"));
    let readme = fs::read_to_string(corpus.join("README.md")).unwrap();
    let update = env::var_os("UPDATE_SNAPSHOTS").is_some();
    if update {
        fs::create_dir_all(&snapshots).unwrap();
    }
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for name in names(&corpus) {
        let (engine, versions) = row(&readme, &name).unwrap_or_default();
        let Some(program) = program(&corpus.join(&name), &name, &versions) else {
            continue;
        };
        let now = match rewrite(&program) {
            Ok(rewritten) => {
                if rewritten.manifest.engine.name() != engine {
                    wrong.push(format!(
                        "{name}: README.md says {engine:?}, but {}",
                        explain(&rewritten.manifest)
                    ));
                }
                snapshot(&program, &rewritten)
            }
            Err(error) => format!("{error}\n"),
        };
        let path = snapshots.join(format!("{name}.txt"));
        if update {
            fs::write(&path, &now).unwrap();
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        if before != now {
            wrong.push(format!(
                "{name} was:\n{before}\nand is now (UPDATE_SNAPSHOTS=1 takes it):\n{now}"
            ));
        }
        known.insert(format!("{name}.txt"));
    }
    for name in names(&snapshots).difference(&known) {
        match update {
            true => fs::remove_file(snapshots.join(name)).unwrap(),
            false => wrong.push(format!("{name} is the snapshot of no program")),
        }
    }
    assert!(!known.is_empty(), "no program in {}", corpus.display());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What programs.bzl has of a program, which is what it is built with.
fn entry<'a>(programs: &'a str, name: &str) -> Option<&'a str> {
    let start = programs.find(&format!("name = \"{name}\","))?;
    programs[start..].split("    struct(").next()
}

/// The words in quotes of a list, or a dict, of such an entry.
fn words<'a>(entry: &'a str, attribute: &str) -> Vec<&'a str> {
    let list = entry.split_once(&format!("{attribute} = ")).map(|(_, rest)| rest);
    let list = list.and_then(|rest| rest.split([']', '}']).next()).unwrap_or_default();
    list.split('"').skip(1).step_by(2).collect()
}

#[test]
fn what_a_program_is_built_with_is_all_that_it_names() {
    let corpus = tests_folder().join("corpus");
    let programs = fs::read_to_string(corpus.join("programs.bzl")).unwrap();
    let (mut known, mut told) = (0, 0);
    let mut wrong = Vec::new();
    for name in names(&corpus) {
        let (Some(program), Some(entry)) = (program(&corpus.join(&name), &name, ""), entry(&programs, &name)) else {
            continue;
        };
        // The crates of a group are in BUILD.bazel.
        if name == "crate_group" {
            continue;
        }
        let aliases = words(entry, "aliases");
        let aliases: Vec<(&str, &str)> = aliases.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        // Labels have the packages' names.
        let renamed = |dep: &str| {
            let alias = aliases.iter().find(|(own, _)| *own == dep);
            alias.map_or(dep, |(_, name)| *name).replace('-', "_")
        };
        let deps = words(entry, "deps").into_iter().filter(|dep| !dep.starts_with(':'));
        let built = Program {
            sources: program
                .sources
                .iter()
                .filter(|source| source.path != "build.rs")
                .cloned()
                .collect(),
            data: words(entry, "compile_data").into_iter().map(str::to_owned).collect(),
            deps: deps.map(renamed).collect(),
            has_all_files: true,
            has_all_crates: true,
            ..program.clone()
        };
        let said = |program: &Program| rewrite(program).map_or_else(|errors| errors.to_string(), |_| String::new());
        if said(&built) != said(&program) {
            wrong.push(format!("{name}: {}", said(&built)));
        }
        known += 1;
        // And without one of its crates, that one is told, or nothing.
        for missing in built.deps.iter().filter(|_| said(&built).is_empty()) {
            let deps = built.deps.iter().filter(|dep| *dep != missing).cloned().collect();
            let Err(errors) = rewrite(&Program { deps, ..built.clone() }) else {
                continue;
            };
            let titles = errors.all().iter().map(|error| error.title());
            for title in titles.filter(|title| title.ends_with(" is not among the deps")) {
                told += 1;
                if title != format!("`{missing}` is not among the deps") {
                    wrong.push(format!("{name} without {missing}: {errors}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known > 100 && told > 2 * known, "{told} told of {known} programs");
}
