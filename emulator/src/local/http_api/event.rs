//! The events of routes, in [API Gateway's formats](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).

use std::collections::BTreeMap;

use axum::http::{
    HeaderMap,
    header::{CONTENT_TYPE, USER_AGENT},
    request::Parts,
};
use serde_json::{Value, json};

use crate::{
    base64,
    local::{
        event_of_url,
        function::ACCOUNT,
        template::{Api, ApiKind, Route, Stage},
    },
    runtime_api::text,
};

/// A request that has found its route.
pub(super) struct Call<'a> {
    pub api: &'a Api,
    pub stage: &'a Stage,
    pub route: &'a Route,
    pub parts: &'a Parts,
    /// As it was sent, with the query.
    pub path: &'a str,
    /// As the API reads it, with the stage.
    pub whole: &'a str,
    /// Without the stage.
    pub rest: &'a str,
    pub parameters: &'a BTreeMap<String, String>,
    pub body: &'a [u8],
    pub request_id: &'a str,
    pub trace: &'a str,
}

impl Call<'_> {
    /// The event of format 2.0, which is that of a function URL with what a route adds.
    pub fn event_v2(&self, authorizer: Option<Value>) -> Value {
        let id = self.api.host();
        let mut event = event_of_url::event(self.parts, self.path, self.body, &id, self.request_id, self.trace);
        event["routeKey"] = json!(self.route.key);
        event["rawPath"] = json!(self.whole);
        if !self.parameters.is_empty() {
            event["pathParameters"] = json!(self.parameters);
        }
        if let Some(variables) = self.stage.variables() {
            event["stageVariables"] = json!(variables);
        }
        // A list of them is in `cookies` alone.
        if let Some(headers) = event["headers"].as_object_mut() {
            headers.remove("cookie");
        }
        let context = &mut event["requestContext"];
        context["accountId"] = json!(ACCOUNT);
        context["routeKey"] = json!(self.route.key);
        context["stage"] = json!(self.stage.name);
        context["http"]["path"] = json!(self.whole);
        if let Some(authorizer) = authorizer {
            context["authorizer"] = authorizer;
        }
        event
    }

    /// The event of format 1.0, which REST APIs have as well.
    pub fn event_v1(&self, authorizer: Option<Value>) -> Value {
        let v2 = self.event_v2(None);
        let context = &v2["requestContext"];
        let is_rest = self.api.kind == ApiKind::Rest;
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let parameters =
            multiple(form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into(), value.into())));
        let headers = self.headers(&v2);
        let (body, is_encoded) = if is_rest {
            self.rest_body()
        } else {
            (v2["body"].clone(), v2["isBase64Encoded"] == true)
        };
        let or_null = |value: &Value| match value {
            Value::Object(members) if members.is_empty() => Value::Null,
            value => value.clone(),
        };
        let mut event = json!({
            "resource": self.route.resource(),
            "path": if is_rest { self.rest } else { self.whole },
            "httpMethod": self.parts.method.as_str(),
            "headers": last(&headers),
            "multiValueHeaders": headers,
            "queryStringParameters": or_null(&last(&parameters)),
            "multiValueQueryStringParameters": or_null(&json!(parameters)),
            "pathParameters": or_null(&json!(self.parameters)),
            "stageVariables": or_null(&json!(self.stage.variables())),
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": context["apiId"],
                "domainName": context["domainName"],
                "domainPrefix": context["domainPrefix"],
                "extendedRequestId": self.request_id,
                "httpMethod": self.parts.method.as_str(),
                "identity": {
                    "accessKey": null,
                    "accountId": null,
                    "caller": null,
                    "sourceIp": context["http"]["sourceIp"],
                    "user": null,
                    "userAgent": text(&self.parts.headers, USER_AGENT.as_str()),
                    "userArn": null,
                },
                "path": self.whole,
                "protocol": "HTTP/1.1",
                "requestId": self.request_id,
                "requestTime": context["time"],
                "requestTimeEpoch": context["timeEpoch"],
                "resourceId": self.route.key,
                "resourcePath": self.route.resource(),
                "stage": self.stage.name,
            },
            "body": body,
            "isBase64Encoded": is_encoded,
        });
        if !is_rest {
            event["version"] = json!("1.0");
        }
        if let Some(authorizer) = authorizer {
            event["requestContext"]["authorizer"] = of_format_1(authorizer);
        }
        event
    }

    /// A body as a REST API passes it on, and whether that is base64: it is if its type is among those that the API has as binary.
    fn rest_body(&self) -> (Value, bool) {
        if self.body.is_empty() {
            return (Value::Null, false);
        }
        let content_type = text(&self.parts.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is_binary = |known: &String| known == "*/*" || known.eq_ignore_ascii_case(essence);
        if self.api.binary_types.iter().any(is_binary) {
            (json!(base64::encode(self.body)), true)
        } else {
            (json!(String::from_utf8_lossy(self.body)), false)
        }
    }

    /// All values of each header: the client's, and those that AWS adds.
    fn headers(&self, v2: &Value) -> BTreeMap<String, Vec<String>> {
        let mut headers = all_headers(&self.parts.headers);
        let given = v2["headers"].as_object();
        headers.retain(|name, _| name == "cookie" || given.is_some_and(|given| given.contains_key(name)));
        for (name, value) in given.into_iter().flatten() {
            let is_added = name.starts_with("x-forwarded-") || name == "x-amzn-trace-id";
            if let Some(value) = value.as_str().filter(|_| is_added) {
                headers.insert(name.clone(), vec![value.to_owned()]);
            }
        }
        headers
    }
}

fn all_headers(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    multiple(headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    }))
}

fn multiple(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in pairs {
        all.entry(name).or_default().push(value);
    }
    all
}

