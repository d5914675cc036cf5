//! What is to be deployed: the template, and the zips that it speaks of.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use stack_metadata::{
    FUNCTION_NAME_MAX, KEY, LAYER_NAME_MAX, StackFunction, StackMetadata, code_description, object_key,
};

use crate::{clients::Clients, failure::Failure};

/// What CloudFormation puts the stack's name for.
const STACK_NAME: &str = "${AWS::StackName}";

/// How many bytes of a template CloudFormation takes
/// [in a request](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
const TEMPLATE_MAX_IN_REQUEST: usize = 51_200;

/// How many bytes of a template it takes from a bucket.
const TEMPLATE_MAX: usize = 1_000_000;

/// A zip that is uploaded.
pub(crate) struct Archive {
    pub(crate) path: PathBuf,
    /// Its SHA-256 in hexadecimal digits.
    pub(crate) sha256: String,
    /// The same in base64, as AWS writes it.
    pub(crate) sha256_base64: String,
}

impl Archive {
    fn read(path: &Path) -> Result<Self> {
        let content = fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
        let digest = Sha256::digest(&content);
        Ok(Self {
            path: path.to_owned(),
            sha256: format!("{digest:x}"),
            sha256_base64: BASE64_STANDARD.encode(digest),
        })
    }

    /// Its key in a bucket.
    pub(crate) fn key(&self) -> String {
        object_key(&self.sha256)
    }
}

/// A template and its zips.
pub(crate) struct Package {
    /// The template, as it is sent.
    pub(crate) body: String,
    has_versions: bool,
    resources: Value,
    pub(crate) metadata: StackMetadata,
    /// The functions' zip.
    pub(crate) zip: Archive,
    /// The zips of the stack's layers.
    layers: Vec<Archive>,
}

impl Package {
    /// Reads a template and its zips.
    ///
    /// # Errors
    ///
    /// When one of them can't be read, the zips are not those that the template was rendered for, or CloudFormation takes no template of that
    /// size.
    pub(crate) fn read(template: &Path, zip: &Path, layers: &[PathBuf]) -> Result<Self> {
        let shown = template.display();
        let text = fs::read(template).with_context(|| format!("{shown} can't be read"))?;
        let mut value: Value = serde_json::from_slice(&text).with_context(|| format!("{shown} is no JSON"))?;
        // What is there for people's eyes alone would count.
        let body = value.to_string();
        let metadata = StackMetadata::deserialize(&value["Metadata"][KEY])
            .with_context(|| format!("{shown} lacks Metadata.{KEY}; leave it in when patching the template"))?;
        let zip = Archive::read(zip)?;
        let layers: Vec<Archive> = layers.iter().map(|path| Archive::read(path)).collect::<Result<_>>()?;
        let rendered_for =
            std::iter::once(&metadata.code_sha256).chain(metadata.layers.iter().map(|layer| &layer.sha256));
        let mut given = std::iter::once(&zip).chain(&layers);
        let mut mistakes = Vec::new();
        for digest in rendered_for {
            match given.next() {
                Some(archive) if archive.sha256 == *digest => {}
                Some(archive) => mistakes.push(format!(
                    "{} is not the zip that {shown} was rendered for: build the target again",
                    archive.path.display()
                )),
                None => {
                    mistakes.push(format!(
                        "{shown} was rendered for more layers than there are: build the target again"
                    ));
                    break;
                }
            }
        }
        let resources = value["Resources"].take();
        let has_versions = resources
            .as_object()
            .is_some_and(|all| all.values().any(|resource| resource["Type"] == "AWS::Lambda::Version"));
        if body.len() > TEMPLATE_MAX {
            mistakes.push(format!(
                "the template has {} bytes, and CloudFormation takes {TEMPLATE_MAX}, the size of a template in a bucket: spread the \
                 functions of {} over several `lambda_deploy` targets, each a stack of its own",
                body.len(),
                metadata.label
            ));
        }
        refuse(&mistakes)?;
        Ok(Self {
            body,
            has_versions,
            resources,
            metadata,
            zip,
            layers,
        })
    }

    /// Makes sure that Lambda takes the functions' names in a stack.
    ///
    /// # Errors
    ///
    /// With all names that it does not take.
    pub(crate) fn check_names(&self, stack: &str) -> Result<()> {
        let mut mistakes = Vec::new();
        for function in &self.metadata.functions {
            let name = self
                .text(&function.logical_id, "FunctionName")
                .map(|name| name.replace(STACK_NAME, stack));
            if let Some(name) = name.filter(|name| name.len() > FUNCTION_NAME_MAX) {
                mistakes.push(format!(
                    "a function would be called {name}, and Lambda takes {FUNCTION_NAME_MAX} characters: shorten the stack's name, or \
                     name the functions with `handlers`"
                ));
            }
        }
        for layer in &self.metadata.layers {
            let name = self
                .text(&layer.logical_id, "LayerName")
                .map(|name| name.replace(STACK_NAME, stack));
            if let Some(name) = name.filter(|name| name.len() > LAYER_NAME_MAX) {
                mistakes.push(format!(
                    "a layer would be called {name}, and Lambda takes {LAYER_NAME_MAX} characters: shorten the stack's name, or the target's"
                ));
            }
        }
        refuse(&mistakes)
    }

    /// Whether CloudFormation takes the template from a bucket alone.
    pub(crate) fn is_large(&self) -> bool {
        self.body.len() > TEMPLATE_MAX_IN_REQUEST
    }

    /// The logical IDs and the types of the resources.
    pub(crate) fn resource_types(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.resources.as_object().into_iter().flatten();
        all.map(|(id, resource)| (&**id, resource["Type"].as_str().unwrap_or_default()))
    }

