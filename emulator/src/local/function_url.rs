//! Function URLs: a request becomes an event of API Gateway's format 2.0, and the answer a response.

use std::{collections::BTreeMap, io, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, SET_COOKIE, TRANSFER_ENCODING, USER_AGENT},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::any,
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, macros::format_description};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use uuid::Uuid;

use super::{
    App,
    function::{Call, Finished, Function},
};
use crate::{
    base64,
    http::text,
    http_response::{DELIMITER, HttpResponse, is_streamed},
    outcome::StreamPart,
};

/// The most bytes that a request's body may have.
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// Function URLs under a path, for clients that do not find NAME.localhost.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/url/{name}", any(under_path))
        .route("/url/{name}/", any(under_path))
        .route("/url/{name}/{*path}", any(under_path))
}

async fn under_path(
    State(app): State<Arc<App>>,
    Path(parameters): Path<BTreeMap<String, String>>,
    request: Request,
) -> Response {
    let name = parameters.get("name").map_or("", String::as_str);
    let Some(function) = app.function(name) else {
        return no_function(&app, name);
    };
    let whole = request.uri().path_and_query().map_or("", |path| path.as_str());
    let rest = whole.strip_prefix("/url/").unwrap_or(whole);
    let rest = rest.find(['/', '?']).map_or("", |start| &rest[start..]);
    let path = if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    };
    serve(function.clone(), request, &path).await
}

/// The answer to a request for a function that there is not.
pub(super) fn no_function(app: &App, name: &str) -> Response {
    let message = format!("there is no function {name}: use one of {}\n", app.names());
    (StatusCode::NOT_FOUND, message).into_response()
}

/// Has a function answer a request for a path, which may have a query.
pub(super) async fn serve(function: Arc<Function>, request: Request, path: &str) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let is_head = parts.method == Method::HEAD;
    let request_id = Uuid::new_v4().to_string();
    let (sender, mut receiver) = mpsc::channel(16);
    let call = Call {
        event: event(&parts, path, &body, function.name(), &request_id)
            .to_string()
            .into_bytes(),
        request_id: Some(request_id),
        client_context: None,
        stream: Some(sender),
    };
    // The invocation goes on when the client is gone, as in Lambda.
    let run = tokio::spawn(async move { function.call(call).await });
    let response = match receiver.recv().await {
        Some(StreamPart::Start { content_type }) => streamed(content_type, receiver, run).await,
        _ => buffered(run.await.ok()),
    };
    if is_head {
        response.map(|_| Body::empty())
    } else {
        response
    }
}

/// The event for a request.
fn event(parts: &Parts, path: &str, body: &[u8], name: &str, request_id: &str) -> Value {
    let (raw_path, query) = path.split_once('?').unwrap_or((path, ""));
    let now = OffsetDateTime::now_utc();
    let time = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    let host = text(&parts.headers, HOST.as_str()).unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": name,
            "domainName": host,
            "domainPrefix": name,
            "http": {
                "method": parts.method.as_str(),
                "path": percent_decode_str(raw_path).decode_utf8_lossy(),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": text(&parts.headers, USER_AGENT.as_str()).unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": now.format(&time).unwrap_or_default(),
            "timeEpoch": i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<_> = parts
        .headers
        .get_all(COOKIE)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = cookies.join("; ").split("; ").collect();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(joined(form_urlencoded::parse(query.as_bytes())));
    }
    if !body.is_empty() {
        let is_text = text(&parts.headers, CONTENT_TYPE.as_str()).is_none_or(|value| is_text(&value));
        match std::str::from_utf8(body) {
            Ok(body) if is_text => event["body"] = body.into(),
            _ => {
                event["body"] = base64::encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// The headers by name in lower case, but for cookies, which an event has apart.
fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let pairs = headers.iter().filter(|(name, _)| *name != COOKIE);
    joined(pairs.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))))
}

/// Several values of a name are one, with commas between them.
fn joined<N: Into<String>, V: AsRef<str>>(pairs: impl Iterator<Item = (N, V)>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::<String, String>::new();
    for (name, value) in pairs {
        values
            .entry(name.into())
            .and_modify(|joined| *joined = format!("{joined},{}", value.as_ref()))
            .or_insert_with(|| value.as_ref().to_owned());
    }
    values
}

