#!/usr/bin/env python3
"""Makes images, and runs them: built twice, pushed, pulled, unpacked, and started in roots of their own.

It needs a Linux on x86_64 with root, apt (Debian 12), and on the PATH docker-registry, skopeo and umoci. Arguments are
further flags for Bazel, such as `--extra_toolchains`, where rules_oci can't download its tools.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE / "image"
BAZEL = str(HERE.parent / "tools/bazel")
REGISTRY = "127.0.0.1:5000"
IMAGES = ["ctypes", "extension", "native", "os_only"]

# Debian 12's, whose libraries are looked up.
PYTHON = [
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libstdc++6",
    "python3-minimal",
    "python3.11",
    "python3.11-minimal",
]


def run(*command: str | Path, **options: Any) -> str:
    """Runs a command, and returns what it wrote."""
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, **options)
    return str(done.stdout)


def make_base(target: Path) -> None:
    """Writes the archive of a root with Debian's Python and Lambda's client."""
    packages = run(
        "sh",
        "-c",
        f"apt-cache dumpavail | python3 {HERE.parent}/tools/registries_only/package_closure.py {' '.join(PYTHON)}",
    ).split()
    with tempfile.TemporaryDirectory() as folder:
        debs, root = Path(folder, "debs"), Path(folder, "root")
        debs.mkdir()
        run("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *packages, cwd=debs)
        # Where /bin and /lib are links.
        for name in ("bin", "lib", "lib64", "sbin"):
            (root / "usr" / name).mkdir(parents=True)
            (root / name).symlink_to(f"usr/{name}")
        for deb in debs.iterdir():
            archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
            run("tar", "-x", "--keep-directory-symlink", "-C", root, stdin=archive.stdout)
        run(
            sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", root / "opt/client",
            "--python-version", "3.11", "--only-binary=:all:", "awslambdaric==4.2.2",
        )  # fmt: skip
        for name in ("tmp", "proc", "dev", "var/task"):
            (root / name).mkdir(parents=True, exist_ok=True)
        shutil.rmtree(root / "usr/share/doc", ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        run("sh", "-c", f"tar -C {root} --sort=name --mtime=@0 --owner=0 --group=0 -c . | gzip -n > {target}")


class RuntimeApi(ThreadingHTTPServer):
    """Hands one event out, and keeps the answer."""

    def __init__(self, event: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.events: Queue[bytes] = Queue()
        self.answers: Queue[tuple[str, bytes]] = Queue()
        self.events.put(event)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Call(BaseHTTPRequestHandler):
    """A call of the Runtime API."""

    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        event = self.server.events.get()
        self.send_response(200)
        for name, value in {
            "Content-Length": len(event),
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": int(time.time() * 1000) + 30_000,
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:orders",
            "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding"):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.put((self.path.rpartition("/")[2], body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def answer(bundle: Path, event: bytes) -> tuple[str, Any]:
    """Starts an unpacked image as its configuration says, in its own root, and returns what it answers."""
    process = json.loads((bundle / "config.json").read_text())["process"]
    api = RuntimeApi(event)
    environment = dict(entry.split("=", 1) for entry in process["env"]) | {
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "LAMBDA_TASK_ROOT": "/var/task",
        "_HANDLER": process["args"][-1],
    }

    def enter() -> None:
        os.chroot(bundle / "rootfs")
        os.chdir(process["cwd"])

    started = subprocess.Popen(process["args"], env=environment, preexec_fn=enter)
    try:
        kind, body = api.answers.get(timeout=30)
    finally:
        started.kill()
        started.wait()
        api.shutdown()
    return kind, json.loads(body)


def main() -> None:
    """Does all."""
    flags = sys.argv[1:]
    base = WORKSPACE / "base/python.tar.gz"
    if not base.exists():
        make_base(base)
    event = (WORKSPACE / "testdata/order.json").read_bytes()
    expected = json.loads((WORKSPACE / "testdata/order.response.json").read_text())

    digests = []
    with tempfile.TemporaryDirectory(dir=HERE.parent.parent) as folder:
        # The second time from nothing.
        for startup in ([], [f"--output_base={folder}/output"]):
            targets = [f"//:{image}.digest" for image in IMAGES]
            run(BAZEL, *startup, "build", "--noshow_progress", *flags, *targets, *IMAGES, cwd=WORKSPACE)
            files = run(BAZEL, *startup, "cquery", "--output=files", *flags, f"set({' '.join(targets)})", cwd=WORKSPACE)
            root = Path(run(BAZEL, *startup, "info", "execution_root", cwd=WORKSPACE).strip())
            digests.append({Path(file).name: (root / file).read_text().strip() for file in files.split()})
            if startup:
                run(BAZEL, *startup, "shutdown", cwd=WORKSPACE)
                run("chmod", "-R", "u+w", folder)
    print(json.dumps(digests[0], indent=2))
    assert digests[0] == digests[1], f"the second build has other digests: {digests[1]}"

    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "registry.yml")
        config.write_text(
            f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
            f"http: {{addr: '{REGISTRY}'}}\n"
        )
        registry = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL)
        try:
            time.sleep(2)
            for image in IMAGES:
                name = f"{REGISTRY}/orders-{image.replace('_', '-')}"
                run(BAZEL, "run", "--noshow_progress", *flags, f"//:{image}.push", "--", "--tag", "1", cwd=WORKSPACE)
                layout = Path(folder, image)
                run("skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{name}:1", f"oci:{layout}:1")
                bundle = Path(folder, image + ".bundle")
                run("umoci", "unpack", "--image", f"{layout}:1", bundle)
                for event_file in (bundle / "rootfs/var/task").rglob("*"):
                    print(image, event_file.relative_to(bundle / "rootfs"))
                answered = answer(bundle, event)
                passed = answered == ("response", expected)
                failed += not passed
                print(f"{image}: {answered} {'passed' if passed else 'FAILED'}")
        finally:
            registry.terminate()
    print(f"{len(IMAGES) - failed} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
