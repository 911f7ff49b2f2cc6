"""The `:Scope` nodes: how completely each part of an environment is known, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_schema.records import Completeness, Outcome, Scope
from graph_schema.registry import OBJECT_TYPES, owners
from topology.graph import Graph
from topology.store.changes import ScopeChanges
from topology.store.context import WriteContext
from topology.store.encoding import valid_text
from topology.store.lease import superseded, under_lease

# What a scope's node remembers of what went wrong.
PROBLEMS, PROBLEM_LENGTH = 20, 2000


@dataclass(frozen=True, slots=True)
class ScopeState:
    """What the graph remembers of a scope. `completed_at`: what it owns is confirmed as of then."""

    scope: Scope
    outcome: Completeness | None
    problems: tuple[str, ...]
    observed_at: datetime | None
    completed_at: datetime | None
    objects: int


def scope_states(graph: Graph, environment: str) -> list[ScopeState]:
    """All scopes of an environment, by key."""
    return [scope_state_of(row) for row in graph.read("scopes", environment=environment)]


def scope_state_of(row: Mapping[str, Any]) -> ScopeState:
    """A scope's state from a row of the statement `scopes`."""
    return ScopeState(
        Scope.parse(row["key"]),
        row["outcome"],
        tuple(row["problems"] or ()),
        _moment(row["observed_at"]),
        _moment(row["completed_at"]),
        row["objects"] or 0,
    )


def orphaned_scopes(graph: Graph, environment: str) -> list[Scope]:
    """Scopes of hosts that a complete reading of the hosts does not know any more."""
    sources = sorted({owner.source for owner in owners() if owner.scope == "host"})
    rows = graph.read(
        "scopes_without_host",
        environment=environment,
        sources=sources,
        host_source=OBJECT_TYPES["host"].owner.source,
    )
    return [Scope.parse(row["key"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is to be remembered of a scope. `attributes`: as `scope_properties` takes it.

    `digests`: of what was said, where the graph holds just that now.
    """

    context: WriteContext
    changes: ScopeChanges
    objects: int
    attributes: int | None
    digests: str | None

    def row(self, fence: int | None) -> dict[str, Any]:
        """As the statement takes it."""
        scope = self.context.scope
        return {
            "key": scope.key,
            "source": scope.source,
            "name": scope.name,
            "fence": fence,
            "digests": self.digests,
            "compared": fence if self.context.compared is None else self.context.compared,
            "observed_at": self.context.observed_at,
            "completed": self.changes.outcome.status == "complete",
            "properties": scope_properties(self.changes, self.objects, self.attributes),
        }


def stamp(one: Stamp) -> None:
    """Remember on the scope's node how completely it was read, and what that changed. Raises Superseded."""
    context = one.context
    fence = context.fence.token if context.fence is not None else None
    row = context.graph.write("scopes_stamp", environment=context.environment, rows=[one.row(fence)])[0]
    if not row["valid"]:
        raise superseded(context.environment, context.scope, row["fenced_at"])


def scope_properties(changes: ScopeChanges, objects: int, attributes: int | None) -> dict[str, Any]:
    """What a scope's node says of its last reading.

    `attributes`: how many objects of others have attributes of the scope; None where that is not all that it said.
    """
    counts = ("created", "updated", "unchanged", "removed", "held_back")
    return {
        **_outcome(changes.outcome),
        "objects": objects,
        "attributes": attributes if changes.outcome.status == "complete" else None,
        **{count: changes.total(count) for count in counts},
    }


def stamp_failure(graph: Graph, environment: str, scope: Scope, outcome: Outcome, observed_at: datetime) -> None:
    """Remember that a scope could not be read; what is known of it, and who writes it, stays as it is."""
    under_lease(
        graph,
        environment,
        lambda tx: tx.run(
            "scope_failure",
            environment=environment,
            key=scope.key,
            source=scope.source,
            scope_name=scope.name,
            properties={**_outcome(outcome), "observed_at": observed_at},
        ),
    )


def forget(context: WriteContext) -> None:
    """Remove the node of a scope that owns nothing any more."""
    context.write(lambda tx: tx.run("scope_remove", environment=context.environment, key=context.scope.key))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    told = [valid_text(str(problem))[:PROBLEM_LENGTH] for problem in outcome.problems[:PROBLEMS]]
    return {"outcome": outcome.status, "problems": told}


def _moment(told: str | None) -> datetime | None:
    """A time from its text: as a value of its own the driver takes longer for it than for all else of the row."""
    return None if told is None else datetime.fromisoformat(told.partition("[")[0])  # of a zone the offset is enough
