//! lambda_http with a handler that answers a string.

use lambda_http::{run, service_fn, Error, IntoResponse, Request, RequestExt};

async fn hello(request: Request) -> Result<impl IntoResponse, Error> {
    let query = request.query_string_parameters();
    let name = query.first("name").ok_or("no name in the query")?;
    Ok(format!("hello {name}"))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
