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
    Session,
)
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ResultFailedError,
    ServiceUnavailable,
    TransientError,
)

from cypher import Statement, statement
from topology.errors import GraphUnavailable, TimedOut, TooBroad
from topology.graph.drivers import Drivers
from topology.graph.parameters import as_sent
from topology.graph.rows import Row, all_there, is_there, rows_of
from topology.graph.turns import PATIENCE, TakenForADeadlock, in_turn, is_deadlock

# What the driver tries again concerns nobody, unless somebody has set up logging.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

T = TypeVar("T")
_LONGEST_PAUSE = 2.0
# Rows that are fetched at a time: of a stream some, of an answer that is kept as a whole all.
_SOME, _ALL = 1000, -1
# How often a question is asked again whose answer lost something to another transaction while it was worked out.
_AGAIN = 5
_TOOK_TOO_LONG = "the question took too long and was ended. Ask for less, or raise CALIPSO_QUERY_TIMEOUT."
Heard = Callable[[Statement], None]
"""Called with each statement that is about to be sent."""
Read = Callable[[Statement, Mapping[str, Any], float], list[Row]]


def _nobody(_: Statement) -> None:
    """Nobody listens."""


class Transaction:
    """Named statements inside one transaction."""

    def __init__(self, raw: ManagedTransaction, heard: Heard = _nobody) -> None:
        self._raw, self._heard = raw, heard

    def run(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """All rows of a statement."""
        return self.send(named, **parameters)()

    def send(self, named: str | Statement, **parameters: Any) -> Callable[[], list[Row]]:
        """Send a statement, and go on while the server works on it; its rows when they are called for.

        What goes wrong with it is raised by whatever is sent or called for next, at the latest by the end of the
        transaction.
        """
        found = statement(named) if isinstance(named, str) else named
        self._heard(found)
        with as_sent(parameters) as sent:
            # Statements are files of this package, which a LiteralString cannot say.
            result = self._raw.run(found.text, sent)
        return lambda: rows_of(result)


class Reading:
    """Named read statements that together answer one question, which has to end after some seconds."""

    def __init__(self, read: Read, seconds: float) -> None:
        self._read, self._ends = read, time.monotonic() + seconds

    def check_time(self) -> float:
        """The seconds that are left. Raises TimedOut when there are none: what is computed between statements asks."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimedOut(_TOOK_TOO_LONG)
        return left

    def run(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """All rows of a statement."""
        return self._read(_checked(named, "read"), parameters, self.check_time())


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
        # One for all: what was written is seen by what is read next, on a cluster too.
        self._bookmarks = GraphDatabase.bookmark_manager()

        def driver() -> Driver:
            return GraphDatabase.driver(
                uri,
                auth=(user, password),
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                # Neo4j takes many writers that wait for one lock for a deadlock now and then: tried again at once.
                initial_retry_delay=0.1,
                max_transaction_retry_time=patience,
                connection_timeout=min(30.0, patience),
                connection_acquisition_timeout=min(60.0, 2 * patience),
            )

        try:
            self._drivers = Drivers(driver)
        except (ConfigurationError, ValueError) as error:
            raise GraphUnavailable(f"neo4j: {uri} is not a Bolt URI: {error}. Correct CALIPSO_NEO4J_URI.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._drivers.close()

    def verify(self) -> str:
        """The server's version. Raises GraphUnavailable with what to do."""
        with self._clear_errors(), self._drivers.one() as driver:
            driver.verify_connectivity()
            return driver.get_server_info().agent

    def read(self, named: str | Statement, *, timeout: float | None = None, **parameters: Any) -> list[Row]:
        """All rows of a read statement. Raises TimedOut after `timeout` seconds (the graph's own by default)."""
        return self._read(_checked(named, "read"), parameters, timeout or self._timeout)

    def ask(self, work: Callable[[Reading], T], *, timeout: float | None = None) -> T:
        """Several read statements for one question. Raises TimedOut when it takes longer than `timeout` in all.

        They are no transaction: in Neo4j, what others commit is seen by its next statement too, and its begin and end
        cost a round trip each.
        """
        return work(Reading(self._read, timeout or self._timeout))

    def stream(self, named: str | Statement, **parameters: Any) -> Iterator[Row]:
        """Rows of a read statement one by one, with flat memory."""
        found = _checked(named, "read")
        with self._session("READ") as session:
            with as_sent(parameters) as sent:
                result = self._patiently(found, lambda: _begun(session, found.text, sent))
            names = result.keys()
            yield from filter(is_there, (dict(zip(names, record.values(), strict=True)) for record in result))

    def write(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """One write statement in a transaction of its own, tried again on transient errors."""
        found = _checked(named, "write")
        self._heard(found)
        with self._clear_errors(), self._drivers.one() as driver, as_sent(parameters) as sent:
            return in_turn(
                lambda: driver.execute_query(  # sends the statement together with the begin of its transaction
                    Query(found.text),
                    sent,
                    database_=self.database,
                    bookmark_manager_=self._bookmarks,
                    result_transformer_=rows_of,
                )
            )

    def in_transaction(self, work: Callable[[Transaction], T]) -> T:
        """Several statements in one transaction; `work` may be run again after a transient error."""

        def worked(raw: ManagedTransaction) -> T:
            try:
                return work(Transaction(raw, self._heard))
            except (TransientError, ResultFailedError) as error:
                if is_deadlock(error):
                    raise TakenForADeadlock(error) from error
                raise

        with self._session("WRITE") as session:
            return in_turn(lambda: session.execute_write(worked))

    def _read(self, found: Statement, parameters: Mapping[str, Any], seconds: float) -> list[Row]:
        # A statement that commits itself is one round trip, where a transaction has another one for its end.
        query = Query(found.text, timeout=seconds)
        with self._session("READ", fetch_size=_ALL) as session, as_sent(parameters) as sent:
            for _ in range(_AGAIN):
                rows = self._patiently(found, lambda: rows_of(session.run(query, sent)))
                if all_there(rows):
                    return rows
        return list(filter(is_there, rows))

    def _patiently(self, found: Statement, sent: Callable[[], T]) -> T:
        """What comes of a statement that is sent, and sent again as the driver does with those of transactions."""
        deadline, pause = time.monotonic() + self._patience, 0.1
        while True:
            self._heard(found)
            try:
                return sent()
            except (DriverError, Neo4jError) as error:
                if not error.is_retryable() or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    @contextmanager
    def _session(self, mode: str, *, fetch_size: int = _SOME) -> Iterator[Session]:
        with (
            self._clear_errors(),
            self._drivers.one() as driver,
            driver.session(
                database=self.database,
                default_access_mode=mode,
                bookmark_manager=self._bookmarks,
                fetch_size=fetch_size,
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


def _begun(session: Session, text: str, parameters: Mapping[str, Any]) -> Result:
    """The statement's result with its first row there: until then it may be asked again."""
    # Statements are files of this package, which a LiteralString cannot say.
    result = session.run(text, parameters)  # type: ignore[arg-type]
    result.peek()
    return result


def _checked(named: str | Statement, mode: str) -> Statement:
    found = statement(named) if isinstance(named, str) else named
    if found.mode != mode:
        raise ValueError(f"statement {found.name} is a {found.mode} statement, used to {mode}")
    return found
