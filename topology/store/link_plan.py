"""What has to happen to the links of objects: what they say, compared with what the graph has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from graph_schema.model import LinkType
from graph_schema.registry import CONTAINS, LINKS, link_type
from topology.store.spool import Spool
from topology.store.writes import Said, SaidLink

# An anchor with its links is some 2 kB.
_IN_MEMORY = 5_000
Key = tuple[str, str, str]
"""Link type, source id, target id."""


class Anchor(NamedTuple):
    """An object whose links have to be looked at, with all the links that it says.

    `known`: the links were found; else only its parent is. `place`: of which of the scopes that are written together.
    """

    type: str
    id: str
    known: bool
    links_hash: str | None
    place: int
    links: list[SaidLink]

    @classmethod
    def of(cls, one: Said) -> Anchor:
        """The anchor of what an entry says."""
        return cls(one.record.type, one.id, one.links is not None, one.links_hash, one.place, one.said_links())


def spool_of_anchors() -> Spool[Anchor]:
    """A spool of anchors."""
    return Spool(list, _anchor_of_row, in_memory=_IN_MEMORY)


def _anchor_of_row(row: list[Any]) -> Anchor:
    *said, links = row
    return Anchor._make([*said, [_link_of_row(*link) for link in links]])


def _link_of_row(type: str, source: list[str], target: list[str], *carried: Any) -> SaidLink:
    return SaidLink(type, (source[0], source[1]), (target[0], target[1]), *carried)


@dataclass(frozen=True, slots=True)
class Linked:
    """What the graph has for some anchors: by anchor id, links with their properties, and links that wait."""

    links: Mapping[str, Mapping[Key, Mapping[str, Any]]]
    waiting: Mapping[str, frozenset[Key]]


@dataclass(slots=True)
class LinkPlan:
    """The changes of a batch of anchors. Links to create, update and delete go with their anchor."""

    create: list[tuple[SaidLink, Anchor]] = field(default_factory=list)
    update: list[tuple[SaidLink, Anchor]] = field(default_factory=list)
    delete: list[tuple[Key, Anchor]] = field(default_factory=list)
    waiting: set[Key] = field(default_factory=set)
    """Links that wait in the graph and are said again: they are tried again."""
    drop: list[Key] = field(default_factory=list)
    """Links that wait in the graph and that nobody says any more."""
    parents: list[list[str]] = field(default_factory=list)
    """Of objects whose parent changed: id, type and id of the parent."""
    done: list[list[str | None]] = field(default_factory=list)
    """Of objects whose links were looked at: id, and hash of the links."""
    unsettled: set[int] = field(default_factory=set)
    """Places of the anchors that have other links in the graph than they say."""


def plan_links(anchors: Iterable[Anchor], linked: Linked, *, complete: Sequence[bool]) -> LinkPlan:
    """Compare. Where the scope is not `complete` nothing goes, except what an exclusive link replaces."""
    plan = LinkPlan()
    for anchor in anchors:
        _plan_one(plan, anchor, linked, complete[anchor.place])
    return plan


def _plan_one(plan: LinkPlan, anchor: Anchor, linked: Linked, complete: bool) -> None:
    wanted = {link.key: link for link in anchor.links}
    have, waiting = linked.links.get(anchor.id, {}), linked.waiting.get(anchor.id, frozenset())
    replaced = {link.type for link in anchor.links if _exclusive(link.type)}
    if complete and anchor.known:
        replaced |= {kind.name for kind, _ in anchored_at(anchor.type)}
    create = [(link, anchor) for key, link in wanted.items() if key not in have]
    update = [(link, anchor) for key, link in wanted.items() if key in have and not _same(link, have[key])]
    delete = [(key, anchor) for key in have if key not in wanted and key[0] in replaced]
    drop = [key for key in waiting if key not in wanted and key[0] in replaced]
    more = len(have.keys() | waiting | wanted.keys()) - len(delete) - len(drop) > len(wanted)
    plan.create += create
    plan.update += update
    plan.delete += delete
    plan.drop += drop
    plan.waiting |= waiting & wanted.keys()
    # With links in the graph that the anchor does not say now, no hash: the next complete reading compares for real.
    whole = anchor.known and not more
    if whole or create or update or delete or drop:
        plan.done.append([anchor.id, anchor.links_hash if whole else None])
    if not whole:
        plan.unsettled.add(anchor.place)
    parents = [link for link, _ in create if link.contains]
    plan.parents += [[anchor.id, *parent.source] for parent in parents]


@cache
def anchored_at(type: str) -> tuple[tuple[LinkType, bool], ...]:
    """The link types whose links an object of that type says, and whether it is their source."""
    sources = [(kind, True) for kind in LINKS.values() if kind.anchor == "source" and kind.source == type]
    targets = [(kind, False) for kind in LINKS.values() if kind.anchor == "target" and kind.target == type]
    return (*sources, *targets)


@cache
def said_by_others(type: str) -> tuple[tuple[LinkType, bool], ...]:
    """The link types of an object of that type that the other end says, and whether it is their source."""
    sources = [(kind, True) for kind in LINKS.values() if kind.anchor == "target" and kind.source == type]
    targets = [(kind, False) for kind in LINKS.values() if kind.anchor == "source" and kind.target == type]
    return (*sources, *targets)


def _exclusive(type: str) -> bool:
    return type == CONTAINS or bool(link_type(type).exclusive_ends)


def _same(link: SaidLink, have: Mapping[str, Any]) -> bool:
    carried = (have.get("name"), have.get("state"), have.get("weight"), have.get("networks"))
    return link.contains or carried == (link.name, link.state, link.weight, link.networks)
