//! What a shared library or a program would meet on Lambda.

use std::collections::BTreeMap;

use anyhow::Result;
use elf::{
    Breach, ElfKind, GlibcVersion, INTERPRETERS, Limits, Linkage, Machine, Origin, Surroundings, SymbolVersion,
    TASK_ROOT, build_paths, check_elf, described, glibc_floor, known_advice, linked_origins, shortened, strip,
    way_out_of,
};

use crate::{Finding, Report, Runtimes, runtimes::python_of, size::grouped};

/// Crates and functions that something comes from.
type Origins = BTreeMap<String, Origin>;

/// Symbols or libraries, and where the need of each comes from.
type Users<'a> = Vec<(&'a str, &'a Origins)>;

/// What lies around a file, and who loads it.
pub(crate) struct Place<'a> {
    /// What there is beside it.
    pub surroundings: &'a Surroundings<()>,
    /// The runtimes that it may be for.
    pub runtimes: &'a Runtimes,
}

/// Lambda's name for a machine.
pub(crate) fn architecture(machine: Machine) -> &'static str {
    match machine {
        Machine::X86_64 => "x86_64",
        Machine::Aarch64 => "arm64",
    }
}

/// What is found of an ELF file.
///
/// # Arguments
///
/// * `name`: as it is told.
/// * `path`: where it lies on Lambda.
///
/// # Errors
///
/// Why it can't be read.
pub(crate) fn inspect(name: &str, path: &str, file: &[u8], place: &Place<'_>) -> Result<Report> {
    let linkage = Linkage::read(file)?;
    let kind = match linkage.kind {
        ElfKind::Object => "an object, which is linked or read by debuggers, not loaded",
        ElfKind::Program if linkage.interpreter.is_none() => "a program, linked statically",
        ElfKind::Program => "a program",
        ElfKind::Library if linkage.exports.iter().any(|symbol| symbol.starts_with("PyInit_")) => {
            "a shared library, which Python can import"
        }
        ElfKind::Library => "a shared library",
    };
    let machine = linkage.machine.map(architecture);
    let mut report = Report {
        name: name.to_owned(),
        what: format!(
            "{kind}, for {}",
            machine.unwrap_or("a machine that Lambda does not have")
        ),
        findings: Vec::new(),
        files: Vec::new(),
    };
    if linkage.kind == ElfKind::Object {
        return Ok(report);
    }
    let findings = &mut report.findings;
    if machine.is_none() {
        findings.push(Finding::breaks(
            "machine",
            "it is for another machine than Lambda's",
            "build it for `x86_64-unknown-linux-gnu` or `aarch64-unknown-linux-gnu`",
        ));
    }
    findings.extend(python(name, place));
    findings.extend(interpreter(&linkage));
    findings.extend(needs(path, file, &linkage, place)?);
    if linkage.kind == ElfKind::Library {
        findings.extend(exports(name, &linkage));
    }
    findings.extend(hardening(&linkage));
    findings.extend(run_paths(&linkage));
    findings.extend(left_paths(file)?);
    findings.extend(symbols(file, &linkage));
    Ok(report)
}

fn python(name: &str, place: &Place<'_>) -> Option<Finding> {
    let version = python_of(name)?;
    let is_one = |runtime: &crate::Runtime| runtime.name == format!("python{version}");
    if place.runtimes.0.iter().any(is_one) {
        return None;
    }
    Some(Finding::breaks(
        "python",
        format!(
            "by its name it is for Python {version}, which is not that of {}",
            place.runtimes
        ),
        "build or install it for the runtime's Python (`pip install --python-version`), or for all by the stable ABI (PyO3's feature `abi3`)",
    ))
}

