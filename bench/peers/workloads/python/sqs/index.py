"""Takes a batch of messages, checks the total that each names, and reports those that are wrong, by pydantic."""

from typing import Any

from pydantic import BaseModel, ValidationError  # type: ignore[import-not-found]


class Line(BaseModel):  # type: ignore[misc]
    quantity: int
    price_cents: int


class Order(BaseModel):  # type: ignore[misc]
    lines: list[Line]


class Message(BaseModel):  # type: ignore[misc]
    total_cents: int
    orders: list[Order]


def _is_right(body: str) -> bool:
    try:
        message = Message.model_validate_json(body)
    except ValidationError:
        return False
    total = sum(line.quantity * line.price_cents for order in message.orders for line in order.lines)
    return bool(message.total_cents == total)


def handler(event: Any, context: Any) -> Any:
    failures = [record["messageId"] for record in event["Records"] if not _is_right(record["body"])]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failures]}
