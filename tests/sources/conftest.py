"""Servers that the tests of the sources share: each is real, on loopback, and ends with the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.mariadb import MariaDb, mariadb


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """One MariaDB for the run; each test makes and drops what it needs."""
    with mariadb(tmp_path_factory.mktemp("mariadb")) as running:
        yield running
