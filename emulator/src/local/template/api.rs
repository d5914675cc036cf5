//! The APIs of API Gateway that a template has: HTTP APIs (`AWS::ApiGatewayV2`) and REST APIs (`AWS::ApiGateway`).

use serde_json::{Map, Value};

use super::{
    resources::Resources,
    route::{Format, Route},
};

/// An API.
#[derive(Debug)]
pub(crate) struct Api {
    /// Its logical ID.
    pub id: String,
    pub kind: ApiKind,
    pub stages: Vec<Stage>,
    pub routes: Vec<Route>,
    pub cors: Option<Cors>,
    /// Of a REST API, the types whose bodies are bytes: in events, they are base64.
    pub binary_types: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ApiKind {
    Http,
    Rest,
}

/// A stage, whose name is the first part of paths unless it is `$default`.
#[derive(Debug)]
pub(crate) struct Stage {
    pub name: String,
    pub variables: Value,
}

/// What lets web sites of other origins read the responses.
#[derive(Debug)]
pub(crate) struct Cors {
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
    pub exposed: Vec<String>,
    pub credentials: bool,
    pub max_age: Option<u64>,
}

/// Who may take a route.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Authorization {
    None,
    /// Whoever signs requests.
    Iam,
    /// Whoever has a token. What is empty is not checked.
    Jwt {
        identity: String,
        issuer: String,
        audience: Vec<String>,
        /// Of these, a token must have one.
        scopes: Vec<String>,
    },
    /// Whom a function lets. It is none if it is not served.
    Function {
        function: Option<String>,
        identities: Vec<String>,
        format: Format,
        simple: bool,
    },
    /// What is not served here.
    Unknown(String),
}

impl Api {
    /// The name that its host begins with.
    pub fn host(&self) -> String {
        self.id.to_lowercase()
    }

    /// The stage that a path is of, and the rest of the path.
    pub fn stage<'a>(&self, path: &'a str) -> Option<(&Stage, &'a str)> {
        let named = |name: &str| self.stages.iter().find(|stage| stage.name == name);
        let whole = path.strip_prefix('/').unwrap_or(path);
        let first = whole.split('/').next().unwrap_or_default();
        match named(first) {
            Some(stage) => Some((
                stage,
                whole.strip_prefix(first).filter(|rest| !rest.is_empty()).unwrap_or("/"),
            )),
            None => Some((named("$default")?, path)),
        }
    }
}

/// All of a template's that have routes.
pub(super) fn all(resources: &Resources) -> Vec<Api> {
    let http = resources
        .of_type("AWS::ApiGatewayV2::Api")
        .filter(|(_, api)| api["ProtocolType"] == "HTTP");
    let mut all: Vec<_> = http.map(|(id, api)| http_api(resources, id, api)).collect();
    all.extend(
        resources
            .of_type("AWS::ApiGateway::RestApi")
            .map(|(id, api)| rest_api(resources, id, api)),
    );
    all
}

fn strings(resources: &Resources, value: &Value) -> Vec<String> {
    let values = value.as_array().into_iter().flatten();
    values.map(|value| resources.text(value)).collect()
}

