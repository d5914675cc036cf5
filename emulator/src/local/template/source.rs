//! Event sources other than APIs: an event of each is made, to be sent by hand. Those that Lambda reads from, rules of EventBridge and
//! buckets are here, other services in `service`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{resources::Resources, service};
use crate::local::{
    examples::Example,
    function::{ACCOUNT, REGION},
};

/// What sends events to a function.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name that it is asked for by.
    pub name: String,
    /// The function that is sent its events.
    pub function: String,
    /// What of AWS's it is, such as `sqs`: as in `event_source`.
    pub kind: &'static str,
    /// Which of them it is: an ARN, a bucket's name, a schedule's expression, a pattern.
    pub about: String,
    /// An event of it.
    pub event: Value,
}

/// All of a template's.
pub(super) fn all(resources: &Resources) -> Vec<Source> {
    let mut all = mappings(resources);
    all.extend(rules(resources));
    all.extend(buckets(resources));
    all.extend(service::all(resources));
    name_apart(&mut all);
    all
}

/// Those of a name are told apart by their functions' names, and then by numbers.
fn name_apart(sources: &mut [Source]) {
    for number_too in [false, true] {
        let mut counts = BTreeMap::<String, usize>::new();
        for source in &*sources {
            *counts.entry(source.name.clone()).or_default() += 1;
        }
        let mut seen = BTreeMap::<String, usize>::new();
        for source in sources.iter_mut().filter(|source| counts[&source.name] > 1) {
            let number = seen.entry(source.name.clone()).or_default();
            *number += 1;
            source.name = match (number_too, *number) {
                (false, _) => format!("{}-{}", source.function, source.name),
                (true, 1) => continue,
                (true, number) => format!("{}-{number}", source.name),
            };
        }
    }
}

/// A documented event.
pub(super) fn documented(example: Example) -> Value {
    serde_json::from_str(example.text()).unwrap_or_default()
}

/// What a target of a rule or a schedule is sent in place of the service's event.
pub(super) fn input(resources: &Resources, target: &Value) -> Option<Value> {
    serde_json::from_str(&resources.text(&target["Input"])).ok()
}

/// Queues and streams.
fn mappings(resources: &Resources) -> Vec<Source> {
    let mappings = resources.of_type("AWS::Lambda::EventSourceMapping");
    let sources = mappings.filter_map(|(_, mapping)| {
        let arn = resources.text(&mapping["EventSourceArn"]);
        let mut parts = arn.split(':').skip(2);
        let (kind, example) = match parts.next()? {
            "sqs" => ("sqs", Example::Sqs),
            "dynamodb" => ("dynamodb", Example::Dynamodb),
            "kinesis" => ("kinesis", Example::Kinesis),
            _ => return None,
        };
        let region = parts.next().unwrap_or(REGION).to_owned();
        // `orders`, `stream/orders` or `table/orders/stream/2024-01-01T00:00:00.000`.
        let resource = parts.nth(1)?;
        let name = resource.split('/').nth(1).unwrap_or(resource).to_owned();
        let mut event = documented(example);
        let records = event["Records"].as_array_mut()?;
        let batch_size = mapping["BatchSize"].as_u64().unwrap_or(10);
        records.truncate(usize::try_from(batch_size).unwrap_or(usize::MAX).max(1));
        for record in records {
            record["eventSourceARN"] = json!(arn);
            record["awsRegion"] = json!(region);
        }
        Some(Source {
            name,
            function: resources.function(&mapping["FunctionName"])?,
            kind,
            about: arn,
            event,
        })
    });
    sources.collect()
}

