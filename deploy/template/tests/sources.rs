//! What invokes functions, as resources, and what is said of those that AWS would refuse.

mod common;

use serde_json::{Value, json};

use crate::common::{ids, refusal, rendered, settings};

const STREAM: &str = "arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/orders";
const TABLE: &str = "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000";
const LISTENER: &str =
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2";
const DEAD: &str = "arn:aws:sqs:eu-central-1:123456789012:dead";

fn with(source: Value) -> Value {
    rendered(settings(json!({"event_sources": [source]})))
}

/// The only resource of a type.
fn only<'a>(template: &'a Value, resource_type: &str) -> &'a Value {
    let all: Vec<_> = template["Resources"]
        .as_object()
        .unwrap()
        .values()
        .filter(|resource| resource["Type"] == resource_type)
        .collect();
    assert_eq!(all.len(), 1, "{resource_type}: {all:?}");
    all[0]
}

fn properties<'a>(template: &'a Value, resource_type: &str) -> &'a Value {
    &only(template, resource_type)["Properties"]
}

/// What the function's role allows besides its log.
fn allowed(template: &Value) -> Vec<(Value, Value)> {
    let policy = &template["Resources"]["CreateOrderRole"]["Properties"]["Policies"][0];
    let statements = policy["PolicyDocument"]["Statement"].as_array().unwrap();
    statements[1..]
        .iter()
        .map(|statement| (statement["Action"].clone(), statement["Resource"].clone()))
        .collect()
}

#[test]
fn a_table_is_read_from_its_stream_in_batches() {
    let template = with(json!({
        "type": "dynamodb", "stream": TABLE, "starting_position": "LATEST", "batch_size": 50,
        "batching_window_seconds": 5, "concurrent_batches": 2, "maximum_age_seconds": 3600, "retries": 0,
        "filters": [{"eventName": ["INSERT"]}], "on_failure": DEAD, "report_batch_item_failures": true, "split_on_error": true,
    }));
    assert_eq!(
        *properties(&template, "AWS::Lambda::EventSourceMapping"),
        json!({
            "BatchSize": 50,
            "BisectBatchOnFunctionError": true,
            "DestinationConfig": {"OnFailure": {"Destination": DEAD}},
            "EventSourceArn": TABLE,
            "FilterCriteria": {"Filters": [{"Pattern": "{\"eventName\":[\"INSERT\"]}"}]},
            "FunctionName": {"Ref": "CreateOrder"},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumBatchingWindowInSeconds": 5,
            "MaximumRecordAgeInSeconds": 3600,
            "MaximumRetryAttempts": 0,
            "ParallelizationFactor": 2,
            "StartingPosition": "LATEST",
        })
    );
    assert_eq!(
        allowed(&template),
        [
            (
                json!([
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator"
                ]),
                json!(TABLE)
            ),
            (json!(["dynamodb:ListStreams"]), json!("*")),
            (json!(["sqs:SendMessage"]), json!(DEAD)),
        ]
    );
}

#[test]
fn a_stream_of_kinesis_may_be_read_as_a_consumer() {
    let plain =
        with(json!({"type": "kinesis", "stream": STREAM, "starting_position": "TRIM_HORIZON", "batch_size": 100}));
    assert_eq!(
        *properties(&plain, "AWS::Lambda::EventSourceMapping"),
        json!({
            "BatchSize": 100,
            "EventSourceArn": {"Fn::Sub": STREAM},
            "FunctionName": {"Ref": "CreateOrder"},
            "StartingPosition": "TRIM_HORIZON",
        })
    );
    assert_eq!(allowed(&plain)[0].1, json!({"Fn::Sub": STREAM}));
    let consumer = format!("{STREAM}/consumer/mine:1");
    let template =
        with(json!({"type": "kinesis", "stream": consumer, "starting_position": "LATEST", "batch_size": 100}));
    let allowed = allowed(&template);
    assert_eq!(allowed[0].1, json!({"Fn::Sub": STREAM}));
    assert_eq!(
        allowed[2],
        (
            json!(["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"]),
            json!({"Fn::Sub": consumer})
        )
    );
}

