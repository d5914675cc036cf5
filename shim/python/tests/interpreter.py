"""What Python may do to a library: forks, threads that its end meets, contexts of other makes, other builds."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import index  # type: ignore[import-not-found]

# A function belongs to a thread. This one has none of the runtime client's frames.
_THREAD = ThreadPoolExecutor(1)


def _call(event: dict[str, Any], context: object) -> Any:
    """Calls the function in its thread."""
    return _THREAD.submit(index.handler, event, context).result()


def _fork(context: object) -> dict[str, int]:
    """Counts how the children end that call the function while a thread of Rust's sets variables."""
    _call({"do": "set"}, context)
    endings: dict[str, int] = {}
    for _ in range(20):
        child = os.fork()
        if child == 0:
            # Ends a child that hangs.
            signal.alarm(10)
            try:
                index.handler({}, context)
                ending = 1
            except Exception as error:
                ending = 2 if "before the fork" in str(error) else 3
            os._exit(ending)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        name = "refused" if code == 2 else f"ended with {code}"
        endings[name] = endings.get(name, 0) + 1
    return endings


class _AnyContext:
    """A context with what all contexts have."""

    aws_request_id = "id"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class _ClientContext:
    """A context with a deadline, where the runtime client's has it."""

    aws_request_id = "id"

    def __init__(self, deadline: object) -> None:
        self._epoch_deadline_time_in_ms = deadline


def _deadlines(_: object) -> list[object]:
    """What the function learns of deadlines."""
    left = _call({}, _AnyContext())["deadline"] - time.time() * 1000
    return [30_000 < left <= 60_000] + [
        _call({}, _ClientContext(deadline))["deadline"] for deadline in (1234, None, -1, "soon", 1 << 70)
    ]


def _python(program: str) -> list[object]:
    """Runs a program in an interpreter of its own, in which no handler is initialised on import."""
    environment = os.environ | {"_HANDLER": "other.handler"}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    return [ended.returncode, ended.stdout, ended.stderr.strip().rpartition("\n")[2]]


# The thread's call ends while the interpreter takes its modules apart.
_END = """
import os, sys, threading, time, index

class Slow:
    def __del__(self, sleep=time.sleep, write=os.write):
        sleep(1.5)
        write(1, b"ended")

class Context:
    aws_request_id = "id"

sys.slow = Slow()
threading.Thread(target=index.handler, args=(b'{"do": "sleep"}', Context()), daemon=True).start()
time.sleep(0.3)
"""


# A Python whose `_ctypes` lacks what the shim binds with; the package `ctypes` has it already.
_PACKAGE = """
import ctypes, sys, types

sys.modules["_ctypes"] = types.ModuleType("_ctypes")
import index

class Context:
    aws_request_id = "id"

print(b"deadline" in index.handler(b"{}", Context()))
"""

# What an `index.py` says of a library that was built with another version of the rules.
_VERSION = """
import pathlib, re

path = pathlib.Path(INDEX)
exec(re.sub("_VERSION = [0-9]+", "_VERSION = 1000", path.read_text()), {"__name__": "index", "__file__": str(path)})
"""


def handler(event: dict[str, Any], context: object) -> Any:
    """Checks what the event names."""
    match event["check"]:
        case "fork":
            return _fork(context)
        case "context":
            seen = _call({}, context)
            return [seen["client"], seen["identity"]]
        case "deadlines":
            return _deadlines(context)
        case "end":
            return _python(_END)
        case "package":
            return _python(_PACKAGE)
        case "version":
            code, output, error = _python(_VERSION.replace("INDEX", repr(index.__file__)))
            return [code, output, str(error).replace(f"{Path(index.__file__).parent}/", "")]
        case _:
            return _python('import sys; sys.abiflags = "t"; import index')
