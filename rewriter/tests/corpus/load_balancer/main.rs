//! A load balancer's event by the types of aws_lambda_events.

use aws_lambda_events::{
    alb::{AlbTargetGroupRequest, AlbTargetGroupResponse},
    encodings::Body,
};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<AlbTargetGroupRequest>) -> Result<AlbTargetGroupResponse, Error> {
    let request = event.payload;
    let color = request.query_string_parameters.first("color").ok_or("no color")?;
    let mut response = AlbTargetGroupResponse::default();
    response.status_code = 200;
    response.status_description = Some("200 OK".into());
    response.headers.insert("content-type", "text/plain".parse()?);
    response.body = Some(Body::from(format!("{} {color}", request.http_method)));
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
