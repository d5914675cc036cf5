//! A template's resources, and what their properties refer to.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use crate::local::{
    args::NamedHandler,
    function::{ACCOUNT, REGION},
};

/// What pseudo parameters stand for.
const PSEUDO: [(&str, &str); 5] = [
    ("AWS::AccountId", ACCOUNT),
    ("AWS::Partition", "aws"),
    ("AWS::Region", REGION),
    ("AWS::StackName", "local"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

/// How often an alias may lead to another thing.
const MAX_STEPS: usize = 5;

/// The resources of a template.
pub(super) struct Resources<'a> {
    all: &'a Map<String, Value>,
    /// The names of the functions that are served, by logical IDs.
    functions: BTreeMap<&'a str, String>,
}

impl<'a> Resources<'a> {
    /// Finds the template's functions among those that are served: by their names, or else by their handlers.
    pub fn new(template: &'a Value, handlers: &[NamedHandler]) -> Result<Self> {
        let Some(all) = template["Resources"].as_object() else {
            bail!("it is no CloudFormation template: it has no Resources");
        };
        let mut functions = BTreeMap::new();
        let mut unknown = Vec::new();
        for (id, resource) in all
            .iter()
            .filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function")
        {
            let metadata = template["Metadata"]["RulesRustLambda"]["Functions"].as_array();
            let metadata = metadata
                .into_iter()
                .flatten()
                .find(|function| function["LogicalId"] == **id);
            let name = metadata.and_then(|function| function["Name"].as_str());
            let setting = resource["Properties"]["Handler"].as_str().unwrap_or_default();
            let of_handler = || handlers.iter().filter(|handler| handler.handler == setting);
            let by_name = of_handler().find(|handler| Some(&*handler.name) == name);
            match by_name.or_else(|| of_handler().next()) {
                Some(handler) => {
                    functions.insert(&**id, handler.name.clone());
                }
                None => unknown.push(format!("{} ({setting})", name.unwrap_or(id))),
            }
        }
        if !unknown.is_empty() {
            let served: Vec<_> = handlers
                .iter()
                .map(|handler| format!("{} ({})", handler.name, handler.handler))
                .collect();
            bail!(
                "no function that is served has the handler of the template's {}; there are {}: give lambda_local the template's `zip`, and \
                 its `handlers`",
                unknown.join(", "),
                served.join(", ")
            );
        }
        Ok(Self { all, functions })
    }

    /// The resources of a type, by their logical IDs.
    pub fn of_type(&self, resource_type: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self
            .all
            .iter()
            .filter(move |(_, resource)| resource["Type"] == resource_type);
        resources.map(|(id, resource)| (&**id, &resource["Properties"]))
    }

    /// The resource of a logical ID.
    pub fn properties(&self, id: &str) -> Option<&'a Value> {
        self.all.get(id).map(|resource| &resource["Properties"])
    }

    /// The logical ID of the first resource that a value refers to.
    pub fn referred<'v>(&self, value: &'v Value) -> Option<&'v str> {
        references(value).into_iter().find(|id| self.all.contains_key(*id))
    }

    /// Whether a value refers to a resource.
    pub fn refers(&self, value: &Value, id: &str) -> bool {
        self.referred(value) == Some(id)
    }

    /// The name of the function that is served to which a value refers, at times by an alias or a version.
    pub fn function(&self, value: &Value) -> Option<String> {
        let mut id = self.referred(value)?.to_owned();
        for _ in 0..MAX_STEPS {
            if let Some(name) = self.functions.get(&*id) {
                return Some(name.clone());
            }
            id = self.referred(&self.properties(&id)?["FunctionName"])?.to_owned();
        }
        None
    }

    /// The text that a value comes to here, in which a resource is named by its logical ID.
    pub fn text(&self, value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Object(members) => match members.iter().next().map(|(name, value)| (&**name, value)) {
                Some(("Ref", Value::String(name))) => pseudo(name).to_owned(),
                Some(("Fn::GetAtt", Value::Array(path))) => self.attribute(path),
                Some(("Fn::Sub", Value::String(text))) => substituted(text),
                Some(("Fn::Join", Value::Array(arguments))) => {
                    let separator = arguments.first().and_then(Value::as_str).unwrap_or_default();
                    let parts = arguments.get(1).and_then(Value::as_array).into_iter().flatten();
                    parts.map(|part| self.text(part)).collect::<Vec<_>>().join(separator)
                }
                _ => value.to_string(),
            },
            other => other.to_string(),
        }
    }

    /// An attribute of a resource: of a queue, its ARN.
    fn attribute(&self, path: &[Value]) -> String {
        let id = path.first().and_then(Value::as_str).unwrap_or_default();
        let resource = self.all.get(id).unwrap_or(&Value::Null);
        let named = |key: &str| match &resource["Properties"][key] {
            Value::Null => id.to_owned(),
            name => self.text(name),
        };
        match resource["Type"].as_str() {
            Some("AWS::SQS::Queue") => format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", named("QueueName")),
            Some("AWS::S3::Bucket") => format!("arn:aws:s3:::{}", named("BucketName")),
            _ => id.to_owned(),
        }
    }
}

