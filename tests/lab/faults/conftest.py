"""Environments that were scanned once and are then made to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from neo4j import GraphDatabase

from tests.conftest import Neo4jAddress
from tests.lab.api_proxy import Proxy, api_proxy
from tests.lab.faults.steady import Steady
from tests.lab.lab_machine import Lab
from tests.lab.product import Product, changed, lab_environment, without
from tests.lab.truth.cloud_facts import read_cloud
from tests.lab.truth.expected import expected
from tests.lab.truth.host_facts import read_host

# Short, so that a test of a timeout takes seconds.
SHORT_API: dict[str, Any] = {"timeout": 4}
SHORT_DATABASE: dict[str, Any] = {"connect_timeout": 3, "timeout": 5}
SHORT_SSH: dict[str, Any] = {"connect_timeout": 4, "timeout": 8}

Make = Callable[[Callable[[str], dict[str, Any]]], Steady]


@pytest.fixture(scope="module")
def make_steady(lab: Lab, neo4j_server: Neo4jAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Makes a scanned environment of a document; what is left of it in the graph is taken away at the end."""
    names: list[str] = []
    folder = tmp_path_factory.mktemp("faults")
    settings = {
        "CALIPSO_NEO4J_URI": neo4j_server.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j_server.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j_server.password,
        "CALIPSO_DATA_DIR": str(folder / "data"),
    }
    login = (neo4j_server.user, neo4j_server.password)
    with GraphDatabase.driver(neo4j_server.bolt_uri, auth=login) as driver:

        def make(document: Callable[[str], dict[str, Any]]) -> Steady:
            name = f"test-{uuid4().hex[:12]}"
            names.append(name)
            steady = Steady(
                Product(settings, folder, driver),
                name,
                document(name),
                lambda: expected(read_cloud(lab), {host: read_host(lab, host) for host in lab.hosts}),
            )
            steady.begin()
            return steady

        yield make
        with driver.session() as session:
            session.run(
                "MATCH (n) WHERE n.environment IN $names OR (n:Environment AND n.name IN $names) DETACH DELETE n",
                names=names,
            ).consume()


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    """A proxy in front of the APIs, shared by a module's tests."""
    with api_proxy() as running:
        yield running


@pytest.fixture(scope="module")
def by_api(make_steady: Make, proxy: Proxy) -> Steady:
    """APIs and SSH, no database that could stand in."""
    return make_steady(
        lambda name: changed(without(lab_environment(name), "mysql"), "OpenStack", auth_url=proxy.auth_url, **SHORT_API)
    )


@pytest.fixture(scope="module")
def by_api_and_database(make_steady: Make, proxy: Proxy) -> Steady:
    """APIs, and databases that can stand in."""
    return make_steady(lambda name: changed(lab_environment(name), "OpenStack", auth_url=proxy.auth_url, **SHORT_API))


@pytest.fixture(scope="module")
def by_database(make_steady: Make) -> Steady:
    """Databases and SSH only."""
    return make_steady(lambda name: changed(without(lab_environment(name), "OpenStack"), "mysql", **SHORT_DATABASE))


@pytest.fixture(scope="module")
def by_ssh(make_steady: Make) -> Steady:
    """As shipped, with a short patience for hosts."""
    return make_steady(lambda name: changed(lab_environment(name), "CLI", **SHORT_SSH))
