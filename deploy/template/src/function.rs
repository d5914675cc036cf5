//! A function, and the resources that belong to it alone.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use stack_metadata::{CODE_BUCKET, CODE_KEY, DIGEST_SHOWN, StackFunction, code_description};

use crate::{
    archive::Archive,
    names::{Names, text},
    role::role,
    settings::{FunctionSettings, Settings, UrlAuthorization},
};

/// The alias of the published version, for functions whose events go to one.
pub(crate) const ALIAS: &str = "live";

/// What the logical ID of a version ends with, until it is complete.
const VERSION: &str = "Version";

/// The [policy](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html) that keeps a resource when
/// its stack goes, but not when its creation is taken back: then the next attempt would find it in the way.
pub(crate) const RETAIN: &str = "RetainExceptOnCreate";

/// Resources and outputs of a template, by their logical IDs.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) resources: Map<String, Value>,
    pub(crate) outputs: Map<String, Value>,
    /// IDs that two resources would have.
    pub(crate) clashes: Vec<String>,
    /// The logical IDs of the layers that all functions have.
    pub(crate) layers: Vec<String>,
    /// Whether the stack's HTTP API is among the resources.
    pub(crate) has_http_api: bool,
}

impl Parts {
    pub(crate) fn resource(&mut self, id: String, resource_type: &str, properties: Value) {
        self.whole_resource(id, json!({"Type": resource_type, "Properties": properties}));
    }

    /// Adds a resource that has attributes besides its properties.
    pub(crate) fn whole_resource(&mut self, id: String, resource: Value) {
        if self.resources.contains_key(&id) {
            self.clashes.push(id);
        } else {
            self.resources.insert(id, resource);
        }
    }

    pub(crate) fn output(&mut self, id: String, description: &str, value: Value) {
        self.outputs
            .insert(id, json!({"Description": description, "Value": value}));
    }
}

/// What events are sent to: the function, its version, or its alias.
pub(crate) struct Destination {
    /// What takes an ARN or a name.
    pub(crate) reference: Value,
    /// The ARN.
    pub(crate) arn: Value,
    /// The resource that has to be there first.
    pub(crate) resource: String,
}

/// Adds a [function](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html), its role,
/// log group, version, alias and URL; returns what events are sent to.
pub(crate) fn add(
    parts: &mut Parts,
    settings: &Settings,
    function: &FunctionSettings,
    names: &Names,
    archive: &Archive,
) -> Destination {
    // Copies of a function at the edge log elsewhere.
    if !settings.edge {
        let mut log_group = json!({"LogGroupName": names.around("/aws/lambda/", "")});
        if function.log_retention_days > 0 {
            log_group["RetentionInDays"] = json!(function.log_retention_days);
        }
        parts.resource(names.resource("LogGroup"), "AWS::Logs::LogGroup", log_group);
    }
    if function.role.is_none() {
        parts.whole_resource(names.resource("Role"), role(settings, function, names));
    }
    let properties = properties(settings, function, names, archive, &parts.layers);
    let version = (settings.edge || function.has_alias()).then(|| version(settings, names, archive));
    parts.resource(names.id.clone(), "AWS::Lambda::Function", properties);
    let mut destination = Destination {
        reference: json!({"Ref": names.id}),
        arn: json!({"Fn::GetAtt": [names.id, "Arn"]}),
        resource: names.id.clone(),
    };
    if let Some((id, version)) = version {
        parts.whole_resource(id.clone(), version);
        destination = if settings.edge {
            Destination {
                reference: json!({"Ref": id}),
                arn: json!({"Ref": id}),
                resource: id,
            }
        } else {
            alias(parts, function, names, &id)
        };
    }
    parts.output(names.resource("Arn"), "What to invoke.", destination.arn.clone());
    if let Some(authorization) = function.url {
        url(parts, function, names, authorization, &destination);
    }
    destination
}

fn properties(
    settings: &Settings,
    function: &FunctionSettings,
    names: &Names,
    archive: &Archive,
    own_layers: &[String],
) -> Value {
    let role = match &function.role {
        Some(arn) => text(arn),
        None => json!({"Fn::GetAtt": [names.resource("Role"), "Arn"]}),
    };
    let mut properties = json!({
        "Architectures": [settings.architecture],
        "Code": {"S3Bucket": {"Ref": CODE_BUCKET}, "S3Key": {"Ref": CODE_KEY}},
        "Description": description(function, archive),
        "FunctionName": names.function(),
        "Handler": function.handler,
        "MemorySize": function.memory_mb,
        "Role": role,
        "Runtime": settings.runtime,
        "Timeout": function.timeout_seconds,
    });
    let mut set = |name: &str, value: Value| properties[name] = value;
    if !settings.edge {
        set(
            "LoggingConfig",
            json!({"LogFormat": function.log_format, "LogGroup": {"Ref": names.resource("LogGroup")}}),
        );
    }
    if !function.env.is_empty() {
        let variables: Map<_, _> = function
            .env
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect();
        set("Environment", json!({"Variables": variables}));
    }
    if function.ephemeral_storage_mb != 512 {
        set("EphemeralStorage", json!({"Size": function.ephemeral_storage_mb}));
    }
    let own = own_layers.iter().map(|id| json!({"Ref": id}));
    let layers: Vec<Value> = own.chain(function.layers.iter().map(|arn| text(arn))).collect();
    if !layers.is_empty() {
        set("Layers", json!(layers));
    }
    if !function.subnet_ids.is_empty() {
        set(
            "VpcConfig",
            json!({"SubnetIds": function.subnet_ids, "SecurityGroupIds": function.security_group_ids}),
        );
    }
    if function.tracing {
        set("TracingConfig", json!({"Mode": "Active"}));
    }
    if let Some(concurrency) = function.reserved_concurrency {
        set("ReservedConcurrentExecutions", json!(concurrency));
    }
    if let Some(target) = &function.dead_letter_target {
        set("DeadLetterConfig", json!({"TargetArn": text(target)}));
    }
    if function.snap_start {
        set("SnapStart", json!({"ApplyOn": "PublishedVersions"}));
    }
    properties
}

