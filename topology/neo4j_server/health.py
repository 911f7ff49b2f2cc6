"""Whether a server does its work: its database answers a question, and Neo4j Browser's page is there."""

from __future__ import annotations

import http.client

from neo4j import GraphDatabase, NotificationMinimumSeverity
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from cypher import statement
from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.ports import LOOPBACK, answers

_PATIENCE = 5.0


def is_healthy(bolt_port: int, http_port: int, user: str, password: str, database: str) -> bool:
    """Ask once. Raises ServerError when the password is not the server's."""
    if not answers(bolt_port):
        return False
    return _database_answers(bolt_port, user, password, database) and _browser_answers(http_port)


def _database_answers(port: int, user: str, password: str, database: str) -> bool:
    try:
        with (
            GraphDatabase.driver(
                f"bolt://{LOOPBACK}:{port}",
                auth=(user, password),
                connection_timeout=_PATIENCE,
                connection_acquisition_timeout=_PATIENCE,
                notifications_min_severity=NotificationMinimumSeverity.OFF,
            ) as driver,
            driver.session(database=database) as session,
        ):
            return bool(session.run(statement("database_answers").text).single(strict=True)[0])
    except AuthError as error:
        raise ServerError(
            f"the managed Neo4j at port {port} refuses the password of its own data folder: the file `neo4j/password` "
            "is of another store. Bring back the one that belongs to it, or move that folder away and scan again."
        ) from error
    except (Neo4jError, DriverError, OSError):
        return False


def _browser_answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
