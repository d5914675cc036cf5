"""Drives the deployer against moto, which serves AWS's APIs on loopback.

Usage: moto.py MOTO_SERVER DEPLOYER BUILD_TOOL SETTINGS ZIP TARGET [TEST …]. The programs are moto's server, the
deployer and the build tool, which renders templates; the settings and the zip are those of a `lambda_deploy`, and the
target is what `bazel run` starts for it. Needs the package boto3.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Beside this file.
from moto_server import DELAY, REGION, Front, Moto, client, credentials, free_port, serving

STACK = "hello"
# moto's account.
ACCOUNT = "123456789012"

MOTO_SERVER, DEPLOYER, BUILD_TOOL, SETTINGS, ZIP = (Path(argument).resolve() for argument in sys.argv[1:6])
# Not resolved: its files are beside the link.
TARGET = Path(sys.argv[6]).absolute()


class Account:
    """What is in the account, as boto3 sees it."""

    def __init__(self, endpoint: str) -> None:
        self.balancers = client(endpoint, "elbv2")
        self.cloudformation = client(endpoint, "cloudformation")
        self.events = client(endpoint, "events")
        self.function = client(endpoint, "lambda")
        self.iam = client(endpoint, "iam")
        self.network = client(endpoint, "ec2")
        self.logs = client(endpoint, "logs")
        self.queues = client(endpoint, "sqs")
        self.s3 = client(endpoint, "s3")
        self.streams = client(endpoint, "kinesis")
        self.tables = client(endpoint, "dynamodb")
        self.xray = client(endpoint, "xray")

    def stacks(self) -> list[str]:
        found = self.cloudformation.list_stacks()["StackSummaries"]
        return [stack["StackName"] for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]

    def status(self) -> str:
        status: str = self.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        return status

    def template(self) -> Any:
        body = self.cloudformation.get_template(StackName=STACK)["TemplateBody"]
        return json.loads(body) if isinstance(body, str) else body

    def layer_versions(self) -> dict[str, list[str]]:
        """The runtimes of each layer's last version, by the digest of its content."""
        versions = {}
        for layer in self.function.list_layers()["Layers"]:
            number = layer["LatestMatchingVersion"]["Version"]
            version = self.function.get_layer_version(LayerName=layer["LayerName"], VersionNumber=number)
            versions[version["Content"]["CodeSha256"]] = version["CompatibleRuntimes"]
        return versions

    def change_sets(self) -> list[str]:
        found = self.cloudformation.list_change_sets(StackName=STACK)["Summaries"]
        return [change["ChangeSetName"] for change in found if change["ExecutionStatus"] == "AVAILABLE"]

    def configuration(self) -> dict[str, Any]:
        found: dict[str, Any] = self.function.get_function_configuration(FunctionName=STACK)
        return found

    def objects(self) -> list[str]:
        found: list[str] = []
        for bucket in self.s3.list_buckets()["Buckets"]:
            found += [item["Key"] for item in self.s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])]
        return found


