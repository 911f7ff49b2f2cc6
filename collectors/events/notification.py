"""A message of the broker → an event: with the envelope of oslo.messaging or without, of any service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from collectors.sources.protocols import Malformed
from graph_schema.events import Event

_ENVELOPE = "oslo.message"
_OBJECT = "nova_object.data"
_REMEDY = "It is left out. What it spoke of is right again after the next scan; tell the service's version in a report."


def read_notification(body: bytes | str | Mapping[str, Any], environment: str, received_at: datetime) -> Event:
    """The event in a message's body. Raises Malformed for what is no notification; its text quotes no payload.

    The context of the request, which may hold a token, is dropped here.
    """
    message = _unwrapped(_decoded(body))
    payload = message.get("payload")
    if not isinstance(payload, Mapping):
        raise Malformed(_where(message), "it has no payload.", _REMEDY)
    return Event(
        environment=environment,
        event_type=_text(message, "event_type"),
        message_id=str(message.get("message_id") or ""),
        published_at=_published(message, received_at),
        received_at=received_at,
        publisher=str(message.get("publisher_id") or ""),
        payload=_plain(payload),
    )


def _decoded(body: bytes | str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(body, bytes | str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Malformed("a notification", f"it is no JSON ({len(body)} bytes).", _REMEDY) from error
    if not isinstance(body, Mapping):
        raise Malformed("a notification", "it is no JSON object.", _REMEDY)
    return body


def _unwrapped(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return _decoded(body[_ENVELOPE]) if _ENVELOPE in body else body


def _text(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not value:
        raise Malformed(_where(message), f"it has no {key}.", _REMEDY)
    return value


def _where(message: Mapping[str, Any]) -> str:
    told = [str(message[key])[:100] for key in ("event_type", "message_id") if message.get(key)]
    return " ".join(["notification", *told])


def _published(message: Mapping[str, Any], received_at: datetime) -> datetime:
    """When it was published, by the publisher's clock; when it was received where it does not say."""
    try:
        told = datetime.fromisoformat(str(message.get("timestamp")))
    except ValueError:
        return received_at
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


def _plain(value: Any) -> Any:
    """A versioned payload without the wrapping of its objects: {nova_object.data: {…}} becomes {…}."""
    if isinstance(value, Mapping):
        inner = value[_OBJECT] if isinstance(value.get(_OBJECT), Mapping) else value
        return {key: _plain(each) for key, each in inner.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
