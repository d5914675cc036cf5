//! What a template has to send events that has neither a route nor an event here.

use std::collections::BTreeSet;

use super::{api::Api, resources::Resources, service::trigger_event, source::Source};

/// The services that are let invoke functions, with the kinds of their sources.
const KINDS: [(&str, &[&str]); 7] = [
    ("cognito-idp", &["cognito"]),
    ("elasticloadbalancing", &["alb"]),
    ("events", &["event_pattern", "schedule"]),
    ("iot", &["iot"]),
    ("s3", &["s3"]),
    ("scheduler", &["scheduler"]),
    ("sns", &["sns"]),
];

/// What is not served, in a line each: found by the permissions that services need, and by Lambda's own mappings.
pub(super) fn all(resources: &Resources, apis: &[Api], sources: &[Source]) -> Vec<String> {
    let mut all = BTreeSet::new();
    for (id, mapping) in resources.of_type("AWS::Lambda::EventSourceMapping") {
        let arn = resources.text(&mapping["EventSourceArn"]);
        let is_served = sources.iter().any(|source| source.about == arn);
        if let Some(function) = resources.function(&mapping["FunctionName"]).filter(|_| !is_served) {
            let what = if arn.is_empty() { "self-managed Kafka" } else { &arn };
            all.insert(format!("{id} ({what}) → {function}"));
        }
    }
    for (id, permission) in resources.of_type("AWS::Lambda::Permission") {
        let principal = resources.text(&permission["Principal"]);
        let Some(service) = principal.strip_suffix(".amazonaws.com") else {
            continue;
        };
        let Some(function) = resources.function(&permission["FunctionName"]) else {
            continue;
        };
        let kinds = KINDS.iter().find(|(known, _)| *known == service);
        let is_served = match kinds {
            Some((_, kinds)) => sources
                .iter()
                .any(|source| source.function == function && kinds.contains(&source.kind)),
            None => service == "apigateway" && !apis.is_empty(),
        };
        if !is_served {
            all.insert(format!("{id} ({service}) → {function}"));
        }
    }
    for (id, pool) in resources.of_type("AWS::Cognito::UserPool") {
        let triggers = pool["LambdaConfig"].as_object().into_iter().flatten();
        for (trigger, target) in triggers.filter(|(trigger, _)| trigger_event(trigger).is_none()) {
            if let Some(function) = resources.function(target) {
                all.insert(format!("{id} ({trigger}) → {function}"));
            }
        }
    }
    let sockets = resources.of_type("AWS::ApiGatewayV2::Api");
    let sockets = sockets.filter(|(_, api)| api["ProtocolType"] == "WEBSOCKET");
    all.extend(sockets.map(|(id, _)| format!("{id} (a WebSocket API)")));
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::{api, resources::tests::*, source},
        *,
    };

    #[test]
    fn what_is_not_served_is_named() {
        let permission = |principal: &str| {
            json!({"Type": "AWS::Lambda::Permission",
                   "Properties": {"FunctionName": {"Ref": "Shop"}, "Principal": principal}})
        };
        let mapping = |source: Value| {
            json!({"Type": "AWS::Lambda::EventSourceMapping",
                   "Properties": {"FunctionName": {"Ref": "Shop"}, "EventSourceArn": source}})
        };
        let template = template(json!({
            "Config": permission("config.amazonaws.com"),
            "Everybody": permission("*"),
            "S3": permission("s3.amazonaws.com"),
            "Timer": permission("events.amazonaws.com"),
            "Rule": {"Type": "AWS::Events::Rule", "Properties": {
                "ScheduleExpression": "rate(1 day)", "Targets": [{"Arn": {"Fn::GetAtt": ["Shop", "Arn"]}}]}},
            "Queue": mapping(json!("arn:aws:sqs:us-east-1:123456789012:orders")),
            "Kafka": mapping(json!("arn:aws:kafka:us-east-1:123456789012:cluster/a/b")),
            "Own": mapping(Value::Null),
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"LambdaConfig": {
                "PreSignUp": {"Ref": "Shop"}, "CustomSMSSender": {"LambdaArn": {"Ref": "Mail"}}}}},
            "Chat": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
        }));
        let resources = Resources::new(&template, &handlers()).unwrap();
        let told = all(&resources, &api::all(&resources), &source::all(&resources));
        let expected = [
            "Chat (a WebSocket API)",
            "Config (config) → shop",
            "Kafka (arn:aws:kafka:us-east-1:123456789012:cluster/a/b) → shop",
            "Own (self-managed Kafka) → shop",
            "Pool (CustomSMSSender) → mail",
            "S3 (s3) → shop",
        ];
        assert_eq!(told, expected);
    }
}
