"""Chooses the clique type for a focal point: users' own from the graph, or a shipped one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from graph_schema.clique_types import CLIQUE_TYPES, CONSTRAINTS, CliqueType, choose
from graph_schema.model import SchemaError
from graph_schema.variants import EnvironmentVariant
from topology.errors import TopologyError, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.graph.rows import Row
from topology.shapes import quoted


class NoCliqueType(TopologyError):
    """No clique type is for this type of focal point."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen type, what constrains it, notes on users' types that could not be used, and by what it was chosen."""

    clique_type: CliqueType
    constraints: tuple[str, ...]
    notes: tuple[str, ...] = ()
    chosen_by: tuple[Any, ...] = field(default=(), compare=False)

    def is_right(self, environment: str, row: Mapping[str, Any]) -> bool:
        """Whether what a statement told chooses what gives the same answer, notes included. Raises NoCliqueType."""
        kind = self.clique_type.focal_point_type
        return self.chosen_by == _chosen_by(kind, row) or self._is_like(choice_of(environment, kind, row))

    def _is_like(self, other: Choice) -> bool:
        return (self.clique_type.as_json(), self.constraints, sorted(self.notes)) == (
            other.clique_type.as_json(),
            other.constraints,
            sorted(other.notes),
        )


def choose_for(
    graph: Graph, environment: str, *, focal_point: str | None = None, focal_point_type: str | None = None
) -> Choice:
    """The choice for one object, or for all of a type.

    Raises UnknownEnvironment, UnknownObject (without suggestions), NoCliqueType.
    """
    row = _question(graph, environment, focal_point, focal_point_type)
    return choice_of(environment, row["focal_point_type"], row, focal_point)


def choose_with(
    graph: Graph, environment: str, focal_point: str, others: Iterable[str]
) -> tuple[Choice, dict[str, Choice]]:
    """The choice for one object, and by type those for it and for other types that have any. Raises as `choose_for`."""
    row = _question(graph, environment, focal_point, None)
    choice = choice_of(environment, row["focal_point_type"], row, focal_point)
    choices = {choice.clique_type.focal_point_type: choice}
    for type in set(others) - choices.keys():
        with suppress(NoCliqueType):
            choices[type] = choice_of(environment, type, row)
    return choice, choices


def _question(graph: Graph, environment: str, focal_point: str | None, focal_point_type: str | None) -> Row:
    row = graph.read(
        "clique_question", environment=environment, focal_point=focal_point, focal_point_type=focal_point_type
    )[0]
    if not row["known"]:
        raise UnknownEnvironment(f"no environment is named {quoted(environment)}. There are: calipso env list")
    if row["focal_point_type"] is None:
        raise UnknownObject(f"{environment}: no object has the id {quoted(focal_point or '')}")
    return row


def choice_of(environment: str, kind: str, row: Mapping[str, Any], focal_point: str | None = None) -> Choice:
    """The choice for a type of focal point, by what a statement told of `variant`, `clique_types` and `constraints`.

    Raises NoCliqueType.
    """
    chosen_by = variant, types, constraints = _chosen_by(kind, row)
    own, notes = users_types(types)
    chosen = choose((*own, *CLIQUE_TYPES), kind, _variant(environment, variant or {}))
    if chosen is None:
        known = ", ".join(sorted({t.focal_point_type for t in (*own, *CLIQUE_TYPES)}))
        raise NoCliqueType(
            f"{environment}: no clique type has a {kind} as its focal point; there are types for: {known}. "
            f"What is inside a {kind}: calipso tree {environment} --from {focal_point or 'ID'}"
        )
    return Choice(chosen, _constraints(kind, constraints), notes, chosen_by)


def _chosen_by(kind: str, row: Mapping[str, Any]) -> tuple[Any, list[Any], list[Any]]:
    """What concerns a type of focal point: the environment's variant, users' clique types and their constraints."""
    types, constraints = (
        [one for one in row[of] if one.get("focal_point_type") == kind] for of in ("clique_types", "constraints")
    )
    return row["variant"], types, constraints


def users_types(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[CliqueType, ...], tuple[str, ...]]:
    """The clique types of `:CliqueType` nodes that can be used, and for each other one why it cannot."""
    types, notes = [], []
    for row in rows:
        try:
            types.append(_users_type(row))
        except SchemaError as error:
            notes.append(f"{error}; it is not used")
    return tuple(types), tuple(notes)


def _users_type(row: Mapping[str, Any]) -> CliqueType:
    return CliqueType(
        name=row.get("name") or "",
        focal_point_type=row.get("focal_point_type") or "",
        link_types=_words(row.get("link_types")),
        environment=row.get("environment"),
        distribution=row.get("distribution"),
        distribution_versions=_words(row.get("distribution_version")),
        mechanism_drivers=_words(row.get("mechanism_drivers")),
        type_drivers=_words(row.get("type_drivers")),
    )


def _variant(environment: str, told: Mapping[str, Any]) -> EnvironmentVariant:
    return EnvironmentVariant(
        environment,
        told.get("distribution") or "",
        told.get("distribution_version") or "",
        _words(told.get("mechanism_drivers")),
        _words(told.get("type_drivers")),
    )


def _constraints(focal_point_type: str, users: Sequence[Any]) -> tuple[str, ...]:
    return _words(users[0].get("constraints")) if users else CONSTRAINTS.get(focal_point_type, ())


def _words(value: Any) -> tuple[str, ...]:
    """One word or several, as the ancestor allows both."""
    return () if not value else (value,) if isinstance(value, str) else tuple(value)
