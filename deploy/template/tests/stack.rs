//! What settings become in the template, and what is said of settings that Lambda would refuse.

use serde_json::{Value, json};
use template::{Code, Settings, render};

/// A stack with one function, and the settings given besides.
fn settings(function: Value) -> Value {
    let mut one = json!({"name": "create_order", "handler": "index.handler"});
    template::merge_patch(&mut one, &function);
    json!({
        "label": "//shop:deploy",
        "zip_label": "//shop:lambda_zip",
        "architecture": "x86_64",
        "runtime": "python3.13",
        "edge": false,
        "streaming": false,
        "aws_tags": {},
        "functions": [one],
    })
}

fn code(byte: u8) -> Code {
    Code {
        sha256: [byte; 32],
        size: 1000,
        unzipped: 2000,
    }
}

fn rendered(settings: Value) -> Value {
    let settings: Settings = serde_json::from_value(settings).unwrap();
    render(&settings, &code(1), &[], &json!({})).unwrap()
}

fn refusal(settings: Value) -> String {
    let settings: Settings = serde_json::from_value(settings).unwrap();
    render(&settings, &code(1), &[], &json!({})).unwrap_err().to_string()
}

fn ids(template: &Value) -> Vec<&str> {
    template["Resources"]
        .as_object()
        .unwrap()
        .keys()
        .map(|id| &**id)
        .collect()
}

#[test]
fn a_function_alone_is_named_after_the_stack_and_may_write_its_own_log_alone() {
    let template = rendered(settings(json!({})));
    assert_eq!(
        ids(&template),
        ["CreateOrder", "CreateOrderLogGroup", "CreateOrderRole"]
    );
    let function = &template["Resources"]["CreateOrder"]["Properties"];
    assert_eq!(function["FunctionName"], json!({"Ref": "AWS::StackName"}));
    assert_eq!(function["Description"], "code 010101010101");
    let statements =
        &template["Resources"]["CreateOrderRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(
        *statements,
        json!([{
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": ["CreateOrderLogGroup", "Arn"]},
        }])
    );
    assert_eq!(
        template["Parameters"]["CodeKey"]["Default"],
        format!("{}.zip", "01".repeat(32))
    );
}

#[test]
fn functions_of_one_zip_are_told_apart_by_their_names() {
    let mut two = settings(json!({}));
    two["functions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "ship", "handler": "index.ship"}));
    let template = rendered(two);
    let name = |id: &str| template["Resources"][id]["Properties"]["FunctionName"].clone();
    assert_eq!(
        name("CreateOrder"),
        json!({"Fn::Sub": "${AWS::StackName}-create_order"})
    );
    assert_eq!(name("Ship"), json!({"Fn::Sub": "${AWS::StackName}-ship"}));
}

#[test]
fn a_published_version_changes_with_the_code_and_with_the_configuration() {
    let version = |settings: Value, byte| {
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let template = render(&settings, &code(byte), &[], &json!({})).unwrap();
        let ids = ids(&template).into_iter().map(str::to_owned).collect::<Vec<_>>();
        ids.into_iter().find(|id| id.contains("Version")).unwrap()
    };
    let plain = json!({"snap_start": true});
    let first = version(settings(plain.clone()), 1);
    assert_eq!(first, version(settings(plain.clone()), 1));
    assert_ne!(first, version(settings(plain), 2));
    assert_ne!(
        first,
        version(settings(json!({"snap_start": true, "memory_mb": 256})), 1)
    );
    // Lambda makes no further version for what is not the version's.
    assert_eq!(
        first,
        version(settings(json!({"snap_start": true, "reserved_concurrency": 5})), 1)
    );
    let mut tagged = settings(json!({"snap_start": true}));
    tagged["aws_tags"] = json!({"team": "shop"});
    assert_eq!(first, version(tagged, 1));
    // Another function may be called as a version would be.
    let mut two = settings(json!({}));
    two["functions"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "create_order_version", "handler": "index.x"}));
    assert_eq!(version(two, 1), "CreateOrderVersion");
}

