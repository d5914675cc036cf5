//! A handler that is a Service written by hand, with state behind `&mut self`.

use std::{
    future::{ready, Ready},
    task::{Context, Poll},
};

use lambda_runtime::{Error, LambdaEvent, Service};

#[derive(Default)]
struct Accumulator {
    total: i64,
}

impl Service<LambdaEvent<i64>> for Accumulator {
    type Response = i64;
    type Error = Error;
    type Future = Ready<Result<i64, Error>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, event: LambdaEvent<i64>) -> Self::Future {
        self.total += event.payload;
        ready(Ok(self.total))
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(Accumulator::default()).await
}
