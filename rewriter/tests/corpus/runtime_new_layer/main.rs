//! A Runtime with a layer of one's own around each invocation.

use std::task::{Context, Poll};

use lambda_runtime::{service_fn, tower::Layer, Error, LambdaEvent, LambdaInvocation, Runtime, Service};

#[derive(Clone)]
struct Count<S> {
    inner: S,
    invocations: u64,
}

struct CountLayer;

impl<S> Layer<S> for CountLayer {
    type Service = Count<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Count { inner, invocations: 0 }
    }
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for Count<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> S::Future {
        self.invocations += 1;
        println!("invocation {}: {} bytes", self.invocations, invocation.body.len());
        self.inner.call(invocation)
    }
}

async fn handler(event: LambdaEvent<u8>) -> Result<u8, Error> {
    Ok(event.payload.reverse_bits())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    Runtime::new(service_fn(handler)).layer(CountLayer).run().await
}
