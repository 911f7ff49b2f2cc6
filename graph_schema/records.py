"""What collectors and link finders hand over: records, attributes, links, and how complete a reading was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

LinkState = Literal["up", "down"]
Completeness = Literal["complete", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A pointer at an object: its type and id. The environment itself is `Ref("environment", "")`."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Record:
    """One discovered object, as its owner describes it. Made by `ObjectType.record`."""

    type: str
    id: str
    name: str
    host: str | None
    parent: Ref
    properties: Mapping[str, Any]
    details: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        """A property, a nested one included. Raises KeyError where the record has none of that name."""
        return self.properties[key] if key in self.properties else self.details[key]

    def get(self, key: str, default: Any = None) -> Any:
        """As `record[key]`, or `default`; also answers `id`, `name` and `host`."""
        if key in self.properties:
            return self.properties[key]
        if key in self.details:
            return self.details[key]
        return getattr(self, key) if key in ("id", "name", "host", "type") else default


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a source adds to an object that another one owns. Made by `ObjectType.attributes`."""

    type: str
    group: str
    id: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """One directed link between two objects of an environment. Made by `LinkType.link`."""

    type: str
    source_id: str
    target_id: str
    name: str = ""
    state: LinkState = "up"
    weight: float = 0.0
    networks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What one source says about one part of the environment: the unit of completeness, removal and freshness.

    `name` is the region for (nova, RegionOne), the host id for (ssh, cmp1), `environment` for (keystone, environment).
    """

    source: str
    name: str

    @property
    def key(self) -> str:
        """`ssh/cmp1`, as it stands on the objects of the scope."""
        return f"{self.source}/{self.name}"

    @classmethod
    def parse(cls, key: str) -> Scope:
        """The scope of a key. The name may hold slashes, the source may not."""
        source, _, name = key.partition("/")
        return cls(source, name)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, where, and what to do: `where` names the thing, `remedy` the next step of the reader."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.remedy}" if self.remedy else "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How complete a reading is, and why not more. Only a complete one may remove what it no longer lists."""

    status: Completeness
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, problems: Sequence[Problem], *, anything: bool = True) -> Outcome:
        """Complete without problems; with problems partial, or failed when nothing at all was read."""
        if not problems:
            return COMPLETE
        return cls("partial" if anything else "failed", tuple(problems))


COMPLETE = Outcome("complete")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one scope: its records, the attributes that it adds to others' objects, and its outcome.

    `observed_at` is when the reading began: what happened later is not in it.
    """

    scope: Scope
    observed_at: datetime
    outcome: Outcome
    records: Iterable[Record] = ()
    attributes: Iterable[Attributes] = ()


class InventoryView(Protocol):
    """A read-only look at the inventory of an environment, for link finders and for planning host readings.

    In a host's scope, types that hosts own hold that host's objects only; the other types are those of the whole cloud.
    """

    @property
    def host(self) -> str | None:
        """The host whose links are to be found; None for the scopes of the cloud's services."""
        ...

    def all(self, type: str) -> Sequence[Record]:
        """Every object of a type."""
        ...

    def get(self, type: str, id: str) -> Record | None:
        """The object of that type and id, or None."""
        ...

    def by(self, type: str, *keys: str) -> Mapping[tuple[Any, ...], Record]:
        """Objects of a type by the values of `keys`; objects that lack one of them are left out."""
        ...

    def grouped(self, type: str, *keys: str) -> Mapping[tuple[Any, ...], Sequence[Record]]:
        """As `by`, with all the objects that share the values. A missing key gives an empty list."""
        ...
