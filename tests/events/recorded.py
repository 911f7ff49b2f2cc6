"""Notifications recorded in the lab (zed; nova speaks both forms), one of each type that has an effect.

What was left out of them is the context of the request that caused them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from collectors.events.handlers import Interpreter, load_interpreter
from collectors.events.notification import read_notification
from graph_schema.events import Effect, Event
from graph_schema.records import Record

FILE = Path(__file__).parent.parent / "data" / "events" / "zed.jsonl"
REGION = "RegionOne"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@cache
def messages() -> tuple[Mapping[str, Any], ...]:
    """Every recorded message: exchange, routing key and body."""
    return tuple(json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines())


@cache
def interpreter() -> Interpreter:
    """The installed handlers."""
    return load_interpreter(REGION)


def event_of(message: Mapping[str, Any]) -> Event:
    return read_notification(json.dumps(message["body"]).encode(), "lab", NOW)


def recorded(event_type: str, *, versioned: bool = False) -> Event:
    """The recorded event of that type; aggregates have one type in both forms."""
    found = [m for m in messages() if event_of(m).event_type == event_type]
    chosen = [m for m in found if m["routing_key"].startswith("versioned") == versioned] or found
    return event_of(chosen[0])


def made(event_type: str, payload: Mapping[str, Any], published_at: datetime = NOW) -> Event:
    """An event that nobody sent."""
    return Event("lab", event_type, "a-message", published_at, NOW, "somebody", payload)


def effect_of(event: Event) -> Effect:
    return interpreter()(event)


def the_record(effect: Effect) -> Record:
    (says,) = effect.says
    return says.record


def asked(effect: Effect) -> set[str]:
    """Keys of what is to be read again."""
    return {refresh.key for refresh in effect.refreshes}
