//! Function URLs: a request becomes an event, and the answer a response.

use std::{collections::BTreeMap, io, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING},
    },
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use uuid::Uuid;

use super::{
    app::App,
    body,
    event_of_url::{event, trace},
    function::{Function, Reply},
    http_api,
    origin::of_url,
};
use crate::{
    http_response::HttpResponse,
    runtime_api::{Invocation, StreamPart, trace_id_of},
    streamed::{Head, has_prelude, part},
};

/// The most bytes that a request's body may have.
pub(super) const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;

/// How a kind of endpoint takes a function's answer.
pub(super) struct Terms {
    /// The status where there is no response: the function failed, or its answer stands for none.
    pub failed: StatusCode,
    /// What is said then.
    pub message: &'static str,
    /// The type of a response whose function has not said one.
    pub content_type: HeaderValue,
    /// Whether an answer without a `statusCode` is the body of a response.
    pub infers: bool,
}

static FUNCTION_URL: Terms = Terms {
    failed: StatusCode::BAD_GATEWAY,
    message: "Internal Server Error",
    content_type: HeaderValue::from_static("application/json"),
    infers: true,
};

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
    let whole = request.uri().path_and_query().map_or("", |path| path.as_str());
    let rest = whole.strip_prefix("/url/").unwrap_or(whole);
    let rest = rest.find(['/', '?']).map_or("", |start| &rest[start..]);
    let path = if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    };
    match (app.function(name), app.api(name)) {
        (Some(function), _) => serve(function.clone(), request, &path).await,
        (None, Some(api)) => http_api::serve(&app, api, request, &path).await,
        (None, None) => no_function(&app, name),
    }
}

/// The answer to a request for a function or an API that there is not.
pub(super) fn no_function(app: &App, name: &str) -> Response {
    let apis = app.template.apis.iter().map(|api| format!(", {} (an API)", api.host()));
    let message = format!(
        "there is no function {name}: use one of {}{}\n",
        app.names(),
        apis.collect::<String>()
    );
    (StatusCode::NOT_FOUND, message).into_response()
}

/// Has a function answer a request for a path, which may have a query.
pub(super) async fn serve(function: Arc<Function>, request: Request, path: &str) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = body::read(body, MAX_BODY_BYTES).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let is_head = parts.method == Method::HEAD;
    let request_id = Uuid::new_v4().to_string();
    let (sender, mut receiver) = mpsc::channel(16);
    let trace = trace(&parts.headers);
    let event = event(&parts, path, &body, function.name(), &request_id, &trace);
    let invocation = Invocation {
        request_id,
        trace_id: Some(trace_id_of(&trace)),
        stream: Some(sender),
        origin: of_url(&parts, path),
        ..function.invocation(event.to_string().into_bytes())
    };
    // The invocation goes on when the client is gone, as in Lambda.
    let run = tokio::spawn(async move { function.invoke(invocation).await });
    // The server leaves the body of an answer to HEAD out, and says how long it is.
    match receiver.recv().await {
        Some(StreamPart::Start { content_type }) => streamed(content_type, receiver, run).await,
        _ => buffered(run.await.ok(), is_head, &FUNCTION_URL),
    }
}

/// The response to an answer that was not streamed; without a reply, the emulator failed.
pub(super) fn buffered(reply: Option<Reply>, is_head: bool, terms: &Terms) -> Response {
    let Some(Reply { result: Ok(answer), .. }) = reply else {
        return message(terms.failed, terms.message);
    };
    let parsed = match serde_json::from_slice::<Value>(&answer) {
        Ok(value) if value.get("statusCode").is_some() => HttpResponse::buffered(&value),
        _ if !terms.infers => Err(
            "the answer has no statusCode, which payload format 1.0 needs: return one, with the body as a text"
                .to_owned(),
        ),
        _ => {
            let headers = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            return (headers, answer).into_response();
        }
    };
    match parsed.and_then(|response| Ok((head(&response.head, terms)?, response))) {
        Ok((mut head, response)) => {
            // Frameworks take the body of an answer to HEAD away themselves, and leave its length.
            let declared = response.head.headers.get(CONTENT_LENGTH.as_str());
            if is_head
                && response.body.is_empty()
                && let Some(length) = declared.and_then(|length| length.parse::<u64>().ok())
            {
                head.headers_mut().insert(CONTENT_LENGTH, length.into());
            }
            head.map(|()| Body::from(response.body))
        }
        Err(error) => unusable(&error, terms),
    }
}

/// A function's answer that stands for no response of HTTP. Lambda does not say why; here it is said.
fn unusable(error: &str, terms: &Terms) -> Response {
    message(terms.failed, &format!("{}: {error}", terms.message))
}

pub(super) fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "message": text }))).into_response()
}

/// The status and the headers.
fn head(response: &Head, terms: &Terms) -> Result<axum::http::Response<()>, String> {
    let mut head = axum::http::Response::new(());
    *head.status_mut() = u16::try_from(response.status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| format!("{} is not a statusCode of HTTP", response.status))?;
    let headers = head.headers_mut();
    headers.insert(CONTENT_TYPE, terms.content_type.clone());
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
    run: JoinHandle<Reply>,
) -> Response {
    let mut start = Vec::new();
    let head = if has_prelude(content_type.as_deref()) {
        let parsed = loop {
            if let Some((prelude, rest)) = part(&start) {
                let parsed = Head::parse(prelude).and_then(|prelude| head(&prelude, &FUNCTION_URL));
                start = rest.to_vec();
                break parsed;
            }
            match parts.recv().await {
                Some(StreamPart::Chunk(chunk)) => start.extend_from_slice(&chunk),
                Some(StreamPart::Start { .. }) => {}
                None => {
                    let error = "the streamed response ended before the 8 NUL bytes after its prelude";
                    return unusable(error, &FUNCTION_URL);
                }
            }
        };
        match parsed {
            Ok(head) => head,
            Err(error) => return unusable(&error, &FUNCTION_URL),
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
        if !run.await.is_ok_and(|reply| reply.result.is_ok()) {
            sender.send(Err(io::Error::other("the function failed"))).await.ok();
        }
    });
    head.map(|()| Body::from_stream(ReceiverStream::new(body)))
}
