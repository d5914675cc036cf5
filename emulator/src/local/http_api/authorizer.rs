//! Who is let through to a route. A token's claims are read and its signature is not checked: what signs it is known to the issuer alone.

use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::event::Call;
use crate::{
    base64,
    local::{
        app::App,
        function::{ACCOUNT, REGION},
        function_url::message,
        template::{Authorization, Format},
    },
    runtime_api::{Invocation, Origin, text},
};

fn unauthorized() -> Response {
    message(StatusCode::UNAUTHORIZED, "Unauthorized")
}

fn forbidden(app: &App, call: &Call<'_>, why: &str) -> Response {
    app.console
        .note(&format!("{}: the request is refused: {why}", call.route.key));
    message(StatusCode::FORBIDDEN, "Forbidden")
}

/// The answer to a request that lacks what it is known by.
fn without(app: &App, call: &Call<'_>, source: &str) -> Response {
    let key = &call.route.key;
    app.console.note(&format!(
        "{key}: the request is refused: it has no {source}, which the authorizer looks at"
    ));
    unauthorized()
}

fn failed(app: &App, call: &Call<'_>, what: &str) -> Response {
    app.console
        .problem(&format!("the authorizer of {}: {what}", call.route.key));
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// What the event says of who is let through, or the answer to who is not.
pub(super) async fn authorize(app: &App, call: &Call<'_>) -> Result<Option<Value>, Response> {
    match &call.route.authorization {
        Authorization::None => Ok(None),
        Authorization::Iam => match iam(call) {
            Some(context) => Ok(Some(context)),
            None => Err(forbidden(app, call, "it is not signed (AWS4-HMAC-SHA256)")),
        },
        Authorization::Jwt {
            identity,
            issuer,
            audience,
            scopes,
        } => {
            let token = identity_source(call, identity).ok_or_else(|| without(app, call, identity))?;
            let claims = claims(&token, issuer, audience, OffsetDateTime::now_utc().unix_timestamp());
            let claims = claims.map_err(|why| {
                app.console
                    .note(&format!("{}: the token is refused: {why}", call.route.key));
                unauthorized()
            })?;
            let own = granted(&claims);
            let matched: Vec<_> = own.iter().filter(|scope| scopes.contains(scope)).collect();
            if !scopes.is_empty() && matched.is_empty() {
                let why = format!("its token has none of the scopes {}", scopes.join(", "));
                return Err(forbidden(app, call, &why));
            }
            let scopes = (!scopes.is_empty()).then_some(scopes);
            Ok(Some(json!({"jwt": {"claims": texts(&claims), "scopes": scopes}})))
        }
        Authorization::Function {
            function,
            identities,
            format,
            simple,
        } => {
            let Some(function) = function.as_deref().and_then(|name| app.function(name)).cloned() else {
                return Err(failed(app, call, "its function is not served here"));
            };
            let mut found = Vec::new();
            for source in identities {
                match identity_source(call, source) {
                    Some(value) => found.push(value),
                    None => return Err(without(app, call, source)),
                }
            }
            let arn = format!(
                "arn:aws:execute-api:{REGION}:{ACCOUNT}:{}/{}/{}{}",
                call.api.host(),
                call.stage.name,
                call.parts.method,
                call.rest
            );
            let event = request(call, *format, &found, &arn);
            let invocation = Invocation {
                origin: Origin {
                    source: "authorizer".to_owned(),
                    event_name: Some(call.route.key.clone()),
                },
                ..function.invocation(event.to_string().into_bytes())
            };
            let reply = tokio::spawn(async move { function.invoke(invocation).await }).await;
            let answer = reply
                .ok()
                .and_then(|reply| serde_json::from_slice::<Value>(&reply.result.ok()?).ok());
            let Some(answer) = answer else {
                return Err(failed(app, call, "it failed"));
            };
            let is_allowed = if *simple {
                answer["isAuthorized"] == true
            } else {
                policy_allows(&answer)
            };
            if !is_allowed {
                return Err(forbidden(app, call, "the authorizer's function says no"));
            }
            let mut context = answer["context"].as_object().cloned().unwrap_or_default();
            if *format == Format::V1
                && let Some(principal) = answer.get("principalId")
            {
                context.insert("principalId".to_owned(), principal.clone());
            }
            Ok(Some(json!({"lambda": context})))
        }
        Authorization::Unknown(kind) => Err(failed(app, call, &format!("{kind} is not served here"))),
    }
}

/// What an authorizer's function is sent.
fn request(call: &Call<'_>, format: Format, identities: &[String], arn: &str) -> Value {
    let mut event = match format {
        Format::V1 => call.event_v1(None),
        Format::V2 => call.event_v2(None),
    };
    event["type"] = json!("REQUEST");
    match format {
        Format::V1 => {
            event["methodArn"] = json!(arn);
            event["identitySource"] = json!(identities.join(","));
        }
        Format::V2 => {
            event["routeArn"] = json!(arn);
            event["identitySource"] = json!(identities);
        }
    }
    if let Some(members) = event.as_object_mut() {
        members.remove("body");
        members.remove("isBase64Encoded");
    }
    event
}

/// The value of `$request.header.NAME` and the like, if the request has it.
fn identity_source(call: &Call<'_>, source: &str) -> Option<String> {
    if let Some(name) = source.strip_prefix("$stageVariables.") {
        return call.stage.variables()?.get(name)?.as_str().map(str::to_owned);
    }
    let (kind, name) = source.strip_prefix("$request.")?.split_once('.')?;
    match kind {
        "header" => text(&call.parts.headers, name),
        "querystring" => {
            let query = call.path.split_once('?')?.1;
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        }
        _ => None,
    }
    .filter(|value| !value.is_empty())
}

/// Somebody, if the request is signed. The signature is not checked.
fn iam(call: &Call<'_>) -> Option<Value> {
    let authorization = text(&call.parts.headers, "authorization")?;
    let credential = authorization
        .strip_prefix("AWS4-HMAC-SHA256 ")?
        .split("Credential=")
        .nth(1)?;
    let access_key = credential.split('/').next()?;
    Some(json!({"iam": {
        "accessKey": access_key,
        "accountId": ACCOUNT,
        "callerId": "AIDALOCAL",
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": format!("arn:aws:iam::{ACCOUNT}:user/local"),
        "userId": "AIDALOCAL",
    }}))
}

/// The claims of a token that is good at a time, or why it is not.
fn claims(token: &str, issuer: &str, audience: &[String], now: i64) -> Result<Map<String, Value>, String> {
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    let payload = token
        .split('.')
        .nth(1)
        .ok_or("it is no JWT, which has three parts between dots")?;
    let payload = base64::decode(&payload.replace('-', "+").replace('_', "/"))?;
    let claims: Map<String, Value> =
        serde_json::from_slice(&payload).map_err(|error| format!("its claims are no JSON: {error}"))?;
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact")]
    let now = now as f64;
    if seconds("exp").is_some_and(|exp| exp <= now) {
        return Err("it has expired".to_owned());
    }
    if seconds("nbf").is_some_and(|nbf| nbf > now) {
        return Err("it is not valid yet".to_owned());
    }
    let is = |name: &str, wanted: &dyn Fn(&str) -> bool| match claims.get(name) {
        Some(Value::String(value)) => wanted(value),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).any(wanted),
        _ => false,
    };
    if !issuer.is_empty() && !is("iss", &|value| value == issuer) {
        return Err(format!("its `iss` is not {issuer}"));
    }
    let known = |value: &str| audience.iter().any(|one| one == value);
    // A client's ID counts where no audience is named.
    let name = if claims.contains_key("aud") { "aud" } else { "client_id" };
    if !audience.is_empty() && !is(name, &known) {
        return Err(format!("its `{name}` is none of {}", audience.join(", ")));
    }
    Ok(claims)
}

