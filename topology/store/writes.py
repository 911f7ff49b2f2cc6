"""What is asked of the store: a scope's objects, each with the links that it anchors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from graph_schema.records import Attributes, Link, Outcome, Problem, Record, Ref, Scope
from graph_schema.registry import CONTAINS, link_type
from topology.store.encoding import (
    content_code,
    content_hash,
    links_code,
    links_hash,
    node_properties,
    stored_id,
    valid_text,
)

Witness = Callable[[str, str], bool | None]
"""Asked about an object (type, id) that a listing lacks. True: it is still there. False: it is gone, or nobody of that
type can be asked. None: whoever should know could not be asked just now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object with the links that it anchors. `links` None: nothing is known of them, those in the graph stay."""

    record: Record
    links: tuple[Link, ...] | None = ()


def entries_of(records: Iterable[Record], links: Iterable[Link]) -> list[Entry]:
    """Each record with the links that it anchors."""
    anchored: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        kind = link_type(link.type)
        anchor = (kind.source, link.source_id) if kind.anchor == "source" else (kind.target, link.target_id)
        anchored.setdefault(anchor, []).append(link)
    return [Entry(record, tuple(anchored.get((record.type, record.id), ()))) for record in records]


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


End = tuple[str, str]
"""Type and id of an object that a link leads to."""


class SaidLink(NamedTuple):
    """A link as its anchor says it; containment is one more, from the parent, of type CONTAINS."""

    type: str
    source: End
    target: End
    name: str = ""
    state: str = "up"
    weight: float = 0.0
    networks: list[str] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Two objects have one link of a type at most in each direction."""
        return self.type, self.source[1], self.target[1]

    @property
    def contains(self) -> bool:
        """Whether it is containment, which carries nothing."""
        return self.type == CONTAINS

    def carried(self) -> list[Any]:
        """What it carries, as the statements take it."""
        return [] if self.contains else [self.name, self.state, self.weight, self.networks]


class Creation(NamedTuple):
    """The values of a new object's node, in the order of the `columns` of its type, and its links."""

    values: list[Any]
    links: list[SaidLink]


@dataclass(slots=True)
class Said:
    """An entry as it is to be stored: ids bounded, links merged. Without `content` only its links are."""

    record: Record
    id: str
    parent: Ref
    links: tuple[Link, ...] | None
    problems: Sequence[Problem] = ()
    content: bool = True
    place: int = 0
    """Which of the scopes that are written together it is of."""
    token: int = field(init=False)
    """A compact stand-in for (type, id), to remember a million of them."""
    _hash: str | None = None
    _links_hash: str | None = None
    _creation: Creation | None = None

    def __post_init__(self) -> None:
        self.token = token_of(self.record.type, self.id)

    @property
    def hash(self) -> str | None:
        """Hash of the content. Worked out when it is asked for: of most objects nobody does."""
        if self._hash is None and self.content:
            self._hash = content_hash(self.record)
        return self._hash

    @property
    def links_hash(self) -> str | None:
        """Hash of the links; None where they are not known."""
        if self._links_hash is None and self.links is not None:
            self._links_hash = links_hash(self.parent, self.links)
        return self._links_hash

    @property
    def code(self) -> bytes:
        """All that is said, to be hashed together with others."""
        return content_code(self.record) + links_code(self.parent, self.links or ())

    def make_ready(self, *, to_create: bool) -> None:
        """Work out now what will be asked for: the hashes, and all that it takes to create the object."""
        _ = self.hash, self.links_hash
        if to_create and self.content:
            self._creation = self._created()

    def creation(self) -> Creation:
        """What is written of an object that is not there yet. What was made ready is given once, and not kept."""
        made, self._creation = self._creation, None
        return made or self._created()

    def _created(self) -> Creation:
        return Creation(list(node_properties(self.record).values()), self.said_links())

    def said_links(self) -> list[SaidLink]:
        """Containment, and the links where they are known."""
        record = self.record
        links = [SaidLink(CONTAINS, (self.parent.type, self.parent.id), (record.type, self.id))]
        for link in self.links or ():
            kind = link_type(link.type)
            networks = None if link.networks is None else list(link.networks)
            source, target = (kind.source, link.source_id), (kind.target, link.target_id)
            links.append(SaidLink(link.type, source, target, link.name, link.state, float(link.weight), networks))
        return links


def token_of(type: str, id: str) -> int:
    """The compact stand-in for an object, the same within one process."""
    return hash((type, id))


def said(entry: Entry, *, content: bool = True) -> Said:
    """What an entry says, ready to be written; without `content`, of its links only."""
    record = entry.record
    parent_id = stored_id(record.parent.id)
    parent = record.parent if parent_id is record.parent.id else Ref(record.parent.type, parent_id)
    links, problems = (None, ()) if entry.links is None else _merged(record, entry.links)
    return Said(
        record,
        stored_id(record.id),
        parent,
        links,
        problems,
        content,
    )


def _merged(record: Record, links: tuple[Link, ...]) -> tuple[tuple[Link, ...], Sequence[Problem]]:
    """One link for each pair of ends, one for each exclusive type, sorted; and what contradicts itself."""
    bounded = [_bounded(record, link) for link in links]
    if len(bounded) < 2:
        return tuple(bounded), ()
    bounded.sort(key=_order)
    problems: list[Problem] = []
    by_key: dict[tuple[str, str, str], Link] = {}
    exclusive: dict[str, Link] = {}
    for link in bounded:
        key = (link.type, link.source_id, link.target_id)
        if key in by_key:
            by_key[key] = _joined(by_key[key], link)
        elif link_type(link.type).exclusive_ends and exclusive.setdefault(link.type, link) is not link:
            kept, left = _ends(exclusive[link.type]), _ends(link)
            what = f"says several links {link.type} where one can be: {kept} is kept, {left} is not."
            problems.append(Problem(f"{record.type} {stored_id(record.id)}", what))
        else:
            by_key[key] = link
    return tuple(by_key.values()), problems


def _bounded(record: Record, link: Link) -> Link:
    kind = link_type(link.type)
    anchor_type, anchor_id = (kind.source, link.source_id) if kind.anchor == "source" else (kind.target, link.target_id)
    if anchor_id != record.id or anchor_type != record.type:
        raise ValueError(f"link {link.type} {_ends(link)} is not anchored at {record.type} {record.id}")
    source, target, name = stored_id(link.source_id), stored_id(link.target_id), valid_text(link.name)
    networks = _networks(link.networks)
    # Most need nothing, and to make links anew would take longer than all else here.
    if source is link.source_id and target is link.target_id and name is link.name and networks is link.networks:
        return link
    return Link(link.type, source, target, name, link.state, link.weight, networks)


def _networks(said: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What a link carries: bounded, sorted, each once; the same object where it is so already."""
    if said is None or (len(said) == 1 and stored_id(said[0]) is said[0]):
        return said
    networks = tuple(sorted(set(map(stored_id, said))))
    return said if networks == said else networks


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
