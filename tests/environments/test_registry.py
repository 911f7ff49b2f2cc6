"""Environments in the graph: their configuration comes and goes, their inventory stays until it is purged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from graph_schema.object_types import PROJECT
from graph_schema.records import COMPLETE, Scope
from tests.raw import raw_session
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import Vault
from topology.errors import UnknownEnvironment
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite

SECTION = {"name": "OpenStack", "auth_url": "http://192.0.2.1:5000/v3", "user": "admin", "pwd": "s3cret-enough"}


@pytest.fixture
def registry(graph: Graph) -> EnvironmentRegistry:
    return EnvironmentRegistry(graph, Vault(Fernet.generate_key()))


def lab(name: str) -> Environment:
    return Environment(
        name=name, distribution="Debian", mechanism_drivers=("OVS", "LXB"), listen=True, configuration=(SECTION,)
    )


def write_a_project(graph: Graph, environment: str) -> None:
    entry = Entry(PROJECT.record(id="p1", name="alpha"))
    write = ScopeWrite(Scope("keystone", "environment"), datetime.now(UTC), COMPLETE, [entry])
    GraphStore(graph, environment).write(write)


def nodes(graph: Graph, environment: str) -> set[str]:
    query = "MATCH (n) WHERE n.environment = $e OR (n:Environment AND n.name = $e) UNWIND labels(n) AS l RETURN l"
    with raw_session(graph) as session:
        return set(session.run(query, e=environment).value())


def test_an_environment_comes_back_as_it_was_added(registry: EnvironmentRegistry, environment: str) -> None:
    assert registry.add(lab(environment))
    assert registry.get(environment) == lab(environment)
    assert not registry.add(lab(environment))


def test_the_graph_and_what_is_shown_hold_no_secret(
    registry: EnvironmentRegistry, graph: Graph, environment: str
) -> None:
    registry.add(lab(environment))
    with raw_session(graph) as session:
        stored = session.run("MATCH (e:Environment {name: $e}) RETURN e", e=environment).single(strict=True)["e"]
    assert SECTION["pwd"] not in str(dict(stored))
    shown = registry.describe(environment)
    assert SECTION["pwd"] not in str(shown)
    assert shown["configuration"][0]["pwd"] == "(set)"


def test_removing_keeps_the_inventory_and_adding_adopts_it(
    registry: EnvironmentRegistry, graph: Graph, environment: str
) -> None:
    registry.add(lab(environment))
    write_a_project(graph, environment)
    registry.remove(environment)
    assert registry.get(environment).configuration == ()
    assert "Project" in nodes(graph, environment)
    assert registry.add(lab(environment))
    assert "Project" in nodes(graph, environment)


def test_purging_leaves_nothing_but_the_lease(registry: EnvironmentRegistry, graph: Graph, environment: str) -> None:
    registry.add(lab(environment))
    write_a_project(graph, environment)
    GraphStore(graph, environment).remove_environment_objects()
    registry.purged(environment)
    assert nodes(graph, environment) <= {"Lease"}


def test_an_unknown_environment_is_told_with_those_there_are(registry: EnvironmentRegistry, environment: str) -> None:
    registry.add(lab(environment))
    with pytest.raises(UnknownEnvironment, match=environment):
        registry.get("nowhere")
