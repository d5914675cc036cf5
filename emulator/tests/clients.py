"""Drives `lambda_local` by AWS's own clients: the command line `aws`, and boto3.

Usage: clients.py ENDPOINT. The endpoint serves examples/hello as the function `hello`. Needs the packages boto3
and awscli (version 1, as PyPI has it, which takes a payload as it is).
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-not-found]
from botocore.config import Config  # type: ignore[import-not-found]
from botocore.exceptions import ClientError  # type: ignore[import-not-found]

os.environ |= {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

EVENT = '{"name": "Ada"}'
RESPONSE = {"message": "Hello, Ada!"}


def aws(endpoint: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line."""
    aws = Path(sys.executable).with_name("aws")
    command = [str(aws), "lambda", "--endpoint-url", endpoint, "--output", "json", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def command_line(endpoint: str) -> None:
    """Checks what the command line makes of the answers."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "response.json"
        invoke = ["invoke", "--function-name", "hello"]
        done = aws(endpoint, *invoke, "--payload", EVENT, "--log-type", "Tail", str(output))
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST"), answer
        assert b"REPORT RequestId" in base64.b64decode(answer["LogResult"])
        assert json.loads(output.read_text()) == RESPONSE

        done = aws(endpoint, *invoke, "--payload", "{}", str(output))
        assert json.loads(done.stdout)["FunctionError"] == "Unhandled", done
        assert "missing field `name`" in json.loads(output.read_text())["errorMessage"]

        done = aws(endpoint, *invoke, "--payload", EVENT, "--invocation-type", "Event", str(output))
        assert json.loads(done.stdout)["StatusCode"] == 202, done

        done = aws(endpoint, "invoke", "--function-name", "nope", str(output))
        assert done.returncode != 0 and "ResourceNotFoundException" in done.stderr, done

    done = aws(endpoint, "list-functions")
    assert [one["FunctionName"] for one in json.loads(done.stdout)["Functions"]] == ["hello"], done


def library(endpoint: str) -> None:
    """Checks what boto3 makes of the answers."""
    client: Any = boto3.client("lambda", endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))
    arn = "arn:aws:lambda:us-east-1:123456789012:function:hello:$LATEST"
    for name in ["hello", arn]:
        answer = client.invoke(FunctionName=name, Payload=EVENT, LogType="Tail")
        assert json.load(answer["Payload"]) == RESPONSE and "FunctionError" not in answer

    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    answer = client.invoke(FunctionName="hello", Payload=EVENT, ClientContext=context)
    assert json.load(answer["Payload"]) == RESPONSE

    answer = client.invoke(FunctionName="hello", InvocationType="DryRun")
    assert answer["StatusCode"] == 204

    answer = client.invoke_with_response_stream(FunctionName="hello", Payload=EVENT, LogType="Tail")
    events = list(answer["EventStream"])
    body = b"".join(event["PayloadChunk"]["Payload"] for event in events if "PayloadChunk" in event)
    assert json.loads(body) == RESPONSE
    assert b"REPORT RequestId" in base64.b64decode(events[-1]["InvokeComplete"]["LogResult"])

    answer = client.invoke_with_response_stream(FunctionName="hello", Payload="{}")
    complete = list(answer["EventStream"])[-1]["InvokeComplete"]
    assert complete["ErrorCode"] == "Unhandled" and "missing field" in complete["ErrorDetails"]

    for arguments, code in [
        ({"FunctionName": "nope"}, "ResourceNotFoundException"),
        ({"FunctionName": "hello", "Qualifier": "7"}, "ResourceNotFoundException"),
        ({"FunctionName": "hello", "Payload": "{"}, "InvalidRequestContentException"),
        ({"FunctionName": "hello", "Payload": json.dumps("x" * 6_291_456)}, "RequestTooLargeException"),
    ]:
        try:
            client.invoke(**arguments)
        except ClientError as error:
            assert error.response["Error"]["Code"] == code, error
        else:
            raise AssertionError(f"{code} was expected")


def main() -> None:
    """Runs all checks."""
    [endpoint] = sys.argv[1:]
    command_line(endpoint)
    library(endpoint)
    print("2 passed, 0 failed")


if __name__ == "__main__":
    main()
