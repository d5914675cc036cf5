"""Reads a few fields of its event, by pydantic."""

from typing import Any

from pydantic import BaseModel, Field  # type: ignore[import-not-found]


class User(BaseModel):  # type: ignore[misc]
    name: str
    tier: int


class Event(BaseModel):  # type: ignore[misc]
    request_id: str = Field(alias="requestId")
    user: User
    source: str


def handler(event: Any, context: Any) -> Any:
    read = Event.model_validate(event)
    return {
        "requestId": read.request_id,
        "message": f"Hello, {read.user.name}!",
        "tier": read.user.tier,
        "source": read.source,
    }
