"""What the tests of impact share: an environment that all tests of a module only ask, written once."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.paths.random_clouds import remove
from topology.graph import Graph


@pytest.fixture(scope="module")
def place(graph: Graph) -> Iterator[str]:
    """The environment of a module."""
    name = f"test-{uuid4().hex[:12]}"
    yield name
    remove(graph, name)
