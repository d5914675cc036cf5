"""Orders in, invoices out, both typed by pydantic."""

from typing import Any

from pydantic import BaseModel  # type: ignore[import-not-found]


class Customer(BaseModel):  # type: ignore[misc]
    name: str
    city: str


class Line(BaseModel):  # type: ignore[misc]
    sku: str
    quantity: int
    price_cents: int


class Order(BaseModel):  # type: ignore[misc]
    id: str
    customer: Customer
    express: bool
    note: str | None
    lines: list[Line]


class Event(BaseModel):  # type: ignore[misc]
    orders: list[Order]


class Amount(BaseModel):  # type: ignore[misc]
    sku: str
    amount_cents: int


class Invoice(BaseModel):  # type: ignore[misc]
    order: str
    address: str
    express: bool
    note: str | None
    lines: list[Amount]
    total_cents: int


class Answer(BaseModel):  # type: ignore[misc]
    invoices: list[Invoice]
    total_cents: int


def _invoice(order: Order) -> Invoice:
    lines = [Amount(sku=line.sku, amount_cents=line.quantity * line.price_cents) for line in order.lines]
    return Invoice(
        order=order.id,
        address=f"{order.customer.name}, {order.customer.city}",
        express=order.express,
        note=order.note,
        lines=lines,
        total_cents=sum(line.amount_cents for line in lines),
    )


def handler(event: Any, context: Any) -> Any:
    invoices = [_invoice(order) for order in Event.model_validate(event).orders]
    answer = Answer(invoices=invoices, total_cents=sum(invoice.total_cents for invoice in invoices))
    return answer.model_dump()
