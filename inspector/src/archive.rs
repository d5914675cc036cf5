//! What a zip would meet on Lambda: its own form, and the ELF files in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};

use anyhow::{Context, Result};
use elf::{LAYERS_ROOT, Linkage, Machine, Surroundings, TASK_ROOT, shortened};
use zip::ZipArchive;

use crate::{
    Finding, Report, Runtimes,
    binary::{self, Place, architecture},
    format::{Format, foreign},
    runtimes::{Loader, python_of},
    size::sizes,
};

/// What there is to know of one of a zip's files.
struct Entry {
    size: u64,
    /// Its permissions, where the zip has them.
    mode: Option<u32>,
    format: Format,
    /// All of it, of what Lambda loads or starts, and what is like that; else how it begins.
    content: Vec<u8>,
}

/// The folders that Lambda's runtimes look into a layer for.
const LAYER_FOLDERS: [&str; 7] = ["bin", "extensions", "java", "lib", "nodejs", "python", "ruby"];

/// How many files are named.
const LISTED: usize = 3;

/// What Lambda starts on the OS-only runtime.
const BOOTSTRAP: &str = "bootstrap";

/// What a zip is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    OsOnly,
    Node,
    Python,
    Wheel,
    Layer,
    Unknown,
}

impl Purpose {
    fn of(name: &str, files: &BTreeMap<String, Entry>) -> Self {
        let at_root = |is_one: &dyn Fn(&str) -> bool| files.keys().any(|name| !name.contains('/') && is_one(name));
        let is_node = |name: &str| [".mjs", ".cjs", ".js"].iter().any(|ending| name.ends_with(ending));
        let folders: BTreeSet<&str> = files
            .keys()
            .map(|name| name.split('/').next().unwrap_or(name))
            .collect();
        if name.ends_with(".whl") {
            Self::Wheel
        } else if files.contains_key("index.mjs") || at_root(&is_node) && !files.contains_key(BOOTSTRAP) {
            Self::Node
        } else if files.contains_key(BOOTSTRAP) {
            Self::OsOnly
        } else if !folders.is_empty() && folders.iter().all(|folder| LAYER_FOLDERS.contains(folder)) {
            Self::Layer
        } else if at_root(&|name| name.ends_with(".py")) || files.keys().any(|name| is_module(name)) {
            Self::Python
        } else {
            Self::Unknown
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::OsOnly => "a zip for the OS-only runtime",
            Self::Node => "a zip for Node.js's runtimes",
            Self::Python => "a zip for Python's runtimes",
            Self::Wheel => "a wheel",
            Self::Layer => "a layer",
            Self::Unknown => "a zip",
        }
    }

    fn loader(self, python: Option<String>) -> Loader {
        match (self, python) {
            (Self::OsOnly, _) => Loader::Family("provided"),
            (Self::Node, _) => Loader::Family("nodejs"),
            (_, Some(version)) => Loader::Python(version),
            (Self::Python | Self::Wheel, None) => Loader::Family("python"),
            (Self::Layer | Self::Unknown, None) => Loader::Any,
        }
    }
}

/// Whether a file's name is that of an extension module of Python's.
fn is_module(name: &str) -> bool {
    name.ends_with(".so") && (name.contains(".cpython-") || name.contains(".abi3."))
}

/// What is found of a zip.
///
/// # Errors
///
/// When it can't be read.
pub(crate) fn inspect(
    name: &str,
    zip: &[u8],
    provided: &[String],
    runtimes: &Runtimes,
    is_chosen: bool,
) -> Result<Report> {
    let files = read(zip)?;
    let purpose = Purpose::of(name, &files);
    let pythons: BTreeSet<String> = files.keys().filter_map(|name| python_of(name)).collect();
    let python = match pythons.len() {
        1 => pythons.into_iter().next(),
        _ => None,
    };
    let mut findings = Vec::new();
    let mut candidates = match is_chosen {
        true => runtimes.clone(),
        false => runtimes.of(&purpose.loader(python)),
    };
    if candidates.is_empty() {
        // What is told of each module then is that no runtime has its Python.
        candidates = runtimes.of(&Loader::Family("python"));
    }
    let root = if purpose == Purpose::Layer {
        LAYERS_ROOT
    } else {
        TASK_ROOT
    };

    let mut largest: Vec<(u64, String)> = files.iter().map(|(name, entry)| (entry.size, name.clone())).collect();
    largest.sort_by(|one, other| other.cmp(one));
    largest.truncate(LISTED);
    let unzipped = files.values().map(|entry| entry.size).sum();
    let may_be_at_edge = matches!(purpose, Purpose::Python | Purpose::Node);
    findings.extend(sizes(zip.len() as u64, unzipped, &largest, may_be_at_edge));
    if files.is_empty() {
        findings.push(Finding::breaks(
            "files",
            "it holds no files",
            "pack the program or the library into it",
        ));
    }
    findings.extend(modes(&files));
    findings.extend(bootstrap(purpose, &files));
    let machines = machines(&files);
    findings.extend(architectures(&machines));
    findings.extend(others(&files));

    let surroundings = Surroundings {
        home: root.to_owned(),
        files: files.keys().map(|name| (format!("{root}/{name}"), ())).collect(),
        provided: provided.to_owned(),
    };
    let place = Place {
        surroundings: &surroundings,
        runtimes: &candidates,
    };
    let mut inspected = Vec::new();
    for (name, entry) in files.iter().filter(|(_, entry)| entry.format == Format::Elf) {
        inspected.push(
            match binary::inspect(name, &format!("{root}/{name}"), &entry.content, &place) {
                Ok(report) => report,
                Err(error) => Report::unreadable(name, "an ELF file", &error),
            },
        );
    }
    let architectures: Vec<&str> = machines.keys().copied().collect();
    let of = match architectures.is_empty() {
        true => String::new(),
        false => format!(", for {}", architectures.join(" and ")),
    };
    Ok(Report {
        name: name.to_owned(),
        what: format!("{}{of}", purpose.words()),
        findings,
        files: inspected,
    })
}

