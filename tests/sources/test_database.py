"""The database source against a real MariaDB: whole tables, read only, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from collectors.sources.database import Database, Login
from collectors.sources.protocols import NotOffered, Refused, SourceError, Unreachable
from collectors.sources.sections import open_sources
from collectors.sources.tables import TABLES
from tests.sources.mariadb import MariaDb
from tests.sources.proxy import proxy

USER, PASSWORD = "discovery", "read-only-0815"
INSTANCES = (
    "CREATE TABLE `{0}`.instances (id INT, uuid VARCHAR(36), display_name TEXT, host VARCHAR(255), "
    "created_at DATETIME, user_data MEDIUMTEXT, deleted INT)"
)


@pytest.fixture
def server(database_server: MariaDb) -> Iterator[MariaDb]:
    """The server with a user that may read, and no service's database."""
    database_server.run(
        f"CREATE OR REPLACE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
        f"GRANT SELECT, INSERT, DELETE, CREATE ON *.* TO {USER}@'127.0.0.1'",
    )
    yield database_server
    with database_server.administrator() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES")
        for (name,) in cursor.fetchall():
            if name not in ("information_schema", "mysql", "performance_schema", "sys"):
                cursor.execute(f"DROP DATABASE `{name}`")


def login(server: MariaDb, **more: Any) -> Login:
    given: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": PASSWORD, "timeout": 5}
    return Login(**(given | more))


def database(server: MariaDb, **more: Any) -> Database:
    return Database(login(server, **more), backoff=0.01)


def nova(server: MariaDb, name: str = "nova", *names: str) -> None:
    """A nova database with an instance of each name."""
    rows = [f"INSERT INTO `{name}`.instances (uuid, display_name, deleted) VALUES ('{n}', '{n}', 0)" for n in names]
    server.run(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4", INSTANCES.format(name), *rows)


def uuids(source: Database) -> set[str]:
    return {row["uuid"] for row in source.rows("nova", "instances", ["uuid"])}


def test_rows_come_whole_with_json_values_and_nasty_names(server: MariaDb) -> None:
    nova(server)
    nasty = "a'; DROP TABLE instances; -- \"$(id)` 🦊\n\\"
    with server.administrator() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO nova.instances VALUES (1, 'u-1', %s, NULL, '2026-11-21 08:00:01', 'c2VjcmV0', 0)", (nasty,)
        )
    assert database(server).rows("nova", "instances", ["uuid", "display_name", "host", "created_at"]) == [
        {"uuid": "u-1", "display_name": nasty, "host": None, "created_at": "2026-11-21T08:00:01"}
    ]


@pytest.mark.parametrize(
    ("kind", "live", "dead"),
    [
        ("INT", "0", "17"),
        ("VARCHAR(36)", "''", "'0d5c-uuid'"),
        ("VARCHAR(36)", "'False'", "'1'"),
        ("TINYINT(1)", "0", "1"),
    ],
)
def test_rows_that_are_soft_deleted_are_left_out(server: MariaDb, kind: str, live: str, dead: str) -> None:
    server.run(
        "CREATE DATABASE nova",
        f"CREATE TABLE nova.instances (uuid VARCHAR(36), deleted {kind})",
        f"INSERT INTO nova.instances VALUES ('live', {live}), ('dead', {dead})",
    )
    assert uuids(database(server)) == {"live"}


def test_a_column_that_this_release_lacks_is_left_out(server: MariaDb) -> None:
    nova(server, "nova", "a")
    assert database(server).rows("nova", "instances", ["uuid", "task_state"]) == [{"uuid": "a"}]


def test_a_table_that_this_release_lacks_is_not_offered(server: MariaDb) -> None:
    nova(server)
    with pytest.raises(NotOffered, match="compute_nodes"):
        database(server).rows("nova", "compute_nodes", ["host"])


@pytest.mark.parametrize("name", ["nova.instances; DROP TABLE x", "instances` --", "user", "cell_mappings"])
def test_a_table_that_is_not_declared_is_never_asked_for(server: MariaDb, name: str) -> None:
    with pytest.raises(ValueError, match="not declared"):
        database(server).rows("nova", name, ["uuid"])


@pytest.mark.parametrize("column", ["user_data", "key_data", "*", "uuid` FROM mysql.user --", "SLEEP(9)"])
def test_a_column_that_is_not_declared_is_never_asked_for(server: MariaDb, column: str) -> None:
    nova(server)
    with pytest.raises(ValueError, match="not declared"):
        database(server).rows("nova", "instances", [column])


def test_no_declared_column_holds_secrets() -> None:
    columns = {column for tables in TABLES.values() for declared in tables.values() for column in declared}
    private = {"user_data", "key_data", "transport_url", "database_connection", "password", "extra", "connection_info"}
    assert columns & private <= {"extra"}
    assert "extra" not in TABLES["keystone"]["project"] | TABLES["keystone"]["endpoint"]


def test_the_session_cannot_write_though_the_user_may(server: MariaDb) -> None:
    nova(server, "nova", "a")
    source = database(server)
    assert uuids(source) == {"a"}
    with source._connection.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        with pytest.raises(pymysql.MySQLError, match="READ ONLY"):
            cursor.execute("DELETE FROM nova.instances")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["nova"], {"nova"}),
        (["nova", "nova_cell0"], {"nova", "nova_cell0"}),
        (["nova_cell0", "nova_cell1"], {"nova_cell0", "nova_cell1"}),
        (["kolla_nova"], {"kolla_nova"}),
        (["NOVA_prod"], {"NOVA_prod"}),
        (["nova", "nova_old_backup"], {"nova"}),
    ],
)
def test_the_database_of_a_service_is_found_by_its_name_with_all_cells(
    server: MariaDb, names: list[str], found: set[str]
) -> None:
    for name in names:
        nova(server, name, name)
    assert uuids(database(server)) == found