fn interpreter(linkage: &Linkage) -> Option<Finding> {
    let interpreter = linkage.interpreter.as_deref()?;
    if linkage.kind != ElfKind::Program || INTERPRETERS.contains(&interpreter) {
        return None;
    }
    let way_out = if interpreter.contains("musl") {
        "build it for `*-linux-gnu`, or link it statically (Rust's `*-linux-musl` does, without `-Ctarget-feature=-crt-static`)"
    } else {
        "build it with a toolchain that links for the usual place, `/lib64/ld-linux-x86-64.so.2` or `/lib/ld-linux-aarch64.so.1`; \
         `patchelf --set-interpreter` changes it"
    };
    Some(Finding::breaks(
        "interpreter",
        format!("it is started by `{interpreter}`, which Lambda's runtimes do not have: `no such file or directory`"),
        way_out,
    ))
}

/// What keeps a file from being loaded, on the newest of its runtimes; and which it can be loaded on.
fn needs(path: &str, file: &[u8], linkage: &Linkage, place: &Place<'_>) -> Result<Vec<Finding>> {
    let folder = path.rsplit_once('/').map_or(TASK_ROOT, |(folder, _)| folder);
    let mut misplaced = Vec::new();
    let mut breaches = Vec::new();
    for glibc in place.runtimes.glibcs() {
        let limits = Limits {
            glibc,
            exports: (linkage.kind == ElfKind::Library).then(|| vec![String::new()]),
        };
        let (remaining, _) = place.surroundings.remaining(folder, file, check_elf(file, &limits)?)?;
        (breaches, misplaced) = (remaining.breaches, remaining.misplaced);
        // Node.js has the functions that its add-ons use.
        if path.ends_with(".node") {
            breaches.retain(|breach| !matches!(breach, Breach::Undefined(_)));
        }
        if breaches.is_empty() {
            break;
        }
    }

    let mut findings = Vec::new();
    let is_of_versions = |breach: &Breach| matches!(breach, Breach::TooNew { .. } | Breach::Abi(_));
    // musl's functions are of no version, and none of glibc's.
    let is_musl = linkage.needed.iter().any(|library| is_of_musl(library));
    if !is_musl && !breaches.iter().any(is_of_versions) {
        findings.extend(glibc(linkage, place.runtimes));
    }
    if !breaches.iter().any(|breach| matches!(breach, Breach::Needed(_))) && !linkage.needed.is_empty() {
        findings.push(Finding::ok("needed", listed(&linkage.needed)));
    }
    findings.extend(broken(file, linkage, &breaches, &misplaced, place.runtimes)?);
    Ok(findings)
}

