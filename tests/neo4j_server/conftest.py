"""Settings of a managed Neo4j of its own for one test, small, on free ports, ended with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from topology.neo4j_server import ManagedServer
from topology.settings import Settings


@pytest.fixture(scope="session")
def stopped_store(tmp_path_factory: pytest.TempPathFactory, neo4j_program_dir: Path) -> Path:
    """The data folder of a managed Neo4j that ran and was stopped; for copies."""
    folder = tmp_path_factory.mktemp("stopped")
    server = ManagedServer(small(folder, neo4j_program_dir))
    server.start()
    server.stop()
    return folder


@pytest.fixture
def settings(tmp_path: Path, neo4j_program_dir: Path) -> Iterator[Settings]:
    """For a server that nobody else knows."""
    made = small(tmp_path / "data", neo4j_program_dir)
    yield made
    ManagedServer(made).stop()


def small(data_dir: Path, program_dir: Path) -> Settings:
    """Settings of a server that takes little memory."""
    return Settings(
        data_dir=data_dir,
        neo4j_program_dir=program_dir,
        neo4j_bolt_port=0,
        neo4j_http_port=0,
        neo4j_heap="256m",
        neo4j_page_cache="32m",
    )
