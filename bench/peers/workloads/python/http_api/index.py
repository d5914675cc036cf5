"""A JSON API behind API Gateway, by Powertools' router and pydantic."""

from typing import Any

from aws_lambda_powertools.event_handler import (  # type: ignore[import-not-found]
    APIGatewayHttpResolver,
    Response,
)
from pydantic import BaseModel  # type: ignore[import-not-found]

_app = APIGatewayHttpResolver()


class Line(BaseModel):  # type: ignore[misc]
    quantity: int
    price_cents: int


class Order(BaseModel):  # type: ignore[misc]
    lines: list[Line]


class Receipt(BaseModel):  # type: ignore[misc]
    customer: str
    express: bool
    lines: int
    total_cents: int


@_app.get("/health")  # type: ignore[untyped-decorator]
def health() -> str:
    return "well"


@_app.post("/orders/<customer>")  # type: ignore[untyped-decorator]
def take(customer: str) -> Any:
    order = Order.model_validate_json(_app.current_event.body)
    receipt = Receipt(
        customer=customer,
        express=_app.current_event.query_string_parameters.get("express") == "true",
        lines=len(order.lines),
        total_cents=sum(line.quantity * line.price_cents for line in order.lines),
    )
    return Response(201, "application/json", receipt.model_dump_json())


def handler(event: Any, context: Any) -> Any:
    return _app.resolve(event, context)
