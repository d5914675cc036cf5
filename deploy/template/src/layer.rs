//! The layers that a stack makes, for all its functions.

use serde_json::json;
use sha2::{Digest, Sha256};
use stack_metadata::{CODE_BUCKET, DIGEST_SHOWN, StackLayer};

use crate::{
    archive::Archive,
    function::Parts,
    names::{logical_id, text},
    settings::LayerSettings,
};

/// Adds a [version of a layer](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-layerversion.html),
/// whose logical ID is another for other content: CloudFormation makes the new version, gives it to the functions, and deletes the old one.
pub(crate) fn add(parts: &mut Parts, layer: &LayerSettings, archive: &Archive) -> StackLayer {
    let mut digest = Sha256::new();
    digest.update(&layer.label);
    digest.update(archive.sha256);
    let digest = hex::encode(digest.finalize());
    let id = format!("{}Layer{}", logical_id(&layer.name), &digest[..DIGEST_SHOWN]);
    let mut properties = json!({
        // The digest is the key, so that what is there is what is meant.
        "Content": {"S3Bucket": {"Ref": CODE_BUCKET}, "S3Key": archive.key()},
        "Description": format!("{} ({})", layer.label, &archive.hex()[..DIGEST_SHOWN]).chars().take(256).collect::<String>(),
        "LayerName": text(&format!("${{AWS::StackName}}-{}", layer_name(&layer.name))),
    });
    if !layer.architectures.is_empty() {
        properties["CompatibleArchitectures"] = json!(layer.architectures);
    }
    if !layer.runtimes.is_empty() {
        properties["CompatibleRuntimes"] = json!(layer.runtimes);
    }
    parts.resource(id.clone(), "AWS::Lambda::LayerVersion", properties);
    StackLayer {
        label: layer.label.clone(),
        logical_id: id,
        sha256: archive.hex(),
    }
}

/// A target's name as a part of a layer's: letters, digits, `-` and `_`.
pub(crate) fn layer_name(name: &str) -> String {
    let is_valid = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
    name.chars()
        .map(|character| if is_valid(character) { character } else { '-' })
        .collect()
}
