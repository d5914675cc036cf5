"""What invokes a function, for the `event_sources` of `lambda_deploy` and `lambda_template`.

    load("@rules_rust_lambda//rules:defs.bzl", "event_source", "lambda_deploy")

    lambda_deploy(
        name = "deploy",
        event_sources = [
            event_source.http_api("POST", "/orders"),
            event_source.schedule("rate(1 day)"),
        ],
        zip = ":lambda_zip",
    )

Each is a text, JSON, so that it can stand in a `select()`. The stack makes what sends the events, and lets it invoke the function. What
AWS would refuse is refused by the build.
"""

def _sqs(
        queue,
        batch_size = 10,
        batching_window_seconds = 0,
        filters = [],
        maximum_concurrency = None,
        report_batch_item_failures = False):
    """Messages of an SQS queue.

        event_source.sqs(
            "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders",
            batch_size = 100,
            batching_window_seconds = 5,
            filters = [{"body": {"kind": ["order"]}}],
            report_batch_item_failures = True,
        )

    The function's role may then read the queue, whose visibility timeout has to be the function's `timeout_seconds` or more; Amazon
    advises six times that. What is given up goes where the queue's own redrive policy says.

    Args:
      queue: the queue's ARN, in which `${AWS::Region}` and `${AWS::AccountId}` can stand.
      batch_size: the most messages of an event, 1 to 10000; of a FIFO queue (`.fifo`), 10 at most.
      batching_window_seconds: how long messages are gathered, in seconds, 0 to 300; 1 or more for a `batch_size` above 10, 0 for a FIFO
        queue.
      filters: patterns of Lambda's event filtering, of which a message has to match one: 5 at most (10, if the account's quota was
        raised), of 4096 characters as JSON, about the `body` alone. Others are deleted. All messages by default.
      maximum_concurrency: how many of the function's environments serve the queue at a time, 2 to 1000; no limit by default.
      report_batch_item_failures: whether the response tells which messages failed, as `batchItemFailures`; those alone come again.
        Otherwise, an error has all of them come again.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({
        "batch_size": batch_size,
        "batching_window_seconds": batching_window_seconds,
        "filters": filters,
        "maximum_concurrency": maximum_concurrency,
        "queue": queue,
        "report_batch_item_failures": report_batch_item_failures,
        "type": "sqs",
    })

def _stream(kind, stream, **settings):
    """Writes a stream as JSON."""
    return json.encode({"stream": stream, "type": kind} | settings)

def _dynamodb(
        stream,
        batch_size = 100,
        batching_window_seconds = 0,
        concurrent_batches = 1,
        filters = [],
        maximum_age_seconds = None,
        on_failure = None,
        report_batch_item_failures = False,
        retries = None,
        split_on_error = False,
        starting_position = "LATEST"):
    """Changes of a DynamoDB table's items.

        event_source.dynamodb(
            "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders/stream/2026-01-01T00:00:00.000",
            on_failure = "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:failed",
            report_batch_item_failures = True,
            retries = 3,
        )

    The function's role may then read the stream, and send to `on_failure`. An error holds the shard up until the batch is handled or given
    up, so set `retries` or `maximum_age_seconds`.

    Args:
      stream: the ARN of the table's stream (`LatestStreamArn`), in which `${AWS::Region}` and `${AWS::AccountId}` can stand.
      batch_size: the most records of an event, 1 to 10000.
      batching_window_seconds: how long records are gathered, in seconds, 0 to 300.
      concurrent_batches: how many batches of a shard are handled at a time, 1 to 10; those of one item stay in order.
      filters: patterns of Lambda's event filtering, of which a record has to match one: 5 at most (10, if the account's quota was
        raised), of 4096 characters as JSON. Others are passed over. All records by default.
      maximum_age_seconds: how old a record may be, in seconds, 60 to 604800, before it is given up; as old as the stream keeps it, by
        default.
      on_failure: the ARN of the standard SQS queue, standard SNS topic or bucket that is told of batches that are given up: by shard and
        sequence numbers, and, in a bucket, with the records. None by default.
      report_batch_item_failures: whether the response tells which records failed, as `batchItemFailures`; the batch comes again from the
        first of them on. Otherwise, an error has all of it come again.
      retries: how often a batch comes again, 0 to 10000, before it is given up; without end by default.
      split_on_error: whether a batch that failed comes again in halves.
      starting_position: `LATEST` (what is written after the stack is made), or `TRIM_HORIZON` (all that the stream still holds).

    Returns:
      An item of `event_sources`.
    """
    return _stream(
        "dynamodb",
        stream,
        batch_size = batch_size,
        batching_window_seconds = batching_window_seconds,
        concurrent_batches = concurrent_batches,
        filters = filters,
        maximum_age_seconds = maximum_age_seconds,
        on_failure = on_failure,
        report_batch_item_failures = report_batch_item_failures,
        retries = retries,
        split_on_error = split_on_error,
        starting_position = starting_position,
    )

def _kinesis(
        stream,
        batch_size = 100,
        batching_window_seconds = 0,
        concurrent_batches = 1,
        filters = [],
        maximum_age_seconds = None,
        on_failure = None,
        report_batch_item_failures = False,
        retries = None,
        split_on_error = False,
        starting_position = "LATEST"):
    """Records of a Kinesis data stream.

        event_source.kinesis(
            "arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/orders",
            on_failure = "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:failed",
            report_batch_item_failures = True,
            retries = 3,
        )

    The function's role may then read the stream, and send to `on_failure`. An error holds the shard up until the batch is handled or given
    up, so set `retries` or `maximum_age_seconds`.

    Args:
      stream: the stream's ARN, in which `${AWS::Region}` and `${AWS::AccountId}` can stand; or that of a consumer, for enhanced fan-out.
      batch_size: the most records of an event, 1 to 10000.
      batching_window_seconds: how long records are gathered, in seconds, 0 to 300.
      concurrent_batches: how many batches of a shard are handled at a time, 1 to 10; those of one partition key stay in order.
      filters: patterns of Lambda's event filtering, of which a record has to match one: 5 at most (10, if the account's quota was
        raised), of 4096 characters as JSON. Others are passed over. All records by default.
      maximum_age_seconds: how old a record may be, in seconds, 60 to 604800, before it is given up; as old as the stream keeps it, by
        default.
      on_failure: the ARN of the standard SQS queue, standard SNS topic or bucket that is told of batches that are given up: by shard and
        sequence numbers, and, in a bucket, with the records. None by default.
      report_batch_item_failures: whether the response tells which records failed, as `batchItemFailures`; the batch comes again from the
        first of them on. Otherwise, an error has all of it come again.
      retries: how often a batch comes again, 0 to 10000, before it is given up; without end by default.
      split_on_error: whether a batch that failed comes again in halves.
      starting_position: `LATEST` (what is written after the stack is made), or `TRIM_HORIZON` (all that the stream still holds).

    Returns:
      An item of `event_sources`.
    """
    return _stream(
        "kinesis",
        stream,
        batch_size = batch_size,
        batching_window_seconds = batching_window_seconds,
        concurrent_batches = concurrent_batches,
        filters = filters,
        maximum_age_seconds = maximum_age_seconds,
        on_failure = on_failure,
        report_batch_item_failures = report_batch_item_failures,
        retries = retries,
        split_on_error = split_on_error,
        starting_position = starting_position,
    )

def _sns(topic, dead_letter_queue = None, filter_policy = None, filter_scope = "MessageAttributes"):
    """Messages of an SNS topic.

        event_source.sns(
            "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:orders",
            filter_policy = {"kind": ["order"]},
        )

    The stack subscribes the function, and lets the topic invoke it. `async_retries` and `on_failure` say what becomes of errors.

    Args:
      topic: the ARN of a standard topic, in which `${AWS::Region}` and `${AWS::AccountId}` can stand.
      dead_letter_queue: the ARN of the standard SQS queue that takes messages which SNS could not hand to Lambda, of the function's
        account and Region; the queue's policy has to let `sns.amazonaws.com` send to it. None by default.
      filter_policy: which messages are sent: a dict, as in SNS's subscription filter policies, of 5 keys at most. All by default.
      filter_scope: what `filter_policy` is about: `MessageAttributes`, which are not nested, or `MessageBody`, which has to be JSON then.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({
        "dead_letter_queue": dead_letter_queue,
        "filter_policy": filter_policy,
        "filter_scope": filter_scope,
        "topic": topic,
        "type": "sns",
    })

