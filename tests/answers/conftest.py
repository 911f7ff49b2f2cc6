"""One cloud for all questions of a module: two projects with the same addresses, on hosts of three kinds."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.clouds import Cloud, two_projects
from tests.raw import raw_session
from topology.graph import Graph


def settle(graph: Graph) -> None:
    """Wait until what was written can be searched for."""
    with raw_session(graph) as session:
        session.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()").consume()


@pytest.fixture(scope="module")
def shop(graph: Graph) -> Iterator[tuple[str, Cloud]]:
    """The name of an environment, and the cloud that is in it."""
    name = f"test-{uuid4().hex[:12]}"
    cloud = two_projects()
    cloud.write(graph, name)
    settle(graph)
    yield name, cloud
    with raw_session(graph) as session:
        session.run(
            "MATCH (n) WHERE n.environment = $e OR (n:Environment AND n.name = $e) DETACH DELETE n", e=name
        ).consume()
