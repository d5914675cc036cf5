"""What invokes a function, for `event_sources` of `lambda_template`: `event_source.sqs(…)` and so on.

Each is a text, JSON, so that it can stand in a `select()`.
"""

def _sqs(queue, batch_size = 10, batching_window_seconds = 0, report_batch_item_failures = False):
    """Messages of an SQS queue.

    Args:
      queue: the queue's ARN, in which `${AWS::Region}` and `${AWS::AccountId}` can stand.
      batch_size: the most messages of an event, 1 to 10000.
      batching_window_seconds: how long messages are gathered, 0 to 300; 1 or more for a `batch_size` above 10.
      report_batch_item_failures: whether the response tells which messages failed.

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

    Args:
      expression: such as `rate(5 minutes)` or `cron(0 8 * * ? *)`, in UTC.
      input: the event, as a value that JSON has; EventBridge's own by default.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"expression": expression, "input": input, "type": "schedule"})

def _s3(bucket, events = ["s3:ObjectCreated:*"], prefix = "", suffix = ""):
    """What happens in a bucket that the stack makes, and keeps when it is deleted.

    For a bucket that exists, turn its events to EventBridge on, and use `event_source.event_pattern`.

    Args:
      bucket: the bucket's name, in which `${AWS::AccountId}` and the like can stand.
      events: S3's names of what happens.
      prefix: what keys start with.
      suffix: what keys end with.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"bucket": bucket, "events": events, "prefix": prefix, "suffix": suffix, "type": "s3"})

def _http_api(method = "ANY", path = "$default"):
    """A route of the stack's API Gateway HTTP API (events of version 2.0).

    Args:
      method: an HTTP method, or `ANY`.
      path: such as `/orders/{id}`; by default all that no other route takes.

    Returns:
      An item of `event_sources`.
    """
    return json.encode({"method": method, "path": path, "type": "http_api"})

def _event_pattern(pattern):
    """Events of EventBridge's default bus.

    Args:
      pattern: a dict, such as `{"source": ["aws.s3"], "detail": {"bucket": {"name": ["uploads"]}}}`.

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
