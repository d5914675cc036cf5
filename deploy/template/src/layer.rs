//! The layers that a stack makes, for all its functions.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    code::{Code, hex},
    function::Parts,
    names::{logical_id, text},
    settings::LayerSettings,
};

/// How much of a digest tells one version's logical ID from another's.
const DIGEST: usize = 12;

/// Adds a version of a layer; returns its logical ID, which is another for other content: CloudFormation makes the new version, gives it to
/// the functions, and deletes the old one.
pub(crate) fn add(parts: &mut Parts, layer: &LayerSettings, code: &Code) -> String {
    let mut digest = Sha256::new();
    digest.update(&layer.label);
    digest.update(code.sha256);
    let id = format!("{}Layer{}", logical_id(&layer.name), &hex(&digest.finalize())[..DIGEST]);
    let mut properties = json!({
        // The digest is the key, so that what is there is what is meant.
        "Content": {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": code.key()},
        "Description": format!("{} ({})", layer.label, &code.hex()[..DIGEST]).chars().take(256).collect::<String>(),
        "LayerName": text(&format!("${{AWS::StackName}}-{}", layer_name(&layer.name))),
    });
    if !layer.architectures.is_empty() {
        properties["CompatibleArchitectures"] = json!(layer.architectures);
    }
    if !layer.runtimes.is_empty() {
        properties["CompatibleRuntimes"] = json!(layer.runtimes);
    }
    parts.resource(id.clone(), "AWS::Lambda::LayerVersion", properties);
    id
}

/// A target's name as a part of a layer's: letters, digits, `-` and `_`.
pub(crate) fn layer_name(name: &str) -> String {
    let is_valid = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    name.chars()
        .map(|character| if is_valid(character) { character } else { '-' })
        .collect()
}
