"""Reading objects of an answer key by key, so that a wrong one is told and the others still count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from collectors.sources.protocols import JSON, Malformed
from graph_schema.records import Problem

Origin = Literal["API", "database"]
_T = TypeVar("_T")
_NAMED = 3  # ids that a message lists before it only counts


@dataclass(frozen=True, slots=True)
class Listing:
    """What one source listed of a region, in the shape of the API's answer whichever source it was."""

    region: str
    origin: Origin
    items: list[JSON]


class Unreadable(Malformed):
    """An object of an answer that is not what the interface promises; alike ones make one Problem."""

    def __init__(self, listing: str, object_id: str, what: str, remedy: str) -> None:
        super().__init__(f"{listing}, {object_id}", what, remedy)
        self.listing, self.object_id = listing, object_id


@dataclass(frozen=True, slots=True)
class Answer:
    """One object of an answer. Every reader raises Unreadable for a value that is not of the promised kind.

    `required` ones must be there; `nullable` ones too, but may be null; `optional` ones may be missing. Empty texts of
    the last two count as null, as neutron writes both.
    """

    listing: str
    id: str
    values: Mapping[str, JSON]

    @classmethod
    def of(cls, listing: str, value: JSON, id_key: str = "id") -> Answer:
        """The object `value`, which must have a text under `id_key`."""
        if not isinstance(value, dict):
            raise Unreadable(listing, "an object", f"it is {_kind(value)}, not an object.", _REMEDY)
        answer = cls(listing, "an object", value)
        id = answer.text(id_key)
        if not id:
            raise answer.unreadable(f"its {id_key!r} is empty.")
        return cls(listing, id, value)

    def unreadable(self, what: str, remedy: str = "") -> Unreadable:
        """What to raise where this object cannot be used."""
        return Unreadable(self.listing, self.id, what, remedy or _REMEDY)

    def text(self, key: str) -> str:
        """A required text, possibly empty."""
        return self._required(key, str)

    def nullable_text(self, key: str) -> str | None:
        """A text or null; the key must be there."""
        self._must_have(key)
        return self.optional_text(key)

    def optional_text(self, key: str) -> str | None:
        """A text, or None for null, empty or missing."""
        return self._optional(key, str) or None

    def named(self, fallback: str) -> str:
        """Its name exactly as it is, or `fallback` where it has none."""
        return self.nullable_text("name") or fallback

    def project_id(self) -> str | None:
        """The project that owns it, under its new or its old name; None for what neutron makes for itself."""
        return self.optional_text("project_id") or self.optional_text("tenant_id")

    def flag(self, key: str) -> bool:
        """A required truth value."""
        return self._required(key, bool)

    def optional_flag(self, key: str) -> bool | None:
        """A truth value, or None for null or missing."""
        return self._optional(key, bool)

    def integer(self, key: str) -> int:
        """A required whole number."""
        return self._required(key, int)

    def optional_integer(self, key: str) -> int | None:
        """A whole number, or None for null or missing."""
        return self._optional(key, int)

    def texts(self, key: str) -> list[str]:
        """A required list of texts, sorted, each once."""
        self._must_have(key)
        return self.optional_texts(key)

    def optional_texts(self, key: str) -> list[str]:
        """A list of texts, sorted, each once; empty for null or missing."""
        items = self._optional(key, list) or []
        if not all(isinstance(item, str) for item in items):
            raise self.unreadable(f"its {key!r} holds something that is not a text.")
        return sorted(set(items))

    def object(self, key: str) -> Answer:
        """A required object inside this one."""
        return self._inside(key, self._required(key, dict))

    def nullable_object(self, key: str) -> Answer | None:
        """An object inside this one, or null; the key must be there."""
        self._must_have(key)
        value = self._optional(key, dict)
        return None if value is None else self._inside(key, value)

    def optional_object(self, key: str) -> Answer:
        """An object inside this one; an empty one for null or missing."""
        return self._inside(key, self._optional(key, dict) or {})

    def objects(self, key: str) -> list[Answer]:
        """A required list of objects inside this one."""
        self._must_have(key)
        return self.optional_objects(key)

    def optional_objects(self, key: str) -> list[Answer]:
        """A list of objects inside this one; empty for null or missing."""
        items = self._optional(key, list) or []
        if not all(isinstance(item, dict) for item in items):
            raise self.unreadable(f"its {key!r} holds something that is not an object.")
        return [self._inside(key, item) for item in items]

    def _inside(self, key: str, value: Mapping[str, JSON]) -> Answer:
        return Answer(f"{self.listing} ({key})", self.id, value)

    def _must_have(self, key: str) -> None:
        if key not in self.values:
            raise self.unreadable(f"it has no {key!r}.")

    def _required(self, key: str, kind: type[_T]) -> _T:
        self._must_have(key)
        value = self._optional(key, kind)
        if value is None:
            raise self.unreadable(f"its {key!r} is null.")
        return value

    def _optional(self, key: str, kind: type[_T]) -> _T | None:
        value = self.values.get(key)
        if value is None:
            return None
        # For Python a truth value is a number, in JSON it is not.
        if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
        raise self.unreadable(f"its {key!r} is {_kind(value)}, not {_KINDS[kind]}.")


_REMEDY = "What is known of it is kept. Check that the user may see all of it and that the service is a supported one."
_KINDS: Mapping[type, str] = {
    str: "a text",
    bool: "a truth value",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _kind(value: JSON) -> str:
    return _KINDS.get(type(value), type(value).__name__)


def read_each(
    listing: Listing, title: str, build: Callable[[Answer], _T], id_key: str = "id"
) -> Iterator[_T | Problem]:
    """What `build` makes of each object, then a Problem for each way in which some could not be read.

    `title` names the listing in messages, "neutron networks".
    """
    where = f"{title} of {listing.region} ({listing.origin})"
    faults: dict[tuple[str, str, str], list[str]] = {}
    for item in listing.items:
        try:
            yield build(Answer.of(where, item, id_key))
        except Unreadable as fault:
            alike = (fault.listing, fault.problem.what, fault.problem.remedy)
            faults.setdefault(alike, []).append(fault.object_id)
    for (place, what, remedy), ids in faults.items():
        yield Problem(f"{place}, {_listed(ids)}", what, remedy)


def apart(items: Iterable[_T | Problem]) -> tuple[list[_T], list[Problem]]:
    """What was read and what could not be, each in a list."""
    read: list[_T] = []
    unread: list[Problem] = []
    for item in items:
        if isinstance(item, Problem):
            unread.append(item)
        else:
            read.append(item)
    return read, unread


def _listed(ids: list[str]) -> str:
    more = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {more} more" if more > 0 else "")
