"""Calls the handler of an unpacked zip some hundred times while Valgrind looks on: see `tools/valgrind.sh`.

Usage: under_valgrind.py FOLDER EVENT RESPONSE. The response to each event has to be that one.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time

EVENTS = 200


class Context:
    """What the client's context tells of an invocation."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:hello"

    def __init__(self, number: int) -> None:
        self.aws_request_id = f"00000000-0000-4000-8000-{number:012}"

    def get_remaining_time_in_millis(self) -> int:
        """The time that is left."""
        return 60_000


def main() -> None:
    """Runs the calls."""
    folder, event, response = sys.argv[1:]
    os.environ |= {
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_NAME": "hello",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/hello",
        "AWS_LAMBDA_LOG_STREAM_NAME": "hello",
        "LAMBDA_TASK_ROOT": folder,
        "_HANDLER": "index.handler",
    }
    sys.path.insert(0, folder)
    handler = importlib.import_module("index").handler
    start = time.monotonic()
    for number in range(EVENTS):
        os.environ["_X_AMZN_TRACE_ID"] = f"Root=1-{number:08x}-{os.urandom(12).hex()};Sampled=0"
        answer = json.loads(handler(event.encode(), Context(number)))
        if answer != json.loads(response):
            sys.exit(f"{answer} in place of {response}")
    print(f"{EVENTS} events in {time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    main()