def test_a_database_that_could_be_either_is_asked_back(server: MariaDb) -> None:
    for name in ("blue_nova", "green_nova"):
        nova(server, name, name)
    with pytest.raises(Refused, match="blue_nova, green_nova"):
        uuids(database(server))
    assert uuids(database(server, databases={"nova": ["green_nova"]})) == {"green_nova"}
    with pytest.raises(NotOffered, match="red_nova"):
        uuids(database(server, databases={"nova": ["red_nova"]}))


def test_a_user_who_may_see_nothing_gets_a_clear_error_and_not_an_empty_list(server: MariaDb) -> None:
    nova(server, "nova", "a")
    server.run(f"REVOKE SELECT, INSERT, DELETE, CREATE ON *.* FROM {USER}@'127.0.0.1'", "FLUSH PRIVILEGES")
    with pytest.raises(NotOffered) as raised:
        uuids(database(server))
    assert "Grant SELECT" in raised.value.problem.remedy


def test_a_wrong_password_is_refused_at_once_and_not_repeated(server: MariaDb) -> None:
    with pytest.raises(Refused) as raised:
        uuids(database(server, password="guess-4711"))
    assert raised.value.problem.where == f"mysql 127.0.0.1:{server.port}"
    assert "guess-4711" not in str(raised.value)
    assert PASSWORD not in repr(login(server))


def test_a_connection_that_is_lost_is_made_again(server: MariaDb) -> None:
    nova(server, "nova", "a")
    with proxy(("127.0.0.1", server.port)) as way:
        source = database(server, port=way.port)
        assert uuids(source) == {"a"}
        way.reset_all()
        way.refuse_next = 1
        assert uuids(source) == {"a"}
        assert way.accepted == 3
        source.close()


def test_an_answer_that_breaks_off_is_no_answer(server: MariaDb) -> None:
    nova(server)
    server.run(
        "INSERT INTO nova.instances (uuid, display_name, deleted) "
        "SELECT seq, REPEAT('x', 1000), 0 FROM nova.seq_1_to_2000"
    )
    with proxy(("127.0.0.1", server.port)) as way:
        source = database(server, port=way.port)
        assert uuids(source) == {str(n) for n in range(1, 2001)}
        source._drop()
        way.reset_after = 500_000
        with pytest.raises(Unreachable):
            source.rows("nova", "instances", ["uuid", "display_name"])
        source.close()


def test_a_server_that_never_answers_is_unreachable_after_the_timeout(server: MariaDb) -> None:
    with proxy(("127.0.0.1", server.port)) as way:
        way.silent = True
        source = database(server, port=way.port, connect_timeout=1, timeout=1)
        with pytest.raises(Unreachable):
            uuids(source)
        assert way.accepted == 1


def test_nothing_that_listens_is_unreachable(server: MariaDb) -> None:
    with proxy(("127.0.0.1", server.port)) as way:
        port = way.port
    with pytest.raises(Unreachable, match=str(port)):
        uuids(database(server, port=port))


def test_tls_is_verified_unless_the_section_says_otherwise(server: MariaDb) -> None:
    nova(server, "nova", "a")
    server.run(f"ALTER USER {USER}@'127.0.0.1' REQUIRE SSL")
    section = {"name": "mysql", "host": "127.0.0.1", "port": server.port, "user": USER, "pwd": PASSWORD}
    known = section | {"ssl": True, "ssl_ca": str(server.ca)}
    unverified = section | {"ssl": True, "ssl_verify": False}
    for given, trusted in ((known, True), (unverified, True), (section | {"ssl": True}, False), (section, False)):
        opened = open_sources([given], pins=server.ca.parent / "pins")
        assert (opened.database is not None) == trusted
        assert ("mysql" in (opened.missing or {})) != trusted
        opened.close()
    other_name = known | {"host": "127.0.0.2"}
    missing = open_sources([other_name], pins=server.ca.parent / "pins").missing or {}
    assert "TLS" in missing["mysql"].what


def test_a_file_of_certificates_that_is_not_there_is_told(server: MariaDb) -> None:
    section = {"name": "mysql", "host": "127.0.0.1", "port": server.port, "user": USER, "ssl_ca": "/no/such/ca.pem"}
    missing = open_sources([section], pins=server.ca.parent / "pins").missing or {}
    assert "ssl_ca" in missing["mysql"].what


def test_requests_do_not_grow_with_rows_or_with_how_often_columns_are_looked_up(server: MariaDb) -> None:
    nova(server, "nova", *[f"i-{n}" for n in range(50)])
    source = database(server)
    for _ in range(3):
        uuids(source)
    assert source.queries == 4


def test_every_error_is_a_source_error(server: MariaDb) -> None:
    server.run("CREATE DATABASE nova", "CREATE TABLE nova.instances (uuid VARCHAR(36))")
    source = database(server)
    source.databases()
    server.run("ALTER TABLE nova.instances DROP COLUMN uuid, ADD COLUMN other INT")
    with pytest.raises(SourceError, match="uuid"):
        uuids(source)
