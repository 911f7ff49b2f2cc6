"""The mysql section: the server, TLS, the login, and which of the services' tables may be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collectors.connection_tests.attempt import Attempt
from collectors.connection_tests.network import reach
from collectors.sources.database import Database, Login
from collectors.sources.sections import login_of
from collectors.sources.tables import TABLES


def try_database(attempt: Attempt, section: Mapping[str, Any]) -> None:
    """Try it. Raises Stopped."""
    login = attempt.need(
        "configuration", lambda: login_of(section), lambda made: f"{made.user} at {made.where}", kind="configuration"
    )
    reach(attempt, login.host, login.port, login.connect_timeout)
    database = Database(login)
    try:
        attempt.need("login", database.server, lambda version: f"logged in as {login.user}; {version}")
        found = attempt.need("databases", database.databases, _told)
        _check_rights(attempt, login, found)
    finally:
        database.close()


def _told(found: Mapping[str, Sequence[str]]) -> str:
    seen = [f"{service} ({', '.join(names)})" for service, names in found.items() if names]
    return "sees " + (", ".join(seen) or "none of the services' databases")


def _check_rights(attempt: Attempt, login: Login, found: Mapping[str, Sequence[str]]) -> None:
    hidden = [service for service in TABLES if not found[service]]
    if hidden:
        attempt.warn(
            "rights",
            "rights",
            f"{login.user} sees no database of {', '.join(hidden)}.",
            "; ".join(f"GRANT SELECT ON {service}.* TO '{login.user}'" for service in hidden)
            + "; or name them in `databases` of the mysql section.",
        )
