"""Statements of events find their way by an index, whatever the graph's size."""

from __future__ import annotations

from importlib.resources import files

import pytest
from neo4j import Driver

from cypher import statement
from tests.store.racing import cloud, write
from tests.store.test_plans import scans
from topology.graph import Graph

pytestmark = pytest.mark.usefixtures("crowded")

# All environments are asked for, a handful.
OF_ALL_ENVIRONMENTS = {"NodeByLabelScan@neo4j e:Environment"}


def test_no_statement_scans(graph: Graph, environment: str, driver: Driver) -> None:
    write(graph, environment, cloud(10))
    names = [file.name.removesuffix(".cypher") for file in (files("cypher") / "events").iterdir()]

    found = {name: set(scans(driver, statement(name).text)) - OF_ALL_ENVIRONMENTS for name in names}

    assert names
    assert {name: plan for name, plan in found.items() if plan} == {}
