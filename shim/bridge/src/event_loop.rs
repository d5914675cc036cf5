//! What a program's call of `run` becomes.

use std::{
    fmt::Debug,
    future::{poll_fn, Future},
    sync::Arc,
};

use lambda_runtime::{Config, Context, Diagnostic, Error, IntoFunctionResponse, LambdaEvent};
use lambda_shim::{Failure, Function, Invocation};
use serde::{Deserialize, Serialize};
use tokio_stream::Stream;
use tower::Service;
use tracing::{dispatcher, error, info_span, Instrument, Span};

use crate::{deadline::deadline_ms, panic::catch_panic, response::to_bytes};

/// What `lambda_runtime` says of an event that does not deserialize into the handler's payload type.
const DESERIALIZE_ERROR: &str = "failed to deserialize the incoming data into the function's payload type";
/// The `errorType` that `lambda_runtime` reports it under: the name of its private error type.
const DESERIALIZE_ERROR_TYPE: &str = "&lambda_runtime::deserializer::DeserializeError";

/// Takes events from `function`'s slot and gives them to `handler`, one after the other, as `lambda_runtime::run` does.
///
/// ```
/// use lambda_bridge::{inline, run, Ended, IntoExit};
/// use lambda_runtime::{service_fn, Error, LambdaEvent};
/// use lambda_shim::{Function, Invocation};
/// use serde_json::{json, Value};
/// use tokio::runtime::Builder;
///
/// async fn greet(event: LambdaEvent<Value>) -> Result<Value, Error> {
///     Ok(json!({ "hello": event.payload["name"] }))
/// }
///
/// // What the rewriter makes of a `main` that calls `lambda_runtime::run(service_fn(greet))`.
/// static FUNCTION: Function = Function::new(|| {
///     inline(Builder::new_current_thread().enable_all().build(), || async {
///         let returned = run(&FUNCTION, service_fn(greet)).await;
///         move || Ended::new(returned).into_exit()
///     })
/// });
///
/// # for (name, value) in [("NAME", "greet"), ("MEMORY_SIZE", "128"), ("VERSION", "1")] {
/// #     std::env::set_var(format!("AWS_LAMBDA_FUNCTION_{name}"), value);
/// # }
/// let outcome = FUNCTION.invoke(&Invocation {
///     event: br#"{"name": "Ada"}"#,
///     request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
///     deadline_ms: "1700000000000",
///     ..Invocation::default()
/// });
/// assert_eq!(outcome, Ok(br#"{"hello":"Ada"}"#.to_vec()));
/// ```
///
/// # Errors
///
/// Where `lambda_runtime::run` has one: the handler is not ready, or its response does not serialize.
///
/// # Panics
///
/// Where `lambda_runtime::run` does: an environment variable that Lambda sets is missing.
pub async fn run<A, F, R, B, S, D, E>(function: &Function, mut handler: F) -> Result<(), Error>
where
    F: Service<LambdaEvent<A>, Response = R>,
    F::Future: Future<Output = Result<R, F::Error>>,
    F::Error: Into<Diagnostic> + Debug,
    A: for<'de> Deserialize<'de>,
    R: IntoFunctionResponse<B, S>,
    B: Serialize,
    S: Stream<Item = Result<D, E>> + Unpin + Send + 'static,
    D: Into<bytes::Bytes> + Send,
    E: Into<Error> + Send + Debug,
{
    let config = Arc::new(Config::from_env());
    let slot = function.slot();
    loop {
        slot.next().await;
        let Some((context, span, payload)) = slot.read(|invocation| {
            let span = request_span(invocation);
            // Inside the span, where lambda_runtime logs what is wrong with an event.
            let payload = span.in_scope(|| deserialize::<A>(invocation.event));
            (new_context(invocation, &config), span, payload)
        }) else {
            continue;
        };
        let context = context?;
        poll_fn(|cx| handler.poll_ready(cx)).await.map_err(|error| {
            let diagnostic = error.into();
            Error::from(format!("{}: {}", diagnostic.error_type, diagnostic.error_message))
        })?;
        let answer = async {
            let result = match payload {
                Ok(payload) => catch_panic(|| handler.call(LambdaEvent::new(payload, context))).await,
                Err(diagnostic) => Err(diagnostic),
            };
            match result {
                Ok(response) => to_bytes(slot, response).await.inspect_err(log_unwritten),
                Err(diagnostic) => Ok(Err(diagnostic)),
            }
        }
        .instrument(span)
        .await?;
        slot.respond(answer.map_err(|diagnostic| Failure::new(diagnostic.error_type, diagnostic.error_message)));
    }
}

/// Logs what `lambda_runtime` does of a response that can't be written, before it ends.
fn log_unwritten(error: &Error) {
    if dispatcher::has_been_set() {
        error!(target: "lambda_runtime::layers::api_client", ?error, "failed to build Lambda Runtime API request");
    } else {
        eprintln!("failed to build Lambda Runtime API request: {error:?}");
    }
}

/// The span that `lambda_runtime` handles an invocation in, under the target that filters know it by.
fn request_span(invocation: &Invocation<'_>) -> Span {
    info_span!(
        target: "lambda_runtime::layers::trace",
        "Lambda runtime invoke",
        requestId = invocation.request_id,
        xrayTraceId = sent(invocation.trace_id),
        tenantId = sent(invocation.tenant_id),
    )
}

