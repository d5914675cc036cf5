//! Runs a program's own `lambda_runtime` handler inside a shared library.
//!
//! The rewriter makes a program's `lambda_runtime::run(handler)` a call of [`run`], and its `main` a call of
//! [`inline`], [`thread`] or [`loopback`]. This crate is compiled against the very `lambda_runtime`, `tokio` and `serde` that the program depends
//! on, so that the handler's types are the ones that it was written for. What a handler meets (deserialisation, the
//! [`Context`](lambda_runtime::Context), the tracing span, caught panics, logged errors) is what `lambda_runtime` gives it on the OS-only runtime;
//! only the HTTP client is absent.
//!
//! With `--cfg=loopback_only` there is nothing but [`loopback`], which needs no `lambda_runtime` of a version that this crate knows;
//! with `--cfg=no_tenant` a context has no tenant, as before 1.1.

#![forbid(unsafe_code)]
#![warn(clippy::missing_errors_doc)]

mod deadline;
#[cfg(not(loopback_only))]
mod event_loop;
mod exit;
mod http_response;
#[cfg(not(loopback_only))]
mod inline;
mod loopback;
#[cfg(not(loopback_only))]
mod panic;
#[cfg(not(loopback_only))]
mod response;
mod streamed;

#[cfg(not(loopback_only))]
pub use event_loop::run;
pub use exit::{Ended, IntoExit};
#[cfg(not(loopback_only))]
pub use inline::inline;
pub use lambda_shim::thread;
pub use loopback::loopback;
#[cfg(not(loopback_only))]
pub use response::collect;

/// What generated code names, so that it needs nothing from the program's own dependencies.
#[doc(hidden)]
pub mod generated {
    #[cfg(not(loopback_only))]
    pub use crate::response::Collected;
    pub use lambda_shim::{Engine, Exit, Failure, Function};
    #[cfg(not(loopback_only))]
    pub use {
        bytes::Bytes,
        hyper::body::Body,
        lambda_runtime::{Diagnostic, Error, IntoFunctionResponse, LambdaEvent},
        serde::{Deserialize, Serialize},
        tokio,
        tokio_stream::Stream,
        tower::{Service, ServiceExt},
    };
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

/// Defines the functions that stand in for `lambda_http::run` and `lambda_http::run_with_streaming_response`, over the
/// program's own `lambda_http`.
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
            S: $crate::generated::Service<::$lambda_http::Request, Response = R, Error = E>,
            S::Future: ::core::marker::Send + 'a,
            R: ::$lambda_http::IntoResponse,
            E: ::core::fmt::Debug + ::core::convert::Into<$crate::generated::Diagnostic>,
        {
            $crate::run(&$function, ::$lambda_http::Adapter::from(handler)).await
        }

        /// Stands in for `lambda_http::run_with_streaming_response`: the stream is collected into the response that the
        /// event's source takes.
        ///
        /// # Errors
        ///
        /// See `lambda_http::run_with_streaming_response`.
        pub async fn http_run_with_streaming_response<'a, S, B, E>(
            handler: S,
        ) -> ::core::result::Result<(), $crate::generated::Error>
        where
            S: $crate::generated::Service<::$lambda_http::Request, Response = ::$lambda_http::Response<B>, Error = E>,
            S::Future: ::core::marker::Send + 'a,
            E: ::core::fmt::Debug + ::core::convert::Into<$crate::generated::Diagnostic>,
            B: $crate::generated::Body + ::core::marker::Unpin + ::core::marker::Send + 'static,
            B::Data: ::core::convert::Into<$crate::generated::Bytes> + ::core::marker::Send,
            B::Error: ::core::convert::Into<$crate::generated::Error> + ::core::marker::Send + ::core::fmt::Debug,
        {
            use $crate::generated::ServiceExt as _;
            let adapter = ::$lambda_http::Adapter::from(handler.map_response(StreamingResponse));
            $crate::run(&$function, adapter.map_response($crate::generated::Collected)).await
        }

        /// A response whose body is a stream, which is collected as the response is converted.
        struct StreamingResponse<B>(::$lambda_http::Response<B>);

        impl<B> ::$lambda_http::IntoResponse for StreamingResponse<B>
        where
            B: $crate::generated::Body + ::core::marker::Unpin + ::core::marker::Send + 'static,
            B::Data: ::core::convert::Into<$crate::generated::Bytes> + ::core::marker::Send,
            B::Error: ::core::fmt::Debug,
        {
            fn into_response(
                self,
            ) -> ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<Output = ::$lambda_http::Response<::$lambda_http::Body>>
                        + ::core::marker::Send,
                >,
            > {
                let (mut head, body) = self.0.into_parts();
                // As lambda_runtime has it for a stream.
                head.headers
                    .entry(::$lambda_http::http::header::CONTENT_TYPE)
                    .or_insert_with(|| ::$lambda_http::http::HeaderValue::from_static("application/octet-stream"));
                // In the form of API Gateway's second version there is one value by name.
                let names: ::std::vec::Vec<_> = head.headers.keys().cloned().collect();
                for name in names {
                    let values: ::std::vec::Vec<_> = head
                        .headers
                        .get_all(&name)
                        .iter()
                        .map(|value| value.as_bytes())
                        .collect();
                    if values.len() > 1 && name != ::$lambda_http::http::header::SET_COOKIE {
                        let joined = ::$lambda_http::http::HeaderValue::from_bytes(&values.join(&b", "[..]));
                        head.headers.insert(
                            name,
                            joined.expect("values of headers, and what is allowed between them"),
                        );
                    }
                }
                ::std::boxed::Box::pin(async move {
                    let body = match $crate::collect(body).await {
                        ::core::result::Result::Ok(text) => ::$lambda_http::Body::Text(text),
                        ::core::result::Result::Err(bytes) => ::$lambda_http::Body::Binary(bytes),
                    };
                    ::$lambda_http::Response::from_parts(head, body)
                })
            }
        }
    };
}
