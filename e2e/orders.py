#!/usr/bin/env python3
"""Works on `orders`, an order service of three functions, as its author would.

    e2e/orders.py [--startup OPTION]… [STEP…]

The steps, all of them by default:

- tests: the service's tests, of its crates and of its zip, by `bazel test`.
- clippy: the targets that docs/develop.md has for Clippy, and a lint that is refused in the author's source.
- editor: rust-analyzer's project, in which each crate has the author's sources.
- local: `lambda_local` answers requests as API Gateway would, and sends the other event sources' events.
- deployed: the deployer makes the stack in an account of moto's, and deletes it.

What was seen has a line each. The rules' tools are compiled from source the first time, in minutes.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import http.client
import json
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Beside this file: what runs commands as a reader of the documentation would.
from documented_commands import CACHE, ROOT, Background, Failure, Terminal
from support.rust_archives import there_is

WORKSPACE = ROOT / "e2e/orders"
ACCOUNT = ROOT / "e2e/support/account.py"
OWN_CACHE = CACHE.parent / "orders"

# Names of the functions, by their handlers.
FUNCTIONS = {"index.api": "orders-api", "index.confirm": "orders-confirm", "index.report": "orders-report"}
QUEUE = "placed-orders"
TESTS = {
    "event_name": ["event_name_test", "rustfmt_test"],
    "orders": ["orders_test", "rustfmt_test"],
    "service": [
        "api_test",
        "api_unit_test",
        "confirm_test",
        "confirm_unit_test",
        "report_test",
        "report_unit_test",
        "rustfmt_test",
    ],
}
CRATES = {
    "api": "service/src/bin/api.rs",
    "confirm": "service/src/bin/confirm.rs",
    "event_name": "event_name/src/lib.rs",
    "orders": "orders/src/lib.rs",
    "report": "service/src/bin/report.rs",
}
RUST_SERVER = "https://static.rust-lang.org"


class Work:
    """A terminal in the workspace, and what was seen in it."""

    def __init__(self, startup: list[str]) -> None:
        self.terminal = Terminal(WORKSPACE, startup, OWN_CACHE)
        self.seen = 0

    def saw(self, what: str) -> None:
        """Tells of something that is as it should be."""
        self.seen += 1
        print(what, flush=True)

    def run(self, command: str) -> str:
        """Runs a command, and returns what it wrote.

        Raises:
          Failure: it failed.
        """
        return self.terminal.run(command)

    def result(self, command: str, environment: dict[str, str] | None = None) -> Any:
        """Runs a command, and returns what it wrote to its standard output, as JSON.

        Raises:
          Failure: it failed, or wrote something else.
        """
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=WORKSPACE,
            env=self.terminal.environment | (environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        try:
            if not ran.returncode:
                return json.loads(ran.stdout)
        except ValueError:
            pass
        raise Failure(f"{command}: ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}")


def expect(what: str, found: object, expected: object) -> None:
    """Compares.

    Raises:
      Failure: they differ.
    """
    if found != expected:
        raise Failure(f"{what}: expected {expected!r}, and found {found!r}")


def tests(work: Work) -> None:
    """All tests pass, and none was left out."""
    said = work.run("bazel test --noshow_progress --test_output=errors //...")
    passed = set(re.findall(r"^(//\S+) .*PASSED", said, re.MULTILINE))
    expect("tests that passed", passed, {f"//{folder}:{name}" for folder, names in TESTS.items() for name in names})
    work.saw(f"bazel test //...: {len(passed)} targets passed")


def clippy(work: Work) -> None:
    """Clippy finds nothing; and it looks, as a lint that refuses what the functions do is refused in their sources."""
    targets = [f"//{folder}:clippy" for folder in TESTS]
    work.run(f"bazel build --noshow_progress {' '.join(targets)}")
    refusing = (
        "bazel build --noshow_progress --keep_going --@rules_rust//rust/settings:clippy_flag=-Dclippy::print_stdout"
    )
    try:
        work.run(f"{refusing} //service:clippy")
    except Failure as failure:
        places = set(re.findall(r"--> (\S+?):\d+", str(failure)))
    else:
        raise Failure("Clippy has read no source: what it should refuse is there")
    expect("sources with what Clippy refuses", places, {CRATES["api"], CRATES["confirm"]})
    work.saw(
        f"Clippy: {', '.join(targets)} are clean; a lint that they break is refused in {', '.join(sorted(places))}"
    )


def rust_sources() -> str:
    """Returns what leads Bazel's downloader to Rust's sources, if the server has them in their date's folder alone."""
    found = re.search(r'versions = \["(.+?)"\]', (WORKSPACE / "MODULE.bazel").read_text())
    assert found, "MODULE.bazel names a version of Rust"
    version = found[1]
    if there_is(f"{RUST_SERVER}/dist/rust-src-{version}.tar.xz"):
        return ""
    with urllib.request.urlopen(f"{RUST_SERVER}/dist/channel-rust-{version}.toml", timeout=60) as manifest:
        date = re.search(r'^date = "(.+)"$', manifest.read().decode(), re.MULTILINE)
    assert date, "the manifest of a version of Rust has a date"
    archive = f"rust-src-{version}.tar.xz"
    return f"rewrite (.*)/dist/{re.escape(archive)} $1/dist/{date[1]}/{archive}\n"


