"""AWS's APIs on loopback: moto, with what a deployer needs and moto lacks.

Needs the package boto3.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-not-found]

REGION = "eu-central-1"
# How long answers to some requests take, in seconds.
DELAY = 0.5


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def credentials(endpoint: str) -> dict[str, str]:
    """The environment of whoever deploys to moto, and to nothing else."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_REGION": REGION,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def client(endpoint: str, service: str) -> Any:
    """Returns boto3's client of a service of the account."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


class Moto:
    """A server with an account that holds nothing yet."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.port = free_port()
        self.policies: dict[str, bytes] = {}
        # What responses to an action say in place of what moto says.
        self.words: dict[str, dict[str, str]] = {}
        # Requests that are answered with a status alone.
        self.statuses: dict[str, int] = {}
        # Actions that are told of when they are done, and answered after a while.
        self.reached: dict[str, threading.Event] = {}
        # Paths of requests that the credentials lack the right to, with the action.
        self.denied: dict[str, str] = {}
        # Objects' keys that were uploaded long ago, unless they are uploaded again.
        self.aged: set[str] = set()
        # Those of them that somebody uploads again right after they are listed.
        self.renewed: set[str] = set()
        # moto answers with 500 to one of two that upload the same object at once.
        self.uploads = threading.Lock()
        self.change_sets = ChangeSets(self.port)
        self.xray = client(f"http://127.0.0.1:{self.port}", "xray")
        self.endpoint = Front(self).endpoint
        self.log = folder / "moto.log"
        with self.log.open("wb") as log:
            command = [str(program), "-H", "127.0.0.1", "-p", str(self.port)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(300):
            with contextlib.suppress(OSError):
                # Functions answer without a container.
                config = json.dumps({"lambda": {"use_docker": False}}).encode()
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/moto-api/config", config, timeout=5).close()
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def reset(self) -> None:
        """Empties the account."""
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/moto-api/reset", b"", timeout=5).close()
        self.policies.clear()
        self.words.clear()
        self.statuses.clear()
        self.reached.clear()
        self.denied.clear()
        self.aged.clear()
        self.renewed.clear()
        self.change_sets = ChangeSets(self.port)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class ChangeSets:
    """What CloudFormation makes of several change sets of one stack, and moto does not.

    Once one of them is executed, the others are gone; and a stack that has been made is not created again. While a
    stack is only planned, moto can't take another plan for it, so that one waits.
    """

    def __init__(self, port: int) -> None:
        self.cloudformation = client(f"http://127.0.0.1:{port}", "cloudformation")
        self.lock = threading.Lock()
        # IDs by their stacks' names.
        self.pending: dict[str, set[str]] = {}
        self.made: set[str] = set()

    @contextlib.contextmanager
    def turn(self, action: str, fields: dict[str, str]) -> Iterator[None]:
        """Waits until moto can take a request, and holds others off meanwhile."""
        name = fields["StackName"] if action == "CreateChangeSet" and fields["ChangeSetType"] == "CREATE" else ""
        deadline = time.monotonic() + 5
        while True:
            with self.lock:
                if not self.pending.get(name):
                    yield
                    return
                if time.monotonic() > deadline:
                    self.forget(name)
            time.sleep(0.05)

    def forget(self, name: str) -> None:
        """Deletes the plans for a stack that nobody is left to execute."""
        for change_set in self.pending.pop(name):
            stack_id = self.cloudformation.describe_change_set(ChangeSetName=change_set)["StackId"]
            self.cloudformation.delete_change_set(ChangeSetName=change_set)
            self.cloudformation.delete_stack(StackName=stack_id)

    def refusal(self, action: str, fields: dict[str, str]) -> tuple[str, str] | None:
        """The code and the message of the error that CloudFormation would answer with."""
        if action == "ExecuteChangeSet":
            change_set = fields["ChangeSetName"]
            if not any(change_set in pending for pending in self.pending.values()):
                return "ChangeSetNotFound", f"ChangeSet [{change_set}] does not exist"
        if action == "CreateChangeSet" and fields["ChangeSetType"] == "CREATE" and fields["StackName"] in self.made:
            return "ValidationError", f"Stack [{fields['StackName']}] already exists and cannot be created again"
        return None

    def done(self, action: str, fields: dict[str, str], content: str) -> None:
        """Takes note of what was done."""
        if action == "CreateChangeSet" and (found := re.search("<Id>(.*?)</Id>", content)):
            self.pending.setdefault(fields["StackName"], set()).add(found[1])
        elif action == "ExecuteChangeSet":
            (name,) = [name for name, pending in self.pending.items() if fields["ChangeSetName"] in pending]
            self.made.add(name)
            self.pending.pop(name)
        elif action == "DeleteChangeSet":
            # By its ID, or by its name, which is a part of that.
            for name, pending in self.pending.items():
                self.pending[name] = {change_set for change_set in pending if fields["ChangeSetName"] not in change_set}
        elif action == "DeleteStack":
            # By its ID: …:stack/NAME/….
            self.made.discard(fields["StackName"].split("/")[1])


class Front(ThreadingHTTPServer):
    """Passes requests on to moto.

    It keeps the policies of buckets itself: moto evaluates no conditions, and takes a policy that denies unencrypted
    connections for one that denies all. On request it breaks down after a number of requests: before the next one, or
    before its answer.
    """

    def __init__(self, moto: Moto, requests: int = sys.maxsize, answers: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.moto = moto
        self.left = requests
        self.answers = answers
        self.lock = threading.Lock()
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Front

    def pass_on(self) -> None:
        with self.server.lock:
            self.server.left -= 1
            left = self.server.left
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.close_connection = True
        # What is asked for last is done, and the answer lost, or not done at all.
        if left < -1 or (left == -1 and self.server.answers):
            return
        status, headers, content = self.answer(body)
        if left == -1:
            return
        for action, event in self.server.moto.reached.items():
            if f"Action={action}&".encode() in body:
                event.set()
                time.sleep(DELAY)
        # An interrupted client reads no answer.
        with contextlib.suppress(BrokenPipeError):
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

    def answer(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        moto = self.server.moto
        request = f"{self.command} {self.path.partition('?')[0]}"
        if status := moto.statuses.get(request):
            return status, [("Content-Length", "0")], b""
        if action := moto.denied.get(self.path):
            return self.failure("AccessDeniedException", f"User: test is not authorized to perform: {action}")
        if self.path in ("/TraceSummaries", "/Traces"):
            return self.traces(json.loads(body))
        if self.path.endswith("?policy"):
            if self.command == "PUT":
                moto.policies[self.path] = body
                return 204, [], b""
            if policy := moto.policies.get(self.path):
                return 200, [("Content-Length", str(len(policy)))], policy
        fields = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace")))
        action = fields.get("Action", "")
        if not action.endswith(("ChangeSet", "Stack")):
            status, headers, content = self.upstream(body)
            headers, content = self.age(headers, content)
            return status, *self.reword(action, headers, content)
        with moto.change_sets.turn(action, fields):
            if refusal := moto.change_sets.refusal(action, fields):
                code, message = refusal
                text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
                return 400, [("Content-Length", str(len(text)))], text.encode()
            status, headers, content = self.upstream(body)
            if status == 200:
                moto.change_sets.done(action, fields, content.decode())
            return status, *self.reword(action, headers, content)

    def reword(
        self, action: str, headers: list[tuple[str, str]], content: bytes
    ) -> tuple[list[tuple[str, str]], bytes]:
        for word, other in self.server.moto.words.get(action, {}).items():
            content = content.replace(word.encode(), other.encode())
        headers = [header for header in headers if header[0].lower() != "content-length"]
        return [*headers, ("Content-Length", str(len(content)))], content

    def age(self, headers: list[tuple[str, str]], content: bytes) -> tuple[list[tuple[str, str]], bytes]:
        """Dates back what is said of objects; moto's clock can't be set."""
        aged = self.server.moto.aged
        key = self.path.partition("?")[0].rpartition("/")[2]
        if self.command == "PUT":
            aged.discard(key)
        elif self.command == "HEAD" and key in aged - self.server.moto.renewed:
            old = "Thu, 01 Jan 2015 00:00:00 GMT"
            headers = [(name, old if name.lower() == "last-modified" else value) for name, value in headers]
        elif self.command == "GET" and "list-type=2" in self.path:
            for key in aged:
                pattern = rf"(<Key>{re.escape(key)}</Key>\s*<LastModified>)\d{{4}}".encode()
                content = re.sub(pattern, rb"\g<1>2015", content)
        return headers, content

    def traces(self, request: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        """Answers as X-Ray does, which has limits, filters and pages; moto has none of them."""
        if self.path == "/Traces":
            if len(request["TraceIds"]) > 5:
                return self.failure("InvalidRequestException", "Too many trace IDs")
            return self.upstream(json.dumps(request).encode())
        time_range = {name: request[name] for name in ("StartTime", "EndTime")}
        if request["EndTime"] - request["StartTime"] > 6 * 60 * 60:
            return self.failure("InvalidRequestException", "Time range cannot be longer than 6 hours")
        expression = request["FilterExpression"]
        if not re.fullmatch(r'service\("[\w-]+"\)( OR service\("[\w-]+"\))*', expression) or len(expression) > 2000:
            return self.failure("InvalidRequestException", f"Invalid filter expression: {expression}")
        wanted = set(re.findall('"(.*?)"', expression))
        status, headers, content = self.upstream(json.dumps(time_range).encode())
        found = []
        for summary in json.loads(content)["TraceSummaries"]:
            (trace,) = self.server.moto.xray.batch_get_traces(TraceIds=[summary["Id"]])["Traces"]
            if wanted & {json.loads(segment["Document"])["name"] for segment in trace["Segments"]}:
                # moto's has `Users` of another type.
                found.append({"Id": summary["Id"], "Revision": len(trace["Segments"])})
        # The newest comes first, and alone on its page.
        found.sort(key=lambda summary: str(summary["Id"]), reverse=True)
        page = int(request.get("NextToken") or 0)
        answer: dict[str, Any] = {"TraceSummaries": found[page : page + 1]}
        if page + 1 < len(found):
            answer["NextToken"] = str(page + 1)
        return status, *self.reword("", headers, json.dumps(answer).encode())

    def failure(self, code: str, message: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """An error of a service that speaks JSON."""
        text = json.dumps({"__type": code, "message": message}).encode()
        return 400, [("Content-Length", str(len(text))), ("x-amzn-errortype", code)], text

    def upstream(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.moto.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "content-length"}
        with self.server.moto.uploads if self.command == "PUT" else contextlib.nullcontext():
            upstream.request(self.command, self.path, body, headers | {"Content-Length": str(len(body))})
            response = upstream.getresponse()
            return response.status, response.getheaders(), response.read()

    do_DELETE = do_GET = do_HEAD = do_POST = do_PUT = pass_on

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving(program: Path, folder: Path) -> Iterator[Moto]:
    """Serves an account while the context lasts.

    Args:
        program: moto's server.
        folder: where its log is written.

    Yields:
        The account, which holds nothing yet.
    """
    moto = Moto(program, folder)
    try:
        yield moto
    finally:
        moto.stop()
