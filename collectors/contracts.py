"""What a collector and a link finder are. Any package may bring more, through the entry points named here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.sources.protocols import ApiSource, DatabaseSource, HostShell
from graph_schema.model import LinkType
from graph_schema.records import Attributes, InventoryView, Link, Problem, Record

COLLECTORS = "calipso_graph.collectors"
LINK_FINDERS = "calipso_graph.link_finders"

# A Problem among the records says what an answer lacks or which of its objects could not be read: the others still
# count, and the reading is partial.
Collected = Iterable[Record | Attributes | Problem]


@dataclass(frozen=True, slots=True)
class HostSite:
    """What is known of a host before it is asked: where it is, and what the cloud's services say runs on it.

    `agents` are its network agents' records; None when nobody could tell (then everything is tried). `hypervisor` is
    None when it is not known, "" when the host is no compute host. `running` instances are there by what nova says.
    """

    host: str
    address: str
    region: str
    agents: Sequence[Record] | None = None
    hypervisor: str | None = None
    running: int = 0

    def agent(self, agent_type: str) -> Record | None:
        """The host's agent of that type, or None."""
        return next((a for a in self.agents or () if a.get("agent_type") == agent_type), None)


@dataclass(frozen=True, slots=True)
class CloudCollector:
    """Collects one kind of thing of a region: API first, then database.

    The first way that is there and answers without a Problem is used; where none does, the first that gave anything.
    `source` names the scope that it fills; several collectors may fill one. `fetch_*` does the I/O and may raise
    SourceError, `parse_*` is pure and never raises: what it cannot read it yields as Problems.
    """

    name: str
    source: str
    fetch_api: Callable[[ApiSource], Any] | None = None
    parse_api: Callable[[Any], Collected] | None = None
    fetch_database: Callable[[DatabaseSource, str], Any] | None = None
    parse_database: Callable[[Any], Collected] | None = None
    witness: Callable[[ApiSource, str, str], bool | None] | None = None
    """Whether the object (type, id) still answers at the API; None when it cannot tell."""


@dataclass(frozen=True, slots=True)
class HostCollector:
    """Collects one kind of thing of a host. `wanted` tells from what is known whether the host can have it at all."""

    name: str
    fetch: Callable[[HostShell, HostSite], Any]
    parse: Callable[[Any], Collected]
    wanted: Callable[[HostSite], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class LinkFinder:
    """Finds the links of one type: a pure join over a view of the inventory."""

    type: LinkType
    find: Callable[[InventoryView], Iterable[Link]]


def finds(type: LinkType) -> Callable[[Callable[[InventoryView], Iterable[Link]]], LinkFinder]:
    """Declare a function as the finder of a link type. Several finders of one type add up."""

    def declare(find: Callable[[InventoryView], Iterable[Link]]) -> LinkFinder:
        return LinkFinder(type, find)

    return declare
