//! The code that functions run: the zip at hand's, or that of the stack's template, or neither.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stack_metadata::DIGEST_SHOWN;

use crate::{
    cli::Cli,
    clients::Clients,
    failure::Failure,
    package::{Package, code_of},
    stack,
};

/// What a function runs, by the SHA-256 of its zip in hexadecimal digits.
pub(crate) struct FunctionCode {
    pub(crate) name: String,
    /// What it runs; `None` where it is not there.
    running: Option<String>,
    /// What the stack's template says that it runs.
    described: Option<String>,
    /// That of the zip at hand.
    zip: String,
}

impl FunctionCode {
    /// Whether the zip at hand is other code than what runs.
    pub(crate) fn is_changed(&self) -> bool {
        self.running.as_ref().is_some_and(|running| *running != self.zip)
    }

    /// Says that somebody has changed the code past CloudFormation, if so.
    pub(crate) fn drift(&self) -> Option<String> {
        let (running, described) = (self.running.as_ref()?, self.described.as_ref()?);
        (running != described).then(|| {
            let what = match *running == self.zip {
                true => "which is the zip at hand",
                false => "which `deploy` replaces",
            };
            format!(
                "drift: {} runs the code {}, {what}; the stack's template says {}. `sync`, or somebody else, changed it past \
                 CloudFormation",
                self.name,
                shown(running),
                shown(described)
            )
        })
    }

    /// What becomes of the code, for people.
    pub(crate) fn line(&self) -> Option<String> {
        let running = self.running.as_ref()?;
        Some(match self.is_changed() {
            true => format!("code of {}: {} → {}", self.name, shown(running), shown(&self.zip)),
            false => format!("code of {}: {}, as it is", self.name, shown(running)),
        })
    }

    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "isChanged": self.is_changed(),
            "isDrifted": self.drift().is_some(),
            "running": self.running,
            "zip": self.zip,
        })
    }
}

fn shown(sha256: &str) -> &str {
    sha256.get(..DIGEST_SHOWN).unwrap_or(sha256)
}

/// Asks what the functions of a stack run that has this template.
pub(crate) async fn functions(
    cli: &Cli,
    clients: &Clients,
    package: &Package,
    deployed: &str,
) -> Result<Vec<FunctionCode>, Failure> {
    let resources = stack::resources(clients, &cli.stack).await?;
    let described = code_of(deployed);
    let mut functions = Vec::new();
    for function in &package.metadata.functions {
        let running = match stack::physical_id(&resources, &function.logical_id) {
            Some(name) => clients
                .function(name)
                .await?
                .and_then(|running| hexadecimal(running.code_sha256()?)),
            None => None,
        };
        functions.push(FunctionCode {
            name: function.name.clone(),
            running,
            described: described.clone(),
            zip: package.zip.sha256.clone(),
        });
    }
    Ok(functions)
}

/// A digest as AWS writes it, in hexadecimal digits.
fn hexadecimal(base64: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(base64).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(running: &str, described: &str) -> FunctionCode {
        FunctionCode {
            name: "hello".to_owned(),
            running: Some(running.repeat(32)),
            described: Some(described.repeat(32)),
            zip: "cc".repeat(32),
        }
    }

    #[test]
    fn code_that_cloudformation_does_not_know_of_is_drift() {
        assert_eq!(code("aa", "aa").drift(), None);
        let drift = code("bb", "aa").drift().unwrap();
        assert!(
            drift.contains("hello runs the code bbbbbbbbbbbb, which `deploy` replaces"),
            "{drift}"
        );
        assert!(drift.contains("the stack's template says aaaaaaaaaaaa"), "{drift}");
        assert!(code("cc", "aa").drift().unwrap().contains("which is the zip at hand"));
    }

    #[test]
    fn code_is_told_by_its_digest() {
        assert_eq!(
            code("aa", "aa").line().unwrap(),
            "code of hello: aaaaaaaaaaaa → cccccccccccc"
        );
        assert_eq!(
            code("cc", "cc").line().unwrap(),
            "code of hello: cccccccccccc, as it is"
        );
        assert_eq!(hexadecimal("Chs=").unwrap(), "0a1b");
    }
}
