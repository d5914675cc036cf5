//! An authorizer with the event types that lambda_http re-exports.

use lambda_http::{
    aws_lambda_events::apigw::{
        ApiGatewayV2CustomAuthorizerSimpleResponse as Answer, ApiGatewayV2CustomAuthorizerV2Request as Question,
    },
    lambda_runtime::{run, service_fn, Error, LambdaEvent},
};

async fn authorize(event: LambdaEvent<Question>) -> Result<Answer<()>, Error> {
    let token = event.payload.headers.get("authorization");
    let mut answer = Answer::default();
    answer.is_authorized = token.is_some_and(|token| token == "Bearer corpus");
    Ok(answer)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(authorize)).await
}
