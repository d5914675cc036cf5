//! Lambda's API, as far as functions are invoked and listed by it: [Invoke], [InvokeWithResponseStream] and [ListFunctions].
//!
//! [Invoke]: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
//! [InvokeWithResponseStream]: https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
//! [ListFunctions]: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{OriginalUri, Path, RawQuery, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{CONTENT_TYPE, HeaderName},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use uuid::Uuid;

use super::{
    app::App,
    body, event_stream,
    function::{Function, Reply, tail},
    origin::of_api,
};
use crate::{
    base64,
    runtime_api::{Invocation, JSON, StreamPart, text},
};

/// The most bytes that an event may have: when it is waited for, and when it is not.
const MAX_EVENT_BYTES: usize = 6_291_456;
const MAX_ASYNC_EVENT_BYTES: usize = 1_048_576;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

/// The routes of the API.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/2015-03-31/functions", get(list))
        .route("/2015-03-31/functions/", get(list))
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .route(
            "/2021-11-15/functions/{name}/response-streaming-invocations",
            post(invoke_with_response_stream),
        )
}

/// An error in AWS's form.
struct ApiError {
    status: StatusCode,
    error_type: &'static str,
    message: String,
}

impl ApiError {
    fn new(status: StatusCode, error_type: &'static str, message: String) -> Self {
        Self {
            status,
            error_type,
            message,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let headers = [
            (ERROR_TYPE, self.error_type.to_owned()),
            (REQUEST_ID, Uuid::new_v4().to_string()),
        ];
        let body = json!({"Type": "User", "Message": self.message});
        (self.status, headers, Json(body)).into_response()
    }
}

/// What is sent to a path that nothing is at.
pub(super) async fn unknown(method: Method, OriginalUri(uri): OriginalUri) -> Response {
    let message = format!(
        "{method} {} is not served here: the Invoke API (Invoke, InvokeWithResponseStream, ListFunctions), \
         /url/NAME/ and the page at / are",
        uri.path()
    );
    ApiError::new(StatusCode::NOT_FOUND, "UnknownOperationException", message).into_response()
}

async fn list(State(app): State<Arc<App>>) -> Json<Value> {
    let configuration = |function: &Arc<Function>| {
        json!({
            "FunctionName": function.name(),
            "FunctionArn": function.arn(),
            "Handler": function.handler().handler,
            "Runtime": app.args.runtime,
            "Timeout": app.args.timeout_seconds,
            "MemorySize": app.args.memory_mb,
            "PackageType": "Zip",
            "Version": "$LATEST",
        })
    };
    Json(json!({"Functions": app.functions.iter().map(configuration).collect::<Vec<_>>()}))
}

/// The function that is named by its name or an ARN of it, whole or in part.
fn find<'a>(app: &'a App, name: &str, query: Option<&str>) -> Result<&'a Arc<Function>, ApiError> {
    let (name, suffix) = match name.split_once("function:") {
        Some((_, rest)) => rest
            .split_once(':')
            .map_or((rest, None), |(name, rest)| (name, Some(rest))),
        None => name
            .split_once(':')
            .map_or((name, None), |(name, rest)| (name, Some(rest))),
    };
    let query = query.unwrap_or_default();
    let in_query = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "Qualifier");
    let qualifier = suffix.map(str::to_owned).or_else(|| Some(in_query?.1.into_owned()));
    let not_found = |message| ApiError::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message);
    let function = app.function(name).ok_or_else(|| {
        let names = app.names();
        not_found(format!("Function not found: {name}; there are {names}"))
    })?;
    match qualifier {
        Some(qualifier) if qualifier != "$LATEST" => Err(not_found(format!(
            "Function not found: {}:{qualifier}; only $LATEST is served locally",
            function.arn()
        ))),
        _ => Ok(function),
    }
}

/// Checks what was sent, and makes an invocation of it.
async fn invocation(
    function: &Function,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Invocation, ApiError> {
    let body = body::read(body, limit).await.map_err(|length| {
        let message = format!("{length} byte payload is too large for the Invoke operation (limit {limit} bytes)");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message)
    })?;
    let invalid = |message| ApiError::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
    let event = match &*body {
        [] => b"{}".to_vec(),
        body => body.to_vec(),
    };
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&event) {
        return Err(invalid(format!("Could not parse request body into json: {error}")));
    }
    let client_context = match text(headers, "x-amz-client-context") {
        None => None,
        Some(encoded) => {
            let decoded = base64::decode(&encoded)
                .and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()))
                .map_err(|error| {
                    invalid(format!(
                        "Client context must be a valid Base64-encoded JSON object: it {error}"
                    ))
                })?;
            if let Err(error) = serde_json::from_str::<serde_json::Map<String, Value>>(&decoded) {
                return Err(invalid(format!(
                    "Client context must be a valid Base64-encoded JSON object: {error}"
                )));
            }
            Some(decoded)
        }
    };
    Ok(Invocation {
        client_context,
        origin: of_api(headers),
        ..function.invocation(event)
    })
}