fn last(all: &BTreeMap<String, Vec<String>>) -> Value {
    let pairs = all
        .iter()
        .filter_map(|(name, values)| Some((name.clone(), json!(values.last()?))));
    Value::Object(pairs.collect())
}

/// What authorized a request, in the form of format 1.0, in which a function's context stands by itself.
fn of_format_1(mut authorizer: Value) -> Value {
    for kind in ["lambda", "jwt"] {
        if let Some(context) = authorizer.get_mut(kind) {
            return context.take();
        }
    }
    authorizer
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::local::template::{Authorization, Format};

    fn event(kind: ApiKind, format: Format, authorizer: Option<Value>) -> Value {
        event_of(kind, format, authorizer, "application/json", b"{}")
    }

    fn event_of(kind: ApiKind, format: Format, authorizer: Option<Value>, content_type: &str, body: &[u8]) -> Value {
        let request = Request::builder()
            .method("POST")
            .uri("/")
            .header("host", "httpapi.localhost:9000")
            .header("cookie", "a=1; b=2")
            .header("x-probe", "first")
            .header("x-probe", "second")
            .header("content-type", content_type);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let api = Api {
            id: "httpApi".to_owned(),
            kind,
            stages: Vec::new(),
            routes: Vec::new(),
            cors: None,
            binary_types: vec!["image/png".to_owned()],
        };
        let call = Call {
            api: &api,
            stage: &Stage {
                name: "prod".to_owned(),
                variables: json!({"table": "orders"}),
            },
            route: &Route::new("POST /orders/{id}", None, format, Authorization::None),
            parts: &parts,
            path: "/prod/orders/a%20b?q=1&q=2",
            whole: "/prod/orders/a b",
            rest: "/orders/a b",
            parameters: &BTreeMap::from([("id".to_owned(), "a b".to_owned())]),
            body,
            request_id: "id",
            trace: "Root=1-5759e988-bd862e3fe1be46a994272793",
        };
        match format {
            Format::V1 => call.event_v1(authorizer),
            Format::V2 => call.event_v2(authorizer),
        }
    }

    #[test]
    fn format_2_has_the_route_and_what_authorized_the_request() {
        let event = event(
            ApiKind::Http,
            Format::V2,
            Some(json!({"jwt": {"claims": {"sub": "ada"}}})),
        );
        for (pointer, expected) in [
            ("/version", json!("2.0")),
            ("/routeKey", json!("POST /orders/{id}")),
            ("/rawPath", json!("/prod/orders/a b")),
            ("/rawQueryString", json!("q=1&q=2")),
            ("/queryStringParameters", json!({"q": "1,2"})),
            ("/pathParameters", json!({"id": "a b"})),
            ("/stageVariables", json!({"table": "orders"})),
            ("/cookies", json!(["a=1", "b=2"])),
            ("/headers/x-probe", json!("first,second")),
            ("/body", json!("{}")),
            ("/requestContext/accountId", json!("123456789012")),
            ("/requestContext/stage", json!("prod")),
            ("/requestContext/routeKey", json!("POST /orders/{id}")),
            ("/requestContext/http/path", json!("/prod/orders/a b")),
            ("/requestContext/authorizer/jwt/claims/sub", json!("ada")),
        ] {
            assert_eq!(event.pointer(pointer), Some(&expected), "{pointer}");
        }
        assert!(event["headers"].get("cookie").is_none());
    }

    #[test]
    fn format_1_has_each_value_of_a_name() {
        let http = event(ApiKind::Http, Format::V1, Some(json!({"lambda": {"tenant": "a"}})));
        for (pointer, expected) in [
            ("/version", json!("1.0")),
            ("/resource", json!("/orders/{id}")),
            ("/path", json!("/prod/orders/a b")),
            ("/httpMethod", json!("POST")),
            ("/headers/x-probe", json!("second")),
            ("/multiValueHeaders/x-probe", json!(["first", "second"])),
            ("/multiValueHeaders/cookie", json!(["a=1; b=2"])),
            ("/multiValueHeaders/x-forwarded-port", json!(["9000"])),
            ("/queryStringParameters", json!({"q": "2"})),
            ("/multiValueQueryStringParameters", json!({"q": ["1", "2"]})),
            ("/pathParameters", json!({"id": "a b"})),
            ("/requestContext/authorizer", json!({"tenant": "a"})),
            ("/requestContext/resourcePath", json!("/orders/{id}")),
            ("/body", json!("{}")),
        ] {
            assert_eq!(http.pointer(pointer), Some(&expected), "{pointer}");
        }
        let rest = event(ApiKind::Rest, Format::V1, None);
        assert_eq!((rest.get("version"), &rest["path"]), (None, &json!("/orders/a b")));
        assert_eq!(rest["requestContext"]["path"], "/prod/orders/a b");
    }

    #[test]
    fn a_rest_api_knows_bytes_by_the_types_that_it_lists() {
        let body = |kind, content_type: &str| {
            let event = event_of(kind, Format::V1, None, content_type, b"a=1");
            (event["body"].clone(), event["isBase64Encoded"].clone())
        };
        let (plain, encoded) = ((json!("a=1"), json!(false)), (json!("YT0x"), json!(true)));
        let form = "application/x-www-form-urlencoded";
        assert_eq!(body(ApiKind::Rest, form), plain);
        assert_eq!(body(ApiKind::Http, form), encoded);
        assert_eq!(body(ApiKind::Rest, "Image/PNG; a=b"), encoded);
        let none = event_of(ApiKind::Rest, Format::V1, None, form, b"");
        assert_eq!((&none["body"], &none["isBase64Encoded"]), (&Value::Null, &json!(false)));
    }
}
