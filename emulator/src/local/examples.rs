//! Events as services send them, in the form that their documentation shows.

use clap::ValueEnum;

/// An event of a service.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Example {
    /// An Application Load Balancer's request.
    Alb,
    /// A request to API Gateway's REST API (format 1.0).
    ApigwV1,
    /// A request to API Gateway's HTTP API (format 2.0).
    ApigwV2,
    /// A message of an API Gateway WebSocket.
    ApigwWebsocket,
    /// Logs of CloudWatch, compressed.
    CloudwatchLogs,
    /// A viewer's request to CloudFront.
    CloudfrontRequest,
    /// A user's sign-up in a Cognito user pool.
    CognitoPreSignUp,
    /// Changes of a DynamoDB table.
    Dynamodb,
    /// EventBridge's own event.
    Eventbridge,
    /// A request to a function URL.
    FunctionUrl,
    /// A device's message, as a rule of IoT selects it.
    Iot,
    /// Records of a Kinesis stream.
    Kinesis,
    /// A change of an object in S3.
    S3,
    /// EventBridge's timer.
    Schedule,
    /// EventBridge Scheduler's timer.
    Scheduler,
    /// A notification of SNS.
    Sns,
    /// Messages of an SQS queue.
    Sqs,
}

impl Example {
    /// All, by the names that the command line has for them.
    pub fn all() -> impl Iterator<Item = (String, Self)> {
        Self::value_variants().iter().filter_map(|example| {
            let value = example.to_possible_value()?;
            Some((value.get_name().to_owned(), *example))
        })
    }

    /// The event, as JSON.
    pub fn text(self) -> &'static str {
        match self {
            Self::Alb => include_str!("../../samples/alb.json"),
            Self::ApigwV1 => include_str!("../../samples/apigw-v1.json"),
            Self::ApigwV2 => include_str!("../../samples/apigw-v2.json"),
            Self::ApigwWebsocket => include_str!("../../samples/apigw-websocket.json"),
            Self::CloudwatchLogs => include_str!("../../samples/cloudwatch-logs.json"),
            Self::CloudfrontRequest => include_str!("../../samples/cloudfront-request.json"),
            Self::CognitoPreSignUp => include_str!("../../samples/cognito-pre-sign-up.json"),
            Self::Dynamodb => include_str!("../../samples/dynamodb.json"),
            Self::Eventbridge => include_str!("../../samples/eventbridge.json"),
            Self::FunctionUrl => include_str!("../../samples/function-url.json"),
            Self::Iot => include_str!("../../samples/iot.json"),
            Self::Kinesis => include_str!("../../samples/kinesis.json"),
            Self::S3 => include_str!("../../samples/s3.json"),
            Self::Schedule => include_str!("../../samples/schedule.json"),
            Self::Scheduler => include_str!("../../samples/scheduler.json"),
            Self::Sns => include_str!("../../samples/sns.json"),
            Self::Sqs => include_str!("../../samples/sqs.json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_an_object() {
        for (name, example) in Example::all() {
            let value: serde_json::Value =
                serde_json::from_str(example.text()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(value.is_object(), "{name}");
        }
    }
}
