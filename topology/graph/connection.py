"""One driver, and named statements through it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from neo4j import (
    Driver,
    GraphDatabase,
    ManagedTransaction,
    NotificationMinimumSeverity,
    Query,
    Result,
    RoutingControl,
    Session,
    unit_of_work,
)
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    TransientError,
)

from cypher import Statement, statement
from topology.errors import GraphUnavailable, TimedOut, TooBroad

# What the driver tries again concerns nobody, unless somebody has set up logging.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

Row = dict[str, Any]
T = TypeVar("T")
PATIENCE = 30.0
_LONGEST_PAUSE = 2.0
_TOOK_TOO_LONG = "the question took too long and was ended. Ask for less, or raise CALIPSO_QUERY_TIMEOUT."
Heard = Callable[[Statement], None]
"""Called with each statement that is about to be sent."""


def _nobody(_: Statement) -> None:
    """Nobody listens."""


class Transaction:
    """Named statements inside one transaction, which has an end where `seconds` are given."""

    def __init__(self, raw: ManagedTransaction, heard: Heard = _nobody, seconds: float | None = None) -> None:
        self._raw, self._heard = raw, heard
        self._ends = None if seconds is None else time.monotonic() + seconds

    def check_time(self) -> None:
        """Raise TimedOut when the time is over. The server ends statements; what is computed between them asks this."""
        if self._ends is not None and time.monotonic() > self._ends:
            raise TimedOut(_TOOK_TOO_LONG)

    def run(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """All rows of a statement."""
        self.check_time()
        found = statement(named) if isinstance(named, str) else named
        self._heard(found)
        return _run(self._raw, found, parameters)


class Graph:
    """A Neo4j database. One for each process; `close` it, or use it as a context manager."""

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        database: str = "neo4j",
        timeout: float = 30.0,
        patience: float = PATIENCE,
        heard: Heard = _nobody,
    ) -> None:
        """`timeout`: seconds for a question; `patience`: seconds for which what failed in passing is tried again.

        `heard` is called with each statement before it is sent, once more where it is sent again.
        """
        self.uri, self.database, self._timeout, self._heard = uri, database, timeout, heard
        self._patience = patience
        try:
            self._driver: Driver = GraphDatabase.driver(
                uri,
                auth=(user, password),
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                # Neo4j takes many writers that wait for one lock for a deadlock now and then: tried again at once.
                initial_retry_delay=0.1,
                max_transaction_retry_time=patience,
                connection_timeout=min(30.0, patience),
                connection_acquisition_timeout=min(60.0, 2 * patience),
            )
        except (ConfigurationError, ValueError) as error:
            raise GraphUnavailable(f"neo4j: {uri} is not a Bolt URI: {error}. Correct CALIPSO_NEO4J_URI.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._driver.close()

    def verify(self) -> str:
        """The server's version. Raises GraphUnavailable with what to do."""
        with self._clear_errors():
            self._driver.verify_connectivity()
            return self._driver.get_server_info().agent

    def read(self, named: str | Statement, *, timeout: float | None = None, **parameters: Any) -> list[Row]:
        """All rows of a read statement. Raises TimedOut after `timeout` seconds (the graph's own by default)."""
        found = _checked(named, "read")
        return self._execute(found, parameters, RoutingControl.READ, timeout or self._timeout)

    def ask(self, work: Callable[[Transaction], T], *, timeout: float | None = None) -> T:
        """Several read statements in one transaction, so that they see one state. Raises TimedOut as `read`."""
        seconds = timeout or self._timeout
        timed = unit_of_work(timeout=seconds)(lambda raw: work(Transaction(raw, self._heard, seconds)))
        with self._session("READ") as session:
            return session.execute_read(timed)

    def stream(self, named: str | Statement, **parameters: Any) -> Iterator[Row]:
        """Rows of a read statement one by one, with flat memory."""
        found = _checked(named, "read")
        with self._session("READ") as session:
            for record in self._begun(session, found, parameters):
                yield record.data()

    def write(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """One write statement in a transaction of its own, tried again on transient errors."""
        return self._execute(_checked(named, "write"), parameters, RoutingControl.WRITE, None)

    def in_transaction(self, work: Callable[[Transaction], T]) -> T:
        """Several statements in one transaction; `work` may be run again after a transient error."""
        with self._session("WRITE") as session:
            return session.execute_write(lambda raw: work(Transaction(raw, self._heard)))

    def _begun(self, session: Session, found: Statement, parameters: Mapping[str, Any]) -> Result:
        """The statement's result with its first row there: until then it may be asked again, as the driver does."""
        deadline, pause = time.monotonic() + self._patience, 0.1
        while True:
            self._heard(found)
            try:
                # Statements are files of this package, which a LiteralString cannot say.
                result = session.run(found.text, parameters)  # type: ignore[arg-type]
                result.peek()
                return result
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable() or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _execute(
        self, found: Statement, parameters: Mapping[str, Any], routing: RoutingControl, timeout: float | None
    ) -> list[Row]:
        # One statement by itself: the driver sends it together with the begin of its transaction.
        query = Query(found.text, timeout=timeout)
        self._heard(found)
        with self._clear_errors():
            result = self._driver.execute_query(query, dict(parameters), routing_=routing, database_=self.database)
            return [record.data() for record in result.records]

    @contextmanager
    def _session(self, mode: str) -> Iterator[Session]:
        # One bookmark manager for all: what was written is seen by what is read next, on a cluster too.
        bookmarks = self._driver.execute_query_bookmark_manager
        with (
            self._clear_errors(),
            self._driver.session(
                database=self.database, default_access_mode=mode, bookmark_manager=bookmarks
            ) as session,
        ):
            yield session

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except AuthError as error:
            raise GraphUnavailable(
                f"neo4j: {self.uri} refused the user or password. Check CALIPSO_NEO4J_USER and CALIPSO_NEO4J_PASSWORD."
            ) from error
        except (ServiceUnavailable, DriverError) as error:
            raise GraphUnavailable(
                f"neo4j: no answer from {self.uri}: {error}. Start it (calipso neo4j start) or check CALIPSO_NEO4J_URI."
            ) from error
        except TransientError as error:  # tried again for a while already
            raise GraphUnavailable(
                f"neo4j: {self.uri} cannot do it now: {error.message}. What was written stays; repeat the command."
            ) from error
        except ClientError as error:
            if "TooManyClauses" in (error.message or ""):
                raise TooBroad("the text has too many words, or too short ones. Give fewer or longer ones.") from error
            if "TransactionTimedOut" not in (error.code or ""):
                raise
            raise TimedOut(f"neo4j: {self.uri}: {_TOOK_TOO_LONG}") from error


def _run(raw: ManagedTransaction, found: Statement, parameters: Mapping[str, Any]) -> list[Row]:
    # Statements are files of this package, which a LiteralString cannot say.
    return raw.run(found.text, parameters).data()  # type: ignore[arg-type]


def _checked(named: str | Statement, mode: str) -> Statement:
    found = statement(named) if isinstance(named, str) else named
    if found.mode != mode:
        raise ValueError(f"statement {found.name} is a {found.mode} statement, used to {mode}")
    return found
