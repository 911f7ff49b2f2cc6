"""Prepares a database: migrations once each, and the indexes that the declarations ask for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from neo4j.exceptions import ClientError

from cypher import Statement, statement, statements
from graph_schema.model import ANNOTATIONS
from graph_schema.registry import OBJECT_TYPES
from topology.errors import GraphNotReady
from topology.graph import Graph

TRUSTED_SECONDS = 60.0
_GUARANTEED: WeakKeyDictionary[Graph, float] = WeakKeyDictionary()
# Everything of ours in the database's schema carries this, so that nothing else is ever dropped.
PREFIX = "calipso_"
SEARCH_INDEX = f"{PREFIX}search"
INDEX_SECONDS = 300
_ALREADY_THERE = {
    f"Neo.ClientError.Schema.{title}"
    for title in (
        "EquivalentSchemaRuleAlreadyExists",
        "IndexAlreadyExists",
        "IndexWithNameAlreadyExists",
        "ConstraintAlreadyExists",
        "ConstraintWithNameAlreadyExists",
    )
}
# Indexed on every object, within its environment.
OBJECT_INDEXES = ("type", "scope", "name", "host")


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """One index that the declarations ask for."""

    name: str
    labels: tuple[str, ...]
    properties: tuple[str, ...]
    creation: Statement


def prepare(graph: Graph) -> None:
    """Bring the database's schema up to what this version declares. Safe in several processes at once.

    Every step can be repeated, and is taken only where it is missing. Raises GraphNotReady when the database was
    prepared by a newer version, or holds duplicates that the uniqueness of ids forbids.
    """
    _migrate(graph)
    _derive(graph)
    graph.read("schema_indexes_awaited", timeout=INDEX_SECONDS + 10, seconds=INDEX_SECONDS)
    require_identity(graph)


def trust_identity(graph: Graph) -> None:
    """As `require_identity`, but the database is asked once a minute at most: it takes it longer than many a write."""
    now = time.monotonic()
    if now - _GUARANTEED.get(graph, -TRUSTED_SECONDS) >= TRUSTED_SECONDS:
        require_identity(graph)
        _GUARANTEED[graph] = now


def require_identity(graph: Graph) -> None:
    """Raise GraphNotReady unless the uniqueness of (environment, id) is guaranteed by the database."""
    for row in graph.read("schema_constraints"):
        of_objects = row["labelsOrTypes"] == ["Object"] and sorted(row["properties"]) == ["environment", "id"]
        if of_objects and "UNIQUENESS" in row["type"]:
            return
    raise GraphNotReady(
        f"neo4j: {graph.uri}, database {graph.database}: the constraint that keeps ids unique "
        "(:Object environment, id) is missing, so nothing is written. Any calipso command creates it; if it cannot, "
        "the database holds duplicates, which its error names."
    )


def migrations() -> Mapping[int, Statement]:
    """The migrations of this version, by number: files `NNNN_name.cypher`."""
    numbered = {name: named for name, named in statements().items() if name[:4].isdigit()}
    return {int(name[:4]): numbered[name] for name in sorted(numbered)}


def derived_indexes() -> Mapping[str, IndexPlan]:
    """The indexes that the declarations ask for, by name."""
    wanted = [_index("Object", name) for name in OBJECT_INDEXES]
    for kind in OBJECT_TYPES.values():
        wanted += [_index(kind.label, p.name) for p in kind.properties if p.index]
        wanted += [_index(kind.label, f"{group}_scope") for group in kind.groups]
    searched = tuple(dict.fromkeys(("id", "name", *ANNOTATIONS, *_searched_properties())))
    creation = statement("schema_search_index").fill(searched=searched)
    wanted.append(IndexPlan(SEARCH_INDEX, ("Object",), searched, creation))
    return {plan.name: plan for plan in wanted}


def _index(label: str, name: str) -> IndexPlan:
    creation = statement("schema_index").fill(label=label, property=name)
    return IndexPlan(f"{PREFIX}{label.lower()}_by_{name}", (label,), ("environment", name), creation)


def _searched_properties() -> list[str]:
    return sorted({p.name for kind in OBJECT_TYPES.values() for p in kind.properties if p.search})


def _migrate(graph: Graph) -> None:
    known = migrations()
    applied = {row["version"] for row in graph.read("schema_versions")}
    if applied and max(applied) > max(known):
        raise GraphNotReady(
            f"neo4j: {graph.uri}: the database was prepared by a newer version of calipso (schema {max(applied)}, this "
            f"one knows {max(known)}). Use that version, or another database."
        )
    there = {row["name"] for row in graph.read("schema_indexes")}
    for version, migration in known.items():
        # A constraint or index that somebody dropped is made again; a migration of data runs once.
        name = PREFIX + migration.name[5:]
        of_schema = "name" in migration.parameters
        if version not in applied or (of_schema and name not in there):
            if of_schema:
                _make(graph, migration, name)
            else:
                graph.write(migration)
            graph.write("schema_version_applied", version=version, name=migration.name)


def _derive(graph: Graph) -> None:
    wanted = derived_indexes()
    migrated = {PREFIX + migration.name[5:] for migration in migrations().values()}
    there = {row["name"]: row for row in graph.read("schema_indexes") if row["name"].startswith(PREFIX)}
    for name, row in there.items():
        plan = wanted.get(name)
        same = plan is not None and (tuple(row["labelsOrTypes"]), tuple(row["properties"])) == (
            plan.labels,
            plan.properties,
        )
        if not same and name not in migrated:
            graph.write("schema_index_drop", name=name)
            there = {key: kept for key, kept in there.items() if key != name}
    for name, plan in wanted.items():
        if name not in there:
            _make(graph, plan.creation, name)


def _make(graph: Graph, creation: Statement, name: str) -> None:
    try:
        graph.write(creation, name=name)
    except ClientError as error:
        if error.code not in _ALREADY_THERE:  # IF NOT EXISTS does not see what another process makes at this moment
            raise