fn pseudo(name: &str) -> &str {
    PSEUDO
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, value)| value)
}

/// What stands between `${` and `}` in a text, and where; `${!` is a `${` of the text's own.
fn placeholders(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, &str)> {
    text.match_indices("${").filter_map(|(start, _)| {
        let length = text[start..].find('}')?;
        Some((start..start + length + 1, &text[start + 2..start + length]))
    })
}

fn substituted(text: &str) -> String {
    let mut result = String::new();
    let mut end = 0;
    for (range, name) in placeholders(text) {
        result += &text[end..range.start];
        end = range.end;
        match name.strip_prefix('!') {
            Some(own) => result += &format!("${{{own}}}"),
            None => {
                result += pseudo(
                    name.split('.')
                        .next()
                        .filter(|_| !name.starts_with("AWS::"))
                        .unwrap_or(name),
                )
            }
        }
    }
    result + &text[end..]
}

/// The logical IDs that a value refers to, in order.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match (&**name, value) {
                ("Ref", Value::String(id)) => vec![&**id],
                ("Fn::GetAtt", Value::Array(path)) => path.first().and_then(Value::as_str).into_iter().collect(),
                ("Fn::Sub", Value::String(text)) => placeholders(text)
                    .map(|(_, name)| name.split('.').next().unwrap_or(name))
                    .collect(),
                _ => references(value),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// The resources of a template with the functions `shop` (`Shop`) and `mail` (`Mail`).
    pub fn template(resources: Value) -> Value {
        let mut all = json!({
            "Shop": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "index.shop"}},
            "Mail": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "index.mail"}},
            "MailAlias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Mail"}}},
        });
        if let (Some(all), Value::Object(resources)) = (all.as_object_mut(), resources) {
            all.extend(resources);
        }
        json!({"Resources": all})
    }

    pub fn handlers() -> Vec<NamedHandler> {
        ["shop", "mail"]
            .map(|name| NamedHandler {
                name: name.to_owned(),
                handler: format!("index.{name}"),
            })
            .into()
    }

    #[test]
    fn a_value_leads_to_a_function() {
        let template = template(json!({}));
        let resources = Resources::new(&template, &handlers()).unwrap();
        let function = |value: Value| resources.function(&value);
        assert_eq!(
            function(json!({"Fn::GetAtt": ["Shop", "Arn"]})).as_deref(),
            Some("shop")
        );
        assert_eq!(function(json!({"Ref": "MailAlias"})).as_deref(), Some("mail"));
        let uri =
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Mail.Arn}/invocations";
        assert_eq!(function(json!({"Fn::Sub": uri})).as_deref(), Some("mail"));
        assert_eq!(function(json!("arn:aws:lambda:us-east-1:1:function:other")), None);
    }

    #[test]
    fn a_text_has_the_values_of_pseudo_parameters() {
        let template = template(json!({"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}}));
        let resources = Resources::new(&template, &handlers()).unwrap();
        let sub = json!({"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${!x}-${Queue.Name}"});
        assert_eq!(resources.text(&sub), "arn:aws:sqs:us-east-1:123456789012:${x}-Queue");
        assert_eq!(resources.text(&json!({"Ref": "AWS::StackName"})), "local");
        assert_eq!(
            resources.text(&json!({"Fn::GetAtt": ["Queue", "Arn"]})),
            "arn:aws:sqs:us-east-1:123456789012:Queue"
        );
    }

    #[test]
    fn a_function_that_is_not_served_is_named() {
        let template = template(json!({}));
        let error = Resources::new(&template, &handlers()[..1]).err().unwrap().to_string();
        assert!(
            error.contains("template's Mail (index.mail); there are shop (index.shop)"),
            "{error}"
        );
    }
}