fn wants_log(headers: &HeaderMap) -> bool {
    text(headers, "x-amz-log-type").is_some_and(|log_type| log_type == "Tail")
}

fn header(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The type of an invocation.
enum InvocationType {
    RequestResponse,
    Event,
    DryRun,
}

fn invocation_type(headers: &HeaderMap) -> Result<InvocationType, ApiError> {
    match text(headers, "x-amz-invocation-type").as_deref() {
        None | Some("RequestResponse") => Ok(InvocationType::RequestResponse),
        Some("Event") => Ok(InvocationType::Event),
        Some("DryRun") => Ok(InvocationType::DryRun),
        Some(other) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            format!("{other:?} is no invocation type: use RequestResponse, Event or DryRun"),
        )),
    }
}

async fn invoke(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let function = find(&app, &name, query.as_deref())?.clone();
    let invocation_type = invocation_type(&headers)?;
    let limit = match invocation_type {
        InvocationType::Event => MAX_ASYNC_EVENT_BYTES,
        _ => MAX_EVENT_BYTES,
    };
    let invocation = invocation(&function, &headers, body, limit).await?;
    let id = [(REQUEST_ID, invocation.request_id.clone())];
    // The invocation goes on when its caller does not wait for it any longer, as in Lambda.
    let run = async move { function.invoke(invocation).await };
    match invocation_type {
        InvocationType::DryRun => Ok((StatusCode::NO_CONTENT, id).into_response()),
        InvocationType::Event => {
            tokio::spawn(run);
            Ok((StatusCode::ACCEPTED, id).into_response())
        }
        InvocationType::RequestResponse => match tokio::spawn(run).await {
            Ok(reply) => Ok((id, response(reply, wants_log(&headers))).into_response()),
            Err(error) => Err(broken(&error)),
        },
    }
}

fn broken(error: &tokio::task::JoinError) -> ApiError {
    let message = format!("the emulator itself failed: {error}");
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", message)
}

fn response(reply: Reply, with_log: bool) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(EXECUTED_VERSION, HeaderValue::from_static("$LATEST"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    if with_log {
        headers.insert(LOG_RESULT, header(&base64::encode(tail(&reply.log))));
    }
    let body = match reply.result {
        Ok(answer) => answer,
        Err(error) => {
            headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
            error
        }
    };
    (headers, body).into_response()
}

async fn invoke_with_response_stream(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let function = find(&app, &name, query.as_deref())?.clone();
    let invocation_type = invocation_type(&headers)?;
    let mut invocation = invocation(&function, &headers, body, MAX_EVENT_BYTES).await?;
    let id = (REQUEST_ID, invocation.request_id.clone());
    if let InvocationType::DryRun = invocation_type {
        return Ok((StatusCode::NO_CONTENT, [id]).into_response());
    }
    let (sender, receiver) = mpsc::channel(16);
    invocation.stream = Some(sender);
    let (frames, body) = mpsc::channel::<Result<Vec<u8>, Infallible>>(16);
    let with_log = wants_log(&headers);
    let run = tokio::spawn(async move { function.invoke(invocation).await });
    tokio::spawn(async move {
        let mut parts = ReceiverStream::new(receiver);
        while let Some(part) = parts.next().await {
            if let StreamPart::Chunk(chunk) = part {
                frames.send(Ok(chunk_event(&chunk))).await.ok();
            }
        }
        let (unsent, complete) = match run.await {
            Ok(reply) => completion(reply, with_log),
            Err(error) => (
                Vec::new(),
                json!({"ErrorCode": "ServiceException", "ErrorDetails": error.to_string()}),
            ),
        };
        if !unsent.is_empty() {
            frames.send(Ok(chunk_event(&unsent))).await.ok();
        }
        let complete = event_stream::encode("InvokeComplete", JSON, complete.to_string().as_bytes());
        frames.send(Ok(complete)).await.ok();
    });
    let headers = [
        id,
        (EXECUTED_VERSION, "$LATEST".to_owned()),
        (CONTENT_TYPE, "application/vnd.amazon.eventstream".to_owned()),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(body))).into_response())
}

fn chunk_event(chunk: &[u8]) -> Vec<u8> {
    event_stream::encode("PayloadChunk", "application/octet-stream", chunk)
}

/// What of the answer was not streamed, and how the invocation ended.
fn completion(reply: Reply, with_log: bool) -> (Vec<u8>, Value) {
    let mut complete = json!({});
    if with_log {
        complete["LogResult"] = base64::encode(tail(&reply.log)).into();
    }
    let unsent = match reply.result {
        Ok(answer) => answer,
        Err(error) => {
            complete["ErrorCode"] = "Unhandled".into();
            complete["ErrorDetails"] = String::from_utf8_lossy(&error).into();
            Vec::new()
        }
    };
    (unsent, complete)
}