#[test]
fn a_patched_function_has_another_version() {
    let settings: Settings = serde_json::from_value(settings(json!({"snap_start": true}))).unwrap();
    let with = |patch: Value| render(&settings, &code(1), &[], &patch).unwrap();
    let patch = json!({"Resources": {"CreateOrder": {"Properties": {"KmsKeyArn": "arn:aws:kms:x"}}}});
    let (plain, patched) = (with(json!({})), with(patch));
    let version = |template: &Value| {
        template["Resources"]["CreateOrderAlias"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_ne!(version(&plain), version(&patched));
    assert!(patched["Resources"].get(version(&patched)).is_some());
}

/// A stack with two layers, and the settings of its function given besides.
fn layered(function: Value) -> Settings {
    let mut layered = settings(function);
    layered["stack_layers"] = json!([
        {"label": "//shop:tools", "name": "tools.2", "architectures": [], "runtimes": []},
        {"label": "//shop:layer", "name": "layer", "architectures": ["x86_64"], "runtimes": ["python3.12", "python3.13"]},
    ]);
    serde_json::from_value(layered).unwrap()
}

#[test]
fn the_zips_layers_are_made_and_come_before_those_of_others() {
    let arn = "arn:aws:lambda:${AWS::Region}:123456789012:layer:insights:1";
    let settings = layered(json!({"layers": [arn], "snap_start": true}));
    let with = |byte| render(&settings, &code(1), &[code(2), code(byte)], &json!({})).unwrap();
    let template = with(3);
    let layers = template["Resources"]["CreateOrder"]["Properties"]["Layers"].clone();
    let [tools, layer, insights] = layers.as_array().unwrap().as_slice() else {
        panic!("{layers}");
    };
    assert_eq!(insights, &json!({"Fn::Sub": arn}));
    let resource = |reference: &Value| &template["Resources"][reference["Ref"].as_str().unwrap()];
    assert_eq!(
        resource(layer),
        &json!({
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {
                "CompatibleArchitectures": ["x86_64"],
                "CompatibleRuntimes": ["python3.12", "python3.13"],
                "Content": {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": format!("{}.zip", "03".repeat(32))},
                "Description": "//shop:layer (030303030303)",
                "LayerName": {"Fn::Sub": "${AWS::StackName}-layer"},
            },
        })
    );
    let tools = &resource(tools)["Properties"];
    assert_eq!(tools["LayerName"], json!({"Fn::Sub": "${AWS::StackName}-tools-2"}));
    assert_eq!(tools.get("CompatibleRuntimes"), None);
    let made = &template["Metadata"]["RulesRustLambda"]["Layers"];
    assert_eq!(made[1]["Sha256"], "03".repeat(32));
    assert_eq!(made[1]["LogicalId"], layer["Ref"]);

    // Other content is another version of the layer, and of the function.
    let other = with(4);
    let version = |template: &Value| template["Resources"]["CreateOrderAlias"]["Properties"]["FunctionVersion"].clone();
    assert_eq!(version(&template), version(&with(3)));
    assert_ne!(version(&template), version(&other));
    assert!(other["Resources"].get(layer["Ref"].as_str().unwrap()).is_none());
}

#[test]
fn what_lambda_does_not_take_of_layers_is_refused() {
    let arn = "arn:aws:lambda:eu-central-1:123456789012:layer:insights:1";
    let mut settings = layered(json!({"layers": [arn, arn, arn, arn]}));
    settings.stack_layers[1].name = "tools-2".to_owned();
    let message = render(&settings, &code(1), &[code(2), code(3)], &json!({}))
        .unwrap_err()
        .to_string();
    for part in [
        "the layers //shop:tools and //shop:layer would have one name",
        "`layers` has 4 besides the 2 of //shop:lambda_zip, and Lambda takes 5",
    ] {
        assert!(message.contains(part), "{message}");
    }
    let mut large = code(3);
    large.unzipped = 262_144_000;
    let message = format!(
        "{:#}",
        render(&layered(json!({})), &code(1), &[code(2), large], &json!({})).unwrap_err()
    );
    assert!(
        message.contains("//shop:lambda_zip: the zip holds 262148000 bytes, 262146000 of them in its layers"),
        "{message}"
    );
}

#[test]
fn statements_may_name_the_account_and_iams_own_variables() {
    let statement = json!({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::${AWS::AccountId}/${aws:username}"});
    let template = rendered(settings(json!({"policy_statements": [statement]})));
    let statements =
        &template["Resources"]["CreateOrderRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(
        statements[1]["Resource"],
        json!({"Fn::Sub": "arn:aws:s3:::${AWS::AccountId}/${!aws:username}"})
    );
}

#[test]
fn what_would_be_one_resource_is_refused() {
    let named = |name: &str, path: &str| json!({"name": name, "handler": "index.x", "event_sources": [{"type": "http_api", "method": "GET", "path": path}]});
    let both = |first: Value, second: Value| {
        let mut two = settings(json!({}));
        two["functions"] = json!([first, second]);
        two
    };
    let message = refusal(both(named("a", "/x"), named("b", "/x")));
    assert!(message.contains("the route \"GET /x\""), "{message}");
    let message = refusal(both(named("a", "/x"), named("a_role", "/y")));
    assert!(message.contains("ARole"), "{message}");
    let template = rendered(both(named("http_api", "/x"), named("b", "/y")));
    assert_eq!(template["Resources"]["HttpApi"]["Type"], "AWS::Lambda::Function");
    assert_eq!(template["Resources"]["httpApi"]["Type"], "AWS::ApiGatewayV2::Api");
    let template = rendered(both(named("a", "/files/{id}"), named("b", "/files/id")));
    assert_eq!(
        ids(&template)
            .iter()
            .filter(|id| id.starts_with("httpApiRoute"))
            .count(),
        2
    );
}

#[test]
fn a_snapshot_is_reached_through_an_alias() {
    let template = rendered(settings(json!({"snap_start": true, "url": "NONE"})));
    let resources = &template["Resources"];
    assert_eq!(resources["CreateOrderUrl"]["Properties"]["Qualifier"], "live");
    assert_eq!(resources["CreateOrderUrl"]["DependsOn"], "CreateOrderAlias");
    assert_eq!(
        template["Outputs"]["CreateOrderArn"]["Value"],
        json!({"Ref": "CreateOrderAlias"})
    );
}

#[test]
fn functions_share_a_bucket_and_an_http_api() {
    let source = json!({"event_sources": [
        {"type": "s3", "bucket": "uploads", "events": ["s3:ObjectCreated:*"], "prefix": "", "suffix": ".csv"},
        {"type": "http_api", "method": "GET", "path": "/orders/{id}"},
    ]});
    let mut two = settings(source.clone());
    let mut other = json!({"name": "ship", "handler": "index.ship"});
    template::merge_patch(&mut other, &source);
    other["event_sources"][1]["method"] = json!("POST");
    two["functions"].as_array_mut().unwrap().push(other);
    let template = rendered(two);
    let all = ids(&template);
    let bucket_id = all
        .iter()
        .find(|id| template["Resources"][**id]["Type"] == "AWS::S3::Bucket")
        .unwrap();
    let bucket = &template["Resources"][*bucket_id];
    let configurations = &bucket["Properties"]["NotificationConfiguration"]["LambdaConfigurations"];
    assert_eq!(configurations.as_array().unwrap().len(), 2);
    assert_eq!(bucket["DependsOn"].as_array().unwrap().len(), 2);
    assert_eq!(all.iter().filter(|id| id.starts_with("httpApiRoute")).count(), 2);
    assert_eq!(all.iter().filter(|id| **id == "httpApi").count(), 1);
}

#[test]
fn all_that_lambda_would_refuse_is_said_at_once() {
    let message = refusal(settings(json!({
        "memory_mb": 64,
        "env": {"AWS_REGION": "eu-west-1"},
        "url_streaming": true,
        "url": "NONE",
    })));
    assert_eq!(
        message,
        "//shop:deploy:\n  \
         - `memory_mb = 64`: Lambda takes 128 to 10240 MB\n  \
         - `env` has AWS_REGION, which Lambda sets itself: take it out\n  \
         - `url_streaming`: //shop:lambda_zip can't stream, as Python's runtime client does not; set `dispatch = \"native\"` \
         there, or `runtime = \"provided.al2023\"`"
    );
}

#[test]
fn tags_and_composed_names_are_checked_for_the_stack() {
    let mut settings = settings(json!({}));
    settings["aws_tags"] = json!({"aws:owner": "me", "team": "x".repeat(257)});
    let mut second = settings["functions"][0].clone();
    second["name"] = json!("x".repeat(63));
    settings["functions"].as_array_mut().unwrap().push(second);
    let message = refusal(settings);
    for part in [
        "`aws_tags` has \"aws:owner\"",
        "the value of the tag \"team\" has 257 characters",
        "65 characters or more, and Lambda takes 64: name it otherwise in `handlers`",
    ] {
        assert!(message.contains(part), "{part}\n{message}");
    }
}

#[test]
fn each_refusal_names_the_attribute() {
    for (function, part) in [
        (
            json!({"timeout_seconds": 901}),
            "`timeout_seconds = 901`: Lambda takes 1 to 900 seconds",
        ),
        (
            json!({"log_retention_days": 2}),
            "`log_retention_days = 2`: CloudWatch Logs takes 0, 1, 3",
        ),
        (
            json!({"log_format": "json"}),
            "`log_format = \"json\"`: use \"JSON\" or \"Text\"",
        ),
        (
            json!({"layers": ["mine"]}),
            "`layers` has \"mine\": use the ARN of a layer's version",
        ),
        (
            json!({"subnet_ids": ["subnet-1"]}),
            "set both `subnet_ids` and `security_group_ids`",
        ),
        (
            json!({"env": {"1A": "x"}}),
            "`env` has \"1A\": a name starts with a letter",
        ),
        (
            json!({"env": {"LONG": "x".repeat(5000)}}),
            "`env` has 5004 bytes, and Lambda takes 4096",
        ),
        (json!({"role": "mine"}), "`role = \"mine\"`: use the role's ARN"),
        (
            json!({"role": "arn:x", "policies": ["arn:y"]}),
            "it can't be given `policies`",
        ),
        (
            json!({"policies": ["ReadOnly"]}),
            "`policies` has \"ReadOnly\": use the ARN of a managed policy",
        ),
        (
            json!({"policy_statements": [{"Action": "s3:GetObject"}]}),
            "`policy_statements` has {\"Action\"",
        ),
        (
            json!({"dead_letter_target": "dlq"}),
            "`dead_letter_target = \"dlq\"`: use the ARN of an SQS queue",
        ),
        (
            json!({"snap_start": true, "provisioned_concurrency": 1}),
            "exclude each other: take out one",
        ),
        (
            json!({"reserved_concurrency": 1, "provisioned_concurrency": 2}),
            "is more than `reserved_concurrency = 1`",
        ),
        (json!({"function_name": "a b"}), "a function can't be named \"a b\""),
        (
            json!({"event_sources": [{"type": "schedule", "expression": "5 minutes", "input": null}]}),
            "the schedule \"5 minutes\": write it as \"rate(5 minutes)\"",
        ),
        (
            json!({"event_sources": [{"type": "schedule", "expression": "rate(1 minutes)", "input": null}]}),
            "the schedule \"rate(1 minutes)\": write it as \"rate(1 minute)\"",
        ),
        (
            json!({"event_sources": [{"type": "schedule", "expression": "rate(1 day)", "input": "x".repeat(8192)}]}),
            "the schedule's `input` has 8194 characters as JSON, and EventBridge takes 8192",
        ),
        (
            json!({"event_sources": [{"type": "event_pattern", "pattern": {"source": ["x".repeat(2048)]}}]}),
            "the event pattern has 2063 characters as JSON, and EventBridge takes 2048",
        ),
        (
            json!({"event_sources": [{
                "type": "s3", "bucket": "Records_X", "events": ["s3:Bogus"], "prefix": "", "suffix": "",
            }]}),
            "the event \"s3:Bogus\" of the bucket \"Records_X\": use one of S3's names",
        ),
        (
            json!({"description": "x".repeat(256)}),
            "`description` has 256 characters: Lambda takes 236 and ` (code 0123456789ab)`, which is added",
        ),
        (
            json!({"subnet_ids": vec!["subnet-1"; 17], "security_group_ids": ["sg-1"]}),
            "`subnet_ids` has 17, and Lambda takes 16",
        ),
        (
            json!({"handler": format!("index.{}", "x".repeat(128))}),
            "has 134 characters, and Lambda takes 128",
        ),
        (
            json!({"event_sources": [{"type": "http_api", "method": "get", "path": "/"}]}),
            "the method \"get\": use one of ANY",
        ),
        (
            json!({"event_sources": [{
                "type": "sqs", "queue": "arn:aws:sqs:x:1:orders.fifo", "batch_size": 11,
                "batching_window_seconds": 1, "report_batch_item_failures": true,
            }]}),
            "of FIFO queues, Lambda takes a `batch_size` of 10 at most",
        ),
    ] {
        let message = refusal(settings(function));
        assert!(message.contains(part), "{part}\n{message}");
    }
}

#[test]
fn what_the_edge_lacks_is_refused_and_its_version_outlives_the_stack() {
    let mut edge = settings(json!({"timeout_seconds": 5}));
    edge["edge"] = json!(true);
    let template = rendered(edge.clone());
    let all = ids(&template);
    let version = all.iter().find(|id| id.contains("Version")).unwrap();
    assert_eq!(template["Resources"][version]["DeletionPolicy"], "RetainExceptOnCreate");
    assert!(!all.contains(&"CreateOrderLogGroup"));
    edge["functions"][0]["env"] = json!({"STAGE": "test"});
    edge["functions"][0]["url"] = json!("NONE");
    let message = refusal(edge);
    assert!(
        message.contains("`env`: Lambda@Edge has none; take it out"),
        "{message}"
    );
    assert!(
        message.contains("`url`: Lambda@Edge has none; take it out"),
        "{message}"
    );
}
