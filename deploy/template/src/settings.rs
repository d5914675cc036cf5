//! What a `lambda_deploy` target says of its stack, as JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A stack: the functions of one zip.
///
/// ```
/// # fn main() -> serde_json::Result<()> {
/// use template::{EventSource, Settings};
///
/// let settings: Settings = serde_json::from_str(
///     r#"{
///         "label": "//shop:deploy",
///         "zip_label": "//shop:lambda_zip",
///         "architecture": "arm64",
///         "runtime": "python3.13",
///         "edge": false,
///         "streaming": false,
///         "aws_tags": {"team": "shop"},
///         "functions": [{
///             "name": "create_order",
///             "handler": "index.handler",
///             "event_sources": [{"type": "http_api", "method": "POST", "path": "/orders"}]
///         }]
///     }"#,
/// )?;
/// let function = &settings.functions[0];
/// assert_eq!((function.memory_mb, function.timeout_seconds), (128, 30));
/// assert!(matches!(function.event_sources[0], EventSource::HttpApi { .. }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The target, such as `//app:deploy`, for messages.
    pub label: String,
    /// The zip's target.
    pub zip_label: String,
    /// Lambda's name of the architecture.
    pub architecture: String,
    /// Lambda's identifier of the runtime.
    pub runtime: String,
    /// Whether the zip is for Lambda@Edge.
    pub edge: bool,
    /// Whether the zip's functions can stream their responses.
    pub streaming: bool,
    /// The zip's layers, which the stack makes for all its functions, in the order in which they are unpacked.
    #[serde(default)]
    pub stack_layers: Vec<LayerSettings>,
    /// Tags of all resources.
    pub aws_tags: BTreeMap<String, String>,
    /// The functions.
    pub functions: Vec<FunctionSettings>,
    /// What could not be read of the functions' settings, as [`Settings::read`] found it.
    #[serde(skip)]
    pub problems: Vec<String>,
}

/// A layer that the stack makes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSettings {
    /// The target, such as `//app:layer`.
    pub label: String,
    /// What its name ends with; the stack's comes before.
    pub name: String,
    /// Lambda's names of the architectures that it is for; none for all.
    pub architectures: Vec<String>,
    /// Lambda's identifiers of the runtimes that it is for; none for all.
    pub runtimes: Vec<String>,
}

/// One function, as its [resource](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html)
/// is set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionSettings {
    /// What the names of its resources start with; its name in AWS follows the stack's, unless `function_name` is set.
    pub name: String,
    /// Its name in AWS, as given.
    #[serde(default)]
    pub function_name: Option<String>,
    /// The handler setting, such as `index.handler`.
    pub handler: String,
    /// A line of text; the code's digest is added.
    #[serde(default)]
    pub description: String,
    /// Memory, in MB.
    #[serde(default = "default_memory_mb")]
    pub memory_mb: u64,
    /// The time for an event, in seconds.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// The size of `/tmp`, in MB.
    #[serde(default = "default_ephemeral_storage_mb")]
    pub ephemeral_storage_mb: u64,
    /// Environment variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// ARNs of layers' versions, which come after the stack's own.
    #[serde(default)]
    pub layers: Vec<String>,
    /// An ARN of a role, in place of one that the stack makes.
    #[serde(default)]
    pub role: Option<String>,
    /// ARNs of managed policies of the role.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Statements of the role's own policy.
    #[serde(default)]
    pub policy_statements: Vec<Value>,
    /// Subnets of a VPC.
    #[serde(default)]
    pub subnet_ids: Vec<String>,
    /// Security groups in that VPC.
    #[serde(default)]
    pub security_group_ids: Vec<String>,
    /// Whether X-Ray traces the function.
    #[serde(default)]
    pub tracing: bool,
    /// `Text` or `JSON`.
    #[serde(default = "default_log_format")]
    pub log_format: String,
    /// How long logs are kept, in days; 0 is for ever.
    #[serde(default = "default_log_retention_days")]
    pub log_retention_days: u64,
    /// How many events it may handle at a time; a part of the account's limit that is kept for it.
    #[serde(default)]
    pub reserved_concurrency: Option<u64>,
    /// How many of its environments are kept ready.
    #[serde(default)]
    pub provisioned_concurrency: u64,
    /// Whether its published version starts from a snapshot.
    #[serde(default)]
    pub snap_start: bool,
    /// Who may call its URL, if it has one.
    #[serde(default)]
    pub url: Option<UrlAuthorization>,
    /// Whether the URL streams responses.
    #[serde(default)]
    pub url_streaming: bool,
    /// The ARN of the queue or topic that takes events that it failed on.
    #[serde(default)]
    pub dead_letter_target: Option<String>,
    /// How often an event that Lambda queued comes again after an error.
    #[serde(default)]
    pub async_retries: Option<u64>,
    /// How long Lambda keeps an event that it queued.
    #[serde(default)]
    pub async_max_age_seconds: Option<u64>,
    /// The ARN of what is told of queued events that it failed on.
    #[serde(default)]
    pub on_failure: Option<String>,
    /// The ARN of what is told of queued events that it handled.
    #[serde(default)]
    pub on_success: Option<String>,
    /// What invokes it.
    #[serde(default)]
    pub event_sources: Vec<EventSource>,
}

