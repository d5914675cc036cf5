"""Calls the Rust handler, and answers with what reached the log meanwhile, a word or a list for each line."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import index  # type: ignore[import-not-found]

# As index.py does for the handler that `_HANDLER` names.
index._library.init(0)

# What differs from run to run.
_TIMES = ("Duration", "InitDuration")


def _captured(call: Callable[[], object]) -> list[str]:
    """Returns the lines that the process wrote to its output during a call, whether by Python or by Rust."""
    output = os.dup(1)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 1)
        try:
            call()
        finally:
            sys.stdout.flush()
            os.dup2(output, 1)
            os.close(output)
        log.seek(0)
        return log.read().decode().splitlines()


def _metrics(line: dict[str, Any]) -> dict[str, Any]:
    """Returns what a line of metrics says, its times checked and taken out."""
    directive = line["_aws"]["CloudWatchMetrics"][0]
    names = [metric["Name"] for metric in directive["Metrics"]]
    if not all(0 < line[name] < 10_000 for name in names if name in _TIMES):
        raise ValueError(f"odd times: {line}")
    values = {name: line[name] for name in names if name not in _TIMES}
    dimensions = {name: line[name] for name in directive["Dimensions"][0]}
    return values | dimensions | {"namespace": directive["Namespace"], "has_init": "InitDuration" in names}


def _summary(line: str, request_id: str) -> object:
    """Returns what a line of the log is."""
    if not line.startswith("{"):
        return line.split(" ", 1)[1] if line[:2] == "20" else line
    parsed = json.loads(line)
    if "_aws" in parsed:
        return _metrics(parsed) | {"of_this_request": parsed["RequestId"] == request_id}
    # lambda_runtime's span is one of the level INFO.
    span = parsed.get("span")
    return [parsed["level"], parsed["fields"]["message"], span and span["requestId"] == request_id]


def handler(event: dict[str, Any], context: Any) -> list[object]:
    """Prints before and after the Rust handler."""

    def call() -> None:
        print("printed before")
        try:
            index.handler(event, context)
        except Exception as error:
            print(f"failed: {error}")
        print("printed after")

    return [_summary(line, context.aws_request_id) for line in _captured(call)]
