"""What a scan asks of the real world. `collectors` answers it; the domain knows no collector."""

from __future__ import annotations

from collections.abc import Collection as Names
from collections.abc import Iterator, Sequence
from typing import Protocol

from graph_schema.records import InventoryView, Link, Problem, Reading, Scope


class Collection(Protocol):
    """Everything that can be read of one environment."""

    @property
    def notes(self) -> Sequence[Problem]:
        """What is not read at all although it was asked for: sections that did not open, plug-ins that do not load."""
        ...

    @property
    def hints(self) -> Sequence[Problem]:
        """What more there would be to read, with one more section."""
        ...

    def read_cloud(self) -> Iterator[Reading]:
        """One reading for each scope of the cloud's services. Never raises for what a source does."""
        ...

    def read_hosts(self, view: InventoryView, only: Names[str] | None = None) -> Iterator[Reading]:
        """One reading for each host of the view (or those of `only`), as they finish. Never raises likewise."""
        ...

    def find_links(self, scope: Scope, view: InventoryView) -> tuple[Sequence[Link], Sequence[Problem]]:
        """The links that the scope owns, and what went wrong in finding them."""
        ...

    def witness(self, scope: Scope, type: str, id: str) -> bool | None:
        """Whether an object that a listing no longer holds still answers; None when nobody can tell."""
        ...
