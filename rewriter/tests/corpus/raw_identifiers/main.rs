//! Names that are keywords.

mod r#type;

use lambda_runtime::{r#run, service_fn, Error, LambdaEvent};

async fn r#match(event: LambdaEvent<(String, String)>) -> Result<bool, Error> {
    let (r#in, r#for) = event.payload;
    Ok(r#type::r#impl(&r#in, &r#for))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    r#run(service_fn(r#match)).await
}