fn rules(resources: &Resources) -> Vec<Source> {
    let mut all = Vec::new();
    for (id, rule) in resources.of_type("AWS::Events::Rule") {
        for target in rule["Targets"].as_array().into_iter().flatten() {
            let Some(function) = resources.function(&target["Arn"]) else {
                continue;
            };
            let (name, kind, about, event) = match &rule["ScheduleExpression"] {
                Value::Null => {
                    let pattern = texts(resources, &rule["EventPattern"]);
                    let event = of_pattern(&pattern);
                    (event_name(&event), "event_pattern", pattern.to_string(), event)
                }
                expression => {
                    let mut event = documented(Example::Schedule);
                    event["resources"] = json!([format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{id}")]);
                    ("schedule".to_owned(), "schedule", resources.text(expression), event)
                }
            };
            all.push(Source {
                name,
                function,
                kind,
                about,
                event: input(resources, target).unwrap_or(event),
            });
        }
    }
    all
}

/// A value with the texts that it comes to here.
fn texts(resources: &Resources, value: &Value) -> Value {
    match value {
        Value::Object(members)
            if members.len() == 1 && members.keys().all(|name| name == "Ref" || name.starts_with("Fn::")) =>
        {
            json!(resources.text(value))
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), texts(resources, member)))
            .collect(),
        Value::Array(values) => values.iter().map(|value| texts(resources, value)).collect(),
        other => other.clone(),
    }
}

/// An event that a pattern takes, as far as its first alternatives are values or beginnings.
fn of_pattern(pattern: &Value) -> Value {
    let mut event = documented(Example::Eventbridge);
    event["detail"] = json!({});
    merge(&mut event, example(pattern));
    event
}

fn merge(value: &mut Value, other: Value) {
    match (value, other) {
        (Value::Object(members), Value::Object(others)) => {
            for (name, other) in others {
                merge(members.entry(name).or_insert(Value::Null), other);
            }
        }
        (value, other) => *value = other,
    }
}