def _alb(listener, priority, hosts = [], methods = [], multi_value_headers = False, paths = []):
    """Requests of an Application Load Balancer.

        event_source.alb(
            "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2",
            paths = ["/orders/*"],
            priority = 10,
        )

    The stack makes a target group with the function, lets the load balancer invoke it, and adds a rule to the listener, which exists.

    Args:
      listener: the ARN of the load balancer's listener.
      priority: the rule's place among the listener's, 1 to 50000; no two are the same, and lower ones come first.
      hosts: names of hosts, in which `*` and `?` can stand, such as `*.example.com`, without a port. `hosts`, `methods` and `paths` have
        1 to 5 items in all, with 6 `*` and `?` at most; those that are given have to match, each by one of its items.
      methods: HTTP methods, such as `GET`.
      multi_value_headers: whether headers and parameters come as lists, as `multiValueHeaders`, so that none is lost that comes twice;
        responses have to be written so, too. lambda_http does either.
      paths: paths, in which `*` and `?` can stand.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({
        "hosts": hosts,
        "listener": listener,
        "methods": methods,
        "multi_value_headers": multi_value_headers,
        "paths": paths,
        "priority": priority,
        "type": "alb",
    })

def _cognito(user_pool, triggers):
    """Triggers of a Cognito user pool that the stack makes, and keeps when it is deleted.

        event_source.cognito("users-${AWS::StackName}", ["PreSignUp", "PostConfirmation"])

    Several functions can share a pool, each with other triggers. Cognito waits 5 seconds for a response. `template_patch` sets what else
    the pool has. CloudFormation has no resource for the triggers of a pool that exists: name the function there.

    Args:
      user_pool: the pool's name, of 1 to 128 letters, digits, spaces and `_+=,.@-`, in which `${AWS::StackName}` and the like can stand.
      triggers: `CreateAuthChallenge`, `CustomMessage`, `DefineAuthChallenge`, `PostAuthentication`, `PostConfirmation`,
        `PreAuthentication`, `PreSignUp`, `PreTokenGeneration`, `UserMigration` and `VerifyAuthChallengeResponse`, any of them.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"triggers": triggers, "type": "cognito", "user_pool": user_pool})