/// Who may call a function's [URL](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub enum UrlAuthorization {
    /// Principals of IAM that are allowed to.
    #[serde(rename = "AWS_IAM")]
    Iam,
    /// Everybody.
    #[serde(rename = "NONE")]
    Everybody,
}

/// What invokes a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum EventSource {
    /// Messages of a queue.
    Sqs(QueueSettings),
    /// Changes of items, from a table's stream.
    Dynamodb(StreamSettings),
    /// Records of a data stream.
    Kinesis(StreamSettings),
    /// Messages of a topic.
    Sns(TopicSettings),
    /// Requests of a load balancer.
    Alb(LoadBalancerSettings),
    /// Triggers of a [user pool](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html)
    /// that the stack makes.
    Cognito {
        /// The pool's name.
        user_pool: String,
        /// Such as `PreSignUp`.
        triggers: Vec<String>,
    },
    /// Messages of devices, by a [rule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iot-topicrule.html).
    Iot {
        /// Which messages, and what of them.
        sql: String,
    },
    /// What happens in a bucket that sends its events to EventBridge, by a
    /// [rule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html).
    S3Eventbridge {
        /// The bucket's name.
        bucket: String,
        /// EventBridge's names of what happens, such as `Object Created`.
        types: Vec<String>,
        /// What keys start with.
        prefix: String,
        /// What keys end with.
        suffix: String,
    },
    /// A schedule with a time zone, by EventBridge Scheduler.
    Scheduler(SchedulerSettings),
    /// A schedule, by a [rule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html).
    Schedule {
        /// `rate(…)` or `cron(…)`.
        expression: String,
        /// The event, in place of the scheduler's own.
        input: Option<Value>,
    },
    /// What happens in a [bucket](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html)
    /// that the stack makes.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// Such as `s3:ObjectCreated:*`.
        events: Vec<String>,
        /// What keys start with.
        prefix: String,
        /// What keys end with.
        suffix: String,
    },
    /// A [route](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html)
    /// of the stack's HTTP API.
    HttpApi {
        /// An HTTP method, or `ANY`.
        method: String,
        /// Such as `/orders/{id}`, or `$default`.
        path: String,
    },
    /// Events of EventBridge's default bus, by a
    /// [rule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html).
    EventPattern {
        /// The pattern.
        pattern: Value,
    },
}

