"""Measures how much memory an event leaves behind, with a trace id of its own for each.

    python3 bench/memory.py --ric DIR FOLDER [EVENT]

FOLDER is an unpacked zip: one with an `index.py`, which `awslambdaric` in DIR runs under this Python, or one with a
`bootstrap`. EVENT is JSON (`{"name": "Ada"}` by default). Linux alone; a minute for each.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from io import BufferedReader
from pathlib import Path

# The first events bring caches and pools to their size.
WARM_UP = 20_000
EVENTS = 60_000


def anonymous(process: int) -> int:
    """The bytes of a process that lie in no file."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "Anonymous":
            return int(value.split()[0]) * 1024
    raise RuntimeError(f"the kernel does not tell the memory of process {process}")


def read_request(stream: BufferedReader) -> bytes | None:
    """The first line of a request, whose rest is read, too; `None` at the end of the connection."""
    first = stream.readline()
    length: int | None = 0
    while (line := stream.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"transfer-encoding":
            length = None
    if length is not None:
        stream.read(length)
        return first or None
    while size := int(stream.readline(), 16):
        stream.read(size + 2)
    stream.readline()
    return first


class RuntimeApi:
    """A Runtime API that sends one event after the other, and looks at the process's memory as it does."""

    def __init__(self, event: bytes) -> None:
        self.event = event
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.process = 0
        self.sent = 0
        self.samples: list[int] = []
        self.ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """As `AWS_LAMBDA_RUNTIME_API` has it."""
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        while (request := read_request(stream)) is not None:
            if b"/next " not in request:
                connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
                continue
            if self.sent in (WARM_UP, WARM_UP + EVENTS):
                self.samples.append(anonymous(self.process))
            if len(self.samples) == 2:
                self.ended.set()
                return
            self.sent += 1
            connection.sendall(self._message())

    def _message(self) -> bytes:
        deadline = int((time.time() + 3600) * 1000)
        trace = f"Root=1-{self.sent:08x}-{os.urandom(12).hex()};Parent={os.urandom(8).hex()};Sampled=0"
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-{self.sent:012}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {deadline}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:memory\r\n"
            f"Lambda-Runtime-Trace-Id: {trace}\r\nContent-Length: {len(self.event)}\r\n\r\n"
        )
        return head.encode() + self.event


def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ric", type=Path, required=True, help="the folder that holds awslambdaric for this Python")
    parser.add_argument("folder", type=Path, help="an unpacked zip")
    parser.add_argument("event", nargs="?", default='{"name": "Ada"}', help="the event")
    options = parser.parse_args()
    folder = options.folder.resolve()
    bootstrap = folder / "bootstrap"
    command = [bootstrap] if bootstrap.exists() else [sys.executable, "-m", "awslambdaric", "index.handler"]
    api = RuntimeApi(options.event.encode())
    environment = {
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_NAME": "memory",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/memory",
        "AWS_LAMBDA_LOG_STREAM_NAME": "memory",
        "AWS_LAMBDA_RUNTIME_API": api.address,
        "LAMBDA_TASK_ROOT": str(folder),
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(options.ric.resolve()),
        "_HANDLER": "index.handler",
    }
    with subprocess.Popen(command, cwd=folder, env=environment) as process:
        api.process = process.pid
        while not api.ended.wait(1):
            if process.poll() is not None:
                sys.exit(f"the process ended with status {process.returncode} after {api.sent} events")
        process.kill()
    before, after = api.samples
    print(f"{(after - before) / EVENTS:.0f} bytes an event")


if __name__ == "__main__":
    main()