def _iot(sql):
    """Messages of devices, by a rule of AWS IoT.

        event_source.iot("SELECT * FROM 'sensors/+/temperature' WHERE value > 30")

    Args:
      sql: which messages, and what of them, in IoT's SQL of version 2016-03-23.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"sql": sql, "type": "iot"})

def _s3_eventbridge(bucket, prefix = "", suffix = "", types = ["Object Created"]):
    """What happens in a bucket that exists, and sends its events to EventBridge.

        event_source.s3_eventbridge("uploads", prefix = "incoming/", suffix = ".csv")

    Turn that on in the bucket's properties (`EventBridgeConfiguration`). Unlike those of `event_source.s3`, the events are EventBridge's,
    with a `detail`, one object each.

    Args:
      bucket: the bucket's name, in which `${AWS::AccountId}` and the like can stand.
      prefix: what keys start with.
      suffix: what keys end with.
      types: EventBridge's names of what happens, such as `Object Deleted`.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"bucket": bucket, "prefix": prefix, "suffix": suffix, "type": "s3_eventbridge", "types": types})

def _scheduler(
        expression,
        dead_letter_queue = None,
        flexible_minutes = 0,
        input = None,
        maximum_age_seconds = None,
        retries = None,
        time_zone = "UTC"):
    """A schedule of EventBridge Scheduler, which has time zones and single times.

        event_source.scheduler("cron(0 8 ? * MON-FRI *)", input = {"report": "daily"}, time_zone = "Europe/Berlin")

    The stack makes a role for it, which may invoke the function, and send to `dead_letter_queue`.

    Args:
      expression: when it is invoked, such as `rate(5 minutes)`, `cron(0 8 * * ? *)` or `at(2030-12-24T18:00:00)`.
      dead_letter_queue: the ARN of the standard SQS queue that takes what Lambda did not. None by default. For errors of the function,
        there are `async_retries` and `on_failure`.
      flexible_minutes: how late it may be, in minutes, 0 to 1440.
      input: the event, of at most 262144 characters as JSON; the scheduler's own by default.
      maximum_age_seconds: how long it is tried if Lambda does not take the event, in seconds, 60 to 86400; a day by default.
      retries: how often, 0 to 185, which is the default.
      time_zone: the name of the time zone of `expression`, as IANA's database has it; its daylight saving time is kept. `rate` has no
        use for it.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({
        "dead_letter_queue": dead_letter_queue,
        "expression": expression,
        "flexible_minutes": flexible_minutes,
        "input": input,
        "maximum_age_seconds": maximum_age_seconds,
        "retries": retries,
        "time_zone": time_zone,
        "type": "scheduler",
    })

def _schedule(expression, input = None):
    """A schedule of EventBridge's rules, in UTC; `event_source.scheduler` has time zones.

        event_source.schedule("cron(0 8 ? * MON-FRI *)", input = {"report": "daily"})

    Args:
      expression: when it is invoked, such as `rate(5 minutes)` or `cron(0 8 * * ? *)`, in UTC.
      input: the event, of at most 8192 characters as JSON; EventBridge's own by default.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"expression": expression, "input": input, "type": "schedule"})