/// The context that `lambda_runtime` would make of the headers that Lambda sent.
// The fields are public, but the struct has no literal outside its crate.
#[allow(clippy::field_reassign_with_default)]
fn new_context(invocation: &Invocation<'_>, config: &Arc<Config>) -> Result<Context, Error> {
    let mut context = Context::default();
    context.request_id = invocation.request_id.to_owned();
    context.deadline = deadline_ms(invocation.deadline_ms);
    context.invoked_function_arn = invocation.invoked_function_arn.to_owned();
    context.xray_trace_id = sent(invocation.trace_id).map(str::to_owned);
    context.client_context = sent(invocation.client_context).map(serde_json::from_str).transpose()?;
    context.identity = sent(invocation.cognito_identity)
        .map(serde_json::from_str)
        .transpose()?;
    #[cfg(not(no_tenant))]
    {
        context.tenant_id = sent(invocation.tenant_id).map(str::to_owned);
    }
    context.env_config = Arc::clone(config);
    Ok(context)
}

/// A header's value, if Lambda sent one.
fn sent(value: &str) -> Option<&str> {
    Some(value).filter(|value| !value.is_empty())
}

/// Logged in the form of `lambda_runtime`'s private type of that name.
#[derive(Debug)]
struct DeserializeError {
    inner: serde_path_to_error::Error<serde_json::Error>,
}

fn deserialize<A: for<'de> Deserialize<'de>>(event: &[u8]) -> Result<A, Diagnostic> {
    // lambda_runtime keeps track of the path as it goes, which takes as long again as all the rest; nobody wants it of an event
    // that fits.
    A::deserialize(&mut serde_json::Deserializer::from_slice(event)).or_else(|_| deserialize_with_path(event))
}

/// Deserializes an event that does not fit, to say where.
#[cold]
fn deserialize_with_path<A: for<'de> Deserialize<'de>>(event: &[u8]) -> Result<A, Diagnostic> {
    let mut deserializer = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let error = DeserializeError { inner: error };
        error!(target: "lambda_runtime::layers::api_response", ?error, "Request payload deserialization into LambdaEvent<T> failed. The handler will not be called. Log at TRACE level to see the payload.");
        let error = error.inner;
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!("[{path}] ") };
        Diagnostic {
            error_type: DESERIALIZE_ERROR_TYPE.to_owned(),
            // With the line break that lambda_runtime ends it with.
            error_message: format!("{DESERIALIZE_ERROR}: {place}{error}\n"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_arrives_whole() {
        let config = Arc::new(Config {
            function_name: "hello".to_owned(),
            ..Config::default()
        });
        let invocation = Invocation {
            event: b"{}",
            request_id: "id-1",
            deadline_ms: "1700000000000",
            invoked_function_arn: "arn:aws:lambda:us-east-1:123456789012:function:hello",
            trace_id: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
            client_context: r#"{"client":{"installation_id":"i","app_title":"t","app_version_name":"n","app_version_code":"c","app_package_name":"p"},"custom":{"k":"v"},"environment":{"locale":"en"}}"#,
            cognito_identity: r#"{"cognitoIdentityId":"identity","cognitoIdentityPoolId":"pool"}"#,
            tenant_id: "tenant",
        };
        let context = new_context(&invocation, &config).unwrap();
        assert_eq!(context.request_id, "id-1");
        assert_eq!(context.deadline, 1_700_000_000_000);
        assert_eq!(context.invoked_function_arn, invocation.invoked_function_arn);
        assert_eq!(context.xray_trace_id.as_deref(), Some(invocation.trace_id));
        let client = context.client_context.unwrap();
        assert_eq!(client.client.installation_id, "i");
        assert_eq!(client.custom["k"], "v");
        assert_eq!(client.environment["locale"], "en");
        let identity = context.identity.unwrap();
        assert_eq!(
            (identity.identity_id.as_str(), identity.identity_pool_id.as_str()),
            ("identity", "pool")
        );
        #[cfg(not(no_tenant))]
        assert_eq!(context.tenant_id.as_deref(), Some("tenant"));
        assert_eq!(context.env_config.function_name, "hello");
    }

    #[test]
    fn what_lambda_did_not_send_is_absent() {
        let invocation = Invocation {
            request_id: "id-2",
            ..Invocation::default()
        };
        let context = new_context(&invocation, &Arc::new(Config::default())).unwrap();
        assert_eq!(context.deadline, 0);
        assert_eq!(context.xray_trace_id, None);
        assert_eq!(context.client_context, None);
        assert_eq!(context.identity, None);
    }

    #[test]
    fn an_odd_deadline_is_no_error() {
        for (deadline_ms, deadline) in [("-5", 0), ("", 0), ("1e30", u64::MAX)] {
            let invocation = Invocation {
                deadline_ms,
                ..Invocation::default()
            };
            let context = new_context(&invocation, &Arc::new(Config::default())).unwrap();
            assert_eq!(context.deadline, deadline);
            // As a time it must not overflow.
            context.deadline();
        }
    }

    #[test]
    fn an_event_that_does_not_fit_names_the_place() {
        let diagnostic = deserialize::<std::collections::HashMap<String, u8>>(br#"{"a": "b"}"#).unwrap_err();
        assert_eq!(diagnostic.error_type, DESERIALIZE_ERROR_TYPE);
        // lambda_runtime names the path twice.
        assert_eq!(
            diagnostic.error_message,
            "failed to deserialize the incoming data into the function's payload type: [a] a: invalid type: string \"b\", expected u8 at line 1 column 9\n"
        );
    }
}
