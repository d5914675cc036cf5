//! The parts of a CycloneDX document that are written.

use std::{collections::BTreeSet, fmt::Write as _};

use serde::Serialize;

/// A document of CycloneDX 1.6: <https://cyclonedx.org/docs/1.6/json/>.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'a> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'a str,
    pub(super) bom_format: &'a str,
    pub(super) spec_version: &'a str,
    pub(super) version: u32,
    pub(super) metadata: Metadata,
    pub(super) components: Vec<Component>,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
pub(super) struct Metadata {
    pub(super) tools: Tools,
    pub(super) component: Component,
}

#[derive(Serialize)]
pub(super) struct Tools {
    pub(super) components: Vec<Component>,
}

/// Something with a name.
#[derive(Clone, Serialize)]
pub(super) struct Component {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) licenses: Vec<License>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) components: Vec<Component>,
}

/// How something is licensed: by an expression of SPDX's, or in words.
#[derive(Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum License {
    Expression(String),
    License { name: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    #[serde(rename = "ref")]
    pub(super) reference: String,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) depends_on: BTreeSet<String>,
}

impl Component {
    /// A library that has a package URL, which it is referred to by.
    pub(super) fn published(purl: String, name: &str, version: &str, licenses: Vec<License>) -> Self {
        Self {
            reference: Some(purl.clone()),
            version: Some(version.to_owned()),
            licenses,
            purl: Some(purl),
            ..Self::named("library", name)
        }
    }

    pub(super) fn named(kind: &'static str, name: &str) -> Self {
        Self {
            kind,
            reference: None,
            name: name.to_owned(),
            version: None,
            licenses: Vec::new(),
            purl: None,
            components: Vec::new(),
        }
    }

    /// What a package URL names, as part of something else.
    pub(super) fn part(purl: &str) -> Self {
        let plain = purl.split(['?', '#']).next().unwrap_or(purl);
        let (path, version) = match plain.rsplit_once('@') {
            Some((path, version)) => (path, Some(version.to_owned())),
            None => (plain, None),
        };
        Self {
            version,
            purl: Some(purl.to_owned()),
            ..Self::named("library", path.rsplit('/').next().unwrap_or(path))
        }
    }

    /// What others refer to it by.
    pub(super) fn reference(&self) -> String {
        self.reference.clone().unwrap_or_default()
    }
}

/// A package URL: <https://github.com/package-url/purl-spec>.
pub(super) fn purl(kind: &str, name: &str, version: &str) -> String {
    let mut encoded = String::new();
    for byte in version.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("pkg:{kind}/{name}@{encoded}")
}

/// A licence of a crate; `/` is how `OR` was written once.
pub(super) fn expression(license: &str) -> License {
    let alternatives: Vec<&str> = license.split('/').map(str::trim).collect();
    License::Expression(alternatives.join(" OR "))
}
