"""What all tests share: one real Neo4j for the run, and a name of its own for each test's environment."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from neo4j import GraphDatabase

from graph_schema.registry import OBJECT_TYPES
from topology.graph import Graph
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
from topology.store import prepare

# A machine may be busy: how long an example takes says nothing.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

_DATA = "neo4j-of-this-run"
_CROWD = 300


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true nothing is skipped quietly: what could not run has failed."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _fail_a_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    _fail_a_skip(report)
    return report


def _fail_a_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("CI") == "true":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{reason} (with CI=true a skip is a failure)"


@dataclass(frozen=True, slots=True)
class Neo4jAddress:
    """Where a Neo4j is, and how to log in."""

    bolt_uri: str
    user: str
    password: str


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def neo4j_program_dir() -> Path:
    """Where the program of the managed Neo4j is kept between runs: the place of the product's own default settings."""
    settings = Settings()
    return settings.neo4j_program_dir or settings.data_dir / "neo4j" / "program"


@pytest.fixture(scope="session")
def neo4j_server(run_folder: Path, neo4j_program_dir: Path) -> Iterator[Neo4jAddress]:
    """One real Neo4j for the whole run. `CALIPSO_TEST_NEO4J_URI`, `_USER` and `_PASSWORD` name another one to use."""
    if uri := os.environ.get("CALIPSO_TEST_NEO4J_URI"):
        user = os.environ.get("CALIPSO_TEST_NEO4J_USER", "neo4j")
        yield Neo4jAddress(uri, user, os.environ["CALIPSO_TEST_NEO4J_PASSWORD"])
        return
    for other in run_folder.parent.glob(f"*/{_DATA}"):
        ManagedServer(Settings(data_dir=other)).stop(only_left_over=True)  # of runs that were killed
    settings = Settings(
        data_dir=run_folder / _DATA,
        neo4j_program_dir=neo4j_program_dir,
        neo4j_bolt_port=0,
        neo4j_http_port=0,
    )
    use = ManagedServer(settings).use(print)  # the first worker starts it, the last to end ends it
    yield Neo4jAddress(use.state.bolt_uri, use.state.user, use.state.password)
    use.release()


@pytest.fixture(scope="session")
def graph(neo4j_server: Neo4jAddress) -> Iterator[Graph]:
    """The graph of the run, with the product's constraints and indexes."""
    with Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password) as opened:
        prepare(opened)
        yield opened


@pytest.fixture
def environment(graph: Graph, neo4j_server: Neo4jAddress) -> Iterator[str]:
    """A name that no other test uses; every node that carries it is removed after the test."""
    name = f"test-{uuid4().hex[:12]}"
    yield name
    login = (neo4j_server.user, neo4j_server.password)
    with GraphDatabase.driver(neo4j_server.bolt_uri, auth=login) as driver, driver.session() as session:
        session.run(
            "MATCH (n) WHERE n.environment = $name OR (n:Environment AND n.name = $name) "
            "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
            name=name,
        ).consume()


@pytest.fixture(scope="session")
def crowded(graph: Graph, neo4j_server: Neo4jAddress) -> Iterator[None]:
    """Hundreds of objects of every type with all that is indexed, and statistics of them: plans as in a graph in use.

    The planner scans what it believes to be a handful, and what other tests have written comes and goes.
    """
    name = f"crowd-{uuid4().hex[:12]}"
    login = (neo4j_server.user, neo4j_server.password)
    with GraphDatabase.driver(neo4j_server.bolt_uri, auth=login) as driver, driver.session() as session:
        indexes = session.run("SHOW INDEXES YIELD type, labelsOrTypes, properties WHERE type = 'RANGE'").data()
        for label in {kind.label for kind in OBJECT_TYPES.values()}:
            keys = {
                key
                for index in indexes
                if index["labelsOrTypes"][0] in ("Object", label)
                for key in index["properties"]
            }
            session.run(
                f"UNWIND range(1, $many) AS number CREATE (n:Object:{label} {{environment: $name}}) "
                "FOREACH (key IN $keys | SET n[key] = $label + number)",
                {"many": _CROWD, "name": name, "label": label, "keys": sorted(keys - {"environment"})},
            ).consume()
        session.run("CALL db.prepareForReplanning(60)").consume()
        yield
        session.run(
            "MATCH (n:Object {environment: $name}) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", name=name
        ).consume()
