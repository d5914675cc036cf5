"""A stand-in for DynamoDB and S3 on loopback, over TLS, around the Rust handler: what the test has in place of AWS."""

import json
import os
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

TESTDATA = Path(__file__).parent / "testdata"

ORDERS = {"1001": {"id": {"S": "1001"}, "receipt": {"S": "2026/1001.txt"}}}
RECEIPTS = {"/receipts/2026/1001.txt": "two pears, 1.20"}


class _Services(BaseHTTPRequestHandler):
    """Answers what the program asks of DynamoDB and S3."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """DynamoDB's GetItem."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers["x-amz-target"] != "DynamoDB_20120810.GetItem" or asked["TableName"] != "orders":
            self._answer("dynamodb", 400, "application/x-amz-json-1.0", json.dumps({"__type": "ValidationException"}))
            return
        item = ORDERS.get(asked["Key"]["id"]["S"])
        answer = {"Item": item} if item else {}
        self._answer("dynamodb", 200, "application/x-amz-json-1.0", json.dumps(answer))

    def do_GET(self) -> None:
        """S3's GetObject."""
        receipt = RECEIPTS.get(self.path.partition("?")[0])
        if receipt is None:
            self._answer("s3", 404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._answer("s3", 200, "text/plain", receipt)

    def _answer(self, service: str, status: int, content_type: str, body: str) -> None:
        signed = self.headers.get("authorization", "")
        if not signed.startswith("AWS4-HMAC-SHA256 ") or f"/{service}/aws4_request" not in signed:
            status, body = 403, "the request is not signed"
        content = body.encode()
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Leaves the log to the function."""


def _serve() -> int:
    """Starts the server; returns its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Services)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(TESTDATA / "loopback.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


# Before the program starts, which reads them. With an address for a name, S3's client puts the bucket into the path.
os.environ["AWS_ENDPOINT_URL"] = f"https://127.0.0.1:{_serve()}"
os.environ["SSL_CERT_FILE"] = str(TESTDATA / "authority.pem")

handler: Any = import_module("index").handler