#[test]
fn queues_can_be_filtered_and_limited() {
    let template = with(json!({
        "type": "sqs", "queue": DEAD, "batch_size": 10, "batching_window_seconds": 0, "report_batch_item_failures": false,
        "filters": [{"body": {"account": ["${AWS::AccountId}"]}}], "maximum_concurrency": 2,
    }));
    let mapping = properties(&template, "AWS::Lambda::EventSourceMapping");
    assert_eq!(mapping["ScalingConfig"], json!({"MaximumConcurrency": 2}));
    assert_eq!(
        mapping["FilterCriteria"]["Filters"][0]["Pattern"],
        json!({"Fn::Sub": "{\"body\":{\"account\":[\"${AWS::AccountId}\"]}}"})
    );
}

#[test]
fn a_topic_may_invoke_what_is_subscribed_to_it() {
    let topic = "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:orders";
    let template = with(json!({
        "type": "sns", "topic": topic, "filter_policy": {"kind": ["order"]}, "filter_scope": "MessageBody", "dead_letter_queue": DEAD,
    }));
    assert_eq!(
        *properties(&template, "AWS::SNS::Subscription"),
        json!({
            "Endpoint": {"Fn::GetAtt": ["CreateOrder", "Arn"]},
            "FilterPolicy": {"kind": ["order"]},
            "FilterPolicyScope": "MessageBody",
            "Protocol": "lambda",
            "RedrivePolicy": {"deadLetterTargetArn": DEAD},
            "TopicArn": {"Fn::Sub": topic},
        })
    );
    let permission = properties(&template, "AWS::Lambda::Permission");
    assert_eq!(permission["Principal"], "sns.amazonaws.com");
    assert_eq!(permission["SourceArn"], json!({"Fn::Sub": topic}));
}