def editor(work: Work) -> None:
    """rust-analyzer's project has the workspace's crates, with the author's sources."""
    if rewriting := rust_sources():
        config = OWN_CACHE / "downloader.cfg"
        config.write_text(rewriting)
        # gen_rust_project calls Bazel without the options that it was run with.
        (OWN_CACHE / "bazelrc").write_text(f"common --experimental_downloader_config={config}\n")
    project_file = WORKSPACE / "rust-project.json"
    project_file.unlink(missing_ok=True)
    work.run("bazel run @rules_rust//tools/rust_analyzer:gen_rust_project")
    project = json.loads(project_file.read_text())
    crates = project["crates"]
    of_workspace = [crate for crate in crates if Path(WORKSPACE, crate["root_module"]).is_relative_to(WORKSPACE)]
    own = {crate["display_name"]: crate for crate in of_workspace}
    found = {name: str(Path(WORKSPACE, crate["root_module"]).relative_to(WORKSPACE)) for name, crate in own.items()}
    expect("crates of the workspace", found, CRATES)

    def deps(name: str) -> set[str]:
        return {crates[dependency["crate"]]["display_name"] for dependency in own[name]["deps"]}

    for name, needs in {"api": "orders", "confirm": "orders", "report": "orders", "orders": "event_name"}.items():
        if needs not in deps(name):
            raise Failure(
                f"rust-project.json: {name} does not depend on {needs}, only on {', '.join(sorted(deps(name)))}"
            )
    if not Path(own["event_name"]["proc_macro_dylib_path"]).is_file():
        raise Failure(f"rust-project.json: there is no {own['event_name']['proc_macro_dylib_path']}")
    if not Path(own["orders"]["env"]["OUT_DIR"], "prices.rs").is_file():
        raise Failure(f"rust-project.json: {own['orders']['env']['OUT_DIR']} does not have what the build script wrote")
    work.saw(f"rust-project.json: {len(crates)} crates, of them with the author's sources: {', '.join(sorted(found))}")
    work.saw("rust-project.json: the macro's library and what the build script wrote are there")


@dataclass
class Response:
    """What an API answered."""

    status: int
    headers: http.client.HTTPMessage
    body: Any


class Api:
    """The API that `lambda_local` serves."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(self, method: str, path: str, body: str | None = None, **headers: str) -> Response:
        """Sends a request, and reads the response."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            names["content-type"] = "application/json"
        # As for a browser, which leads all names under localhost to this machine.
        names["host"] = f"httpapi.localhost:{self.port}"
        with contextlib.closing(connection):
            connection.request(method, path, body, names)
            response = connection.getresponse()
            content = response.read()
            return Response(response.status, response.headers, json.loads(content) if content else None)


def routes(work: Work, api: Api) -> None:
    """Orders are placed and read by requests; others are answered by the API or the function, as they would in AWS."""
    items = [{"product": "tea", "quantity": 2}, {"product": "cup", "quantity": 1}]
    placed = api.request("POST", "/orders", json.dumps({"items": items}))
    expect("POST /orders", placed.status, 201)
    location = placed.headers["location"]
    expect(
        "what was placed", placed.body, {"id": location.removeprefix("/orders/"), "items": items, "total_cents": 1610}
    )
    read = api.request("GET", location)
    expect(f"GET {location}", (read.status, read.body), (200, placed.body))
    work.saw(f"POST /orders: 201, and GET {location}: 200, the same order")

    encoded = "/orders/" + urllib.parse.quote(placed.body["id"], safe="")
    read = api.request("GET", encoded)
    expect(f"GET {encoded}", (read.status, read.body), (200, placed.body))
    work.saw(f"GET {encoded}: 200, decoded")

    for method, path in [("GET", "/nowhere"), ("DELETE", location), ("GET", f"{location}/items")]:
        answer = api.request(method, path)
        expect(f"{method} {path}", (answer.status, answer.body), (404, {"message": "Not Found"}))
    work.saw("GET /nowhere, DELETE of an order, GET below an order: 404, by the API")
    answer = api.request("GET", "/orders/tea:3~a3887f50")
    expect("an unknown order", (answer.status, answer.body), (404, {"problems": ["there is no order of this ID"]}))
    work.saw("GET of an unknown order: 404, by the function")
    expect("a body that is no JSON", api.request("POST", "/orders", "[").status, 400)
    answer = api.request(
        "POST", "/orders", json.dumps({"items": [{"product": "coffee", "quantity": 1}] + items[:1] * 2})
    )
    problems = {"problems": ["coffee is not sold", "tea is there twice"]}
    expect("a wrong order", (answer.status, answer.body), (422, problems))
    work.saw("POST of what is no JSON: 400; of a wrong order: 422, with all that is wrong")

    origin = "https://shop.example"
    preflight = api.request("OPTIONS", "/orders", origin=origin, access_control_request_method="POST")
    expect("a preflight", preflight.status, 204)
    answer = api.request("GET", location, origin=origin)
    for name, response in {"preflight": preflight, "response": answer}.items():
        expect(f"{name}'s allowed origin", response.headers["access-control-allow-origin"], origin)
    other = api.request("GET", location, origin="https://other.example")
    expect("another origin", other.headers["access-control-allow-origin"], None)
    work.saw("CORS: the preflight is answered by the API, and the configured origin alone may read responses")


