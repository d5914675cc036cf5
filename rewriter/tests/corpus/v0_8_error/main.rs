//! lambda_runtime 0.8: an error of one's own needs only Display.

use std::fmt;

use lambda_runtime::{service_fn, LambdaEvent};

#[derive(Debug)]
struct Overdrawn {
    by: i64,
}

impl fmt::Display for Overdrawn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the account is overdrawn by {}", self.by)
    }
}

async fn withdraw(event: LambdaEvent<(i64, i64)>) -> Result<i64, Overdrawn> {
    let (balance, amount) = event.payload;
    match balance - amount {
        rest if rest < 0 => Err(Overdrawn { by: -rest }),
        rest => Ok(rest),
    }
}

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(withdraw)).await
}