fn glibc(linkage: &Linkage, runtimes: &Runtimes) -> Option<Finding> {
    let Some((floor, symbols)) = glibc_floor(linkage) else {
        return linkage.needed.is_empty().then(|| Finding::ok("glibc", "it needs none"));
    };
    let (with, without) = (runtimes.with_glibc(&floor), runtimes.without_glibc(&floor));
    let symbols: Vec<&str> = symbols.into_iter().collect();
    let by = match symbols.is_empty() {
        true => String::new(),
        false => format!(" (for {})", shortened(&symbols)),
    };
    let lacking = match without.is_empty() {
        true => String::new(),
        false => format!(", not {without}"),
    };
    Some(Finding::ok("glibc", format!("{floor} or newer{by}: {with}{lacking}")))
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The findings that breaches are, with whom they come from.
fn broken(
    file: &[u8],
    linkage: &Linkage,
    breaches: &[Breach],
    misplaced: &[String],
    runtimes: &Runtimes,
) -> Result<Vec<Finding>> {
    let all: Vec<&Breach> = breaches.iter().collect();
    let origins = linked_origins(file, &all)?;
    // Of many symbols, those with one way out are one finding.
    let mut versions: BTreeMap<(&str, &str), Users<'_>> = BTreeMap::new();
    let mut undefined: BTreeMap<Option<String>, Users<'_>> = BTreeMap::new();
    let mut needed: BTreeMap<String, Users<'_>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (breach, origins) in breaches.iter().zip(&origins) {
        match breach {
            Breach::TooNew { symbol, version } => versions
                .entry((&version.library, &version.name))
                .or_default()
                .push((symbol, origins)),
            Breach::Undefined(symbol) => undefined
                .entry(known_advice(symbol))
                .or_default()
                .push((symbol, origins)),
            Breach::Abi(version) => findings.push(Finding::breaks(
                "glibc",
                breach.to_string(),
                way_out_of(breach).map_or_else(|| way_out_of_version(version, runtimes), str::to_owned),
            )),
            Breach::Needed(library) => needed
                .entry(way_out_of_needed(library, misplaced))
                .or_default()
                .push((library, origins)),
            Breach::StaticTls { .. } => findings.push(known("tls", breach, origins)),
            Breach::TextRelocations => findings.push(known("code", breach, origins)),
            Breach::ExecutableStack => findings.push(known("stack", breach, origins)),
            Breach::Exported(_) => {}
        }
    }
    for (way_out, libraries) in needed {
        let names: Vec<String> = libraries.iter().map(|(name, _)| format!("`{name}`")).collect();
        findings.push(Finding::breaks(
            "needed",
            format!(
                "it needs {}, which Lambda's runtimes do not have{}",
                names.join(", "),
                likely(&together(&libraries))
            ),
            way_out,
        ));
    }
    // The newest first: it is the one that decides.
    let by_version = |(_, name): &(&str, &str)| {
        let number = name.rsplit_once('_').map_or("", |(_, number)| number);
        std::cmp::Reverse(number.parse::<GlibcVersion>().ok())
    };
    let mut versions: Vec<_> = versions.into_iter().collect();
    versions.sort_by_key(|(version, _)| by_version(version));
    for ((library, name), symbols) in versions {
        let version = SymbolVersion {
            name: name.to_owned(),
            library: library.to_owned(),
        };
        let names: Vec<&str> = symbols.iter().map(|(symbol, _)| *symbol).collect();
        findings.push(Finding::breaks(
            if name.starts_with("GLIBC_") { "glibc" } else { "needed" },
            format!("it uses {} of {name}{}", shortened(&names), blamed(&symbols, linkage)),
            way_out_of_version(&version, runtimes),
        ));
    }
    for (advice, symbols) in undefined {
        let names: Vec<&str> = symbols.iter().map(|(symbol, _)| *symbol).collect();
        findings.push(Finding::breaks(
            "symbols",
            format!(
                "neither it nor a library that it is linked with defines {}{}: `undefined symbol`",
                shortened(&names),
                blamed(&symbols, linkage)
            ),
            advice.unwrap_or_else(|| "link the library that defines them, or take out what asks for them".to_owned()),
        ));
    }
    Ok(findings)
}

fn known(check: &'static str, breach: &Breach, origins: &Origins) -> Finding {
    Finding::breaks(
        check,
        format!("{breach}{}", likely(origins)),
        way_out_of(breach).unwrap_or_default(),
    )
}

/// How many crates are named.
const CRATES: usize = 3;

fn likely(origins: &Origins) -> String {
    if origins.is_empty() {
        return String::new();
    }
    let shown: Origins = origins
        .iter()
        .take(CRATES)
        .map(|(name, origin)| (name.clone(), origin.clone()))
        .collect();
    let more = match origins.len().saturating_sub(CRATES) {
        0 => String::new(),
        more => format!(" or {more} more"),
    };
    format!("; likely from {}{more}", described(shown))
}

/// The origins of some symbols or libraries, as one.
fn together(symbols: &[(&str, &Origins)]) -> Origins {
    let mut all: Origins = BTreeMap::new();
    for (_, origins) in symbols {
        for (name, origin) in *origins {
            let functions = origin.functions.iter().cloned();
            all.entry(name.clone()).or_default().functions.extend(functions);
        }
    }
    all
}

/// Who uses some symbols.
fn blamed(symbols: &[(&str, &Origins)], linkage: &Linkage) -> String {
    let all = together(symbols);
    match (all.is_empty(), linkage.is_stripped) {
        (false, _) => likely(&all),
        (true, true) => "; by whom can't be told, as its symbol table is stripped".to_owned(),
        (true, false) => String::new(),
    }
}