/// A queue, by an
/// [event source mapping](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSettings {
    /// The queue's ARN.
    pub queue: String,
    /// The most messages of an event.
    pub batch_size: u64,
    /// How long messages are gathered.
    pub batching_window_seconds: u64,
    /// Whether the response tells which messages failed.
    pub report_batch_item_failures: bool,
    /// What messages are like; all, if there is none.
    #[serde(default)]
    pub filters: Vec<Value>,
    /// How many of the function's environments serve the queue at a time.
    #[serde(default)]
    pub maximum_concurrency: Option<u64>,
}

/// A stream, by an
/// [event source mapping](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSettings {
    /// The stream's ARN; of Kinesis, a consumer's as well.
    pub stream: String,
    /// `LATEST` or `TRIM_HORIZON`.
    pub starting_position: String,
    /// The most records of an event.
    pub batch_size: u64,
    /// How long records are gathered.
    #[serde(default)]
    pub batching_window_seconds: u64,
    /// How many batches of a shard are handled at a time.
    #[serde(default = "default_concurrent_batches")]
    pub concurrent_batches: u64,
    /// What records are like; all, if there is none.
    #[serde(default)]
    pub filters: Vec<Value>,
    /// How old a record may be.
    #[serde(default)]
    pub maximum_age_seconds: Option<u64>,
    /// The ARN of what is told of records that are given up.
    #[serde(default)]
    pub on_failure: Option<String>,
    /// Whether the response tells which records failed.
    #[serde(default)]
    pub report_batch_item_failures: bool,
    /// How often a batch comes again.
    #[serde(default)]
    pub retries: Option<u64>,
    /// Whether a batch that failed comes again in halves.
    #[serde(default)]
    pub split_on_error: bool,
}

/// A topic, by a [subscription](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicSettings {
    /// The topic's ARN.
    pub topic: String,
    /// What messages are like; all, if there is none.
    #[serde(default)]
    pub filter_policy: Option<Value>,
    /// What the policy is about: `MessageAttributes` or `MessageBody`.
    #[serde(default = "default_filter_scope")]
    pub filter_scope: String,
    /// The ARN of the queue that takes messages which could not be delivered.
    #[serde(default)]
    pub dead_letter_queue: Option<String>,
}

/// Requests of an Application Load Balancer, by a
/// [rule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listenerrule.html) of its
/// listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancerSettings {
    /// The listener's ARN.
    pub listener: String,
    /// The rule's place among the listener's.
    pub priority: u64,
    /// Patterns of paths.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Patterns of hosts' names.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// HTTP methods.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Whether headers and parameters come as lists.
    #[serde(default)]
    pub multi_value_headers: bool,
}

/// A [schedule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html) of EventBridge
/// Scheduler.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchedulerSettings {
    /// `rate(…)`, `cron(…)` or `at(…)`.
    pub expression: String,
    /// IANA's name of the time zone that the expression is in.
    pub time_zone: String,
    /// The event, in place of the scheduler's own.
    #[serde(default)]
    pub input: Option<Value>,
    /// How late it may be.
    #[serde(default)]
    pub flexible_minutes: u64,
    /// How often an invocation that Lambda did not take is tried again.
    #[serde(default)]
    pub retries: Option<u64>,
    /// How long it is tried.
    #[serde(default)]
    pub maximum_age_seconds: Option<u64>,
    /// The ARN of the queue that takes what Lambda did not.
    #[serde(default)]
    pub dead_letter_queue: Option<String>,
}

fn default_concurrent_batches() -> u64 {
    1
}

fn default_filter_scope() -> String {
    "MessageAttributes".to_owned()
}

fn default_memory_mb() -> u64 {
    128
}

fn default_timeout_seconds() -> u64 {
    30
}

fn default_ephemeral_storage_mb() -> u64 {
    512
}

fn default_log_format() -> String {
    "Text".to_owned()
}

fn default_log_retention_days() -> u64 {
    30
}

impl FunctionSettings {
    /// Whether events go to a published version, through an alias.
    pub(crate) fn has_alias(&self) -> bool {
        self.snap_start || self.provisioned_concurrency > 0
    }
}
