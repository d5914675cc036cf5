//! Handlers that a macro defines.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

macro_rules! operations {
    ($($name:ident: $operator:tt),+ $(,)?) => {
        $(
            async fn $name(event: LambdaEvent<(i64, i64)>) -> Result<i64, Error> {
                let (left, right) = event.payload;
                Ok(left $operator right)
            }
        )+
    };
}

operations! {
    add: +,
    multiply: *,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::var("OPERATION").as_deref() {
        Ok("add") => run(service_fn(add)).await,
        _ => run(service_fn(multiply)).await,
    }
}
