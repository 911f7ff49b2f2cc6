"""The database's schema: what declarations ask for, made where it is missing, and nothing written without it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import ConstraintError

from graph_schema.model import ANNOTATIONS
from graph_schema.registry import OBJECT_TYPES
from tests.conftest import Neo4jAddress
from tests.store.writing import NOVA, Ask, ids_of, instance, reading
from topology.errors import GraphNotReady
from topology.graph import Graph
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
from topology.store import SEARCH_INDEX, GraphStore, prepare
from topology.store.preparation import PREFIX, derived_indexes, migrations

ENVIRONMENT = "test"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory, neo4j_program_dir: Path) -> Iterator[Neo4jAddress]:
    """A server of these tests' own: what they do to its schema must not meet others' tests."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("schema"),
        neo4j_program_dir=neo4j_program_dir,
        neo4j_bolt_port=0,
        neo4j_http_port=0,
        neo4j_heap="512m",
    )
    use = ManagedServer(settings).use(print)
    yield Neo4jAddress(use.state.bolt_uri, use.state.user, use.state.password)
    use.release()


@pytest.fixture(scope="module")
def driver(own_server: Neo4jAddress) -> Iterator[Driver]:
    """A driver of the tests' own, to look and to damage."""
    with GraphDatabase.driver(own_server.bolt_uri, auth=(own_server.user, own_server.password)) as opened:
        yield opened


@pytest.fixture
def graph(own_server: Neo4jAddress, driver: Driver) -> Iterator[Graph]:
    """The graph of that server; its schema is as declared before and after each test."""
    with Graph(own_server.bolt_uri, own_server.user, own_server.password) as opened:
        prepare(opened)
        yield opened
        run(driver, "MATCH (v:SchemaVersion) WHERE v.version > 9000 DELETE v")


@pytest.fixture
def ask(driver: Driver) -> Ask:
    """Asks that graph in plain Cypher."""
    return lambda text, **parameters: run(driver, text, environment=ENVIRONMENT, **parameters)


def run(driver: Driver, text: str, **parameters: Any) -> list[dict[str, Any]]:
    with driver.session() as session:
        return session.run(text, **parameters).data()


def indexes(driver: Driver) -> dict[str, tuple[str, list[str], list[str]]]:
    rows = run(driver, "SHOW INDEXES YIELD name, type, labelsOrTypes AS labels, properties AS properties")
    return {row["name"]: (row["type"], row["labels"], row["properties"]) for row in rows}


def test_several_processes_may_prepare_an_empty_database_at_once(own_server: Neo4jAddress, driver: Driver) -> None:
    where = [own_server.bolt_uri, own_server.user, own_server.password, "nowhere", "0"]
    command = [sys.executable, "-m", "tests.store.racing", "prepare", *where]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(one.communicate(timeout=120), one.returncode) for one in several] == [(("", ""), 0)] * 4
    assert indexes(driver).keys() >= derived_indexes().keys()


def test_what_the_schema_declares_as_indexed_is(driver: Driver, graph: Graph) -> None:
    there = {(labels[0], tuple(properties)) for _, labels, properties in indexes(driver).values() if labels}
    for kind in OBJECT_TYPES.values():
        assert {(kind.label, ("environment", p.name)) for p in kind.properties if p.index} <= there
        assert {(kind.label, ("environment", f"{group}_scope")) for group in kind.groups} <= there
    assert {("Object", ("environment", name)) for name in ("id", "type", "scope", "name", "host")} <= there


def test_what_the_schema_declares_as_searched_is_with_names_ids_and_annotations(driver: Driver, graph: Graph) -> None:
    kind, labels, properties = indexes(driver)[SEARCH_INDEX]
    searched = {p.name for kind in OBJECT_TYPES.values() for p in kind.properties if p.search}
    assert (kind, labels, set(properties)) == ("FULLTEXT", ["Object"], {"id", "name", *ANNOTATIONS, *searched})


def test_a_second_preparation_changes_nothing(driver: Driver, graph: Graph) -> None:
    before = indexes(driver)
    prepare(graph)
    assert indexes(driver) == before
    versions = run(driver, "MATCH (v:SchemaVersion) RETURN v.version AS version ORDER BY version")
    assert [row["version"] for row in versions] == sorted(migrations())


def test_what_was_dropped_is_made_again_and_what_is_out_of_date_is_dropped(driver: Driver, graph: Graph) -> None:
    before = indexes(driver)
    run(driver, f"DROP INDEX {PREFIX}vnic_by_mac_address")
    run(driver, f"DROP CONSTRAINT {PREFIX}annotation_object")
    run(driver, f"CREATE INDEX {PREFIX}vnic_by_color FOR (v:Vnic) ON (v.environment, v.color)")
    run(driver, "CREATE INDEX somebody_elses FOR (v:Vnic) ON (v.environment, v.shape)")
    prepare(graph)
    assert indexes(driver).keys() == {*before, "somebody_elses"}
    run(driver, "DROP INDEX somebody_elses")


def test_an_index_over_other_properties_than_declared_is_made_anew(driver: Driver, graph: Graph) -> None:
    run(driver, f"DROP INDEX {SEARCH_INDEX}")
    run(driver, f"CREATE FULLTEXT INDEX {SEARCH_INDEX} FOR (o:Object) ON EACH [o.name]")
    prepare(graph)
    assert len(indexes(driver)[SEARCH_INDEX][2]) > 10


def test_a_database_of_a_newer_version_is_refused(driver: Driver, graph: Graph) -> None:
    run(driver, "CREATE (:SchemaVersion {version: 9999})")
    with pytest.raises(GraphNotReady, match="newer version of calipso"):
        prepare(graph)


def test_nothing_is_written_while_ids_are_not_kept_unique(graph: Graph, driver: Driver, ask: Ask) -> None:
    run(driver, f"DROP CONSTRAINT {PREFIX}object_identity")
    store = GraphStore(graph, ENVIRONMENT)
    with pytest.raises(GraphNotReady, match="keeps ids unique"):
        store.write(reading(NOVA, instance("i1")))
    assert ids_of(ask) == set()
    assert store.write(reading(NOVA, instance("i1")), dry_run=True).total("created") == 1
    prepare(graph)
    store.write(reading(NOVA, instance("i1")))
    assert ids_of(ask) == {"i1"}


def test_the_database_refuses_a_second_object_of_an_id(graph: Graph, ask: Ask) -> None:
    GraphStore(graph, ENVIRONMENT).write(reading(NOVA, instance("i1")))
    with pytest.raises(ConstraintError):
        ask("CREATE (:Object {environment: $environment, id: 'i1'})")


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_indexes_have_names_of_their_own() -> None:
    names = [*derived_indexes(), *(PREFIX + migration.name[5:] for migration in migrations().values())]
    assert len(names) == len(set(names))
