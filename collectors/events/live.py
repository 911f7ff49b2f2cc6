"""All that can be read again of one environment: the collectors of a scan, and single things by id."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from collectors.collection import Collection
from collectors.events.rereading import Rereader
from collectors.sources.protocols import ApiSource
from graph_schema.events import RefreshKind, Reread
from graph_schema.records import InventoryView, Link, Problem, Reading, Scope


class LiveCollection:
    """Reads an environment's cloud and hosts on demand. `api` is None where the environment's API did not open."""

    def __init__(self, collection: Collection, region: str, api: ApiSource | None) -> None:
        self._collection, self._region = collection, region
        self._rereader = Rereader(api, collection.witness) if api is not None else None

    @property
    def region(self) -> str:
        """Region that the notifications are of."""
        return self._region

    def reread(self, kind: RefreshKind, ids: Sequence[str]) -> Reread:
        """Some things of a kind, as they are now."""
        if self._rereader is None:
            scope = Scope("neutron", self._region)
            return Reread(scope, datetime.now(UTC), problems=(self._nobody(),))
        return self._rereader.reread(kind, ids)

    def read_scope(self, scope: Scope) -> Reading:
        """All of a small scope of the cloud's services."""
        return self._collection.read_scope(scope)

    def read_hosts(self, view: InventoryView, only: Names[str] | None = None) -> Iterator[Reading]:
        """One reading for each host of the view (or those of `only`)."""
        return self._collection.read_hosts(view, only)

    def find_links(self, scope: Scope, view: InventoryView) -> tuple[Sequence[Link], Sequence[Problem]]:
        """The links that the scope owns, and what went wrong in finding them."""
        return self._collection.find_links(scope, view)

    def witness(self, scope: Scope, type: str, id: str) -> bool | None:
        """Whether an object that a listing no longer holds still answers; None when nobody can tell."""
        return self._collection.witness(scope, type, id)

    def _nobody(self) -> Problem:
        noted = [note for note in self._collection.notes if "OpenStack" in note.where or "keystone" in note.where]
        lacking = Problem(
            f"region {self._region}",
            "there is no API to read again what has changed.",
            "Add an OpenStack section to the environment.",
        )
        return noted[0] if noted else lacking
