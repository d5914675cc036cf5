//! The event sources of a template.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Local, command, write_zip};

/// `auth` lets in whoever has the password; `hello` answers with its event.
const HANDLE: &str = r#"
    if [[ $_HANDLER == authorizer ]]; then
        if [[ $event == *letmein* ]]; then answer=true; else answer=false; fi
        respond "{\"isAuthorized\": $answer, \"context\": {\"tenant\": \"a\"}}"
    elif [[ $event == *fail=1* ]]; then
        fail Oops sorry
    elif [[ $event == *bare=1* ]]; then
        respond "{}"
    else
        body=${event//\\/\\\\}; body=${body//\"/\\\"}
        respond "{\"statusCode\": 200, \"headers\": {\"access-control-allow-origin\": \"https://own.example\"}, \"body\": \"$body\"}"
    fi"#;

/// A template of those two functions, in a folder.
fn template(folder: &TempDir) -> PathBuf {
    let function = |handler: &str| json!({"Type": "AWS::Lambda::Function", "Properties": {"Handler": handler}});
    let api = |kind: &str, properties: Value| {
        let mut properties = properties;
        properties["ApiId"] = json!({"Ref": "httpApi"});
        json!({"Type": format!("AWS::ApiGatewayV2::{kind}"), "Properties": properties})
    };
    let route = |key: &str| {
        api(
            "Route",
            json!({"RouteKey": key, "Target": {"Fn::Sub": "integrations/${Integration}"}}),
        )
    };
    let mut secret = route("GET /secret");
    secret["Properties"]["AuthorizationType"] = json!("CUSTOM");
    secret["Properties"]["AuthorizerId"] = json!({"Ref": "Authorizer"});
    let template = json!({"Resources": {
        "Hello": function("bootstrap"),
        "Auth": function("authorizer"),
        "httpApi": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {
            "ProtocolType": "HTTP",
            "CorsConfiguration": {"AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"]},
        }},
        "Stage": api("Stage", json!({"StageName": "$default"})),
        "Integration": api("Integration", json!({
            "IntegrationUri": {"Fn::GetAtt": ["Hello", "Arn"]}, "PayloadFormatVersion": "2.0"})),
        "Route": route("GET /orders/{id}"),
        "Secret": secret,
        "Authorizer": api("Authorizer", json!({
            "AuthorizerUri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Auth.Arn}/invocations"},
            "AuthorizerPayloadFormatVersion": "2.0", "EnableSimpleResponses": true,
            "IdentitySource": ["$request.header.Authorization"]})),
        "restApi": {"Type": "AWS::ApiGateway::RestApi", "Properties": {}},
        "RestStage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "restApi"}, "StageName": "prod"}},
        "Orders": {"Type": "AWS::ApiGateway::Resource", "Properties": {
            "RestApiId": {"Ref": "restApi"}, "PathPart": "orders", "ParentId": {"Fn::GetAtt": ["restApi", "RootResourceId"]}}},
        "Method": {"Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": {"Ref": "restApi"}, "ResourceId": {"Ref": "Orders"}, "HttpMethod": "POST",
            "Integration": {"Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Hello.Arn}/invocations"}}}},
        "Config": {"Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": {"Ref": "Hello"}, "Principal": "config.amazonaws.com"}},
        "Queue": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": {"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders"},
            "FunctionName": {"Ref": "Hello"}}},
    }});
    let path = folder.path().join("template.json");
    fs::write(&path, template.to_string()).unwrap();
    path
}