#[test]
fn a_load_balancer_may_invoke_the_function_before_it_is_registered() {
    let rule = |priority: u64, paths: Value| json!({"type": "alb", "listener": LISTENER, "priority": priority, "paths": paths, "methods": ["GET"]});
    let template = rendered(settings(
        json!({"event_sources": [rule(1, json!(["/a/*"])), rule(2, json!([]))]}),
    ));
    let group = only(&template, "AWS::ElasticLoadBalancingV2::TargetGroup");
    let group_id = ids(&template)
        .into_iter()
        .find(|id| id.starts_with("CreateOrderTargetGroupAppWeb50dc6c495c0c9188"))
        .unwrap();
    assert_eq!(group["DependsOn"], "CreateOrderTargetGroupPermission");
    assert_eq!(
        group["Properties"],
        json!({"TargetType": "lambda", "Targets": [{"Id": {"Fn::GetAtt": ["CreateOrder", "Arn"]}}]})
    );
    let permission = properties(&template, "AWS::Lambda::Permission");
    assert_eq!(permission["Principal"], "elasticloadbalancing.amazonaws.com");
    let rules: Vec<_> = template["Resources"]
        .as_object()
        .unwrap()
        .values()
        .filter(|resource| resource["Type"] == "AWS::ElasticLoadBalancingV2::ListenerRule")
        .collect();
    assert_eq!(rules.len(), 2);
    assert_eq!(
        rules[0]["Properties"],
        json!({
            "Actions": [{"TargetGroupArn": {"Ref": group_id}, "Type": "forward"}],
            "Conditions": [
                {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/*"]}},
                {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
            ],
            "ListenerArn": LISTENER,
            "Priority": 1,
        })
    );
    let mut lists = rule(1, json!(["/"]));
    lists["multi_value_headers"] = json!(true);
    assert_eq!(
        properties(&with(lists), "AWS::ElasticLoadBalancingV2::TargetGroup")["TargetGroupAttributes"],
        json!([{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}])
    );
    let message = refusal(settings(
        json!({"event_sources": [rule(1, json!([])), rule(1, json!([]))]}),
    ));
    assert!(message.contains("the rule 1 of the listener"), "{message}");
}

#[test]
fn listeners_of_one_load_balancer_share_a_target_group() {
    let with_listeners = |second: &str| {
        let rule = |listener: &str| json!({"type": "alb", "listener": listener, "priority": 1, "paths": ["/"]});
        let template = rendered(settings(json!({"event_sources": [rule(LISTENER), rule(second)]})));
        let resources = template["Resources"].as_object().unwrap().values();
        let of_type = |name: &str| resources.clone().filter(|resource| resource["Type"] == name).count();
        assert_eq!(of_type("AWS::ElasticLoadBalancingV2::ListenerRule"), 2);
        assert_eq!(of_type("AWS::Lambda::Permission"), 1);
        of_type("AWS::ElasticLoadBalancingV2::TargetGroup")
    };
    assert_eq!(
        with_listeners(&LISTENER.replace("f2f7dc8efc522ab2", "0123456789abcdef")),
        1
    );
    assert_eq!(
        with_listeners(&LISTENER.replace("app/web/50dc6c495c0c9188", "app/admin/0123456789abcdef")),
        2
    );
}

#[test]
fn functions_share_a_user_pool_but_no_trigger() {
    let pool =
        |triggers: Value| json!({"event_sources": [{"type": "cognito", "user_pool": "users", "triggers": triggers}]});
    let two = |first: Value, second: Value| {
        let mut two = settings(pool(first));
        let mut other = json!({"name": "ship", "handler": "index.ship"});
        template::merge_patch(&mut other, &pool(second));
        two["functions"].as_array_mut().unwrap().push(other);
        two["aws_tags"] = json!({"team": "shop"});
        two
    };
    let template = rendered(two(json!(["PreSignUp"]), json!(["CustomMessage"])));
    let pool = only(&template, "AWS::Cognito::UserPool");
    assert_eq!(pool["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(
        pool["Properties"],
        json!({
            "LambdaConfig": {
                "CustomMessage": {"Fn::GetAtt": ["Ship", "Arn"]},
                "PreSignUp": {"Fn::GetAtt": ["CreateOrder", "Arn"]},
            },
            "UserPoolName": "users",
            "UserPoolTags": {"team": "shop"},
        })
    );
    let message = refusal(two(json!(["PreSignUp"]), json!(["PreSignUp"])));
    assert!(
        message.contains("the trigger PreSignUp of the user pool \"users\""),
        "{message}"
    );
}

#[test]
fn messages_of_devices_come_by_a_rule_of_iot() {
    let sql = "SELECT * FROM 'sensors/+/temperature' WHERE value > 30";
    let template = with(json!({"type": "iot", "sql": sql}));
    assert_eq!(
        *properties(&template, "AWS::IoT::TopicRule"),
        json!({"TopicRulePayload": {
            "Actions": [{"Lambda": {"FunctionArn": {"Fn::GetAtt": ["CreateOrder", "Arn"]}}}],
            "AwsIotSqlVersion": "2016-03-23",
            "Sql": sql,
        }})
    );
    assert_eq!(
        properties(&template, "AWS::Lambda::Permission")["SourceArn"],
        json!({"Fn::GetAtt": ["CreateOrderDeviceRule1", "Arn"]})
    );
}

#[test]
fn a_bucket_that_exists_sends_by_eventbridge() {
    let pattern = |prefix: &str, suffix: &str| {
        let template = with(json!({
            "type": "s3_eventbridge", "bucket": "records-${AWS::AccountId}", "types": ["Object Created"],
            "prefix": prefix, "suffix": suffix,
        }));
        properties(&template, "AWS::Events::Rule")["EventPattern"].clone()
    };
    assert_eq!(
        pattern("", ""),
        json!({
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {"bucket": {"name": [{"Fn::Sub": "records-${AWS::AccountId}"}]}},
        })
    );
    let key = |prefix, suffix| pattern(prefix, suffix)["detail"]["object"]["key"][0].clone();
    assert_eq!(key("in/", ""), json!({"prefix": "in/"}));
    assert_eq!(key("", ".csv"), json!({"suffix": ".csv"}));
    assert_eq!(key("in*/", "\\.csv"), json!({"wildcard": "in\\*/*\\\\.csv"}));
}

#[test]
fn a_bucket_sends_keys_of_several_prefixes() {
    let of = |prefix: &str| json!({"type": "s3", "bucket": "uploads", "events": ["s3:ObjectCreated:*"], "prefix": prefix, "suffix": ""});
    let template = rendered(settings(json!({"event_sources": [of("in/"), of("new/")]})));
    let notifications = &properties(&template, "AWS::S3::Bucket")["NotificationConfiguration"]["LambdaConfigurations"];
    let prefixes: Vec<_> = notifications
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["Filter"]["S3Key"]["Rules"][0]["Value"])
        .collect();
    assert_eq!(prefixes, ["in/", "new/"]);
    assert_eq!(
        properties(&template, "AWS::Lambda::Permission")["Principal"],
        "s3.amazonaws.com"
    );
}

#[test]
fn notifications_of_a_bucket_do_not_overlap() {
    let of = |events: Value, prefix: &str, suffix: &str| json!({"type": "s3", "bucket": "uploads", "events": events, "prefix": prefix, "suffix": suffix});
    let created = || of(json!(["s3:ObjectCreated:*"]), "in/", ".csv");
    for (other, problem) in [
        (
            of(json!(["s3:ObjectCreated:Put"]), "in/new/", ""),
            Some("s3:ObjectCreated:Put of `in/new/*` and s3:ObjectCreated:* of `in/*.csv` can be of one object"),
        ),
        (
            of(json!(["s3:ObjectCreated:*"]), "", ".csv"),
            Some("can be of one object"),
        ),
        (of(json!(["s3:ObjectRemoved:*"]), "in/", ".csv"), None),
        (of(json!(["s3:ObjectCreated:*"]), "in/", ".json"), None),
        (of(json!(["s3:ObjectCreated:*"]), "out/", ".csv"), None),
    ] {
        // By one function, and by two.
        let one = settings(json!({"event_sources": [created(), other]}));
        let mut two = settings(json!({"event_sources": [created()]}));
        let second = json!({"name": "ship", "handler": "index.ship", "event_sources": [other]});
        two["functions"].as_array_mut().unwrap().push(second);
        for settings in [one, two] {
            if let Some(part) = problem {
                let message = refusal(settings);
                assert!(message.contains(part), "{message}");
            } else {
                rendered(settings);
            }
        }
    }
}

#[test]
fn what_aws_takes_is_not_refused() {
    let names = [
        json!({"type": "iot", "sql": "select *\nfrom 'sensors/+'"}),
        json!({"type": "scheduler", "expression": "rate(1 hours)", "time_zone": "UTC"}),
        json!({"type": "cognito", "user_pool": "All users, ${AWS::StackName}", "triggers": ["PreSignUp"]}),
        json!({"type": "s3_eventbridge", "bucket": "records", "types": ["Object Tags Deleted"], "prefix": "", "suffix": ""}),
        json!({
            "type": "alb", "listener": LISTENER, "priority": 50_000, "hosts": ["*.${AWS::Region}.example.com", "shop-1.example.com"],
            "paths": ["/img/*~@1&$", "?pi/${AWS::StackName}"], "methods": ["M-SEARCH"],
        }),
        json!({
            "type": "sns", "topic": "arn:aws:sns:eu-central-1:123456789012:t", "filter_scope": "MessageBody",
            "filter_policy": {"order": {"kind": ["new"], "$or": [{"a": [1]}, {"b": [1]}]}},
        }),
    ];
    rendered(settings(json!({"event_sources": names})));
}

#[test]
fn what_fetches_and_forwards_events_has_the_tags() {
    let mut tagged = settings(json!({"event_sources": [
        {"type": "sqs", "queue": DEAD, "batch_size": 10, "batching_window_seconds": 0, "report_batch_item_failures": false},
        {"type": "schedule", "expression": "rate(1 day)", "input": null},
        {"type": "http_api", "method": "GET", "path": "/"},
    ]}));
    tagged["aws_tags"] = json!({"team": "shop"});
    let template = rendered(tagged);
    let list = json!([{"Key": "team", "Value": "shop"}]);
    assert_eq!(properties(&template, "AWS::Lambda::EventSourceMapping")["Tags"], list);
    assert_eq!(properties(&template, "AWS::Events::Rule")["Tags"], list);
    assert_eq!(
        properties(&template, "AWS::ApiGatewayV2::Stage")["Tags"],
        json!({"team": "shop"})
    );
}

#[test]
fn a_schedule_has_a_time_zone_and_a_role_of_its_own() {
    let template = with(json!({
        "type": "scheduler", "expression": "cron(0 8 ? * MON-FRI *)", "time_zone": "Europe/Berlin", "input": {"report": "daily"},
        "flexible_minutes": 15, "retries": 2, "maximum_age_seconds": 600, "dead_letter_queue": DEAD,
    }));
    assert_eq!(
        *properties(&template, "AWS::Scheduler::Schedule"),
        json!({
            "FlexibleTimeWindow": {"MaximumWindowInMinutes": 15, "Mode": "FLEXIBLE"},
            "ScheduleExpression": "cron(0 8 ? * MON-FRI *)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "Target": {
                "Arn": {"Fn::GetAtt": ["CreateOrder", "Arn"]},
                "DeadLetterConfig": {"Arn": DEAD},
                "Input": "{\"report\":\"daily\"}",
                "RetryPolicy": {"MaximumEventAgeInSeconds": 600, "MaximumRetryAttempts": 2},
                "RoleArn": {"Fn::GetAtt": ["CreateOrderSchedule1Role", "Arn"]},
            },
        })
    );
    let role = &template["Resources"]["CreateOrderSchedule1Role"]["Properties"];
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Principal"], json!({"Service": ["scheduler.amazonaws.com"]}));
    let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(statements[0]["Action"], json!(["lambda:InvokeFunction"]));
    assert_eq!(statements[1]["Resource"], DEAD);
    let plain = with(json!({"type": "scheduler", "expression": "rate(1 day)", "time_zone": "UTC"}));
    let schedule = properties(&plain, "AWS::Scheduler::Schedule");
    assert_eq!(schedule["FlexibleTimeWindow"], json!({"Mode": "OFF"}));
    assert_eq!(schedule["Target"].get("RetryPolicy"), None);
}

#[test]
fn asynchronous_events_are_retried_and_lead_on() {
    let bus = "arn:aws:events:eu-central-1:123456789012:event-bus/orders";
    let bucket = "arn:aws:s3:::failed-${AWS::AccountId}";
    let given = json!({"async_retries": 0, "async_max_age_seconds": 60, "on_failure": bucket, "on_success": bus});
    let template = rendered(settings(given.clone()));
    let config = only(&template, "AWS::Lambda::EventInvokeConfig");
    assert_eq!(
        config["Properties"],
        json!({
            "DestinationConfig": {
                "OnFailure": {"Destination": {"Fn::Sub": bucket}},
                "OnSuccess": {"Destination": bus},
            },
            "FunctionName": {"Ref": "CreateOrder"},
            "MaximumEventAgeInSeconds": 60,
            "MaximumRetryAttempts": 0,
            "Qualifier": "$LATEST",
        })
    );
    assert_eq!(
        allowed(&template),
        [
            (json!(["s3:PutObject"]), json!({"Fn::Sub": format!("{bucket}/*")})),
            (json!(["s3:ListBucket"]), json!({"Fn::Sub": bucket})),
            (json!(["events:PutEvents"]), json!(bus)),
        ]
    );
    let mut versioned = given;
    versioned["snap_start"] = json!(true);
    let template = rendered(settings(versioned));
    let config = only(&template, "AWS::Lambda::EventInvokeConfig");
    assert_eq!(config["Properties"]["Qualifier"], "live");
    assert_eq!(config["DependsOn"], "CreateOrderAlias");
    // A queue that two settings name is granted once.
    let template = rendered(settings(json!({"on_failure": DEAD, "dead_letter_target": DEAD})));
    assert_eq!(allowed(&template).len(), 1);
}

#[test]
fn all_that_aws_would_refuse_of_sources_is_said() {
    let stream = json!({"type": "kinesis", "stream": STREAM, "starting_position": "LATEST", "batch_size": 1});
    let changed = |changes: Value| {
        let mut stream = stream.clone();
        template::merge_patch(&mut stream, &changes);
        stream
    };
    for (source, part) in [
        (
            changed(json!({"stream": "orders"})),
            "the stream \"orders\": use its ARN, \"arn:aws:kinesis:",
        ),
        (changed(json!({"type": "dynamodb"})), "use its ARN, \"arn:aws:dynamodb:"),
        (
            changed(json!({"starting_position": "NOW"})),
            "`starting_position = \"NOW\"`",
        ),
        (
            changed(json!({"batch_size": 0})),
            "`batch_size = 0`: AWS takes 1 to 10000",
        ),
        (
            changed(json!({"batching_window_seconds": 301})),
            "`batching_window_seconds = 301`: AWS takes 0 to 300",
        ),
        (
            changed(json!({"concurrent_batches": 11})),
            "`concurrent_batches = 11`: AWS takes 1 to 10",
        ),
        (
            changed(json!({"maximum_age_seconds": 59})),
            "`maximum_age_seconds = 59`: AWS takes 60 to 604800",
        ),
        (
            changed(json!({"retries": 10001})),
            "`retries = 10001`: AWS takes 0 to 10000",
        ),
        (changed(json!({"filters": [{}]})), "has {}: write a pattern as"),
        (
            changed(json!({"filters": vec![json!({"a": [1]}); 11]})),
            "has 11, and Lambda takes 5",
        ),
        (
            changed(json!({"filters": [{"a": ["x".repeat(4096)]}]})),
            "a pattern of 4106 characters",
        ),
        (
            changed(json!({"on_failure": "arn:aws:lambda:x:1:function:f"})),
            "`on_failure = \"arn:aws:lambda:x:1:function:f\"` of the stream: use the ARN of an SQS queue, an SNS topic or a bucket",
        ),
        (changed(json!({"on_failure": format!("{DEAD}.fifo")})), "is FIFO"),
        (
            changed(json!({"retries": "3"})),
            "event_source.kinesis: `retries = \"3\"`: use a whole number of 0 or more",
        ),
        (
            json!({"type": "sqs", "queue": DEAD, "batch_size": 1, "batching_window_seconds": 0, "report_batch_item_failures": false, "maximum_concurrency": 1}),
            "`maximum_concurrency = 1`: AWS takes 2 to 1000",
        ),
        (json!({"type": "sns", "topic": "t"}), "the topic \"t\": use its ARN"),
        (
            json!({"type": "sns", "topic": "arn:aws:sns:x:1:t.fifo"}),
            "FIFO topics invoke no functions",
        ),
        (
            json!({"type": "sns", "topic": "arn:aws:sns:x:1:t", "filter_scope": "Body"}),
            "`filter_scope = \"Body\"`",
        ),
        (
            json!({"type": "sns", "topic": "arn:aws:sns:x:1:t", "filter_policy": []}),
            "`filter_policy = []`",
        ),
        (
            json!({"type": "sns", "topic": "arn:aws:sns:x:1:t", "filter_policy": {"order": {"kind": ["new"]}}}),
            "has \"order\": {\"kind\":[\"new\"]}: attributes are not nested",
        ),
        (
            json!({
                "type": "sns", "topic": "arn:aws:sns:x:1:t", "filter_scope": "MessageBody",
                "filter_policy": {"order": {"a": [1], "b": [1], "c": [1], "d": [1], "e": [1]}, "f": [1]},
            }),
            "has 6 keys, and SNS takes 5",
        ),
        (
            json!({"type": "alb", "listener": "web", "priority": 1, "paths": ["/"]}),
            "the listener \"web\": use its ARN",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 0, "paths": ["/"]}),
            "`priority = 0`",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1}),
            "has 0 `paths`, `hosts` and `methods`",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1, "paths": ["a"]}),
            "`paths` has \"a\": start it with `/`",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1, "methods": ["get"]}),
            "`methods` has \"get\"",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1, "paths": ["/a b"]}),
            "`paths` has ' ' in \"/a b\"",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1, "paths": ["/*/*/*/*"], "hosts": ["*.*.x?.com"]}),
            "has 7 `*` and `?`, and AWS takes 6",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1, "hosts": ["localhost"]}),
            "`hosts` has \"localhost\"",
        ),
        (
            json!({"type": "alb", "listener": LISTENER, "priority": 1, "hosts": ["example.com:8443"]}),
            "`hosts` has \"example.com:8443\"",
        ),
        (
            json!({"type": "cognito", "user_pool": "", "triggers": ["PreSignUp"]}),
            "its name has 1 to 128 characters",
        ),
        (
            json!({"type": "cognito", "user_pool": "users/${AWS::StackName}", "triggers": ["PreSignUp"]}),
            "the user pool \"users/${AWS::StackName}\" has '/'",
        ),
        (
            json!({"type": "cognito", "user_pool": "u", "triggers": []}),
            "`triggers` of the user pool \"u\" is empty",
        ),
        (
            json!({"type": "cognito", "user_pool": "u", "triggers": ["SignUp"]}),
            "has \"SignUp\": use one of Create",
        ),
        (
            json!({"type": "cognito", "user_pool": "u", "triggers": ["PreSignUp", "PreSignUp"]}),
            "PreSignUp twice",
        ),
        (
            json!({"type": "iot", "sql": "sensors/+"}),
            "the rule \"sensors/+\" of IoT: write it as",
        ),
        (
            json!({"type": "s3_eventbridge", "bucket": "B_", "types": ["s3:ObjectCreated:*"], "prefix": "", "suffix": ""}),
            "`types` of the bucket \"B_\" has \"s3:ObjectCreated:*\": use one of Object ACL Updated",
        ),
        (
            json!({
                "type": "s3_eventbridge", "bucket": "b-1", "types": vec!["Object Created"; 300], "prefix": "", "suffix": "",
            }),
            "the pattern for the bucket \"b-1\" has 5174 characters as JSON, and EventBridge takes 2048, or 4096 if",
        ),
        (
            json!({"type": "scheduler", "expression": "at(now)", "time_zone": "UTC"}),
            "at(2030-12-24T18:00:00)",
        ),
        (
            json!({"type": "scheduler", "expression": "rate(1 day)", "time_zone": "+02:00"}),
            "`time_zone = \"+02:00\"` of the schedule \"rate(1 day)\": use IANA's name",
        ),
        (
            json!({"type": "scheduler", "expression": "rate(1 day)", "time_zone": "UTC", "retries": 186}),
            "`retries = 186`: AWS takes 0 to 185",
        ),
    ] {
        let message = refusal(settings(json!({"event_sources": [source]})));
        assert!(message.contains(part), "{part}\n{message}");
    }
    let message = refusal(settings(json!({"event_sources": [stream, stream]})));
    assert!(message.contains("is named twice: take out one"), "{message}");
    for (function, part) in [
        (json!({"async_retries": 3}), "`async_retries = 3`: AWS takes 0 to 2"),
        (
            json!({"async_max_age_seconds": 59}),
            "`async_max_age_seconds = 59`: AWS takes 60 to 21600",
        ),
        (
            json!({"on_failure": "dead"}),
            "`on_failure = \"dead\"`: use the ARN of an SQS queue, an SNS topic, a function, an event bus or a bucket",
        ),
        (json!({"on_success": "arn:aws:s3:::done"}), "a function or an event bus"),
    ] {
        let message = refusal(settings(function));
        assert!(message.contains(part), "{part}\n{message}");
    }
}
