"""The floor under every Python handler: no JSON is parsed or written, only the runtime client's own loop runs."""

from typing import Any

from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient  # type: ignore[import-not-found]

_RESPONSE = b'{"message":"Hello, world!","size":1}'


class _Raw:
    def unmarshal_request(self, request: bytes, content_type: str = "application/json") -> bytes:
        return request

    def marshal_response(self, response: bytes) -> tuple[bytes, str]:
        return response, "application/json"


BaseLambdaRuntimeClient.marshaller = _Raw()


def handler(event: bytes, context: Any) -> bytes:
    return _RESPONSE
