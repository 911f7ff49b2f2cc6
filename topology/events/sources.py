"""What the engine asks of the real world. `collectors` answers it; the domain knows no collector."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from typing import Protocol

from graph_schema.events import RefreshKind, Reread
from graph_schema.records import InventoryView, Link, Problem, Reading, Scope


class LiveSources(Protocol):
    """Everything that can be read again of one environment. What a source does wrong is told, never raised."""

    @property
    def region(self) -> str:
        """Region that the notifications are of."""
        ...

    def reread(self, kind: RefreshKind, ids: Sequence[str]) -> Reread:
        """Some things of a kind, as they are now."""
        ...

    def read_scope(self, scope: Scope) -> Reading:
        """All of a small scope of the cloud's services."""
        ...

    def read_hosts(self, view: InventoryView, only: Names[str] | None = None) -> Iterator[Reading]:
        """One reading for each host of the view (or those of `only`)."""
        ...

    def find_links(self, scope: Scope, view: InventoryView) -> tuple[Sequence[Link], Sequence[Problem]]:
        """The links that the scope owns, and what went wrong in finding them."""
        ...

    def witness(self, scope: Scope, type: str, id: str) -> bool | None:
        """Whether an object that a listing no longer holds still answers; None when nobody can tell."""
        ...
