//! What a zip is made of, as a CycloneDX document: the crates that are linked into its programs and libraries, what their sources hold of
//! others, the Rust and the zig whose code is among it, and Python's packages.
//!
//! The rules say which crates there are (`rules/private/sbom.bzl`); what a crate is called and licensed by is in its own manifest, and
//! which Rust compiled a file in the file itself. The document depends on nothing else: it has no time and no serial number.

mod document;
mod linked;
mod packed;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use packing_list::{files, read_list};

use document::{Component, Dependency, Document, Metadata, Tools, expression, purl};
use linked::{reached, read_linked};
use packed::found_in;

/// What these rules are called.
const RULES: &str = "rules_rust_lambda";

/// What to describe.
#[derive(Args)]
pub struct SbomArgs {
    /// The document to write.
    #[arg(long)]
    output: PathBuf,
    /// The name of the target that is described.
    #[arg(long)]
    label: String,
    /// A file with what may be linked, a JSON object a line.
    #[arg(long, value_name = "PATH")]
    linked: PathBuf,
    /// The label of what is linked for sure, and all that it depends on with it.
    #[arg(long = "root", value_name = "LABEL")]
    roots: Vec<String>,
    /// A list of what is packed beside the code, as for `zip`.
    #[arg(long, value_name = "PATH")]
    list: Option<PathBuf>,
    /// A library or a program that is packed, as it was before it was stripped.
    #[arg(long, value_name = "PATH")]
    code: Vec<PathBuf>,
    /// The name of a crate of these rules' own, whose version is theirs.
    #[arg(long = "own", value_name = "CRATE")]
    own: Vec<String>,
    /// The version of these rules.
    #[arg(long, value_name = "VERSION", default_value = "")]
    own_version: String,
    /// There is a shim of these rules among the files.
    #[arg(long)]
    shim: bool,
    /// The version of the zig whose start files, unwinder and compiler support are linked.
    #[arg(long, value_name = "VERSION")]
    zig: Option<String>,
}

/// What components with these labels are referred to by; what is not described is passed over.
fn referred<'a>(references: &BTreeMap<&str, String>, labels: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    let labels = labels.into_iter();
    labels
        .filter_map(|label| references.get(label.as_str()).cloned())
        .collect()
}

impl SbomArgs {
    /// Writes the document.
    ///
    /// # Errors
    ///
    /// When a file can't be read or written.
    pub(crate) fn run(self) -> Result<()> {
        let entries = match &self.list {
            Some(list) => files(&read_list(list)?)?,
            None => BTreeMap::new(),
        };
        let linked = read_linked(&self.linked)?;
        let absent: Vec<&str> = self
            .roots
            .iter()
            .map(String::as_str)
            .filter(|root| !linked.contains_key(*root))
            .collect();
        if !absent.is_empty() {
            bail!("{} does not describe {}", self.linked.display(), absent.join(", "));
        }
        let labels = reached(&linked, &self.roots);
        let mut components = BTreeMap::new();
        let mut references = BTreeMap::new();
        for label in labels {
            let component = linked[label].component(&self.own, &self.own_version)?;
            references.insert(label, component.reference());
            components.insert(component.reference(), component);
        }
        let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (label, reference) in &references {
            let mut depends_on = referred(&references, &linked[*label].deps);
            // What two hubs have is one.
            depends_on.remove(reference);
            dependencies.entry(reference.clone()).or_default().extend(depends_on);
        }

        let rules = Component {
            version: (!self.own_version.is_empty()).then(|| self.own_version.clone()),
            ..Component::named("library", RULES)
        };
        let mut direct = referred(&references, &self.roots);
        let mut others = found_in(&entries, &self.code)?;
        if self.shim {
            others.push(Component {
                reference: Some(rules.name.clone()),
                ..rules.clone()
            });
        }
        if let Some(version) = &self.zig {
            // zig's own code is under the one; what it links of LLVM's, as the unwinder, under the other.
            let licenses = vec![expression("MIT AND Apache-2.0 WITH LLVM-exception")];
            others.push(Component::published(
                purl("pypi", "ziglang", version),
                "ziglang",
                version,
                licenses,
            ));
        }
        for other in others {
            direct.insert(other.reference());
            dependencies.entry(other.reference()).or_default();
            components.insert(other.reference(), other);
        }
        dependencies.entry(self.label.clone()).or_default().extend(direct);

        let document = Document {
            schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
            bom_format: "CycloneDX",
            spec_version: "1.6",
            version: 1,
            metadata: Metadata {
                tools: Tools {
                    components: vec![Component {
                        kind: "application",
                        ..rules
                    }],
                },
                component: Component {
                    reference: Some(self.label.clone()),
                    ..Component::named("application", &self.label)
                },
            },
            components: components.into_values().collect(),
            dependencies: dependencies
                .into_iter()
                .map(|(reference, depends_on)| Dependency { reference, depends_on })
                .collect(),
        };
        let text = serde_json::to_string_pretty(&document).context("the document can't be written")?;
        fs::write(&self.output, text + "\n").with_context(|| format!("{} can't be written", self.output.display()))
    }
}
