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

def _sqs(queue, batch_size = 10, batching_window_seconds = 0, report_batch_item_failures = False):
    """Messages of an SQS queue.

        event_source.sqs(
            "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders",
            batch_size = 100,
            batching_window_seconds = 5,
            report_batch_item_failures = True,
        )

    Args:
      queue: the queue's ARN, in which `${AWS::Region}` and `${AWS::AccountId}` can stand.
      batch_size: the most messages of an event, 1 to 10000; of a FIFO queue (`.fifo`), 10 at most.
      batching_window_seconds: how long messages are gathered, in seconds, 0 to 300; 1 or more for a `batch_size` above 10, 0 for a FIFO
        queue.
      report_batch_item_failures: whether the response tells which messages failed, as `batchItemFailures`; those alone come again.
        Otherwise, an error has all of them come again.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({
        "batch_size": batch_size,
        "batching_window_seconds": batching_window_seconds,
        "queue": queue,
        "report_batch_item_failures": report_batch_item_failures,
        "type": "sqs",
    })

def _schedule(expression, input = None):
    """A schedule of EventBridge.

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

    For a bucket that exists, turn its events to EventBridge on, and use `event_source.event_pattern`.

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
      pattern: what the events are like: a dict, as in EventBridge's event patterns.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"pattern": pattern, "type": "event_pattern"})

event_source = struct(
    event_pattern = _event_pattern,
    http_api = _http_api,
    s3 = _s3,
    schedule = _schedule,
    sqs = _sqs,
)
