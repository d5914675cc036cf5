//! What the files that are packed tell of themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use elf::rust_versions;
use packing_list::Entry;

use super::document::{Component, License, expression, purl};

/// The package whose metadata a file is, as wheels have them: <https://packaging.python.org/specifications/core-metadata/>.
pub(super) fn python_package(text: &str) -> Option<Component> {
    let head: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    let all = |field: &'static str| {
        head.iter()
            .filter_map(move |line| line.strip_prefix(field))
            .map(str::trim)
    };
    let first = |field| all(field).find(|value| !value.is_empty() && *value != "UNKNOWN");
    let (name, version) = (first("Name:")?, first("Version:")?);
    let licenses = if let Some(license) = first("License-Expression:") {
        vec![License::Expression(license.to_owned())]
    } else {
        let classified = all("Classifier:").filter_map(|classifier| {
            let (_, name) = classifier.strip_prefix("License ::")?.rsplit_once("::")?;
            Some(name.trim())
        });
        let mut names: Vec<&str> = classified.collect();
        if names.is_empty() {
            names.extend(first("License:"));
        }
        let named = |name: &str| License::License { name: name.to_owned() };
        names.into_iter().map(named).collect()
    };
    let mut normalized = String::new();
    for character in name.to_ascii_lowercase().replace(['_', '.'], "-").chars() {
        if character != '-' || !normalized.ends_with('-') {
            normalized.push(character);
        }
    }
    Some(Component::published(
        purl("pypi", &normalized, version),
        name,
        version,
        licenses,
    ))
}

/// Whether a path in a zip is that of the metadata of a wheel.
fn is_python_metadata(name: &str) -> bool {
    name.strip_suffix("/METADATA")
        .is_some_and(|folder| folder.ends_with(".dist-info"))
}

/// What of the files that are packed was not told by the rules: Rust's standard library, and Python's packages.
pub(super) fn found_in(files: &BTreeMap<String, Entry>, code: &[PathBuf]) -> Result<Vec<Component>> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("{} can't be read", path.display()));
    let mut found = Vec::new();
    let mut rusts = BTreeSet::new();
    for path in code {
        rusts.extend(rust_versions(&read(path)?));
    }
    for (name, entry) in files {
        let content = read(&entry.source)?;
        if is_python_metadata(name) {
            found.extend(python_package(&String::from_utf8_lossy(&content)));
        } else {
            rusts.extend(rust_versions(&content));
        }
    }
    found.extend(rusts.iter().map(|version| {
        let licenses = vec![expression("MIT OR Apache-2.0")];
        // The standard library has the version of the compiler that it came with, and no package of its own.
        Component::published(purl("github", "rust-lang/rust", version), "rust", version, licenses)
    }));
    Ok(found)
}