fn way_out_of_version(version: &SymbolVersion, runtimes: &Runtimes) -> String {
    if !version.name.starts_with("GLIBC_") {
        return format!(
            "build it with an older GCC (11 for Amazon Linux 2023, 7 for Amazon Linux 2), or link it statically (`-static-libgcc`, \
             `-static-libstdc++`); or lay that `{}` into the zip's `lib`",
            version.library
        );
    }
    if version.name == "GLIBC_PRIVATE" {
        return "it is a part of glibc, or made for one build of it: leave it out, as the runtime has its own"
            .to_owned();
    }
    let oldest = runtimes
        .glibcs()
        .last()
        .map_or_else(|| "2.34".to_owned(), ToString::to_string);
    format!(
        "build it for glibc {oldest}: with these rules, by `cargo lambda build` or `cargo zigbuild` for a target with `.{oldest}` behind it, in an \
         image of Amazon Linux, or statically for musl; a Python library by its `manylinux` wheel of that glibc or an older one"
    )
}

fn is_of_musl(library: &str) -> bool {
    library == "libc.so" || library.contains("musl")
}

fn way_out_of_needed(library: &str, misplaced: &[String]) -> String {
    let is_named = |path: &&String| path.ends_with(&format!("/{library}"));
    if let Some(path) = misplaced.iter().find(is_named) {
        return format!(
            "`{path}` is where nothing looks for it: it is looked for in `/var/task`, `/var/task/lib`, `/opt/lib`, and where the file says \
             (`-Clink-arg=-Wl,-rpath,$ORIGIN/FOLDER`)"
        );
    }
    if library.starts_with("libpython") {
        return "an extension module finds Python's functions in the process that loads it: with PyO3, set the feature `extension-module` (or \
                build by maturin)"
            .to_owned();
    }
    if is_of_musl(library) {
        return "it is built for musl, which Lambda's runtimes do not have: build it for `*-linux-gnu`; of a Python library, take its \
                `manylinux` wheel, not that for `musllinux`"
            .to_owned();
    }
    if library.starts_with("libstd-") || library.starts_with("librustc") {
        return "link Rust's standard library statically: take `-Cprefer-dynamic` out, and make the crate a `cdylib`, not a `dylib`".to_owned();
    }
    "use a feature of the crate that does without it, or links it statically (many have `vendored`, `rustls`, `bundled` or `static`); or lay it \
     beside the file into the zip, at its root or in `lib`, or into a layer's `lib` (`--provided NAME` says that one brings it)"
        .to_owned()
}

fn exports(name: &str, linkage: &Linkage) -> Vec<Finding> {
    let names: Vec<&str> = linkage.exports.iter().map(String::as_str).collect();
    if names.is_empty() {
        return vec![Finding::note(
            "exports",
            "it exports nothing, so whoever loads it finds nothing to call",
            "mark what others call `#[unsafe(no_mangle)] pub extern \"C\"`, and make the crate a `cdylib`",
        )];
    }
    let (modules, others): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with("PyInit_"));
    let mut all = modules.clone();
    all.extend(others);
    let mut findings = vec![Finding::ok("exports", shortened(&all))];
    // What Python calls a module by is the file's name up to its first dot.
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.split('.').next().unwrap_or(file);
    let is_stem = |module: &&str| module.strip_prefix("PyInit_") == Some(stem);
    if let [module, ..] = modules.as_slice()
        && !modules.iter().any(is_stem)
    {
        let module = module.trim_start_matches("PyInit_");
        findings.push(Finding::note(
            "exports",
            format!("Python imports it as `{module}`, and the file is called `{file}`"),
            format!("call it `{module}.so` (or `{module}.abi3.so`) where Python is to import it"),
        ));
    }
    findings
}