fn http_api(resources: &Resources, id: &str, api: &Value) -> Api {
    let of_api = |resource_type| {
        let resources_of_type = resources.of_type(resource_type);
        resources_of_type.filter(move |(_, properties)| resources.refers(&properties["ApiId"], id))
    };
    let stages = of_api("AWS::ApiGatewayV2::Stage").map(|(_, stage)| Stage {
        name: resources.text(&stage["StageName"]),
        variables: stage["StageVariables"].clone(),
    });
    let routes = of_api("AWS::ApiGatewayV2::Route").map(|(_, route)| {
        let integration = resources
            .referred(&route["Target"])
            .and_then(|id| resources.properties(id));
        let integration = integration.unwrap_or(&Value::Null);
        let format = match integration["PayloadFormatVersion"].as_str() {
            Some("2.0") => Format::V2,
            _ => Format::V1,
        };
        let key = resources.text(&route["RouteKey"]);
        let function = resources.function(&integration["IntegrationUri"]);
        Route::new(&key, function, format, authorization(resources, route))
    });
    let cors = api["CorsConfiguration"].as_object().map(|cors| {
        let list = |name: &str| strings(resources, cors.get(name).unwrap_or(&Value::Null));
        Cors {
            origins: list("AllowOrigins"),
            methods: list("AllowMethods"),
            headers: list("AllowHeaders"),
            exposed: list("ExposeHeaders"),
            credentials: cors.get("AllowCredentials") == Some(&Value::Bool(true)),
            max_age: cors.get("MaxAge").and_then(Value::as_u64),
        }
    });
    Api {
        id: id.to_owned(),
        kind: ApiKind::Http,
        stages: stages.collect(),
        routes: routes.collect(),
        cors,
        binary_types: Vec::new(),
    }
}

fn authorization(resources: &Resources, route: &Value) -> Authorization {
    let authorizer = resources
        .referred(&route["AuthorizerId"])
        .and_then(|id| resources.properties(id));
    let authorizer = authorizer.unwrap_or(&Value::Null);
    let identities = strings(resources, &authorizer["IdentitySource"]);
    match route["AuthorizationType"].as_str().unwrap_or("NONE") {
        "NONE" => Authorization::None,
        "AWS_IAM" => Authorization::Iam,
        "JWT" => {
            let configuration = &authorizer["JwtConfiguration"];
            Authorization::Jwt {
                identity: identities
                    .first()
                    .cloned()
                    .unwrap_or_else(|| "$request.header.Authorization".to_owned()),
                // What refers to a resource, such as a user pool, is known to AWS alone.
                issuer: configuration["Issuer"].as_str().unwrap_or_default().to_owned(),
                audience: configuration["Audience"]
                    .as_array()
                    .and_then(|all| all.iter().map(|one| one.as_str().map(str::to_owned)).collect())
                    .unwrap_or_default(),
                scopes: strings(resources, &route["AuthorizationScopes"]),
            }
        }
        "CUSTOM" => Authorization::Function {
            function: resources.function(&authorizer["AuthorizerUri"]),
            identities,
            format: match authorizer["AuthorizerPayloadFormatVersion"].as_str() {
                Some("2.0") => Format::V2,
                _ => Format::V1,
            },
            simple: authorizer["EnableSimpleResponses"] == true,
        },
        other => Authorization::Unknown(other.to_owned()),
    }
}

fn rest_api(resources: &Resources, id: &str, api: &Value) -> Api {
    let of_api = |resource_type| {
        let resources_of_type = resources.of_type(resource_type);
        resources_of_type.filter(move |(_, properties)| resources.refers(&properties["RestApiId"], id))
    };
    let stage = |properties: &Value| Stage {
        name: resources.text(&properties["StageName"]),
        variables: properties["Variables"].clone(),
    };
    let stages = of_api("AWS::ApiGateway::Stage").map(|(_, properties)| stage(properties));
    let deployments = of_api("AWS::ApiGateway::Deployment").map(|(_, properties)| stage(properties));
    let routes = of_api("AWS::ApiGateway::Method").map(|(_, method)| {
        let path = path(resources, &method["ResourceId"], id);
        let key = format!("{} {path}", resources.text(&method["HttpMethod"]));
        let function = resources.function(&method["Integration"]["Uri"]);
        let authorization = match method["AuthorizationType"].as_str().unwrap_or("NONE") {
            "NONE" => Authorization::None,
            "AWS_IAM" => Authorization::Iam,
            other => Authorization::Unknown(other.to_owned()),
        };
        Route::new(&key, function, Format::V1, authorization)
    });
    Api {
        id: id.to_owned(),
        kind: ApiKind::Rest,
        stages: stages
            .chain(deployments)
            .filter(|stage| !stage.name.is_empty())
            .collect(),
        routes: routes.collect(),
        cors: None,
        binary_types: strings(resources, &api["BinaryMediaTypes"]),
    }
}