/// Whether a body of this type is passed on as it is; Lambda encodes all others.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&&*essence)
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}

/// The response to an answer that was not streamed; without one, the emulator failed.
fn buffered(finished: Option<Finished>) -> Response {
    let Some(Finished { result: Ok(answer), .. }) = finished else {
        return message(StatusCode::BAD_GATEWAY, "Internal Server Error");
    };
    let parsed = match serde_json::from_slice::<Value>(&answer) {
        Ok(value) if value.get("statusCode").is_some() => HttpResponse::buffered(&value),
        _ => {
            let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            return (headers, answer).into_response();
        }
    };
    match parsed.and_then(|response| Ok((head(&response)?, response.body))) {
        Ok((response, body)) => response.map(|()| Body::from(body)),
        Err(error) => unusable(&error),
    }
}

/// A function's answer that stands for no response of HTTP. Lambda does not tell why; here it is told.
fn unusable(error: &str) -> Response {
    message(StatusCode::BAD_GATEWAY, &format!("Internal Server Error: {error}"))
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "message": text }))).into_response()
}

/// The status and the headers.
fn head(response: &HttpResponse) -> Result<axum::http::Response<()>, String> {
    let mut head = axum::http::Response::new(());
    *head.status_mut() = u16::try_from(response.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| format!("{} is not a statusCode of HTTP", response.status))?;
    let headers = head.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let cookies = response.cookies.iter().map(|cookie| (SET_COOKIE.as_str(), cookie));
    for (name, value) in response
        .headers
        .iter()
        .map(|(name, value)| (&**name, value))
        .chain(cookies)
    {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is no name of a header"))?;
        let value = HeaderValue::from_str(value).map_err(|_| format!("{value:?} cannot be sent as {name}"))?;
        // The server counts by itself.
        if [CONTENT_LENGTH, TRANSFER_ENCODING].contains(&name) {
            continue;
        }
        if name == SET_COOKIE {
            headers.append(name, value);
        } else {
            headers.insert(name, value);
        }
    }
    Ok(head)
}

/// The response to a streamed answer, which goes out as it comes.
async fn streamed(
    content_type: Option<String>,
    mut parts: mpsc::Receiver<StreamPart>,
    run: JoinHandle<Finished>,
) -> Response {
    let mut start = Vec::new();
    let head = if is_streamed(content_type.as_deref()) {
        let end = loop {
            if let Some(end) = start.windows(DELIMITER.len()).position(|window| window == DELIMITER) {
                break end;
            }
            match parts.recv().await {
                Some(StreamPart::Chunk(chunk)) => start.extend_from_slice(&chunk),
                Some(StreamPart::Start { .. }) => {}
                None => return unusable("the streamed response ended before the 8 NUL bytes after its prelude"),
            }
        };
        let rest = start.split_off(end + DELIMITER.len());
        start.truncate(end);
        let prelude = std::mem::replace(&mut start, rest);
        let parsed = serde_json::from_slice::<Map<String, Value>>(&prelude)
            .map_err(|error| format!("the prelude of the streamed response is no JSON object: {error}"))
            .and_then(|prelude| head(&HttpResponse::new(&prelude, Vec::new())?));
        match parsed {
            Ok(head) => head,
            Err(error) => return unusable(&error),
        }
    } else {
        let mut head = axum::http::Response::new(());
        let value = content_type.and_then(|value| HeaderValue::from_str(&value).ok());
        let value = value.unwrap_or_else(|| HeaderValue::from_static("application/octet-stream"));
        head.headers_mut().insert(CONTENT_TYPE, value);
        head
    };
    let (sender, body) = mpsc::channel(16);
    tokio::spawn(async move {
        if !start.is_empty() {
            sender.send(Ok(Bytes::from(start))).await.ok();
        }
        let mut parts = ReceiverStream::new(parts);
        while let Some(part) = parts.next().await {
            if let StreamPart::Chunk(chunk) = part {
                sender.send(Ok(chunk)).await.ok();
            }
        }
        // A connection that breaks off tells the client that the body is not whole.
        if !run.await.is_ok_and(|finished| finished.result.is_ok()) {
            sender.send(Err(io::Error::other("the function failed"))).await.ok();
        }
    });
    head.map(|()| Body::from_stream(ReceiverStream::new(body)))
}
