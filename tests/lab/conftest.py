"""The lab that is up, and the product that is to scan it. Without CALIPSO_LAB=1 nothing of this folder is collected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from neo4j import GraphDatabase

from tests.conftest import Neo4jAddress
from tests.lab.lab_machine import Lab
from tests.lab.product import Product
from tests.lab.truth.cloud_facts import read_cloud
from tests.lab.truth.expected import Truth, expected
from tests.lab.truth.host_facts import read_host

# The lab takes memory and minutes: `lab/run-tests` sets this.
collect_ignore_glob = [] if os.environ.get("CALIPSO_LAB") == "1" else ["test_*.py", "faults/test_*.py"]


@pytest.fixture(scope="session")
def lab() -> Lab:
    """The lab in $LAB, which must be up with the shipped topology."""
    folder = Path(os.environ.get("LAB", "/var/tmp/openstack-lab"))
    if not (folder / "run" / "hosts.txt").exists():
        pytest.fail(f"no lab runs in {folder}: lab/openstack-lab.sh up, then lab/openstack-lab.sh topo")
    return Lab(folder)


@pytest.fixture
def product(neo4j_server: Neo4jAddress, tmp_path: Path) -> Iterator[Product]:
    """The product with a data folder of its own."""
    settings = {
        "CALIPSO_NEO4J_URI": neo4j_server.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j_server.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j_server.password,
        "CALIPSO_DATA_DIR": str(tmp_path / "data"),
    }
    with GraphDatabase.driver(neo4j_server.bolt_uri, auth=(neo4j_server.user, neo4j_server.password)) as driver:
        yield Product(settings, tmp_path, driver)


@pytest.fixture
def truth(lab: Lab) -> Callable[[], Truth]:
    """Reads what the lab is like at this moment."""
    return lambda: expected(read_cloud(lab), {host: read_host(lab, host) for host in lab.hosts})
