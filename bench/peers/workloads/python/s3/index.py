"""Tells which objects a bucket reports."""

from typing import Any
from urllib.parse import unquote_plus


def handler(event: Any, context: Any) -> Any:
    return {
        "objects": [
            {
                "bucket": record["s3"]["bucket"]["name"],
                "key": unquote_plus(record["s3"]["object"]["key"]),
                "bytes": record["s3"]["object"]["size"],
            }
            for record in event["Records"]
        ]
    }
