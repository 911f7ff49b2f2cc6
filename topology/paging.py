"""Pages: a list is answered a page at a time, and each answer says where the next one begins."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from topology.errors import InvalidConfiguration
from topology.shapes import JsonObject

LIMIT, LIMIT_CAP = 100, 1000
# As the database writes times.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries of a list, as JSON, and the cursor of those that follow; None at the end."""

    items: tuple[JsonObject, ...]
    next: str | None

    def as_json(self) -> JsonObject:
        """The shape of every list."""
        return {"items": list(self.items), "next": self.next}


def page(
    rows: Sequence[Any], limit: int, *, shape: Callable[[Any], JsonObject], place: Callable[[Any], Sequence[str]]
) -> Page:
    """The page of `rows`, of which one more than `limit` was read; `place` is where a row stands in the order."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(tuple(shape(row) for row in shown), cursor(*place(shown[-1])) if more else None)


def cursor(*place: str) -> str:
    """A place in an order as one word that fits an address.

    >>> position(cursor("cmp1:vedge:ovs", ""), 2)
    ('cmp1:vedge:ovs', '')
    """
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def position(text: str | None, parts: int) -> tuple[str, ...]:
    """The place that a cursor says; empty words, which come before everything, without one.

    Raises InvalidConfiguration for a cursor that no answer gave.
    """
    if text is None:
        return ("",) * parts
    try:
        place = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        place = None
    if not isinstance(place, list) or len(place) != parts or not all(map(_is_text, place)):
        raise _no_place(text)
    return tuple(place)


def position_in_time(text: str | None) -> tuple[str | None, str]:
    """The place in a list that is in the order of time and id; None before everything. Raises as `position`."""
    time, id = position(text, 2)
    if text is None:
        return None, ""
    try:
        if not _TIME.fullmatch(time):
            raise _no_place(text)
        datetime.fromisoformat(time)
    except ValueError:
        raise _no_place(text) from None
    return time, id


def _is_text(word: object) -> bool:
    return isinstance(word, str) and not any("\ud800" <= sign <= "\udfff" for sign in word)


def _no_place(text: str) -> InvalidConfiguration:
    return InvalidConfiguration(f"{text[:100]!r} is not a place to go on from; use `next` of the last answer.")


def checked_limit(limit: int, cap: int = LIMIT_CAP) -> int:
    """The limit. Raises InvalidConfiguration beyond the cap."""
    if not 1 <= limit <= cap:
        raise InvalidConfiguration(f"limit: {limit} can not be. Give 1 to {cap}.")
    return limit
