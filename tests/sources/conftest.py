"""Servers that the tests of the sources share: each is real, on loopback, and ends with the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.mariadb import MariaDb, mariadb
from tests.sources.proxy import Proxy, proxy
from tests.sources.sshd import SshHost


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """One MariaDB for the run; each test makes and drops what it needs."""
    with mariadb(tmp_path_factory.mktemp("mariadb")) as running:
        yield running


@pytest.fixture
def way(host: SshHost) -> Iterator[Proxy]:
    """A way to the module's SSH host that can be cut."""
    with proxy(("127.0.0.1", host.port)) as running:
        yield running
