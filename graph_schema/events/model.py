"""The values that are handed over from a notification to the graph: the event, and its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from graph_schema.records import Attributes, Problem, Record, Scope

Version = tuple[int, int]
"""How new something is, by its source's own count, then by the clock: the larger one is newer.

The count is neutron's revision_number, or the second of nova's updated_at; the clock is in microseconds.
"""

RefreshKind = Literal[
    "instance",
    "port",
    "ports_of_device",
    "ports_of_network",
    "network",
    "subnet",
    "router",
    "floating_ip",
    "security_group",
    "agents_of_router",
    "agents_of_network",
    "host",
    "aggregates",
    "hosts",
    "network_agents",
    "projects",
    "statuses",
]
"""What can be read again by itself: an object, a set of ports, the hosts that serve something, or a small scope."""


@dataclass(frozen=True, slots=True)
class Event:
    """One notification without its envelope; `received_at` is when we got it, by our own clock."""

    environment: str
    event_type: str
    message_id: str
    published_at: datetime
    received_at: datetime
    publisher: str
    payload: Mapping[str, Any]

    def version(self, count: int) -> Version:
        """The version of what the event says, whose source counts it so."""
        return count, int(self.published_at.timestamp() * 1_000_000)

    def version_by_clock(self) -> Version:
        """The version where the source does not count: the second in which it was published."""
        return self.version(int(self.published_at.timestamp()))


@dataclass(frozen=True, slots=True)
class Says:
    """An object is so now. Of the properties in `unsaid` the notification says nothing: what is known of them stays."""

    record: Record
    version: Version
    unsaid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Gone:
    """An object is no longer there, and no older word brings it back."""

    type: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class Refresh:
    """Something that has to be read again at its source: a kind and an id ("" for what there is one of)."""

    kind: RefreshKind
    id: str

    @property
    def key(self) -> str:
        """`port/5e1c…`: requests of one key are one."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows from an event: what it says at once, and what has to be read again because of it."""

    says: tuple[Says, ...] = ()
    gone: tuple[Gone, ...] = ()
    refreshes: tuple[Refresh, ...] = ()
    problem: Problem | None = None
    """What a person should know of it."""
    event_id: str = field(default="", compare=False)
    """The notification that it follows from, by the id that its publisher gave it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an object changes without a word ("" for none). The revision is the source's, where it counts."""

    status: str = ""
    host: str = ""
    trunk: tuple[str, ...] = ()
    """The trunk that a port is the parent of, and the ports in it."""
    parent: str = ""
    """The parent of the trunk that a port is in."""
    revision: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reread:
    """What the source says now of what was asked for; a `Problem` is why something of it could not be read.

    All ports of `devices` and `networks`, and all objects of the types `whole` are among it: what the graph has
    besides is no longer so.
    """

    scope: Scope
    observed_at: datetime
    says: tuple[Says, ...] = ()
    attributes: tuple[Attributes, ...] = ()
    nothing_added: tuple[str, ...] = ()
    """Instances that have no port, so that no address is added to them."""
    gone: tuple[Gone, ...] = ()
    devices: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    standings: Mapping[RefreshKind, Mapping[str, Standing]] = field(default_factory=dict)
    """All objects of some types by id, to find those that are otherwise in the graph."""
    more: tuple[Refresh, ...] = ()
    problems: tuple[Problem, ...] = ()


EventHandler = Callable[[Event, str], Effect]
"""Reads an event of a region (its name): pure. Raises any SourceError-like exception for one that is malformed."""
