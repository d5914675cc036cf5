use lambda_runtime::{run, service_fn, Error};

use crate::handlers;

pub async fn start() -> Result<(), Error> {
    run(service_fn(handlers::initials)).await
}
