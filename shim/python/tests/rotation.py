"""Calls the Rust handler a thousand times, each with other credentials, while a thread changes the environment."""

import os
import threading
from typing import Any

import index  # type: ignore[import-not-found]

CALLS = 1000


def _change(ended: threading.Event) -> None:
    """Sets variables anew, changes them and takes them out, until the end."""
    turn = 0
    while not ended.is_set():
        turn += 1
        os.environ[f"PASSING_{turn}"] = "here"
        os.environ["CHANGING"] = str(turn)
        os.environ.pop(f"PASSING_{turn - 50}", None)


def handler(_: dict[str, Any], context: object) -> dict[str, object]:
    """Answers with how often Rust saw what Python had set, and with what it saw last."""
    ended = threading.Event()
    changing = threading.Thread(target=_change, args=(ended,))
    changing.start()
    right = 0
    try:
        for call in range(CALLS):
            os.environ["AWS_SESSION_TOKEN"] = f"token-{call}"
            os.environ["_X_AMZN_TRACE_ID"] = f"Root=1-{call}"
            answer = index.handler({"child": call == CALLS - 1}, context)
            seen = (answer["token"], answer["trace_id"])
            right += seen == (f"token-{call}", f"Root=1-{call}")
    finally:
        ended.set()
        changing.join()
    return {"right": right, "last": answer}
