//! The loop inside nested modules, reached by `super` and `crate`.

use lambda_runtime::{Error, LambdaEvent};

mod app {
    use lambda_runtime as runtime;

    pub(crate) mod server {
        use super::runtime::service_fn;

        pub(crate) async fn start() -> Result<(), crate::Error> {
            super::runtime::run(service_fn(self::steps::reverse)).await
        }

        mod steps {
            pub(super) async fn reverse(event: crate::LambdaEvent<Vec<i32>>) -> Result<Vec<i32>, crate::Error> {
                Ok(event.payload.into_iter().rev().collect())
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    self::app::server::start().await
}