/// What a description ends with, at its length: the start of the code's digest.
pub(crate) const DIGEST_IN_DESCRIPTION: &str = " (code 0123456789ab)";

/// The target's description, and the start of the code's digest.
fn description(function: &FunctionSettings, archive: &Archive) -> String {
    let digest = code_description(&archive.hex());
    match &*function.description {
        "" => digest,
        text => format!("{text} ({digest})"),
    }
}

/// A [version](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html), under a logical ID
/// that [`name_versions`] completes.
fn version(settings: &Settings, names: &Names, archive: &Archive) -> (String, Value) {
    let id = names.resource(VERSION);
    let mut version = json!({
        "Type": "AWS::Lambda::Version",
        "Properties": {"Description": format!("code {}", archive.hex()), "FunctionName": {"Ref": names.id}},
    });
    if settings.edge {
        // Distributions may still use it, and Lambda deletes no version that has copies.
        version["DeletionPolicy"] = json!(RETAIN);
    }
    (id, version)
}

/// Completes the logical IDs of a template's versions, so that they change with the code and the configuration: for CloudFormation,
/// a changed version is another.
pub(crate) fn name_versions(template: &mut Value, functions: &[StackFunction], archive: &Archive) {
    for StackFunction { logical_id: id, .. } in functions {
        let plain = format!("{id}{VERSION}");
        if template["Resources"][&plain]["Type"] != "AWS::Lambda::Version" {
            continue;
        }
        let mut properties = template["Resources"][id]["Properties"].clone();
        if let Some(properties) = properties.as_object_mut() {
            // Of the function, whatever its version: Lambda makes no further one for them.
            properties.remove("ReservedConcurrentExecutions");
            properties.remove("Tags");
        }
        let mut digest = Sha256::new();
        digest.update(archive.sha256);
        digest.update(properties.to_string());
        let digest = hex::encode(digest.finalize());
        rename(template, &plain, &format!("{plain}{}", &digest[..DIGEST_SHOWN]));
    }
}

/// Renames a resource, and what refers to it.
fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|one| rename(one, from, to)),
        Value::Object(members) => {
            let renamed = std::mem::take(members).into_iter().map(|(name, mut member)| {
                rename(&mut member, from, to);
                (if name == from { to.to_owned() } else { name }, member)
            });
            *members = renamed.collect();
        }
        _ => {}
    }
}

fn alias(parts: &mut Parts, function: &FunctionSettings, names: &Names, version: &str) -> Destination {
    let id = names.stack_function(function).alias_id();
    let mut alias = json!({
        "FunctionName": {"Ref": names.id},
        "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
        "Name": ALIAS,
    });
    if function.provisioned_concurrency > 0 {
        alias["ProvisionedConcurrencyConfig"] =
            json!({"ProvisionedConcurrentExecutions": function.provisioned_concurrency});
    }
    parts.resource(id.clone(), "AWS::Lambda::Alias", alias);
    Destination {
        reference: json!({"Ref": id}),
        arn: json!({"Ref": id}),
        resource: id,
    }
}

fn url(
    parts: &mut Parts,
    function: &FunctionSettings,
    names: &Names,
    authorization: UrlAuthorization,
    destination: &Destination,
) {
    let id = names.resource("Url");
    let auth_type = match authorization {
        UrlAuthorization::Iam => "AWS_IAM",
        UrlAuthorization::Everybody => "NONE",
    };
    let mut url = json!({
        "AuthType": auth_type,
        "InvokeMode": if function.url_streaming { "RESPONSE_STREAM" } else { "BUFFERED" },
        "TargetFunctionArn": {"Ref": names.id},
    });
    if function.has_alias() {
        url["Qualifier"] = json!(ALIAS);
    }
    let mut resource = json!({"Type": "AWS::Lambda::Url", "Properties": url});
    if destination.resource != names.id {
        // It names the alias by a text, in which CloudFormation sees no dependency.
        resource["DependsOn"] = json!(destination.resource);
    }
    parts.whole_resource(id.clone(), resource);
    if authorization == UrlAuthorization::Everybody {
        parts.resource(
            names.resource("UrlPermission"),
            "AWS::Lambda::Permission",
            json!({
                "Action": "lambda:InvokeFunctionUrl",
                "FunctionName": destination.reference,
                "FunctionUrlAuthType": "NONE",
                "Principal": "*",
            }),
        );
        // Since October 2025, the URL's caller needs the right to invoke the function, too.
        parts.resource(
            names.resource("UrlInvokePermission"),
            "AWS::Lambda::Permission",
            json!({
                "Action": "lambda:InvokeFunction",
                "FunctionName": destination.reference,
                "InvokedViaFunctionUrl": true,
                "Principal": "*",
            }),
        );
    }
    parts.output(
        id.clone(),
        "The function's URL.",
        json!({"Fn::GetAtt": [id, "FunctionUrl"]}),
    );
}
