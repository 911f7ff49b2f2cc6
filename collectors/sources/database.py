"""The databases of the cloud's services over PyMySQL: read only, declared tables, whole ones or a clear error."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pymysql
from pymysql.constants import CR, ER

from collectors.sources.protocols import Malformed, NotOffered, Refused, SourceError, Unreachable
from collectors.sources.schemas import Columns, schemas_of
from collectors.sources.tables import TABLES

T = TypeVar("T")

TRIES = 4
_LOST = frozenset(
    {
        CR.CR_CONN_HOST_ERROR,
        CR.CR_SERVER_GONE_ERROR,
        CR.CR_SERVER_LOST,
        ER.CON_COUNT_ERROR,
        ER.TOO_MANY_USER_CONNECTIONS,
        ER.SERVER_SHUTDOWN,
        ER.LOCK_WAIT_TIMEOUT,
    }
)
_REFUSED = frozenset(
    {
        ER.ACCESS_DENIED_ERROR,
        ER.DBACCESS_DENIED_ERROR,
        ER.TABLEACCESS_DENIED_ERROR,
        ER.COLUMNACCESS_DENIED_ERROR,
        ER.HOST_NOT_PRIVILEGED,
    }
)


@dataclass(frozen=True, slots=True)
class Login:
    """Where the database is and how to log in. `timeout` and `connect_timeout` are seconds."""

    host: str
    port: int = 3306
    user: str = ""
    password: str = field(default="", repr=False)
    databases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    connect_timeout: float = 10.0
    timeout: float = 60.0
    tls: ssl.SSLContext | None = None

    @property
    def where(self) -> str:
        """For messages: `mysql 10.20.0.11:3306`."""
        return f"mysql {self.host}:{self.port}"


class Database:
    """A DatabaseSource. One connection, made when it is first needed and made again when it was lost."""

    def __init__(self, login: Login, *, backoff: float = 0.5) -> None:
        self._login, self._backoff = login, backoff
        self._connection: Any = None
        self._columns: Columns | None = None
        self._lock = threading.Lock()
        self.queries = 0

    def databases(self) -> Mapping[str, Sequence[str]]:
        """Service → the databases that hold it. Raises SourceError."""
        with self._lock:
            columns = self._all_columns()
        return {service: schemas_of(service, columns, self._login.databases) for service in TABLES}

    def server(self) -> str:
        """The server's version, and whether the connection is encrypted. Raises SourceError."""
        with self._lock:
            version = self._again(lambda: str(self._connected().get_server_info()))
        return f"{version}, {'encrypted' if self._login.tls is not None else 'not encrypted'}"

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """All rows of a declared table that are not soft-deleted. Raises SourceError."""
        allowed = TABLES.get(database, {}).get(table)
        undeclared = [column for column in columns if allowed is None or column not in allowed]
        if allowed is None or undeclared:
            raise ValueError(f"{database}.{table} {undeclared} is not declared in collectors/sources/tables.py")
        with self._lock:
            there = self._all_columns()
            schemas = schemas_of(database, there, self._login.databases)
            if not schemas:
                raise NotOffered(
                    self._login.where,
                    f"no database of {database} is there (or {self._login.user} may not see it).",
                    "Grant SELECT on it, or name it in `databases` of the mysql section.",
                )
            holders = [schema for schema in schemas if table in there[schema]]
            if not holders:
                raise NotOffered(
                    self._login.where, f"{schemas[0]} has no table {table}.", "This release is without it."
                )
            return [row for schema in holders for row in self._table(schema, table, columns, there)]

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            self._drop()

    def _table(self, schema: str, table: str, columns: Sequence[str], there: Columns) -> list[dict[str, Any]]:
        columns = [column for column in columns if column in there[schema][table]]
        # The names are declared ones that information_schema listed too; quoted all the same.
        names = ", ".join(map(_quoted, columns)) or "NULL"
        kept = _not_deleted(there[schema][table].get("deleted"))
        query = f"SELECT {names} FROM {_quoted(schema)}.{_quoted(table)}{kept}"  # noqa: S608  # see above
        return [dict(zip(columns, map(_json_value, row), strict=False)) for row in self._query(query)]

    def _all_columns(self) -> Columns:
        """Schema → table → column → data type, of all that the user may see."""
        if self._columns is None:
            found: dict[str, dict[str, dict[str, str]]] = {}
            query = (
                "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"
            )
            for schema, table, column, kind in self._query(query):
                found.setdefault(schema, {}).setdefault(table, {})[column] = str(kind).lower()
            self._columns = found
        return self._columns

    def _query(self, query: str) -> list[tuple[Any, ...]]:
        def ask() -> list[tuple[Any, ...]]:
            connection = self._connected()
            # A streaming cursor would save little, since all rows are wanted, and it cannot end on a lost connection.
            with connection.cursor() as cursor:
                cursor.execute("START TRANSACTION READ ONLY")
                cursor.execute(query)
                rows = list(cursor.fetchall())
                cursor.execute("ROLLBACK")
                return rows

        self.queries += 1
        return self._again(ask)

    def _again(self, ask: Callable[[], T]) -> T:
        for attempt in range(TRIES):
            try:
                return ask()
            except (pymysql.MySQLError, OSError, ssl.SSLError) as error:
                self._drop()
                problem = self._typed(error)
                # Silence has been waited for already.
                if not isinstance(problem, Unreachable) or "timed out" in str(error) or attempt == TRIES - 1:
                    raise problem from error
                time.sleep(self._backoff * 2**attempt)
        raise AssertionError("the last try raises")

    def _connected(self) -> Any:
        if self._connection is None:
            login = self._login
            self._connection = pymysql.connect(
                host=login.host,
                port=login.port,
                user=login.user,
                password=login.password,
                connect_timeout=int(max(1, login.connect_timeout)),
                read_timeout=login.timeout,
                write_timeout=login.timeout,
                charset="utf8mb4",
                autocommit=True,
                init_command="SET SESSION TRANSACTION READ ONLY",
                program_name="calipso-graph",
                ssl=login.tls,
                ssl_disabled=login.tls is None,
            )
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(pymysql.MySQLError, OSError):
                connection._force_close()  # noqa: SLF001  # a polite close waits for a server that may be gone

    def _typed(self, error: Exception) -> SourceError:
        where = self._login.where
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        text = " ".join(str(part) for part in error.args[1:]) or str(error)
        if "certificate" in text.lower() or "SSL" in text:
            return Refused(where, f"the TLS connection failed: {_short(text)}.", "Check ssl, ssl_ca and ssl_verify.")
        if code in _REFUSED:
            return Refused(
                where,
                f"access denied for {self._login.user}: {_short(text)}.",
                "Check user and pwd of the mysql section, and that the user may SELECT.",
            )
        if code in _LOST or isinstance(error, OSError | pymysql.err.InterfaceError) or code == 0:
            return Unreachable(where, f"{_short(text) or 'the connection was lost'}.", "Check host, port and firewall.")
        return Malformed(where, f"error {code}: {_short(text)}.", "See the database's log.")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _not_deleted(kind: str | None) -> str:
    """The condition that leaves out soft-deleted rows, for the kind of the `deleted` column that the table has."""
    if kind is None:
        return ""
    texts = ("char", "varchar", "text", "enum")
    return " WHERE `deleted` IN ('', '0', 'False', 'false')" if kind in texts else " WHERE `deleted` = 0"


def _json_value(value: Any) -> Any:
    """A column's value as JSON has it."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes():
            return value.decode("utf-8", "replace")
        case set():
            return sorted(value)
    return value


def _short(text: str) -> str:
    return " ".join(text.split()).rstrip(".")[:300]