fn example(pattern: &Value) -> Value {
    match pattern {
        Value::Object(members) => {
            let known = members.iter().filter(|(name, _)| !name.starts_with('$'));
            Value::Object(
                known
                    .map(|(name, member)| (name.clone(), example(member)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(alternatives) => match alternatives.first() {
            Some(Value::Object(matcher)) => {
                let text = |name: &str| matcher.get(name).and_then(Value::as_str);
                let found = ["prefix", "suffix", "equals-ignore-case"]
                    .iter()
                    .find_map(|name| text(name));
                match (found, text("wildcard")) {
                    (Some(text), _) => json!(text),
                    (None, Some(pattern)) => json!(matched(pattern)),
                    (None, None) => json!("example"),
                }
            }
            Some(value) => value.clone(),
            None => Value::Null,
        },
        other => other.clone(),
    }
}

/// A text that a pattern of EventBridge takes, in which `\*` and `\\` stand for themselves.
fn matched(pattern: &str) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => text += "example",
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

/// What an event is of, such as `aws.s3`.
fn event_name(event: &Value) -> String {
    event["source"].as_str().unwrap_or("event").to_owned()
}

fn buckets(resources: &Resources) -> Vec<Source> {
    let mut all = Vec::new();
    for (id, bucket) in resources.of_type("AWS::S3::Bucket") {
        let name = match &bucket["BucketName"] {
            Value::Null => id.to_lowercase(),
            name => resources.text(name),
        };
        let configurations = bucket["NotificationConfiguration"]["LambdaConfigurations"].as_array();
        for configuration in configurations.into_iter().flatten() {
            let Some(function) = resources.function(&configuration["Function"]) else {
                continue;
            };
            let kind = resources.text(&configuration["Event"]);
            let kind = kind
                .trim_start_matches("s3:")
                .replace("ObjectCreated:*", "ObjectCreated:Put");
            let rules = configuration["Filter"]["S3Key"]["Rules"].as_array();
            let rule = |wanted: &str| {
                let mut rules = rules.into_iter().flatten();
                let rule = rules.find(|rule| {
                    rule["Name"]
                        .as_str()
                        .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                });
                rule.map(|rule| resources.text(&rule["Value"])).unwrap_or_default()
            };
            let mut event = documented(Example::S3);
            let record = &mut event["Records"][0];
            record["eventName"] = json!(kind.replace(":*", ":Delete"));
            record["s3"]["bucket"]["name"] = json!(name);
            record["s3"]["bucket"]["arn"] = json!(format!("arn:aws:s3:::{name}"));
            record["s3"]["object"]["key"] = json!(format!("{}example{}", rule("prefix"), rule("suffix")));
            all.push(Source {
                name: name.clone(),
                function,
                kind: "s3",
                about: name.clone(),
                event,
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{super::resources::tests::*, *};

    #[test]
    fn a_source_has_an_event_of_its_own() {
        let rule = |what: Value, target: Value| {
            let mut rule = json!({"Type": "AWS::Events::Rule", "Properties": {"Targets": [target]}});
            merge(&mut rule["Properties"], what);
            rule
        };
        let shop = json!({"Arn": {"Fn::GetAtt": ["Shop", "Arn"]}, "Id": "function"});
        let daily = json!({"Arn": {"Ref": "MailAlias"}, "Id": "function", "Input": "{\"report\": \"daily\"}"});
        let template = template(json!({
            "Queue": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "BatchSize": 1,
                "EventSourceArn": {"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders"},
                "FunctionName": {"Ref": "MailAlias"},
            }},
            "Stream": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "EventSourceArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/users/stream/2024-01-01T00:00:00.000",
                "FunctionName": {"Ref": "Shop"},
            }},
            "Rule1": rule(json!({"ScheduleExpression": "rate(1 day)"}), shop.clone()),
            "Rule2": rule(json!({"ScheduleExpression": "rate(2 days)"}), daily),
            "Rule3": rule(json!({"ScheduleExpression": "rate(3 days)"}), shop.clone()),
            "Rule4": rule(json!({"EventPattern": {"source": ["aws.s3"], "detail": {"bucket": {"name": ["uploads"]},
                          "key": [{"prefix": "in/"}], "other": [{"wildcard": "\\*in/*.csv"}]}}}), shop),
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "uploads", "NotificationConfiguration": {
                "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["Shop", "Arn"]},
                    "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}}}]}}},
        }));
        let sources = all(&Resources::new(&template, &handlers()).unwrap());
        let names: Vec<_> = sources
            .iter()
            .map(|source| (&*source.name, &*source.function, source.kind))
            .collect();
        let expected = [
            ("orders", "mail", "sqs"),
            ("users", "shop", "dynamodb"),
            ("shop-schedule", "shop", "schedule"),
            ("mail-schedule", "mail", "schedule"),
            ("shop-schedule-2", "shop", "schedule"),
            ("aws.s3", "shop", "event_pattern"),
            ("uploads", "shop", "s3"),
        ];
        assert_eq!(names, expected);
        let events: Vec<_> = sources.iter().map(|source| &source.event).collect();
        assert_eq!(
            events[0]["Records"][0]["eventSourceARN"],
            "arn:aws:sqs:us-east-1:123456789012:orders"
        );
        assert_eq!(events[1]["Records"][0]["awsRegion"], "eu-west-1");
        // No more messages than the batch takes.
        assert_eq!(events[0]["Records"].as_array().map(Vec::len), Some(1));
        assert_eq!(events[2]["detail-type"], "Scheduled Event");
        assert_eq!(events[3], &json!({"report": "daily"}));
        assert_eq!(
            events[5]["detail"],
            json!({"bucket": {"name": "uploads"}, "key": "in/", "other": "*in/example.csv"})
        );
        let record = &events[6]["Records"][0];
        assert_eq!(
            (&record["eventName"], &record["s3"]["bucket"]["name"]),
            (&json!("ObjectCreated:Put"), &json!("uploads"))
        );
        assert_eq!(record["s3"]["object"]["key"], "in/example.csv");
    }
}