def local(work: Work) -> None:
    """`lambda_local` serves the routes of the template, and sends the events of its other sources."""
    server = Background("bazel run --noshow_progress //service:local -- --port 0", WORKSPACE, work.terminal.environment)
    try:
        server.await_lines("· Page and Invoke API: http://localhost:…/")
        port = re.search(r"Invoke API: http://localhost:(\d+)/", server.shown())
        assert port, "it has just been shown"
        routes(work, Api(int(port[1])))
        # The functions' log, in the terminal.
        server.await_lines('…{"event":"order.placed","order":"tea:2,cup:1~…"}')
        work.saw("the server's terminal has what the functions log, with the event's name by the macro")
    finally:
        code = server.interrupt()
    if code or "Traceback" in server.shown():
        raise Failure(f"the server's end was no clean one ({code}):\n{server.shown()}")

    invoke = "bazel run --noshow_progress //service:local -- invoke"
    # The queue's event is AWS's documented one, whose messages are no orders.
    failed = work.result(f"{invoke} --source {QUEUE}")["batchItemFailures"]
    if not failed:
        raise Failure("messages that are no orders were confirmed")
    work.saw(f"invoke --source {QUEUE}: {len(failed)} messages that are no orders are given back")
    answer = work.result(f"{invoke} mixed")
    expected = json.loads((WORKSPACE / "service/testdata/confirm/mixed.response.json").read_text())
    expect("a batch with one order", answer, expected)
    work.saw("invoke mixed: of three messages, two are given back")
    report = work.result(f"{invoke} --source schedule")
    expect("the report", (report["products"], report["dearest"]), (3, "kettle"))
    work.saw(f"invoke --source schedule: the report of {report['day']}")


class Account:
    """An account of moto's, by calls of boto3."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        # Of who deploys to the account, and to nothing else.
        self.environment: dict[str, str] = json.loads(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise Failure(f"{ACCOUNT.name} ended with {self._process.wait()}")
        return line

    def call(self, service: str, operation: str, **arguments: object) -> Any:
        """Calls a function of boto3's."""
        assert self._process.stdin
        call = {"service": service, "operation": operation, "arguments": arguments}
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        return json.loads(self._answer())


@contextlib.contextmanager
def account() -> Iterator[Account]:
    """Serves an account while the context lasts."""
    made = subprocess.run([ROOT / "tools/moto_venv.sh"], check=True, stdout=subprocess.PIPE, text=True)
    programs = Path(made.stdout.strip())
    with tempfile.TemporaryDirectory() as folder:
        command = [str(programs / "python"), str(ACCOUNT), str(programs / "moto_server"), folder]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Account(process)
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(timeout=60)
            finally:
                process.kill()