/// The path of a REST API's resource, which has its parents' before its own part.
fn path(resources: &Resources, resource: &Value, api: &str) -> String {
    let mut parts = Vec::new();
    let mut next = resources.referred(resource).filter(|id| *id != api);
    // A template may be wrong in circles.
    while let Some(properties) = next
        .and_then(|id| resources.properties(id))
        .filter(|_| parts.len() < 100)
    {
        parts.push(resources.text(&properties["PathPart"]));
        next = resources.referred(&properties["ParentId"]).filter(|id| *id != api);
    }
    parts.reverse();
    format!("/{}", parts.join("/"))
}

/// The variables of a stage, if it has any.
impl Stage {
    pub fn variables(&self) -> Option<&Map<String, Value>> {
        self.variables.as_object().filter(|variables| !variables.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::resources::tests::*, *};

    #[test]
    fn an_http_api_has_its_routes_and_stages() {
        let template = template(json!({
            "httpApi": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
            "other": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
            "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "httpApi"}, "StageName": "$default"}},
            "Prod": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"ApiId": {"Ref": "httpApi"}, "StageName": "prod"}},
            "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "IntegrationUri": {"Ref": "MailAlias"}, "PayloadFormatVersion": "2.0"}},
            "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "httpApi"},
                "RouteKey": "GET /orders/{id}", "Target": {"Fn::Sub": "integrations/${Integration}"}}},
        }));
        let apis = all(&Resources::new(&template, &handlers()).unwrap());
        assert_eq!(
            (&*apis[0].id, &*apis[1].id, apis[1].routes.len()),
            ("httpApi", "other", 0)
        );
        let route = &apis[0].routes[0];
        assert_eq!(
            (route.resource(), route.function.as_deref(), route.format),
            ("/orders/{id}", Some("mail"), Format::V2)
        );
        for (path, stage, rest) in [
            ("/orders/1", "$default", "/orders/1"),
            ("/prod/orders", "prod", "/orders"),
            ("/prod", "prod", "/"),
            ("/", "$default", "/"),
        ] {
            let found = apis[0].stage(path).map(|(stage, rest)| (&*stage.name, rest));
            assert_eq!(found, Some((stage, rest)), "{path}");
        }
        assert!(apis[1].stage("/").is_none());
    }

    #[test]
    fn a_rest_api_has_the_paths_of_its_resources() {
        let uri =
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Shop.Arn}/invocations";
        let method = |resource: Value| {
            json!({"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": {"Ref": "api"}, "HttpMethod": "GET",
                   "ResourceId": resource, "Integration": {"Uri": {"Fn::Sub": uri}}}})
        };
        let template = template(json!({
            "api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {}},
            "Orders": {"Type": "AWS::ApiGateway::Resource", "Properties": {
                "PathPart": "orders", "ParentId": {"Fn::GetAtt": ["api", "RootResourceId"]}}},
            "Order": {"Type": "AWS::ApiGateway::Resource", "Properties": {"PathPart": "{id}", "ParentId": {"Ref": "Orders"}}},
            "Get": method(json!({"Ref": "Order"})),
            "Root": method(json!({"Fn::GetAtt": ["api", "RootResourceId"]})),
            "Deployment": {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "api"}, "StageName": "prod"}},
        }));
        let apis = all(&Resources::new(&template, &handlers()).unwrap());
        let keys: Vec<_> = apis[0]
            .routes
            .iter()
            .map(|route| (&*route.key, route.function.as_deref()))
            .collect();
        assert_eq!(keys, [("GET /orders/{id}", Some("shop")), ("GET /", Some("shop"))]);
        assert_eq!((apis[0].kind, &*apis[0].stages[0].name), (ApiKind::Rest, "prod"));
    }
}
