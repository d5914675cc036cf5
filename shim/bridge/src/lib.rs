//! Runs a program's own `lambda_runtime` handler inside a shared library.
//!
//! The rewriter makes a program's `lambda_runtime::run(handler)` a call of [`run`], and its `main` a call of
//! [`inline`]. This crate is compiled against the very `lambda_runtime`, `tokio` and `serde` that the program depends
//! on, so that the handler's types are the ones that it was written for. What a handler meets (deserialisation, the
//! [`Context`](lambda_runtime::Context), the tracing span, caught panics, logged errors) is what `lambda_runtime` gives it on the OS-only runtime;
//! only the HTTP client is absent.

mod event_loop;
mod exit;
mod inline;
mod panic;
mod response;

pub use event_loop::run;
pub use exit::{Ended, IntoFailure};
pub use inline::inline;

/// What generated code names, so that it needs nothing from the program's own dependencies.
#[doc(hidden)]
pub mod generated {
    pub use bytes::Bytes;
    pub use lambda_runtime::{Diagnostic, Error, IntoFunctionResponse, LambdaEvent};
    pub use lambda_shim::{Engine, Failure, Function};
    pub use serde::{Deserialize, Serialize};
    pub use tokio;
    pub use tokio_stream::Stream;
    pub use tower::Service;
}

/// Defines the functions that stand in for `lambda_runtime::run`, over a program's [`Function`](lambda_shim::Function).
#[doc(hidden)]
#[macro_export]
macro_rules! define_run {
    ($function:path) => {
        /// Stands in for `lambda_runtime::run`.
        ///
        /// # Errors
        ///
        /// See `lambda_runtime::run`.
        pub async fn run<A, F, R, B, S, D, E>(handler: F) -> ::core::result::Result<(), $crate::generated::Error>
        where
            F: $crate::generated::Service<$crate::generated::LambdaEvent<A>, Response = R>,
            F::Future: ::core::future::Future<Output = ::core::result::Result<R, F::Error>>,
            F::Error: ::core::convert::Into<$crate::generated::Diagnostic> + ::core::fmt::Debug,
            A: for<'de> $crate::generated::Deserialize<'de>,
            R: $crate::generated::IntoFunctionResponse<B, S>,
            B: $crate::generated::Serialize,
            S: $crate::generated::Stream<Item = ::core::result::Result<D, E>>
                + ::core::marker::Unpin
                + ::core::marker::Send
                + 'static,
            D: ::core::convert::Into<$crate::generated::Bytes> + ::core::marker::Send,
            E: ::core::convert::Into<$crate::generated::Error> + ::core::marker::Send + ::core::fmt::Debug,
        {
            $crate::run(&$function, handler).await
        }
    };
}

/// Defines the function that stands in for `lambda_http::run`, over the program's own `lambda_http`.
#[doc(hidden)]
#[macro_export]
macro_rules! define_http_run {
    ($function:path, $lambda_http:ident) => {
        /// Stands in for `lambda_http::run`.
        ///
        /// # Errors
        ///
        /// See `lambda_http::run`.
        pub async fn http_run<'a, R, S, E>(handler: S) -> ::core::result::Result<(), $crate::generated::Error>
        where
            S: $crate::generated::Service<::$lambda_http::Request, Response = R, Error = E> + ::core::marker::Send,
            S::Future: ::core::marker::Send + 'a,
            R: ::$lambda_http::IntoResponse,
            E: ::core::fmt::Debug + ::core::convert::Into<$crate::generated::Diagnostic>,
        {
            $crate::run(&$function, ::$lambda_http::Adapter::from(handler)).await
        }
    };
}