    /// What has to be in the bucket.
    pub(crate) fn archives(&self) -> impl Iterator<Item = &Archive> {
        std::iter::once(&self.zip).chain(&self.layers)
    }

    /// The name that a property gives to a resource; `None` where it is one that is only known later.
    pub(crate) async fn resource_name(
        &self,
        logical_id: &str,
        property: &str,
        stack: &str,
        clients: &Clients,
    ) -> Result<Option<String>, Failure> {
        let Some(mut name) = self.text(logical_id, property) else {
            return Ok(None);
        };
        name = name
            .replace(STACK_NAME, stack)
            .replace("${AWS::Region}", &clients.region);
        if name.contains("${AWS::") {
            let identity = clients.identity().await?;
            name = name
                .replace("${AWS::AccountId}", &identity.account)
                .replace("${AWS::Partition}", &identity.partition);
        }
        Ok(Some(name).filter(|name| !name.contains("${")))
    }

    /// A resource's property as a text for `Fn::Sub`.
    fn text(&self, logical_id: &str, property: &str) -> Option<String> {
        let value = &self.resources[logical_id]["Properties"][property];
        let text = value.as_str().or_else(|| value["Fn::Sub"].as_str());
        match value["Ref"].as_str() {
            Some("AWS::StackName") => Some(STACK_NAME.to_owned()),
            _ => text.map(str::to_owned),
        }
    }

    /// Whether events go to published versions, and not to the latest code.
    pub(crate) fn has_versions(&self) -> bool {
        self.has_versions
    }

    /// The alias that a function's events go to, where they go to one.
    pub(crate) fn alias(&self, function: &StackFunction) -> Option<String> {
        let name = &self.resources[function.alias_id()]["Properties"]["Name"];
        name.as_str().map(str::to_owned)
    }

    /// Which function a name means; the only one without a name.
    pub(crate) fn function(&self, name: Option<&str>) -> Result<&StackFunction> {
        let functions = &self.metadata.functions;
        let names: Vec<_> = functions.iter().map(|function| &*function.name).collect();
        match name {
            None if functions.len() == 1 => Ok(&functions[0]),
            None => bail!(
                "there are several functions: choose one with `--function`: {}",
                names.join(", ")
            ),
            Some(name) => functions
                .iter()
                .find(|function| function.name == name)
                .with_context(|| format!("there is no function {name:?}: the stack's are {}", names.join(", "))),
        }
    }
}

/// All that is wrong, in one error; nothing if nothing is.
fn refuse(mistakes: &[String]) -> Result<()> {
    match mistakes {
        [] => Ok(()),
        [one] => bail!("{one}"),
        many => bail!("{} things are wrong\n  - {}", many.len(), many.join("\n  - ")),
    }
}

/// The target that a template is of, if it is of one.
pub(crate) fn owner(template: &str) -> Option<String> {
    let value: Value = serde_json::from_str(template).ok()?;
    Some(value["Metadata"][KEY]["Label"].as_str()?.to_owned())
}

/// The SHA-256 of the zip that a template says the functions run, in hexadecimal digits.
pub(crate) fn code_of(template: &str) -> Option<String> {
    let value: Value = serde_json::from_str(template).ok()?;
    Some(value["Metadata"][KEY]["CodeSha256"].as_str()?.to_owned())
}

/// A template without what code alone changes, which is its digest, and without what CloudFormation changes nothing for.
pub(crate) fn without_code(template: &str) -> Result<Value> {
    let mut value: Value = serde_json::from_str(template).context("the stack's template is no JSON")?;
    let code = value["Metadata"][KEY]["CodeSha256"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if let Some(members) = value.as_object_mut() {
        members.remove("Description");
        members.remove("Metadata");
    }
    let mut text = value.to_string();
    if !code.is_empty() {
        text = text.replace(&code, "CODE").replace(&code_description(&code), "code");
    }
    // CloudFormation gives other characters back as question marks.
    let text = text.replace(|character: char| !character.is_ascii(), "?");
    serde_json::from_str(&text).context("the template without its code is no JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_alone_makes_no_other_template() {
        let template = |code: &str, memory: u32| {
            serde_json::json!({
                "Metadata": {KEY: {"CodeSha256": code, "CodeSize": code.len()}},
                "Parameters": {"CodeKey": {"Default": format!("{code}.zip")}},
                "Resources": {"Hello": {"Properties": {"Description": code_description(code), "MemorySize": memory}}},
            })
            .to_string()
        };
        let (one, two) = ("a".repeat(64), "b".repeat(64));
        assert_eq!(
            without_code(&template(&one, 128)).unwrap(),
            without_code(&template(&two, 128)).unwrap()
        );
        assert_ne!(
            without_code(&template(&one, 128)).unwrap(),
            without_code(&template(&one, 256)).unwrap()
        );
    }

    #[test]
    fn all_mistakes_come_at_once() {
        let error = refuse(&["one".to_owned(), "two".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "2 things are wrong\n  - one\n  - two");
        assert_eq!(refuse(&["one".to_owned()]).unwrap_err().to_string(), "one");
        assert!(refuse(&[]).is_ok());
    }

    #[test]
    fn what_cloudformation_gives_back_is_what_was_sent() {
        let template = |city: &str| format!(r#"{{"Metadata": {{}}, "Resources": {{"City": "{city}"}}}}"#);
        assert_eq!(
            without_code(&template("Zürich")).unwrap(),
            without_code(&template("Z?rich")).unwrap()
        );
    }
}
