"""What the library of a zip calls Python for, which is rare. Packed by rules_rust_lambda beside `index.py`."""

from __future__ import annotations

import json
import sys
from types import FrameType
from typing import Any, NoReturn


class Calls:
    """What `index.py` gives the library to call, described in rules_rust_lambda's `shim/library/src/cpython.rs`."""

    def __init__(self, library: Any, client: Any) -> None:
        """Takes the library and the class of Lambda's runtime client, `None` where that does not run this process."""
        self.library = library
        self.client = client

    def parsed(self, function: int, event: Any, context: Any) -> Any:
        """Answers an event that Python code has parsed with a response that it can read."""
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        return json.loads(self.library.handler(function)(text.encode("utf-8", "surrogatepass"), context))

    def headers(self, context: Any) -> tuple[str, str]:
        """The client context and the identity, as JSON.

        The runtime client hands on objects that lack what it does not know, so the text is taken from where it has it.
        Where it is not found, what the objects hold is written anew.
        """
        found = {"client_context_json": "", "cognito_identity_json": ""}
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            for name, text in found.items():
                if not text and isinstance(value := frame.f_locals.get(name), str):
                    found[name] = value
            frame = frame.f_back
        client = found["client_context_json"] or _client_context(getattr(context, "client_context", None))
        identity = found["cognito_identity_json"] or _cognito_identity(getattr(context, "identity", None))
        return client, identity

    def fail(self, error_type: str, message: str) -> NoReturn:
        """Raises an error under the name that Rust gave it."""
        raise type(error_type, (Exception,), {})(message)

    def over(self, function: int) -> None:
        """Has the process end, as the program's `main` has, once the answer at hand is sent."""
        if self.client is not None:
            self.client.wait_next_invocation = lambda _: self.library.init(function)


def _client_context(client: Any) -> str:
    """The client context, of what the runtime client's object holds of it."""
    if client is None:
        return ""

    def mapping(name: str) -> dict[str, str]:
        values = getattr(client, name, None)
        return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}

    parts: dict[str, object] = {"custom": mapping("custom"), "env": mapping("env")}
    if (app := getattr(client, "client", None)) is not None:
        names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
        parts["client"] = {name: str(getattr(app, name, None) or "") for name in names}
    return json.dumps(parts)


def _cognito_identity(identity: Any) -> str:
    """The identity, of what the runtime client's object holds of it."""
    own, pool = (getattr(identity, f"cognito_identity_{name}", None) for name in ("id", "pool_id"))
    if own is None and pool is None:
        return ""
    return json.dumps({"cognitoIdentityId": str(own or ""), "cognitoIdentityPoolId": str(pool or "")})