/// The scopes that a token has.
fn granted(claims: &Map<String, Value>) -> Vec<String> {
    let scopes = ["scope", "scp"].iter().find_map(|name| claims.get(*name));
    match scopes {
        Some(Value::String(text)) => text.split(' ').map(str::to_owned).collect(),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Claims as events have them: as texts, lists in brackets.
fn texts(claims: &Map<String, Value>) -> Value {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let parts: Vec<_> = values
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect();
            format!("[{}]", parts.join(" "))
        }
        other => other.to_string(),
    };
    claims
        .iter()
        .map(|(name, value)| (name.clone(), json!(text(value))))
        .collect()
}

/// Whether the policy that an authorizer returned lets anybody in. Which resources it is for is not looked at.
fn policy_allows(answer: &Value) -> bool {
    let statements = match &answer["policyDocument"]["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let has = |effect: &str| statements.iter().any(|statement| statement["Effect"] == effect);
    has("Allow") && !has("Deny")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &Value) -> String {
        let payload = base64::encode(claims.to_string().as_bytes())
            .replace('+', "-")
            .replace('/', "_");
        format!("Bearer e30.{}.c2ln", payload.trim_end_matches('='))
    }

    #[test]
    fn a_token_is_read_and_refused_with_the_reason() {
        let own = json!({"iss": "https://a", "aud": ["x", "y"], "exp": 200, "sub": "ä?>", "n": 1});
        let read = |claims: &Value| super::claims(&token(claims), "https://a", &["y".to_owned()], 100);
        let claims = read(&own).unwrap();
        let expected = json!({"iss": "https://a", "aud": "[x y]", "exp": "200", "sub": "ä?>", "n": "1"});
        assert_eq!(texts(&claims), expected);
        for (name, value, why) in [
            ("exp", json!(100), "expired"),
            ("nbf", json!(101), "not valid yet"),
            ("iss", json!("https://b"), "`iss` is not https://a"),
            ("aud", json!("z"), "`aud` is none of y"),
        ] {
            let mut other = own.clone();
            other[name] = value;
            assert!(read(&other).unwrap_err().contains(why), "{name}");
        }
        // Cognito's access tokens have a client's ID and no audience.
        let mut other = own;
        other["client_id"] = json!("y");
        other["aud"] = json!("z");
        assert!(read(&other).unwrap_err().contains("`aud` is none of y"));
        other.as_object_mut().unwrap().remove("aud");
        assert!(read(&other).is_ok());
        other["client_id"] = json!("z");
        assert!(read(&other).unwrap_err().contains("`client_id` is none of y"));
        assert!(super::claims("Bearer x", "", &[], 0).unwrap_err().contains("no JWT"));
    }

    #[test]
    fn a_token_has_scopes_and_a_policy_an_effect() {
        let scopes = |claims: Value| granted(claims.as_object().unwrap());
        assert_eq!(scopes(json!({"scope": "read write"})), ["read", "write"]);
        assert_eq!(scopes(json!({"scp": ["read"]})), ["read"]);
        let policy = |effects: &[&str]| {
            let statements: Vec<_> = effects.iter().map(|effect| json!({"Effect": effect})).collect();
            json!({"policyDocument": {"Statement": statements}})
        };
        assert!(policy_allows(&policy(&["Allow"])));
        assert!(!policy_allows(&policy(&["Allow", "Deny"])) && !policy_allows(&json!({})));
    }
}
