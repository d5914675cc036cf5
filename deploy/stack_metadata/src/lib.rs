//! What the renderer of a stack's template and the deployer agree on: the metadata in the template, and the names in it that both use.

#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};

/// The member of the template's [`Metadata`](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html)
/// that holds a [`StackMetadata`].
pub const KEY: &str = "RulesRustLambda";

/// The template's parameter for the bucket that the zips are in.
pub const CODE_BUCKET: &str = "CodeBucket";

/// The template's parameter for the key of the functions' zip in that bucket.
pub const CODE_KEY: &str = "CodeKey";

/// How many characters Lambda takes of a
/// [function's name](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html#lambda-CreateFunction-request-FunctionName).
pub const FUNCTION_NAME_MAX: usize = 64;

/// How many characters Lambda takes of a
/// [layer's name](https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html#lambda-PublishLayerVersion-request-LayerName).
pub const LAYER_NAME_MAX: usize = 140;

/// How many characters of a digest are shown in descriptions.
pub const DIGEST_SHOWN: usize = 12;

/// What the renderer tells the deployer of a stack.
///
/// ```
/// use stack_metadata::{StackFunction, StackMetadata};
///
/// let metadata = StackMetadata {
///     code_sha256: "0a1b".repeat(16),
///     code_size: 1000,
///     edge: false,
///     functions: vec![StackFunction { logical_id: "CreateOrder".to_owned(), name: "create_order".to_owned() }],
///     label: "//shop:deploy".to_owned(),
///     layers: Vec::new(),
/// };
/// assert_eq!(metadata.functions[0].alias_id(), "CreateOrderAlias");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackMetadata {
    /// The SHA-256 of the functions' zip, in hexadecimal digits.
    pub code_sha256: String,
    /// The size of the functions' zip, in bytes.
    pub code_size: u64,
    /// Whether the functions are for Lambda@Edge.
    pub edge: bool,
    /// The functions, in the target's order.
    pub functions: Vec<StackFunction>,
    /// The target that the stack is of, such as `//app:deploy`.
    pub label: String,
    /// The layers that the stack makes, in the order in which they are unpacked.
    #[serde(default)]
    pub layers: Vec<StackLayer>,
}

/// A function of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackFunction {
    /// The logical ID of its resource.
    pub logical_id: String,
    /// What the target calls it.
    pub name: String,
}

impl StackFunction {
    /// The logical ID of the alias that events go to, where they go to a published version.
    pub fn alias_id(&self) -> String {
        format!("{}Alias", self.logical_id)
    }
}

/// A layer that the stack makes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StackLayer {
    /// The target that packs it, such as `//app:layer`.
    pub label: String,
    /// The logical ID of its resource.
    pub logical_id: String,
    /// The SHA-256 of its zip, in hexadecimal digits.
    pub sha256: String,
}

/// The key that a zip is uploaded to, by its SHA-256 in hexadecimal digits: what is there is what would be uploaded.
///
/// ```
/// assert_eq!(stack_metadata::object_key("0a1b"), "0a1b.zip");
/// ```
pub fn object_key(sha256: &str) -> String {
    format!("{sha256}.zip")
}

/// What a function's description says of its code, by the SHA-256 of the zip in hexadecimal digits.
///
/// ```
/// assert_eq!(stack_metadata::code_description(&"0a1b".repeat(16)), "code 0a1b0a1b0a1b");
/// ```
pub fn code_description(sha256: &str) -> String {
    format!("code {}", sha256.get(..DIGEST_SHOWN).unwrap_or(sha256))
}