def _s3(bucket, events = ["s3:ObjectCreated:*"], prefix = "", suffix = ""):
    """What happens in a bucket that the stack makes, and keeps when it is deleted.

        event_source.s3("uploads-${AWS::AccountId}", prefix = "incoming/", suffix = ".csv")

    Functions can share a bucket, but not the events of one object: of two sources of the same `events`, no key has both prefixes and both
    suffixes. For a bucket that exists, there is `event_source.s3_eventbridge`.

    Args:
      bucket: the bucket's name, in which `${AWS::AccountId}` and the like can stand.
      events: S3's names of what happens, such as `s3:ObjectRemoved:*`.
      prefix: what keys start with.
      suffix: what keys end with.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"bucket": bucket, "events": events, "prefix": prefix, "suffix": suffix, "type": "s3"})

def _http_api(method = "ANY", path = "$default"):
    """A route of the stack's API Gateway HTTP API (events of version 2.0).

        event_source.http_api("GET", "/orders/{id}")

    Args:
      method: an HTTP method, such as `GET`, or `ANY`.
      path: such as `/orders/{id}`; by default all that no other route takes.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"method": method, "path": path, "type": "http_api"})

def _event_pattern(pattern):
    """Events of EventBridge's default bus.

        event_source.event_pattern({
            "source": ["aws.s3"],
            "detail": {"bucket": {"name": ["uploads"]}},
        })

    Args:
      pattern: what the events are like: a dict, as in EventBridge's event patterns, of 2048 characters as JSON (4096, if the account's
        quota was raised).

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"pattern": pattern, "type": "event_pattern"})

event_source = struct(
    alb = _alb,
    cognito = _cognito,
    dynamodb = _dynamodb,
    event_pattern = _event_pattern,
    http_api = _http_api,
    iot = _iot,
    kinesis = _kinesis,
    s3 = _s3,
    s3_eventbridge = _s3_eventbridge,
    schedule = _schedule,
    scheduler = _scheduler,
    sns = _sns,
    sqs = _sqs,
)
