"""Gets an item of a table over TLS, by DynamoDB's protocol without its signature: urllib3, as boto3 does."""

import json
import os
from typing import Any

import urllib3  # type: ignore[import-not-found]

_ENDPOINT = os.environ["TABLES_ENDPOINT"]
_tables = urllib3.PoolManager(ca_certs=os.environ["TABLES_CA_FILE"])


def handler(event: Any, context: Any) -> Any:
    response = _tables.request(
        "POST",
        _ENDPOINT,
        body=json.dumps({"TableName": event["table"], "Key": {"id": {"S": event["id"]}}}),
        headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem"},
    )
    if response.status != 200:
        raise RuntimeError(f"the table answered {response.status}")
    item = response.json()["Item"]
    return {"id": item["id"]["S"], "city": item["city"]["S"], "total_cents": int(item["total_cents"]["N"])}