def look_at(work: Work, aws: Account) -> None:
    """Looks at what the stack has made."""
    found = aws.call("lambda", "list_functions")["Functions"]
    expect("functions", {function["Handler"]: function["FunctionName"] for function in found}, FUNCTIONS)
    zip_file = WORKSPACE / "bazel-bin/service/lambda_zip.zip"
    digest = base64.b64encode(hashlib.sha256(zip_file.read_bytes()).digest()).decode()
    for function in found:
        of = (function["Runtime"], function["MemorySize"], function["CodeSha256"])
        expect(function["FunctionName"], of, ("python3.13", 256, digest))
    work.saw(f"functions: {', '.join(FUNCTIONS.values())}, each of the zip")

    (mapping,) = aws.call("lambda", "list_event_source_mappings")["EventSourceMappings"]
    queue = aws.call("sqs", "get_queue_attributes", QueueUrl=QUEUE, AttributeNames=["QueueArn"])
    expect("the mapping's queue", mapping["EventSourceArn"], queue["Attributes"]["QueueArn"])
    expect("the mapping's function", mapping["FunctionArn"].split(":")[6], "orders-confirm")
    work.saw(f"the queue {QUEUE} is mapped to orders-confirm")

    (rule,) = aws.call("events", "list_rules")["Rules"]
    (target,) = aws.call("events", "list_targets_by_rule", Rule=rule["Name"])["Targets"]
    expect("the rule's function", target["Arn"].split(":")[6], "orders-report")
    work.saw(f"the schedule {rule['ScheduleExpression']} has orders-report as its target")

    # moto's stacks have no APIs of API Gateway: what CloudFormation was given of them.
    body = aws.call("cloudformation", "get_template", StackName="orders")["TemplateBody"]
    resources = (json.loads(body) if isinstance(body, str) else body)["Resources"]
    by_type: dict[str, list[Any]] = {}
    for resource in resources.values():
        by_type.setdefault(resource["Type"], []).append(resource.get("Properties", {}))
    keys = {route["RouteKey"] for route in by_type["AWS::ApiGatewayV2::Route"]}
    expect("routes", keys, {"GET /orders/{id}", "POST /orders"})
    (api,) = by_type["AWS::ApiGatewayV2::Api"]
    expect("the API's origins", api["CorsConfiguration"]["AllowOrigins"], ["https://shop.example"])
    (mapping,) = by_type["AWS::Lambda::EventSourceMapping"]
    expect("what the mapping reads of responses", mapping["FunctionResponseTypes"], ["ReportBatchItemFailures"])
    work.saw(f"the stack's template has the routes {', '.join(sorted(keys))}, CORS and partial batch failures")


def deployed(work: Work) -> None:
    """The deployer makes the stack, says what it has made, and deletes it."""
    deploy = "bazel run --noshow_progress //service:deploy --"
    with account() as aws:
        aws.call("sqs", "create_queue", QueueName=QUEUE)
        planned = work.result(f"{deploy} diff --json", aws.environment)["changes"]
        expect("actions of the first plan", {change["action"] for change in planned}, {"Add"})
        stacks = aws.call("cloudformation", "list_stacks")["StackSummaries"]
        expect("stacks after diff", [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"], [])
        work.saw(f"deploy -- diff: {len(planned)} resources would be made, and none is")
        made = work.result(f"{deploy} --json", aws.environment)
        expect("what was made", len(made["changes"]), len(planned))
        look_at(work, aws)
        expect("changes", work.result(f"{deploy} diff --json", aws.environment)["changes"], [])
        status = work.result(f"{deploy} status --json", aws.environment)
        expect("functions that run the zip", [function["isCurrent"] for function in status["functions"]], [True] * 3)
        work.saw("deploy -- diff: nothing to do; deploy -- status: all run the zip")
        work.result(f"{deploy} delete --yes --json", aws.environment)
        expect("functions of the deleted stack", aws.call("lambda", "list_functions")["Functions"], [])
        expect("its mappings", aws.call("lambda", "list_event_source_mappings")["EventSourceMappings"], [])
        expect("its rules", aws.call("events", "list_rules")["Rules"], [])
        work.saw("deploy -- delete: functions, mapping and rule are gone")


STEPS: dict[str, Callable[[Work], None]] = {
    "tests": tests,
    "clippy": clippy,
    "editor": editor,
    "local": local,
    "deployed": deployed,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"of {', '.join(STEPS)}; all by default")
    options = parser.parse_args()
    if unknown := [step for step in options.steps if step not in STEPS]:
        parser.error(f"no such step: {', '.join(unknown)}; the steps are {', '.join(STEPS)}")
    OWN_CACHE.mkdir(parents=True, exist_ok=True)
    (OWN_CACHE / "bazelrc").write_text("")
    work = Work([*options.startup, f"--bazelrc={OWN_CACHE / 'bazelrc'}"])
    failed = 0
    try:
        for name, step in STEPS.items():
            if not options.steps or name in options.steps:
                try:
                    step(work)
                # Of each kind that an answer of another form may bring, so that the other steps are run.
                except (
                    Failure,
                    OSError,
                    LookupError,
                    ValueError,
                    AssertionError,
                    subprocess.SubprocessError,
                ) as failure:
                    print(f"{name}: {type(failure).__name__}: {failure}", file=sys.stderr, flush=True)
                    failed += 1
    finally:
        subprocess.run(["bazel", "shutdown"], cwd=WORKSPACE, env=work.terminal.environment, check=False)
    print(f"{work.seen} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
