"""What is asked of the store: a scope's objects, each with the links that it anchors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from graph_schema.records import Attributes, Link, Outcome, Problem, Record, Ref, Scope
from graph_schema.registry import CONTAINS, link_type
from topology.store.encoding import content_hash, links_hash, stored_id, valid_text

Witness = Callable[[str, str], bool | None]
"""Asked about an object (type, id) that a listing lacks. True: it is still there. False: it is gone, or nobody of that
type can be asked. None: whoever should know could not be asked just now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object with the links that it anchors. `links` None: nothing is known of them, those in the graph stay."""

    record: Record
    links: tuple[Link, ...] | None = ()


@dataclass(frozen=True, slots=True)
class ScopeWrite:
    """All that was read of one scope, to be written. Only with a complete outcome is anything removed."""

    scope: Scope
    observed_at: datetime
    outcome: Outcome
    entries: Iterable[Entry] = ()
    attributes: Iterable[Attributes] = ()

    def __post_init__(self) -> None:
        if self.observed_at.tzinfo is None:
            raise ValueError(f"scope {self.scope.key}: observed_at {self.observed_at} has no time zone")


@dataclass(frozen=True, slots=True)
class SaidLink:
    """A link as its anchor says it; containment is one more, from the parent, of type CONTAINS."""

    type: str
    source_type: str
    source_id: str
    target_type: str
    target_id: str
    name: str = ""
    state: str = "up"
    weight: float = 0.0
    networks: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Two objects have one link of a type at most in each direction."""
        return self.type, self.source_id, self.target_id

    @property
    def contains(self) -> bool:
        """Whether it is containment."""
        return self.type == CONTAINS

    def row(self) -> list[Any]:
        """As plain JSON, for a spool."""
        return [getattr(self, name) for name in self.__slots__]

    @classmethod
    def of_row(cls, row: list[Any]) -> SaidLink:
        """Back from a spool."""
        link = cls(*row)
        return link if link.networks is None else replace(link, networks=tuple(link.networks))

    def properties(self) -> dict[str, Any]:
        """What it carries; containment carries nothing."""
        if self.contains:
            return {}
        networks = None if self.networks is None else list(self.networks)
        return {"name": self.name, "state": self.state, "weight": self.weight, "networks": networks}

    def values(self) -> list[Any]:
        """Its ends and what it carries, as the statements take them."""
        return [self.source_id, self.target_id, *self.properties().values()]


@dataclass(slots=True)
class Said:
    """An entry as it is to be stored: ids bounded, links merged, hashes computed. Without `hash` only its links are."""

    record: Record
    id: str
    hash: str | None
    links_hash: str | None
    parent: Ref
    links: tuple[Link, ...] | None
    problems: list[Problem] = field(default_factory=list)

    @property
    def token(self) -> int:
        """A compact stand-in for (type, id), to remember a million of them."""
        return token_of(self.record.type, self.id)

    def said_links(self) -> list[SaidLink]:
        """Containment, and the links where they are known."""
        record = self.record
        links = [SaidLink(CONTAINS, self.parent.type, self.parent.id, record.type, self.id)]
        for link in self.links or ():
            kind = link_type(link.type)
            networks = None if link.networks is None else tuple(link.networks)
            links.append(
                SaidLink(
                    link.type, kind.source, link.source_id, kind.target, link.target_id,
                    link.name, link.state, float(link.weight), networks,
                )
            )  # fmt: skip
        return links


def token_of(type: str, id: str) -> int:
    """The compact stand-in for an object, the same within one process."""
    return hash((type, id))


def said(entry: Entry, *, content: bool = True) -> Said:
    """What an entry says, ready to be compared with the graph; without `content`, of its links only."""
    record = entry.record
    problems: list[Problem] = []
    parent = Ref(record.parent.type, stored_id(record.parent.id))
    links = None if entry.links is None else _merged(record, entry.links, problems)
    return Said(
        record=record,
        id=stored_id(record.id),
        hash=content_hash(record) if content else None,
        links_hash=None if links is None else links_hash(parent, links),
        parent=parent,
        links=links,
        problems=problems,
    )


def _merged(record: Record, links: Iterable[Link], problems: list[Problem]) -> tuple[Link, ...]:
    """One link for each pair of ends, one for each exclusive type, sorted. What contradicts itself is a problem."""
    by_key: dict[tuple[str, str, str], Link] = {}
    for link in sorted((_bounded(record, link) for link in links), key=_order):
        key = (link.type, link.source_id, link.target_id)
        by_key[key] = _joined(by_key[key], link) if key in by_key else link
    exclusive: dict[str, Link] = {}
    for key, link in list(by_key.items()):
        if link_type(link.type).exclusive_ends and exclusive.setdefault(link.type, link) is not link:
            kept = exclusive[link.type]
            problems.append(
                Problem(
                    f"{record.type} {record.id}",
                    f"says several links {link.type} where one can be: {_ends(kept)} is kept, {_ends(link)} is not.",
                )
            )
            del by_key[key]
    return tuple(by_key.values())


def _bounded(record: Record, link: Link) -> Link:
    kind = link_type(link.type)
    anchor_type, anchor_id = (kind.source, link.source_id) if kind.anchor == "source" else (kind.target, link.target_id)
    if (anchor_type, anchor_id) != (record.type, record.id):
        raise ValueError(f"link {link.type} {_ends(link)} is not anchored at {record.type} {record.id}")
    return Link(
        link.type,
        stored_id(link.source_id),
        stored_id(link.target_id),
        valid_text(link.name),
        link.state,
        link.weight,
        None if link.networks is None else tuple(sorted({stored_id(network) for network in link.networks})),
    )


def _joined(first: Link, second: Link) -> Link:
    """Two finders found the same link: it carries what either says."""
    if first.networks is None or second.networks is None:
        networks = None
    else:
        networks = tuple(sorted({*first.networks, *second.networks}))
    return Link(first.type, first.source_id, first.target_id, first.name, first.state, first.weight, networks)


def _order(link: Link) -> tuple[str, str, str, str, str, float]:
    return link.type, link.source_id, link.target_id, link.name, link.state, link.weight


def _ends(link: Link) -> str:
    return f"{link.source_id} → {link.target_id}"