/// What makes attacks harder, and what is not as one expects.
fn hardening(linkage: &Linkage) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_static = linkage.interpreter.is_none() && linkage.kind == ElfKind::Program;
    findings.push(match (linkage.has_relro, linkage.binds_now || is_static) {
        (true, true) => Finding::ok("relro", "full (RELRO, BIND_NOW)"),
        (true, false) => Finding::note(
            "relro",
            "partial: symbols are looked up as they are first called (no BIND_NOW), so a missing one is met by an event",
            "link it with `-z now` (`-Crelro-level=full`, Rust's default)",
        ),
        (false, _) => Finding::note(
            "relro",
            "none: what the dynamic linker fills in stays writable",
            "link it with `-z relro -z now` (`-Crelro-level=full`, Rust's default)",
        ),
    });
    if linkage.kind == ElfKind::Program {
        if linkage.has_executable_stack {
            findings.push(Finding::note(
                "stack",
                "it asks for stacks that are executable",
                way_out_of(&Breach::ExecutableStack).unwrap_or_default(),
            ));
        }
        if linkage.has_text_relocations {
            findings.push(Finding::note(
                "code",
                "its code is written to as it is loaded (text relocations)",
                way_out_of(&Breach::TextRelocations).unwrap_or_default(),
            ));
        }
    } else if !linkage.has_executable_stack && !linkage.has_text_relocations {
        findings.push(Finding::ok("stack", "not executable; no text relocations"));
    }
    findings
}

fn run_paths(linkage: &Linkage) -> Option<Finding> {
    if linkage.run_paths.is_empty() {
        return None;
    }
    let is_within = |path: &&String| {
        path.starts_with("$ORIGIN")
            || path.starts_with("${ORIGIN}")
            || ["/var/task", "/opt"].iter().any(|root| path.starts_with(root))
    };
    let others: Vec<&str> = linkage
        .run_paths
        .iter()
        .filter(|path| !is_within(path))
        .map(String::as_str)
        .collect();
    Some(match others.is_empty() {
        true => Finding::ok("rpath", listed(&linkage.run_paths)),
        false => Finding::note(
            "rpath",
            format!(
                "libraries are looked for in {}, which is neither in the zip nor in a layer",
                shortened(&others)
            ),
            "take `-rpath` out of what it is linked with (of Nix, of conda, of a build folder), or name a folder from `$ORIGIN`; `patchelf \
             --remove-rpath` takes it out",
        ),
    })
}

/// How many folders of the machine that built it are told.
const FOLDERS: usize = 3;

fn left_paths(file: &[u8]) -> Result<Vec<Finding>> {
    let found = build_paths(file)?;
    let all = found.len();
    let mut findings: Vec<Finding> = found
        .into_iter()
        .take(FOLDERS)
        .map(|(folder, paths)| {
            let crates: Vec<&str> = paths.crates.iter().map(String::as_str).collect();
            let of = match crates.is_empty() {
                true => String::new(),
                false => format!("; of the crates {}", shortened(&crates)),
            };
            let folder_of = format!(
                "{} of the machine that built it: `{}`{of}",
                match paths.count {
                    1 => format!("a path of `{folder}`"),
                    count => format!("{count} paths of `{folder}`"),
                },
                paths.first
            );
            match paths.is_debug {
                true => Finding::note("build paths", format!("{folder_of} (in debug information)"), "strip it (`strip = \"debuginfo\"`)"),
                false => Finding::note(
                    "build paths",
                    folder_of,
                    format!(
                        "they tell who built it, and make its bytes differ from another's: `--remap-path-prefix={folder}=/build` in `RUSTFLAGS`, \
                         `-ffile-prefix-map={folder}=/build` for C, or a build with these rules"
                    ),
                ),
            }
        })
        .collect();
    if all > FOLDERS {
        findings.push(Finding::ok(
            "build paths",
            format!("and paths of {} folders more", all - FOLDERS),
        ));
    }
    Ok(findings)
}

fn symbols(file: &[u8], linkage: &Linkage) -> Option<Finding> {
    if linkage.is_stripped {
        return Some(Finding::ok(
            "symbols",
            format!("stripped; {} bytes", grouped(file.len() as u64)),
        ));
    }
    let stripped = strip(file).ok()?.len();
    let less = file.len().checked_sub(stripped)?;
    Some(Finding::note(
        "symbols",
        format!(
            "{} of its {} bytes are symbols and debug information",
            grouped(less as u64),
            grouped(file.len() as u64)
        ),
        "keep them beside, and deploy it stripped (`strip = \"symbols\"` in Cargo's profile, `strip` of binutils)",
    ))
}
