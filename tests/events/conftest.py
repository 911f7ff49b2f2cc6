"""What the tests of events share."""

from __future__ import annotations

import pytest

from tests.events.graphs import Kept, scanned
from tests.events.model_cloud import ModelCloud
from tests.store.conftest import ask, driver
from topology.graph import Graph

__all__ = ["ask", "driver"]


@pytest.fixture
def cloud() -> ModelCloud:
    """A cloud with a bit of everything, the same each time."""
    return ModelCloud(7)


@pytest.fixture
def kept(graph: Graph, environment: str, cloud: ModelCloud) -> Kept:
    """An environment that was scanned and is kept by events."""
    scanned(graph, environment, cloud)
    return Kept(graph, environment, cloud)
