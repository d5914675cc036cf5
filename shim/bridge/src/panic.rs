//! A handler's panic fails its invocation, and no more.

use std::{
    any::{type_name, Any},
    fmt::Debug,
    future::{poll_fn, Future},
    panic::{catch_unwind, AssertUnwindSafe},
    pin::pin,
    task::Poll,
};

use lambda_runtime::Diagnostic;
use lambda_shim::panic_message;
use tracing::error;

/// The module of `lambda_runtime` that logs the same, for filters that know it by name.
const TARGET: &str = "lambda_runtime::layers::panic";

/// Calls a handler and awaits its response. An error or a panic becomes what `lambda_runtime` reports for it.
pub(crate) async fn catch_panic<Fut, R, E>(call: impl FnOnce() -> Fut) -> Result<R, Diagnostic>
where
    Fut: Future<Output = Result<R, E>>,
    E: Into<Diagnostic> + Debug,
{
    // A service is called again after a panic, as in lambda_runtime: whether its state is whole is its own affair.
    let future = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(future) => future,
        Err(payload) => return Err(panicked(payload)),
    };
    let mut future = pin!(future);
    let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
        Err(payload) => Poll::Ready(Err(payload)),
    });
    match caught.await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => {
            error!(target: TARGET, "{error:?}");
            Err(error.into())
        }
        Err(payload) => Err(panicked(payload)),
    }
}

fn panicked(payload: Box<dyn Any + Send>) -> Diagnostic {
    error!(target: TARGET, error = ?payload, "user handler panicked");
    Diagnostic {
        error_type: type_name::<&Box<dyn Any + Send>>().to_owned(),
        error_message: match panic_message(&*payload) {
            Some(message) => format!("Lambda panicked: {message}"),
            None => "Lambda panicked".to_owned(),
        },
    }
}
