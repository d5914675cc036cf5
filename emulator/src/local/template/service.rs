//! Events of services that invoke functions themselves: EventBridge Scheduler, SNS, load balancers, Cognito and IoT.

use serde_json::{Value, json};

use super::{
    resources::Resources,
    source::{Source, documented, input},
};
use crate::local::{
    examples::Example,
    function::{ACCOUNT, REGION},
};

/// All of a template's.
pub(super) fn all(resources: &Resources) -> Vec<Source> {
    let mut all = schedules(resources);
    all.extend(topics(resources));
    all.extend(load_balancers(resources));
    all.extend(user_pools(resources));
    all.extend(devices(resources));
    all
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Schedules of EventBridge Scheduler, which send their `Input`, or else an event of their own.
fn schedules(resources: &Resources) -> Vec<Source> {
    let schedules = resources.of_type("AWS::Scheduler::Schedule");
    let sources = schedules.filter_map(|(id, schedule)| {
        let target = &schedule["Target"];
        let function = resources.function(&target["Arn"])?;
        let event = input(resources, target).unwrap_or_else(|| {
            let mut event = documented(Example::Scheduler);
            let arn = format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{id}");
            event["resources"] = json!([arn]);
            event
        });
        Some(Source {
            name: "schedule".to_owned(),
            function,
            kind: "scheduler",
            about: resources.text(&schedule["ScheduleExpression"]),
            event,
        })
    });
    sources.collect()
}

/// Subscriptions of topics, by themselves and of topics that the template makes.
fn topics(resources: &Resources) -> Vec<Source> {
    let alone = resources
        .of_type("AWS::SNS::Subscription")
        .map(|(_, subscription)| (resources.text(&subscription["TopicArn"]), subscription));
    let of_topics = resources.of_type("AWS::SNS::Topic").flat_map(|(id, topic)| {
        let name = match &topic["TopicName"] {
            Value::Null => id.to_owned(),
            name => resources.text(name),
        };
        items(&topic["Subscription"]).map(move |subscription| (name.clone(), subscription))
    });
    let sources = alone.chain(of_topics).filter_map(|(topic, subscription)| {
        if subscription["Protocol"] != "lambda" {
            return None;
        }
        let function = resources.function(&subscription["Endpoint"])?;
        let name = topic.rsplit(':').next().unwrap_or(&topic).to_owned();
        // One that the template makes is known by its name.
        let arn = if topic.starts_with("arn:") {
            topic
        } else {
            format!("arn:aws:sns:{REGION}:{ACCOUNT}:{topic}")
        };
        let mut event = documented(Example::Sns);
        let record = &mut event["Records"][0];
        record["EventSubscriptionArn"] = json!(format!("{arn}:21be56ed-a058-49f5-8c98-aedd2564c486"));
        record["Sns"]["TopicArn"] = json!(arn);
        Some(Source {
            name,
            function,
            kind: "sns",
            about: arn,
            event,
        })
    });
    sources.collect()
}

/// Rules of listeners, and target groups that have none here.
fn load_balancers(resources: &Resources) -> Vec<Source> {
    let mut all = Vec::new();
    for (id, group) in resources.of_type("AWS::ElasticLoadBalancingV2::TargetGroup") {
        let Some(function) = items(&group["Targets"]).find_map(|target| resources.function(&target["Id"])) else {
            continue;
        };
        let is_multiple = items(&group["TargetGroupAttributes"])
            .any(|attribute| attribute["Key"] == "lambda.multi_value_headers.enabled" && attribute["Value"] == "true");
        let rules = resources.of_type("AWS::ElasticLoadBalancingV2::ListenerRule");
        let rules = rules.filter(|(_, rule)| items(&rule["Actions"]).any(|action| resources.refers(action, id)));
        let mut requests: Vec<_> = rules.map(|(_, rule)| request(resources, rule)).collect();
        if requests.is_empty() {
            requests.push(documented(Example::Alb));
        }
        for mut event in requests {
            let about = format!(
                "{} {}",
                event["httpMethod"].as_str().unwrap_or_default(),
                event["path"].as_str().unwrap_or_default()
            );
            if is_multiple {
                make_multiple(&mut event);
            }
            all.push(Source {
                name: "alb".to_owned(),
                function: function.clone(),
                kind: "alb",
                about,
                event,
            });
        }
    }
    all
}

/// A request that a listener's rule takes.
fn request(resources: &Resources, rule: &Value) -> Value {
    let mut event = documented(Example::Alb);
    for condition in items(&rule["Conditions"]) {
        let first = |config: &str| {
            // The values of the older form stand beside the field.
            let values = items(&condition[config]["Values"]).chain(items(&condition["Values"]));
            values.map(|value| resources.text(value)).next()
        };
        let matched = |pattern: String| pattern.replace('*', "example").replace('?', "x");
        match condition["Field"].as_str() {
            Some("path-pattern") => {
                if let Some(pattern) = first("PathPatternConfig") {
                    event["path"] = json!(matched(pattern));
                }
            }
            Some("host-header") => {
                if let Some(pattern) = first("HostHeaderConfig") {
                    event["headers"]["host"] = json!(matched(pattern));
                }
            }
            Some("http-request-method") => {
                if let Some(method) = first("HttpRequestMethodConfig") {
                    event["httpMethod"] = json!(method);
                }
            }
            _ => {}
        }
    }
    event
}

/// Turns headers and parameters into the form of `lambda.multi_value_headers.enabled`.
fn make_multiple(event: &mut Value) {
    let Some(members) = event.as_object_mut() else { return };
    for (single, multiple) in [
        ("headers", "multiValueHeaders"),
        ("queryStringParameters", "multiValueQueryStringParameters"),
    ] {
        if let Some(Value::Object(values)) = members.remove(single) {
            let lists: serde_json::Map<_, _> = values.into_iter().map(|(name, value)| (name, json!([value]))).collect();
            members.insert(multiple.to_owned(), Value::Object(lists));
        }
    }
}

/// Triggers of user pools, by [their documentation](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html).
fn user_pools(resources: &Resources) -> Vec<Source> {
    let mut all = Vec::new();
    for (id, pool) in resources.of_type("AWS::Cognito::UserPool") {
        let name = match &pool["UserPoolName"] {
            Value::Null => id.to_owned(),
            name => resources.text(name),
        };
        for (trigger, target) in pool["LambdaConfig"].as_object().into_iter().flatten() {
            let Some(function) = resources.function(target) else {
                continue;
            };
            let Some(event) = trigger_event(trigger) else { continue };
            all.push(Source {
                name: trigger.clone(),
                function,
                kind: "cognito",
                about: format!("{trigger} of {name}"),
                event,
            });
        }
    }
    all
}

/// The event of a trigger, if it is one that is known.
pub(super) fn trigger_event(trigger: &str) -> Option<Value> {
    let mut event = documented(Example::CognitoPreSignUp);
    // What the function fills in is null.
    let (source, request, response) = match trigger {
        "PreSignUp" => return Some(event),
        "PostConfirmation" => ("PostConfirmation_ConfirmSignUp", json!({}), json!({})),
        "PreAuthentication" => (
            "PreAuthentication_Authentication",
            json!({"validationData": null}),
            json!({}),
        ),
        "PostAuthentication" => (
            "PostAuthentication_Authentication",
            json!({"newDeviceUsed": false}),
            json!({}),
        ),
        "PreTokenGeneration" => (
            "TokenGeneration_Authentication",
            json!({"groupConfiguration": {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null}}),
            json!({"claimsOverrideDetails": null}),
        ),
        "CustomMessage" => (
            "CustomMessage_SignUp",
            json!({"codeParameter": "{####}", "usernameParameter": null}),
            json!({"emailMessage": null, "emailSubject": null, "smsMessage": null}),
        ),
        "DefineAuthChallenge" => (
            "DefineAuthChallenge_Authentication",
            json!({"session": []}),
            json!({"challengeName": null, "failAuthentication": null, "issueTokens": null}),
        ),
        "CreateAuthChallenge" => (
            "CreateAuthChallenge_Authentication",
            json!({"challengeName": "CUSTOM_CHALLENGE", "session": []}),
            json!({"challengeMetadata": null, "privateChallengeParameters": null, "publicChallengeParameters": null}),
        ),
        "VerifyAuthChallengeResponse" => (
            "VerifyAuthChallengeResponse_Authentication",
            json!({"challengeAnswer": "42", "privateChallengeParameters": {"answer": "42"}}),
            json!({"answerCorrect": null}),
        ),
        "UserMigration" => {
            event["request"] = json!({"password": "secret", "validationData": null});
            (
                "UserMigration_Authentication",
                json!({}),
                json!({"desiredDeliveryMediums": null, "finalUserStatus": null, "forceAliasCreation": null,
                       "messageAction": null, "userAttributes": null}),
            )
        }
        _ => return None,
    };
    event["triggerSource"] = json!(source);
    event["response"] = response;
    let members = event["request"].as_object_mut()?;
    if trigger != "UserMigration" {
        members.remove("validationData");
    }
    members.extend(request.as_object().cloned().unwrap_or_default());
    Some(event)
}

/// Rules of IoT: their events are what the rule selects of a device's message.
fn devices(resources: &Resources) -> Vec<Source> {
    let mut all = Vec::new();
    for (_, rule) in resources.of_type("AWS::IoT::TopicRule") {
        let payload = &rule["TopicRulePayload"];
        for action in items(&payload["Actions"]) {
            let Some(function) = resources.function(&action["Lambda"]["FunctionArn"]) else {
                continue;
            };
            all.push(Source {
                name: "iot".to_owned(),
                function,
                kind: "iot",
                about: resources.text(&payload["Sql"]),
                event: documented(Example::Iot),
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{super::resources::tests::*, *};

    #[test]
    fn services_have_events_of_their_own() {
        let shop = json!({"Fn::GetAtt": ["Shop", "Arn"]});
        let condition = |field: &str, config: &str, value: &str| json!({"Field": field, config: {"Values": [value]}});
        let template = template(json!({
            "Daily": {"Type": "AWS::Scheduler::Schedule", "Properties": {
                "ScheduleExpression": "rate(1 day)", "Target": {"Arn": shop}}},
            "Report": {"Type": "AWS::Scheduler::Schedule", "Properties": {
                "ScheduleExpression": "rate(2 days)", "Target": {"Arn": {"Ref": "MailAlias"}, "Input": "{\"a\": 1}"}}},
            "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "lambda", "Endpoint": shop,
                "TopicArn": {"Fn::Sub": "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:orders"}}},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [
                {"Protocol": "lambda", "Endpoint": shop}, {"Protocol": "email", "Endpoint": "a@example.com"}]}},
            "Group": {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": {
                "TargetType": "lambda", "Targets": [{"Id": shop}],
                "TargetGroupAttributes": [{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}]}},
            "Rule": {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": {
                "Actions": [{"TargetGroupArn": {"Ref": "Group"}, "Type": "forward"}],
                "Conditions": [condition("path-pattern", "PathPatternConfig", "/shop/*"),
                               condition("host-header", "HostHeaderConfig", "*.example.com"),
                               condition("http-request-method", "HttpRequestMethodConfig", "POST")]}},
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "users", "LambdaConfig": {
                "PreSignUp": shop, "PostAuthentication": {"Ref": "MailAlias"}, "CustomSMSSender": {"LambdaArn": shop}}}},
            "Devices": {"Type": "AWS::IoT::TopicRule", "Properties": {"TopicRulePayload": {
                "Sql": "SELECT * FROM 'a'", "Actions": [{"Lambda": {"FunctionArn": shop}}, {"Sns": {}}]}}},
        }));
        let sources = all(&Resources::new(&template, &handlers()).unwrap());
        let told: Vec<_> = sources
            .iter()
            .map(|source| (&*source.name, &*source.function, source.kind, &*source.about))
            .collect();
        let topic = |name: &str| format!("arn:aws:sns:us-east-1:123456789012:{name}");
        let (orders, own) = (topic("orders"), topic("Topic"));
        let expected = [
            ("schedule", "shop", "scheduler", "rate(1 day)"),
            ("schedule", "mail", "scheduler", "rate(2 days)"),
            ("orders", "shop", "sns", &*orders),
            ("Topic", "shop", "sns", &*own),
            ("alb", "shop", "alb", "POST /shop/example"),
            ("PostAuthentication", "mail", "cognito", "PostAuthentication of users"),
            ("PreSignUp", "shop", "cognito", "PreSignUp of users"),
            ("iot", "shop", "iot", "SELECT * FROM 'a'"),
        ];
        // A template's members are in no order.
        let sorted = |mut all: Vec<(&str, &str, &str, &str)>| {
            all.sort_unstable();
            all.into_iter()
                .map(|(a, b, c, d)| [a, b, c, d].map(str::to_owned))
                .collect::<Vec<_>>()
        };
        assert_eq!(sorted(told), sorted(expected.to_vec()));
        let event = |about: &str| &sources.iter().find(|source| source.about == about).unwrap().event;
        assert_eq!(event("rate(1 day)")["source"], "aws.scheduler");
        assert_eq!(
            event("rate(1 day)")["resources"][0],
            "arn:aws:scheduler:us-east-1:123456789012:schedule/default/Daily"
        );
        assert_eq!(event("rate(2 days)"), &json!({"a": 1}));
        assert_eq!(event(&orders)["Records"][0]["Sns"]["TopicArn"], *orders);
        let request = event("POST /shop/example");
        assert_eq!(request["multiValueHeaders"]["host"], json!(["example.example.com"]));
        assert_eq!(request.get("headers"), None);
        let trigger = event("PostAuthentication of users");
        assert_eq!(trigger["triggerSource"], "PostAuthentication_Authentication");
        assert_eq!(
            trigger["request"],
            json!({"userAttributes": {"email": "ada@example.com"}, "newDeviceUsed": false})
        );
    }
}
