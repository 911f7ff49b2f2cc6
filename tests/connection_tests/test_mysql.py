"""The mysql section against a real MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collectors.sources.tables import TABLES
from tests.connection_tests.trying import NOWHERE, failures, tried
from tests.ports import free_port
from tests.sources.mariadb import MariaDb

USER, PASSWORD = "tried", "read-only-0815"


@pytest.fixture
def server(database_server: MariaDb) -> Iterator[MariaDb]:
    """A server with the databases of nova and neutron, and a user who may read that of nova only."""
    names = [name for service in TABLES for name in (service,)]
    database_server.run(
        *(f"CREATE DATABASE {name}" for name in names),
        *(f"CREATE TABLE {name}.{table} (id INT)" for name in names for table in TABLES[name]),
        f"CREATE OR REPLACE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
        f"GRANT SELECT ON nova.* TO {USER}@'127.0.0.1'",
    )
    yield database_server
    database_server.run(*(f"DROP DATABASE {name}" for name in names))


def section(server: MariaDb, **more: Any) -> dict[str, Any]:
    return {"name": "mysql", "host": "127.0.0.1", "port": server.port, "user": USER, "pwd": PASSWORD} | more


def test_rights_that_are_missing_come_with_the_grants_that_give_them(server: MariaDb, tmp_path: Path) -> None:
    result = tried(section(server), tmp_path)
    assert (result.status, failures(result)) == ("warning", [])
    (rights,) = [step for step in result.steps if step.kind == "rights"]
    assert f"GRANT SELECT ON neutron.* TO '{USER}'" in rights.remedy
    assert "nova.*" not in rights.remedy
    server.run(*(f"GRANT SELECT ON {name}.* TO {USER}@'127.0.0.1'" for name in TABLES))
    assert tried(section(server), tmp_path).status == "ok"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"host": NOWHERE}, ("name", "name")),
        ({"port": free_port()}, ("connect", "refused")),
        ({"pwd": "wrong"}, ("login", "credentials")),
        ({"ssl": True}, ("login", "tls")),
    ],
)
def test_what_is_wrong_is_told_apart(
    server: MariaDb, tmp_path: Path, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    result = tried(section(server, **more), tmp_path)
    assert failures(result) == [expected]
    assert PASSWORD not in str(result.as_json())