#[test]
fn routes_are_served_as_api_gateway_would() {
    let folder = TempDir::new().unwrap();
    let template = template(&folder);
    let local = Local::start(
        HANDLE,
        &["--handler", "auth=authorizer", "--template", template.to_str().unwrap()],
    );
    let host = "Host: httpapi.localhost:9000\r\n";
    let get = |path: &str, headers: &str| local.request(&format!("GET {path}"), &format!("{host}{headers}"), b"");

    let (head, body) = get("/orders/a%20b?q=1", "Origin: https://shop.example\r\n");
    assert!(head.starts_with("http/1.0 200"), "{head}");
    assert!(
        head.contains("access-control-allow-origin: https://shop.example"),
        "{head}"
    );
    // An HTTP API calls a text what has no type.
    assert!(head.contains("content-type: text/plain; charset=utf-8"), "{head}");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&event["routeKey"], &event["pathParameters"]),
        (&json!("GET /orders/{id}"), &json!({"id": "a b"}))
    );

    // For clients that do not find the host.
    let (head, _) = local.request("GET /url/httpapi/orders/1", "", b"");
    assert!(head.starts_with("http/1.0 200"), "{head}");

    for (line, status, message) in [
        ("GET /orders", "404", "Not Found"),
        ("POST /orders/1", "404", "Not Found"),
        ("GET /orders/1?fail=1", "500", "Internal Server Error"),
        ("GET /secret", "401", "Unauthorized"),
    ] {
        let (head, body) = local.request(line, host, b"");
        assert!(head.starts_with(&format!("http/1.0 {status}")), "{line}: {head}");
        assert_eq!(
            serde_json::from_str::<Value>(&body).unwrap(),
            json!({"message": message}),
            "{line}"
        );
    }

    let (head, body) = get("/secret", "Authorization: no\r\n");
    assert!(
        head.starts_with("http/1.0 403") && body.contains("Forbidden"),
        "{head}{body}"
    );
    let (_, body) = get("/secret", "Authorization: letmein\r\n");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        event["requestContext"]["authorizer"],
        json!({"lambda": {"tenant": "a"}})
    );

    let preflight = format!("{host}Origin: https://shop.example\r\nAccess-Control-Request-Method: GET\r\n");
    let (head, _) = local.request("OPTIONS /orders/1", &preflight, b"");
    assert!(
        head.starts_with("http/1.0 204") && head.contains("access-control-allow-methods: get"),
        "{head}"
    );

    // A REST API has its own words, and needs a whole response.
    let rest = "Host: restapi.localhost:9000\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let (head, body) = local.request("POST /prod/orders/", rest, b"a=1");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert!(
        head.starts_with("http/1.0 200") && head.contains("content-type: application/json"),
        "{head}"
    );
    assert_eq!(
        (&event["resource"], &event["path"], &event["body"]),
        (&json!("/orders"), &json!("/orders/"), &json!("a=1"))
    );
    for (line, sent, status, message) in [
        ("POST /prod/orders", "fail=1", "502", "Internal server error"),
        (
            "POST /prod/orders",
            "bare=1",
            "502",
            "Internal server error: the answer has no statusCode",
        ),
        ("POST /prod/other", "", "403", "Missing Authentication Token"),
        ("POST /orders", "", "403", "Missing Authentication Token"),
    ] {
        let (head, body) = local.request(line, rest, sent.as_bytes());
        assert!(head.starts_with(&format!("http/1.0 {status}")), "{line}: {head}");
        assert!(
            body.starts_with(&format!("{{\"message\":\"{message}")),
            "{line}: {body}"
        );
    }
    let (head, body) = local.request("GET /orders/1?bare=1", host, b"");
    assert!(
        head.contains("content-type: application/json") && body == "{}",
        "{head}{body}"
    );

    // What the page needs for its buttons.
    let (_, body) = local.request("GET /page/events", "", b"");
    let events: Value = serde_json::from_str(&body).unwrap();
    let source = &events["sources"][0];
    assert_eq!(
        (&source["name"], &source["function"], &source["kind"]),
        (&json!("orders"), &json!("hello"), &json!("sqs"))
    );
    assert!(source["text"].as_str().unwrap().contains("123456789012:orders"));
    assert_eq!(events["apis"][0]["host"], "httpapi");
}

#[test]
fn an_event_of_a_source_is_sent_to_its_function() {
    let folder = TempDir::new().unwrap();
    let template = template(&folder);
    let zip = folder.path().join("function.zip");
    write_zip(&zip, HANDLE);
    let invoke = |source: &str| {
        let mut command = command(&zip);
        command
            .args(["--handler", "auth=authorizer", "--template"])
            .arg(&template);
        command.args(["invoke", "--source", source]).output().unwrap()
    };
    let output = invoke("orders");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("arn:aws:sqs:us-east-1:123456789012:orders"), "{text}");
    // A host can lead to one of them.
    let mut clash = command(&zip);
    clash.args([
        "--port",
        "0",
        "--handler",
        "auth=authorizer",
        "--handler",
        "HttpApi=bootstrap",
        "--template",
    ]);
    let output = clash.arg(&template).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && text.contains("the function HttpApi and the template's API httpApi"),
        "{text}"
    );
    let output = invoke("order");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && text.contains("\"order\": give --source one of orders"),
        "{text}"
    );
}