class Deployment:
    """A zip and its template, which the deployer is run on.

    With a `layer`, the functions have one that holds this text; with `names`, there are several; with a `filler`, the
    template is larger by so many bytes.
    """

    def __init__(
        self,
        folder: Path,
        marker: str = "",
        label: str = "",
        layer: str = "",
        names: tuple[str, ...] = (),
        filler: int = 0,
        **settings: Any,
    ) -> None:
        folder.mkdir()
        self.zip = folder / "lambda.zip"
        shutil.copy(ZIP, self.zip)
        self.zip.chmod(0o644)
        if marker:
            with zipfile.ZipFile(self.zip, "a") as archive:
                archive.writestr("marker", marker)
        content = json.loads(SETTINGS.read_text())
        content["label"] = label or content["label"]
        for function in content["functions"]:
            function |= settings
        if names:
            content["functions"] = [function | {"name": name} for function in content["functions"] for name in names]
        self.layers: list[str] = []
        if layer:
            path = folder / "layer.zip"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("words.txt", layer)
            self.layers = ["--layer", str(path)]
            content["stack_layers"] = [
                {"label": "//shop:words", "name": "words", "architectures": [], "runtimes": ["python3.13"]}
            ]
        settings_file = folder / "settings.json"
        settings_file.write_text(json.dumps(content))
        self.template = folder / "template.json"
        render = [
            str(BUILD_TOOL),
            "template",
            "--settings",
            str(settings_file),
            "--zip",
            str(self.zip),
            *self.layers,
            "--output",
            str(self.template),
        ]
        subprocess.run(render, check=True)
        if filler:
            rendered = json.loads(self.template.read_text())
            rendered["Metadata"]["Filler"] = filler * "x"
            self.template.chmod(0o644)
            self.template.write_text(json.dumps(rendered))

    def key(self) -> str:
        """The zip's, in a bucket."""
        return f"{hashlib.sha256(self.zip.read_bytes()).hexdigest()}.zip"

    def start(self, endpoint: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        command = [str(DEPLOYER), "--template", str(self.template), "--zip", str(self.zip), "--target-stack", STACK]
        command += ["--target-label", "//shop:up"]
        environment = credentials(endpoint) | (env or {})
        return subprocess.Popen(
            [*command, *self.layers, *arguments],
            env={name: value for name, value in environment.items() if value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextlib.contextmanager
    def tail(self, endpoint: str, *arguments: str) -> Iterator[Iterator[Any]]:
        """Runs the deployer with `--tail --json` while the context lasts, two minutes at most; gives what it prints."""
        process = self.start(endpoint, *arguments, "--tail", "--json")
        assert process.stdout is not None
        timer = threading.Timer(120, process.kill)
        timer.start()
        try:
            yield map(json.loads, process.stdout)
        finally:
            timer.cancel()
            process.kill()
            process.communicate()

    def run(self, endpoint: str, *arguments: str, code: int = 0, env: dict[str, str] | None = None) -> tuple[str, str]:
        """Runs the deployer; returns what it printed on stdout and stderr."""
        process = self.start(endpoint, *arguments, env=env)
        stdout, stderr = process.communicate(timeout=120)
        assert process.returncode == code, f"{arguments}: exit {process.returncode}, not {code}\n{stdout}\n{stderr}"
        return stdout, stderr

    def json(self, endpoint: str, *arguments: str) -> Any:
        return json.loads(self.run(endpoint, *arguments, "--json")[0])


class Deployments:
    """What the tests deploy."""

    def __init__(self, folder: Path) -> None:
        self.first = Deployment(folder / "first")
        self.bigger = Deployment(folder / "bigger", memory_mb=256)
        self.edited = Deployment(folder / "edited", marker="edited")
        self.layered = Deployment(folder / "layered", layer="one")
        self.relayered = Deployment(folder / "relayered", layer="two")
        self.third = Deployment(folder / "third", marker="third")
        self.several = Deployment(folder / "several", names=("hello", "goodbye"))
        self.large = Deployment(folder / "large", filler=60_000)
        self.large_bigger = Deployment(folder / "large_bigger", filler=60_000, memory_mb=256)
        self.too_large = Deployment(folder / "too_large", filler=1_000_000)
        self.renamed = Deployment(folder / "renamed", label="//shop:deploy", memory_mb=256)


def name_conflicts(moto: Moto, account: Account, deployments: Deployments) -> None:
    """What has the names of what a stack would make is told before anything is made, with what to do."""
    first, at = deployments.first, moto.endpoint
    role = account.iam.create_role(RoleName="other", AssumeRolePolicyDocument="{}")
    account.function.create_function(
        FunctionName=STACK,
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="index.handler",
        Code={"ZipFile": first.zip.read_bytes()},
    )
    group = f"/aws/lambda/{STACK}"
    account.logs.create_log_group(logGroupName=group)
    for verb in (["diff"], []):
        _, stderr = first.run(at, *verb, code=3)
        assert f"aws lambda delete-function --region {REGION} --function-name {STACK}" in stderr, stderr
        assert f"aws logs delete-log-group --region {REGION} --log-group-name {group}" in stderr, stderr
        assert account.stacks() == [], "the stack was left"
    assert account.configuration()["Handler"] == "index.handler"
    account.function.delete_function(FunctionName=STACK)
    account.logs.delete_log_group(logGroupName=group)
    # Of another name, though this one begins it.
    account.logs.create_log_group(logGroupName=f"{group}-other")
    first.run(at)


def life(moto: Moto, account: Account, deployments: Deployments) -> None:
    """From nothing to nothing: each verb once, and each of them again."""
    first, at = deployments.first, moto.endpoint
    stdout, _ = first.run(at, "diff")
    assert re.search(r"^Add +\w+ +AWS::Lambda::Function", stdout, re.MULTILINE), stdout
    assert account.stacks() == [] and account.objects() == [], "diff left something"

    # Of stacks made by change sets, moto shows no outputs.
    stdout, stderr = first.run(at, "--json")
    assert "AWS::Lambda::Function" in stderr and "CREATE_COMPLETE" in stderr, stderr
    result = json.loads(stdout)
    assert result["stackId"].startswith(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/"), result
    assert "AWS::Lambda::Function" in {change["type"] for change in result["changes"]}, result
    assert account.status() == "CREATE_COMPLETE"
    assert account.configuration()["MemorySize"] == 128
    assert len(account.objects()) == 1
    (policy,) = moto.policies.values()
    assert json.loads(policy)["Statement"][0]["Effect"] == "Deny" and b"aws:SecureTransport" in policy, policy

    stdout, stderr = first.run(at)
    assert "nothing to do: the stack is up to date" in stderr, stderr
    assert "uploading" not in stderr
    assert "nothing to do" in first.run(at, "diff")[0]
    assert first.json(at, "diff")["changes"] == []

    # By its former names, too.
    assert "nothing to do: the stack is up to date" in first.run(at, "provision")[1]
    assert first.json(at, "plan")["changes"] == []
    assert "up to date" in first.run(at, "code")[0]

    status = first.json(at, "status")
    assert [function["isCurrent"] for function in status["functions"]] == [True], status
    assert "runs other code" in deployments.edited.run(at, "status")[0]
    described = first.json(at, "describe")
    assert "AWS::IAM::Role" in {resource["type"] for resource in described["resources"]}, described

    # Code alone, and what is not code alone.
    _, stderr = deployments.bigger.run(at, "sync", code=1)
    assert "more than the code differs" in stderr and "a full deployment is needed" in stderr, stderr
    assert "Hello (AWS::Lambda::Function): MemorySize (128 → 256)" in stderr, stderr
    assert "bazel run //examples/hello:deploy -- diff" in stderr, stderr
    assert "updated" in deployments.edited.run(at, "sync")[0]
    assert "up to date" in deployments.edited.run(at, "sync")[0]
    assert deployments.edited.json(at, "status")["functions"][0]["isCurrent"]
    assert account.objects() == [first.key()], "sync left a zip in the bucket"
    # CloudFormation does not know of that, and the first code is what its template still says.
    stdout, stderr = first.run(at, "diff", "--exit-code", code=5)
    was, is_now = (deployment.key()[:12] for deployment in (first, deployments.edited))
    assert "Restore" in stdout and f"code of hello: {is_now} → {was}" in stdout, stdout
    drift = f"drift: hello runs the code {is_now}, which `deploy` replaces; the stack's template says {was}"
    assert drift in stderr, stderr
    assert drift in first.run(at)[1]
    assert "drift" not in first.run(at, "diff")[1]
    assert first.json(at, "status")["functions"][0]["isCurrent"]

    changes = deployments.bigger.json(at, "diff")["changes"]
    assert [change["action"] for change in changes] == ["Modify"], changes
    assert account.configuration()["MemorySize"] == 128 and account.change_sets() == []
    deployments.bigger.run(at)
    assert account.status() == "UPDATE_COMPLETE"
    assert account.configuration()["MemorySize"] == 256

    event = first.zip.with_name("event.json")
    event.write_text('{"name": "Ada"}')
    # moto answers in the function's place.
    assert first.json(at, "invoke", str(event))["functionError"] is None
    first.run(at, "logs")

    _, stderr = first.run(at, "delete", code=2)
    assert "add `--yes`" in stderr, stderr
    assert account.status() == "UPDATE_COMPLETE"
    assert "is deleted" in first.run(at, "delete", "--yes")[0]
    assert account.stacks() == []
    assert "nothing to do" in first.run(at, "delete", "--yes")[0]


def diffs(moto: Moto, account: Account, deployments: Deployments) -> None:
    """What would change, in words and as an exit code; nothing is changed, and nothing left."""
    first, bigger, edited, at = deployments.first, deployments.bigger, deployments.edited, moto.endpoint
    first.run(at, "diff", "--exit-code", code=5)
    assert account.stacks() == [] and account.s3.list_buckets()["Buckets"] == []
    first.run(at)
    before = (account.objects(), account.template(), account.configuration()["CodeSha256"])
    first.run(at, "diff", "--exit-code")
    bigger.run(at, "diff")
    stdout, _ = bigger.run(at, "diff", "--exit-code", code=5)
    assert re.search(r"^Modify +Hello +AWS::Lambda::Function +MemorySize \(128 → 256\)$", stdout, re.MULTILINE), stdout
    assert f"code of hello: {first.key()[:12]}, as it is" in stdout, stdout
    stdout, _ = edited.run(at, "diff")
    assert f"code of hello: {first.key()[:12]} → {edited.key()[:12]}" in stdout, stdout
    assert not first.json(at, "diff")["hasChanges"] and edited.json(at, "diff")["hasChanges"]
    (function,) = edited.json(at, "diff")["functions"]
    assert function["isChanged"] and not function["isDrifted"], function
    assert (account.objects(), account.template(), account.configuration()["CodeSha256"]) == before
    assert account.change_sets() == []
    # Outputs are no resource's; moto takes no note of them, and CloudFormation has a change set without changes.
    moto.words = {"DescribeChangeSet": {"FAILED": "CREATE_COMPLETE", "UNAVAILABLE": "AVAILABLE"}}
    template = json.loads(first.template.read_text())
    template["Outputs"]["Greeting"] = {"Value": "hello"}
    told = copy.copy(first)
    told.template = first.template.with_name("told.json")
    told.template.write_text(json.dumps(template))
    assert "Modify  Outputs" in told.run(at, "diff", "--exit-code", code=5)[0]
    moto.words.clear()


def large(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Templates that are too large for a request are in the bucket for as long as their changes are computed."""
    large_one, bigger, at = deployments.large, deployments.large_bigger, moto.endpoint
    stdout, stderr = large_one.run(at, "diff")
    assert "CloudFormation was not asked" in stderr, stderr
    assert re.search(r"^Add +Hello +AWS::Lambda::Function$", stdout, re.MULTILINE), stdout
    assert account.stacks() == [] and account.s3.list_buckets()["Buckets"] == []

    stderr = large_one.run(at)[1]
    assert re.search(r"uploading the template, of \d+ bytes, to s3://\S+\.template\.json", stderr), stderr
    assert account.status() == "CREATE_COMPLETE"
    assert "Filler" in account.template()["Metadata"]
    assert account.objects() == [large_one.key()], "the template was left"
    assert "nothing to do" in large_one.run(at, "diff")[0]
    assert "MemorySize (128 → 256)" in bigger.run(at, "diff")[0]
    assert account.objects() == [large_one.key()] and account.configuration()["MemorySize"] == 128
    bigger.run(at)
    assert account.configuration()["MemorySize"] == 256

    # Interrupted, too.
    for action in ("CreateChangeSet", "DescribeChangeSet"):
        # moto lists the change sets of former stacks of that name, too.
        moto.reset()
        bucket = f"rules-rust-lambda-{ACCOUNT}-{REGION}"
        account.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        moto.reached = {action: threading.Event()}
        process = large_one.start(at, "diff")
        assert moto.reached[action].wait(60), action
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=60)[1]
        assert process.returncode == 130, f"{action}: {stderr}"
        time.sleep(2 * DELAY)
        moto.reached = {}
        left = (account.stacks(), account.objects())
        assert left == ([], []), f"{action}: {left}\n{stderr}"

    text = deployments.too_large.run(at, code=1)[1]
    assert "CloudFormation takes 1000000" in text and "several `lambda_deploy` targets" in text, text


def expiry(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Zips that no stack needs are removed after a while; those that one may go back to are kept."""
    first, edited, third, at = deployments.first, deployments.edited, deployments.third, moto.endpoint
    bucket = f"rules-rust-lambda-{ACCOUNT}-{REGION}"
    first.run(at)
    strays = {f"{'0a' * 32}.zip", "deploy-0-1.template.json"}
    others = {"site.zip", "notes.txt", "vpc.template.json", "deploy-vpc.template.json"}
    young = f"{'0b' * 32}.zip"
    for key in [*strays, *others, young]:
        account.s3.put_object(Bucket=bucket, Key=key, Body=b"")

    # However long it was in use, it is kept for a while after that.
    moto.aged = {*strays, *others, first.key()}
    stderr = edited.run(at)[1]
    assert f"removed from s3://{bucket}: 2 objects" in stderr, stderr
    assert set(account.objects()) == {*others, young, first.key(), edited.key()}
    # So the way back is there, and so is what goes forth again.
    assert "uploading" not in first.run(at)[1]
    assert "uploading" not in edited.run(at)[1]
    assert account.status() == "UPDATE_COMPLETE"

    moto.aged = {*others, young, first.key(), edited.key()}
    third.run(at)
    assert set(account.objects()) == {*others, edited.key(), third.key()}

    # What another stack has is kept, and what is reused is as if it were new.
    moto.aged = {edited.key()}
    assert "uploading" not in edited.run(at, "--stack", "other")[1]
    assert moto.aged == set()
    moto.aged = {edited.key(), third.key()}
    first.run(at)
    assert set(account.objects()) == {*others, edited.key(), third.key(), first.key()}

    # What the template of any stack names is kept, and what another deployment comes to need.
    of_template, just_needed = (f"{digits * 32}.zip" for digits in ("0c", "0d"))
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Metadata": {"Code": of_template}}}}
    account.cloudformation.create_stack(StackName="topic", TemplateBody=json.dumps(topic))
    for key in (of_template, just_needed, *strays):
        account.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    moto.aged, moto.renewed = {of_template, just_needed, *strays}, {just_needed}
    assert "2 objects" in third.run(at)[1]
    left = {*others, edited.key(), third.key(), first.key(), of_template, just_needed}
    assert set(account.objects()) == left
    account.cloudformation.delete_stack(StackName="topic")

    # A stack that may go back to one holds all of them, and so does a former one that can't be kept otherwise.
    moto.aged, moto.renewed = {just_needed, third.key()}, set()
    moto.words = {"DescribeStacks": {"CREATE_COMPLETE": "UPDATE_ROLLBACK_FAILED"}}
    text = first.run(at)[1]
    assert "note: old zips stay" in text and "the stack other is in UPDATE_ROLLBACK_FAILED" in text, text
    moto.words.clear()
    moto.aged = {just_needed, first.key(), of_template}
    moto.statuses = {f"PUT /{bucket}/{first.key()}": 403}
    assert "note: old zips stay" in third.run(at)[1]
    moto.statuses.clear()
    assert set(account.objects()) == left

    # A bucket that is given is the user's, and what can't be removed fails no deployment.
    moto.aged = {third.key()}
    account.s3.create_bucket(Bucket="given", CreateBucketConfiguration={"LocationConstraint": REGION})
    stray = f"{'0a' * 32}.zip"
    account.s3.put_object(Bucket="given", Key=stray, Body=b"")
    moto.aged.add(stray)
    edited.run(at, "--bucket", "given")
    assert {stray, edited.key()} == {item["Key"] for item in account.s3.list_objects_v2(Bucket="given")["Contents"]}
    # It may be for reading alone.
    moto.aged.add(edited.key())
    moto.statuses = {f"PUT /given/{edited.key()}": 403}
    edited.run(at, "--bucket", "given")
    moto.statuses = {f"DELETE /{bucket}/{third.key()}": 403}
    assert "note: old zips stay" in first.run(at)[1]


@contextlib.contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[Callable[[str], str]]:
    """Waits for texts on stdout and stderr of a process, which is interrupted in the end."""
    lines: list[str] = []
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        threading.Thread(target=lines.extend, args=(stream,), daemon=True).start()
    # Each line is waited for once; there is no order between the two streams.
    heard: set[int] = set()

    def said(text: str) -> str:
        for _ in range(300):
            for index in range(len(lines)):
                if index not in heard and text in lines[index]:
                    heard.add(index)
                    return lines[index]
            time.sleep(0.1)
        raise AssertionError(f"{text} is not said in {lines}")

    try:
        yield said
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130, lines
    finally:
        process.kill()
        process.wait()


def watch(moto: Moto, account: Account, deployments: Deployments) -> None:
    """The code follows the zip, where others build."""
    at, edited, bigger = moto.endpoint, deployments.edited, deployments.bigger
    watched = copy.copy(deployments.first)
    folder = Path(tempfile.mkdtemp(dir=watched.zip.parent))
    watched.zip, watched.template = folder / "lambda.zip", folder / "template.json"

    def build(other: Deployment) -> None:
        # As Bazel does it: one file after the other, and each made anew.
        for of_other, own in [(other.zip, watched.zip), (other.template, watched.template)]:
            own.unlink(missing_ok=True)
            shutil.copy(of_other, own)

    def runs(other: Deployment) -> bool:
        digest = hashlib.sha256(other.zip.read_bytes()).digest()
        return bool(account.configuration()["CodeSha256"] == base64.b64encode(digest).decode())

    build(deployments.first)
    assert "there is no stack" in watched.run(at, "sync", "--watch", code=1)[1]
    watched.run(at)
    with running(watched.start(at, "--watch", "sync")) as said:
        said("up to date")
        said("watching the zip and the template: build //examples/hello:deploy")
        build(edited)
        said("updating the code of hello")
        said("updated")
        assert runs(edited)
        build(bigger)
        said("a full deployment is needed")
        said("MemorySize (128 → 256)")
        said("waiting for the next change")
        assert account.configuration()["MemorySize"] == 128
        build(deployments.first)
        said("updated")
        assert runs(deployments.first)


def watch_builds(moto: Moto, account: Account, deployments: Deployments) -> None:
    """The code follows the sources; what stands for Bazel here copies a zip, which takes no time and no workspace."""
    at, edited = moto.endpoint, deployments.edited
    watched = copy.copy(deployments.first)
    workspace = Path(tempfile.mkdtemp(dir=watched.zip.parent))
    for name in ("lambda.zip", "template.json"):
        shutil.copy(watched.zip.with_name(name), workspace)
    watched.zip, watched.template = workspace / "lambda.zip", workspace / "template.json"
    source = workspace / "app" / "main.rs"
    source.parent.mkdir()
    source.write_text("fn main() {}")
    bazel = workspace / "tools" / "bazel"
    bazel.parent.mkdir()
    bazel.write_text(
        f"""#!/bin/sh
echo "$@" >> calls
if [ "$1" = cquery ]; then
  for file in app/*.rs; do test -e $file && echo "//app:${{file#app/}} (null)"; done
elif ! test -e app/main.rs || grep -q broken app/*.rs; then
  echo 'app/main.rs:1: broken' >&2
  exit 1
elif grep -q edited app/main.rs; then
  cp -f {edited.zip} {edited.template} .
fi
"""
    )
    bazel.chmod(0o755)
    watched.run(at)
    environment = {"BUILD_WORKSPACE_DIRECTORY": str(workspace), "PATH": "/usr/bin:/bin"}
    process = watched.start(at, "sync", "--watch", "--bazel-option=--config=release", env=environment)
    with running(process) as said:
        said("watching 1 sources of //examples/hello:deploy")
        source.write_text("broken")
        said("app/main.rs:1: broken")
        said("the build failed: waiting for the next edit")
        source.write_text("fn main() { /* a comment */ }")
        said("the build left")
        # Renamed or deleted, and back.
        source.unlink()
        said("the build failed: waiting for the next edit")
        source.write_text("fn main() {}")
        said("the build left")
        # The mistake is in a file that this edit brings.
        other = source.with_name("other.rs")
        other.write_text("broken")
        source.write_text("mod other; fn main() {}")
        said("the build failed: waiting for the next edit")
        other.write_text("// mended")
        said("the build left")
        source.write_text("fn main() { /* edited */ }")
        said("updated")
    calls = (workspace / "calls").read_text()
    assert "build --config=release" in calls and calls.count("-- //examples/hello:deploy") == 7, calls
    assert "edited" in source.read_text() and watched.json(at, "status")["functions"][0]["isCurrent"]


def logs(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Lines of several functions come in the order of their times, and those that follow as they come."""
    several, at = deployments.several, moto.endpoint
    deployments.first.run(at)
    text = several.run(at, "logs", "--tail", "--function", "goodbye", code=1)[1]
    assert f"the stack {STACK} has no function goodbye yet: deploy it first" in text, text
    several.run(at)
    now = int(time.time() * 1000)
    described = several.json(at, "describe")["resources"]
    names = {item["logicalId"]: item["physicalId"] for item in described if item["type"] == "AWS::Lambda::Function"}

    def log(function: str, message: str, time_ms: int) -> None:
        group = f"/aws/lambda/{names[function]}"
        with contextlib.suppress(account.logs.exceptions.ResourceAlreadyExistsException):
            account.logs.create_log_stream(logGroupName=group, logStreamName="s")
        events = [{"timestamp": time_ms, "message": message}]
        account.logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)

    log("Hello", "first", now - 3000)
    log("Goodbye", "second", now - 2000)
    log("Hello", "third", now - 1000)
    stdout, _ = several.run(at, "logs")
    assert stdout.splitlines() == ["hello  first", "goodbye  second", "hello  third"], stdout
    assert several.run(at, "--function", "goodbye", "logs")[0] == "second\n"
    text = several.run(at, "logs", "--function", "nobody", code=1)[1]
    assert "there is no function" in text and "goodbye" in text, text

    with several.tail(at, "logs") as events:
        assert [next(events)["message"] for _ in range(3)] == ["first", "second", "third"]
        log("Goodbye", "fourth", int(time.time() * 1000))
        assert next(events)["message"] == "fourth"


def traces(moto: Moto, account: Account, deployments: Deployments) -> None:
    """The functions' traces, newest last, those that follow, and single ones; `Handler.traces` filters them."""
    first, several, at = deployments.first, deployments.several, moto.endpoint
    first.run(at)
    _, stderr = first.run(at, "traces")
    assert "tracing is off for hello: `tracing = True` in //examples/hello:deploy turns it on" in stderr, stderr
    assert "there are no traces" not in stderr, stderr
    several.run(at)
    assert "tracing is off for hello, goodbye:" in several.run(at, "traces")[1]
    # moto's CloudFormation does not hand `TracingConfig` on.
    moto.words = {"": {"PassThrough": "Active"}}
    _, stderr = several.run(at, "traces", "--since-minutes", "50000")
    assert "tracing is off" not in stderr, stderr
    assert "of the last 43200 minutes" in stderr and "X-Ray keeps traces for 30 days" in stderr, stderr

    described = several.json(at, "describe")["resources"]
    names = {item["logicalId"]: item["physicalId"] for item in described if item["type"] == "AWS::Lambda::Function"}

    def put(name: str, start: float, number: int, **members: Any) -> str:
        """A trace as Lambda makes it of a call that takes 20 ms."""
        trace_id = f"1-{int(start):08x}-{number:024x}"
        of_function: dict[str, Any] = {
            "id": f"{number:015x}2",
            "name": name,
            "origin": "AWS::Lambda::Function",
            "parent_id": f"{number:015x}1",
            "start_time": start + 0.004,
            "end_time": start + 0.0195,
            "subsegments": [
                {"id": f"{number:015x}{digit}", "name": part, "start_time": start + began, "end_time": start + ended}
                for digit, part, began, ended in [
                    (3, "Initialization", 0.004, 0.010),
                    (4, "Invocation", 0.0105, 0.019),
                    (5, "Overhead", 0.019, 0.0195),
                ]
            ],
        }
        of_function["subsegments"][1] |= members
        of_service = {
            "id": f"{number:015x}1",
            "name": name,
            "origin": "AWS::Lambda",
            "start_time": start,
            "end_time": start + 0.020,
            "http": {"response": {"status": 500 if members.get("fault") else 200}},
        } | {member: value for member, value in members.items() if member == "fault"}
        send([segment | {"trace_id": trace_id} for segment in (of_function, of_service)])
        return trace_id

    def send(documents: list[dict[str, Any]]) -> None:
        sent = account.xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(document) for document in documents])
        assert sent["UnprocessedTraceSegments"] == [], sent

    now = time.time()
    minute = 60
    # More than are given at once, in ranges of time that are more than one.
    ids = [put(names["Hello"], now - 10 * 60 * minute + number, number) for number in range(1, 8)]
    cause = {"exceptions": [{"type": "ValueError", "message": "no name"}]}
    failed = put(names["Goodbye"], now - 3 * minute, 8, fault=True, cause=cause)
    greeted = put(names["Hello"], now - 2 * minute, 9, annotations={"name": "Ada", "first": True})
    put("another-stack-hello", now - minute, 10)

    stdout, stderr = several.run(at, "traces")
    lines = stdout.splitlines()
    begins = [line for line in lines if line.startswith("20")]
    assert len(begins) == 2 and begins[0].endswith(f"Z  20.0 ms  500  fault  {failed}"), stdout
    assert begins[1].endswith(f"Z  20.0 ms  200  {greeted}"), stdout
    assert [line.split("  ")[-1] for line in lines if "Invocation" in line] == [
        "ValueError: no name",
        "name=Ada",
    ], stdout
    assert re.search(r"^      Invocation +8\.5 ms  first=true  name=Ada$", stdout, re.MULTILINE), stdout
    assert stderr == "", stderr
    lines = several.run(at, "--since-minutes", "900", "traces", "--json")[0].splitlines()
    assert [json.loads(line)["id"] for line in lines] == [*ids, failed, greeted], lines
    (line,) = several.run(at, "traces", "--function", "goodbye", "--json")[0].splitlines()
    found = json.loads(line)
    assert (found["id"], found["hasFault"], found["httpStatus"]) == (failed, True, 500), found
    assert {segment["origin"] for segment in found["segments"]} == {"AWS::Lambda", "AWS::Lambda::Function"}, found
    assert "there is no function" in several.run(at, "traces", "--function", "nobody", code=1)[1]

    # Single ones, by what people have of them, and without the stack; the last of them goes on.
    going = f"1-{int(now):08x}-{11:024x}"
    running = {"id": f"{1:016x}", "name": "app", "start_time": now - 1, "in_progress": True, "trace_id": going}
    done = {"type": "subsegment", "id": f"{2:016x}", "name": "part", "parent_id": running["id"], "trace_id": going}
    send([running, done | {"start_time": now - 0.9, "end_time": now - 0.8}])
    header = f"Root={failed};Parent=53995c3f42cd8ad8;Sampled=1"
    stdout, _ = several.run(at, "traces", "--stack", "none", "--trace-id", header, "--trace-id", going)
    assert f"fault  {failed}\n" in stdout and f"in progress  {going}\n" in stdout, stdout
    assert re.search(r"^  app +in progress\n    part +100\.0 ms$", stdout, re.MULTILINE), stdout
    unknown = f"1-{int(now):08x}-{12:024x}"
    stdout, stderr = several.run(at, "traces", "--trace-id", unknown, "--trace-id", greeted, code=1)
    assert f"X-Ray in {REGION} has no trace {unknown}: " in stderr and greeted in stdout, stderr
    stderr = several.run(at, "traces", "--trace-id", "2", code=2)[1]
    assert "X-Amzn-Trace-Id" in stderr, stderr

    # One that it is told of, and not given.
    moto.words[""][greeted] = unknown
    stdout, stderr = several.run(at, "traces")
    assert f"did not give them: ask for them once more by `--trace-id`: {unknown}" in stderr, stderr
    assert failed in stdout, stdout
    del moto.words[""][greeted]

    with several.tail(at, "traces") as found:
        assert [next(found)["id"] for _ in range(2)] == [failed, greeted]
        # moto finds what ended in a second that is over.
        followed = put(names["Goodbye"], time.time() - 2, 13)
        assert next(found)["id"] == followed

    for path, action in [("/TraceSummaries", "xray:GetTraceSummaries"), ("/Traces", "xray:BatchGetTraces")]:
        moto.denied = {path: action}
        stderr = several.run(at, "traces", code=4)[1]
        assert f"is not authorized to perform: {action}" in stderr and "add it to their policy" in stderr, stderr


def layers(moto: Moto, account: Account, deployments: Deployments) -> None:
    """A layer is uploaded and made with the stack, and anew when its content is other."""
    layered, relayered, at = deployments.layered, deployments.relayered, moto.endpoint
    diff = layered.json(at, "diff")["changes"]
    assert "AWS::Lambda::LayerVersion" in {change["type"] for change in diff}, diff
    assert account.objects() == [], "diff left something"
    layered.run(at)
    # moto makes the layer, under a name of its own, and does not hand it on to the function.
    resources = account.template()["Resources"]
    (layer,) = resources["Hello"]["Properties"]["Layers"]
    layer_name = resources[layer["Ref"]]["Properties"]["LayerName"]
    assert layer_name == {"Fn::Sub": "${AWS::StackName}-words"}, layer_name
    digest = hashlib.sha256(Path(layered.layers[1]).read_bytes())
    versions = account.layer_versions()
    assert versions == {base64.b64encode(digest.digest()).decode(): ["python3.13"]}, versions
    assert f"{digest.hexdigest()}.zip" in account.objects()
    assert "nothing to do" in layered.run(at, "diff")[0]

    # What moto can't do is to take the old one away, so this is shown alone.
    diff = relayered.json(at, "diff")["changes"]
    changes = sorted((change["action"], change["type"]) for change in diff)
    assert changes == [
        ("Add", "AWS::Lambda::LayerVersion"),
        ("Modify", "AWS::Lambda::Function"),
        ("Remove", "AWS::Lambda::LayerVersion"),
    ], diff
    # The code alone is not all that differs.
    _, stderr = relayered.run(at, "sync", code=1)
    assert "more than the code differs" in stderr, stderr
    swapped = copy.copy(layered)
    swapped.layers = relayered.layers
    _, stderr = swapped.run(at, "diff", code=1)
    assert "layer.zip is not the zip" in stderr and "build the target again" in stderr, stderr
    swapped.layers = []
    _, stderr = swapped.run(at, "diff", code=1)
    assert "rendered for more layers" in stderr, stderr


def target(moto: Moto, account: Account, deployments: Deployments) -> None:
    """What `bazel run` starts, from whatever folder."""
    folder = deployments.first.zip.parent
    (folder / "ada.json").write_text('{"name": "Ada"}')
    environment = credentials(moto.endpoint) | {"PATH": os.environ["PATH"]}
    for arguments in ([], ["status", "--json"], ["invoke", "ada.json"], ["delete", "--yes"]):
        done = subprocess.run([TARGET, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
    assert account.stacks() == []


def sources(moto: Moto, account: Account, deployments: Deployments) -> None:
    """A stack has what fetches and sends events; of it, moto lacks subscriptions, user pools, devices and schedules."""
    for queue in ("orders", "failed"):
        account.queues.create_queue(QueueName=queue)
    account.streams.create_stream(StreamName="orders", ShardCount=1)
    table = account.tables.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]["LatestStreamArn"]
    subnets = [subnet["SubnetId"] for subnet in account.network.describe_subnets()["Subnets"]]
    balancer = account.balancers.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]
    listener = account.balancers.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    stream = {"starting_position": "LATEST", "batch_size": 50, "batching_window_seconds": 5}
    event_sources = [
        {"type": "alb", "listener": listener, "priority": 10, "paths": ["/orders/*"]},
        {
            "type": "dynamodb",
            "stream": table,
            "filters": [{"eventName": ["INSERT"]}],
            "on_failure": f"arn:aws:sqs:{REGION}:${{AWS::AccountId}}:failed",
            "report_batch_item_failures": True,
            "retries": 3,
        }
        | stream,
        {"type": "kinesis", "stream": "arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/orders"} | stream,
        {"type": "s3_eventbridge", "bucket": "uploads", "types": ["Object Created"], "prefix": "in/", "suffix": ".csv"},
        {
            "type": "sqs",
            "queue": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:orders",
            "batch_size": 10,
            "batching_window_seconds": 0,
            "report_batch_item_failures": True,
        },
    ]
    folder = deployments.first.zip.parent.parent / "sources"
    Deployment(folder, event_sources=event_sources).run(moto.endpoint)
    mappings = account.function.list_event_source_mappings(FunctionName=STACK)["EventSourceMappings"]
    by_service = {mapping["EventSourceArn"].split(":")[2]: mapping for mapping in mappings}
    assert set(by_service) == {"dynamodb", "kinesis", "sqs"}, mappings
    assert by_service["dynamodb"]["EventSourceArn"] == table
    assert by_service["kinesis"]["StartingPosition"] == "LATEST", mappings
    rules = account.balancers.describe_rules(ListenerArn=listener)["Rules"]
    (arn,) = [rule["Actions"][0]["TargetGroupArn"] for rule in rules if not rule["IsDefault"]]
    (group,) = account.balancers.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert group["TargetType"] == "lambda", group
    (rule,) = account.events.list_rules()["Rules"]
    assert json.loads(rule["EventPattern"])["detail"]["object"] == {"key": [{"wildcard": "in/*.csv"}]}, rule


def two_at_once(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Two that create the same stack, and two that update it: both end well."""
    for deployment, memory in [(deployments.first, 128), (deployments.bigger, 256)]:
        both = [deployment.start(moto.endpoint) for _ in range(2)]
        for process in both:
            stdout, stderr = process.communicate(timeout=120)
            assert process.returncode == 0, f"{stdout}\n{stderr}"
        assert account.configuration()["MemorySize"] == memory
        assert account.change_sets() == []


def breakdowns(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Wherever the connection breaks, the same command completes it afterwards."""
    first = deployments.first
    for answers in (True, False):
        for requests in itertools.count():
            moto.reset()
            server = Front(moto, requests, answers)
            process = first.start(server.endpoint)
            stderr = process.communicate(timeout=120)[1]
            server.shutdown()
            server.server_close()
            if process.returncode == 0:
                # More requests than it takes.
                assert requests > 5, requests
                break
            assert requests < 100, "it never completes"
            assert process.returncode in (1, 4) and stderr.splitlines()[-1], f"after {requests}: {stderr}"
            first.run(moto.endpoint)
            assert account.status() == "CREATE_COMPLETE", f"after {requests}"
            assert account.change_sets() == [], f"after {requests}"
            assert len(account.objects()) == 1
            assert first.json(moto.endpoint, "status")["functions"][0]["isCurrent"]


def interruption(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Ctrl-C says what was left behind; the same command goes on from there."""
    first = deployments.first
    for action, said, stacks in [
        ("GetCallerIdentity", "nothing was changed", []),
        ("CreateChangeSet", "nothing was changed", []),
        ("DescribeChangeSet", "nothing was changed", []),
        ("ExecuteChangeSet", "what has begun goes on in AWS", [STACK]),
    ]:
        moto.reset()
        moto.reached = {action: threading.Event()}
        process = first.start(moto.endpoint)
        assert moto.reached[action].wait(60), action
        # Its answer is still to come.
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=60)[1]
        assert process.returncode == 130 and said in stderr, f"{action}: exit {process.returncode}: {stderr}"
        time.sleep(2 * DELAY)
        assert account.stacks() == stacks, action
        moto.reached = {}
        first.run(moto.endpoint)
        assert account.status() == "CREATE_COMPLETE" and account.change_sets() == [], action


def failures(moto: Moto, account: Account, deployments: Deployments) -> None:
    """What CloudFormation takes back; moto fails at nothing, so its words are replaced by those of a failure."""
    first, at = deployments.first, moto.endpoint
    reason = "The role defined for the function cannot be assumed by Lambda."

    def fail(done: str, rolled_back: str) -> None:
        started = done.replace("COMPLETE", "IN_PROGRESS")
        events = {started: done.replace("COMPLETE", "FAILED"), done: rolled_back, "User Initiated": reason}
        moto.words = {"DescribeStacks": {done: rolled_back}, "DescribeStackEvents": events}

    # A creation that fails leaves nothing; and the reason is read last.
    fail("CREATE_COMPLETE", "ROLLBACK_COMPLETE")
    text = first.run(at, code=3)[1]
    assert f"the stack {STACK} was not created, and nothing of it is left" in text, text
    assert text.rstrip().endswith(reason), text
    assert account.stacks() == []

    # One that was left in that state is in the way of nothing.
    moto.words.clear()
    first.run(at)
    moto.words = {"DescribeStacks": {"CREATE_COMPLETE": "ROLLBACK_COMPLETE"}}
    text = first.run(at, "diff", code=1)[1]
    assert "is in ROLLBACK_COMPLETE" in text and "`deploy` deletes it first" in text, text
    process = first.start(at)
    assert process.stderr is not None
    for line in process.stderr:
        if "DELETE_COMPLETE" in line:
            moto.words.clear()
    assert process.wait(timeout=60) == 0
    assert account.status() == "CREATE_COMPLETE"

    # An update that fails leaves what was.
    fail("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    text = deployments.bigger.run(at, code=3)[1]
    assert f"the stack {STACK} is as it was before" in text, text
    moto.words = {"DescribeStacks": {"UPDATE_COMPLETE": "UPDATE_ROLLBACK_FAILED"}}
    text = deployments.bigger.run(at, code=1)[1]
    assert "is in UPDATE_ROLLBACK_FAILED" in text and "continue-update-rollback" in text, text

    # Somebody else has taken the bucket's name.
    moto.words.clear()
    bucket = f"rules-rust-lambda-{ACCOUNT}-{REGION}"
    moto.statuses = {f"HEAD /{bucket}": 403, f"HEAD /{bucket}/": 403}
    text = first.run(at, code=4)[1]
    assert f"the bucket {bucket} is another account's" in text and "`--bucket`" in text, text
    account.cloudformation.delete_stack(StackName=STACK)
    text = deployments.large.run(at, "diff", code=4)[1]
    assert f"the bucket {bucket} is another account's" in text and "`--bucket`" in text, text


def mistakes(moto: Moto, account: Account, deployments: Deployments) -> None:
    """Wrong input, and what is said about it."""
    moto.reset()
    first, at = deployments.first, moto.endpoint

    def said(*arguments: str, code: int, env: dict[str, str] | None = None) -> str:
        return first.run(at, *arguments, code=code, env=env)[1]

    text = said("diff", code=4, env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert "there are no credentials" in text and "aws configure" in text and "AWS_ACCESS_KEY_ID" in text, text
    text = said("diff", code=2, env={"AWS_REGION": ""})
    assert "no Region is set" in text and "--region" in text, text
    text = said("diff", "--profile", "nobody", code=4, env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert "nobody" in text, text
    text = said("diff", code=1, env={"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"})
    assert "can't be reached" in text, text
    text = said("diff", "--stack", "no_stack", "--tail", code=2)
    assert "no_stack" in text and "letters, digits and `-` alone" in text, text
    assert "--tail goes with `logs` and `traces`" in text and "`bazel run //shop:up -- --help`" in text, text
    for verb in ("status", "describe", "logs", "traces", "sync"):
        text = said(verb, code=1)
        assert f"there is no stack {STACK} in {REGION}" in text and "deploy it first" in text, text
    text = said("--bucket", "no-such-bucket", code=1)
    assert "no-such-bucket" in text, text

    first.run(at)
    event = first.zip.with_name("event.json")
    event.write_text('{\n  "name": Ada\n}')
    text = said("invoke", str(event), code=2)
    assert f"{event}:2:11: the event is no JSON" in text, text
    text = said("invoke", "missing.json", code=2)
    assert "missing.json can't be read" in text, text
    event.write_text("{}")
    text = said("invoke", str(event), "--function", "goodbye", code=1)
    assert "there is no function" in text and "hello" in text, text

    mixed = copy.copy(deployments.edited)
    mixed.zip = first.zip
    text = mixed.run(at, "diff", code=1)[1]
    assert "is not the zip" in text and "build the target again" in text, text


def others(moto: Moto, account: Account, deployments: Deployments) -> None:
    """A stack that is not the target's is left alone."""
    first, at = deployments.first, moto.endpoint
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    account.cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(topic))
    for arguments in ([], ["diff"], ["sync"], ["delete", "--yes"], ["--stack", STACK]):
        text = first.run(at, *arguments, code=1)[1]
        assert f"the stack {STACK} in {REGION} is none that `lambda_deploy` made" in text, text
    assert account.status() == "CREATE_COMPLETE"
    account.cloudformation.delete_stack(StackName=STACK)

    deployments.renamed.run(at)
    text = first.run(at, code=1)[1]
    assert "is that of //shop:deploy" in text and "//examples/hello:deploy" in text and f"--stack {STACK}" in text, text
    # The user says that both are the same.
    assert "is deployed" in first.run(at, "--stack", STACK)[1]
    first.run(at, "diff")


def main() -> None:
    tests: list[Callable[[Moto, Account, Deployments], None]] = [
        life,
        diffs,
        large,
        expiry,
        watch,
        watch_builds,
        logs,
        traces,
        layers,
        target,
        sources,
        two_at_once,
        others,
        name_conflicts,
        failures,
        mistakes,
        interruption,
        breakdowns,
    ]
    chosen = sys.argv[7:]
    names = [test.__name__ for test in tests]
    if unknown := set(chosen) - set(names):
        sys.exit(f"there is no test {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    with tempfile.TemporaryDirectory() as name, serving(MOTO_SERVER, Path(name)) as moto:
        account = Account(f"http://127.0.0.1:{moto.port}")
        deployments = Deployments(Path(name))
        passed = 0
        for test in tests:
            if chosen and test.__name__ not in chosen:
                continue
            moto.reset()
            start = time.monotonic()
            test(moto, account, deployments)
            passed += 1
            print(f"{test.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    print(f"{passed} passed, 0 failed")


if __name__ == "__main__":
    main()