fn read(zip: &[u8]) -> Result<BTreeMap<String, Entry>> {
    let mut archive =
        ZipArchive::new(Cursor::new(zip)).context("it is no whole zip: it was cut short, or its end was changed")?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive
            .by_index(index)
            .with_context(|| format!("its file {index} can't be unpacked, nor could Lambda do it"))?;
        if file.is_dir() {
            continue;
        }
        let name = file.name()?.into_owned();
        let mut content = Vec::new();
        let context = || format!("`{name}` can't be unpacked");
        file.by_ref()
            .take(Format::HEADER as u64)
            .read_to_end(&mut content)
            .with_context(context)?;
        let format = Format::of(&content);
        let mode = file.unix_mode();
        if format == Format::Elf {
            file.read_to_end(&mut content).with_context(context)?;
        }
        let size = file.size();
        files.insert(
            name,
            Entry {
                size,
                mode,
                format,
                content,
            },
        );
    }
    Ok(files)
}

/// Files that Lambda's user can't read.
fn modes(files: &BTreeMap<String, Entry>) -> Option<Finding> {
    let is_hidden = |entry: &Entry| entry.mode.is_some_and(|mode| mode & 0o777 != 0 && mode & 0o004 == 0);
    let hidden: Vec<&str> = files
        .iter()
        .filter(|(_, entry)| is_hidden(entry))
        .map(|(name, _)| name.as_str())
        .collect();
    (!hidden.is_empty()).then(|| {
        Finding::breaks(
            "modes",
            format!("Lambda's user may not read {}: `permission denied`", shortened(&hidden)),
            "`chmod -R a+rX` the folder before it is zipped",
        )
    })
}

/// What keeps Lambda from starting the program.
fn bootstrap(purpose: Purpose, files: &BTreeMap<String, Entry>) -> Vec<Finding> {
    let mut findings = Vec::new();
    match files.get(BOOTSTRAP) {
        Some(entry) => {
            if entry.mode.is_some_and(|mode| mode & 0o777 != 0 && mode & 0o001 == 0) {
                findings.push(Finding::breaks(
                    "bootstrap",
                    "`bootstrap` is not executable: `Runtime.InvalidEntrypoint`",
                    "`chmod 755 bootstrap` before it is zipped; where zips have no modes, as on Windows, `cargo lambda build --output-format zip` \
                     or these rules make one that has",
                ));
            }
            if !matches!(entry.format, Format::Elf | Format::Script) && foreign(entry.format).is_none() {
                findings.push(Finding::breaks(
                    "bootstrap",
                    "`bootstrap` is neither a program nor a script that starts with `#!`: `Runtime.InvalidEntrypoint`",
                    "build it for Linux, or name its interpreter in its first line",
                ));
            }
            if let Ok(linkage) = Linkage::read(&entry.content)
                && linkage.kind != elf::ElfKind::Program
            {
                findings.push(Finding::breaks(
                    "bootstrap",
                    "`bootstrap` is a shared library, which Lambda can't start",
                    "build a binary (`[[bin]]`, `rust_binary`), not a `cdylib`",
                ));
            }
        }
        None if purpose == Purpose::Unknown => {
            if let Some(name) = files.keys().find(|name| name.ends_with("/bootstrap")) {
                findings.push(Finding::breaks(
                    "bootstrap",
                    format!("`{name}` lies in a folder, and Lambda starts `bootstrap` at the root: `Runtime.InvalidEntrypoint`"),
                    "zip it from the folder that it lies in (`zip -j`)",
                ));
            }
        }
        None => {}
    }
    findings
}

/// The names of ELF files by Lambda's name for their machine.
fn machines(files: &BTreeMap<String, Entry>) -> BTreeMap<&'static str, Vec<&str>> {
    let mut machines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, entry) in files {
        if let Some(machine) = Machine::of(&entry.content) {
            machines.entry(architecture(machine)).or_default().push(name);
        }
    }
    machines
}

fn architectures(machines: &BTreeMap<&'static str, Vec<&str>>) -> Option<Finding> {
    let parts: Vec<String> = machines
        .iter()
        .map(|(machine, names)| format!("{} for {machine}", shortened(names)))
        .collect();
    match machines.len() {
        0 => None,
        1 => Some(Finding::ok(
            "architecture",
            format!(
                "{}, as the function has to be",
                machines.keys().copied().next().unwrap_or_default()
            ),
        )),
        _ => Some(Finding::breaks(
            "architecture",
            format!("machine code of two architectures: {}", parts.join("; ")),
            "make a zip for each; a function has one architecture",
        )),
    }
}

/// Files of other systems, where Lambda would load or start them.
fn others(files: &BTreeMap<String, Entry>) -> Vec<Finding> {
    let mut by_format: Vec<(Finding, Vec<&str>)> = Vec::new();
    for (name, entry) in files {
        let is_loaded =
            [".so", ".pyd"].iter().any(|ending| name.ends_with(ending)) || name.contains(".so.") || name == BOOTSTRAP;
        let Some(finding) = foreign(entry.format).filter(|_| is_loaded) else {
            continue;
        };
        match by_format.iter_mut().find(|(other, _)| *other == finding) {
            Some((_, names)) => names.push(name),
            None => by_format.push((finding, vec![name])),
        }
    }
    by_format
        .into_iter()
        .map(|(finding, names)| Finding {
            found: format!("{}: {}", shortened(&names), finding.found),
            ..finding
        })
        .collect()
}
