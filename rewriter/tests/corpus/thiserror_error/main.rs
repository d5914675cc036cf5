//! An error type by thiserror, whose name becomes the error's type.

use lambda_runtime::{run, service_fn, Diagnostic, Error, LambdaEvent};
use serde::Deserialize;
use thiserror::Error as ThisError;

#[derive(Debug, ThisError)]
enum StoreError {
    #[error("no item `{0}`")]
    Missing(String),
    #[error("the key is empty")]
    EmptyKey,
}

impl From<StoreError> for Diagnostic {
    fn from(error: StoreError) -> Self {
        let full_name = std::any::type_name::<StoreError>();
        Self {
            error_type: full_name.rsplit("::").next().unwrap_or(full_name).into(),
            error_message: error.to_string(),
        }
    }
}

#[derive(Deserialize)]
struct Lookup {
    key: String,
}

async fn handler(event: LambdaEvent<Lookup>) -> Result<u32, StoreError> {
    match event.payload.key.as_str() {
        "" => Err(StoreError::EmptyKey),
        "one" => Ok(1),
        key => Err(StoreError::Missing(key.into())),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
