//! What settings become in the template.

mod common;

use serde_json::{Value, json};
use template::{Settings, render};

use crate::common::{archive, ids, layered, refusal, rendered, settings};

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
fn the_metadata_is_as_the_deployer_reads_it() {
    let template = rendered(settings(json!({})));
    assert_eq!(
        template["Metadata"],
        json!({"RulesRustLambda": {
            "CodeSha256": "01".repeat(32),
            "CodeSize": 1000,
            "Edge": false,
            "Functions": [{"LogicalId": "CreateOrder", "Name": "create_order"}],
            "Label": "//shop:deploy",
            "Layers": [],
        }})
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
        let template = render(&settings, &archive(byte), &[], &json!({})).unwrap();
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
    let with = |patch: Value| render(&settings, &archive(1), &[], &patch).unwrap();
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

#[test]
fn the_zips_layers_are_made_and_come_before_those_of_others() {
    let arn = "arn:aws:lambda:${AWS::Region}:123456789012:layer:insights:1";
    let settings = layered(json!({"layers": [arn], "snap_start": true}));
    let with = |byte| render(&settings, &archive(1), &[archive(2), archive(byte)], &json!({})).unwrap();
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
    other["event_sources"][0]["suffix"] = json!(".json");
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
fn the_version_of_the_edge_outlives_the_stack() {
    let mut edge = settings(json!({"timeout_seconds": 5}));
    edge["edge"] = json!(true);
    let template = rendered(edge);
    let all = ids(&template);
    let version = all.iter().find(|id| id.contains("Version")).unwrap();
    assert_eq!(template["Resources"][version]["DeletionPolicy"], "RetainExceptOnCreate");
    assert!(!all.contains(&"CreateOrderLogGroup"));
}
