"""Who asks, and whether they may: decided here for every request, and nowhere else.

Today whoever has a token of the administrator may do everything, and whoever has one for metrics may read metrics.
Accounts and their rights will be one more way to a `Caller`, and one more question in `decide`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, request

from api.errors import Unauthorized
from api.metrics import ENDPOINT as METRICS_ENDPOINT
from api.service import Service, service
from topology.errors import GraphUnavailable
from topology.tokens import ADMINISTRATOR, METRICS, Token, find, fingerprint

# These tell nothing about clouds, and are asked for by those who have no token yet.
PUBLIC = frozenset(
    {"api.health", "api.readiness", "api.version", "api.doc", "api.specs", "api.root", "restx_doc.static"}
)
# A token that was revoked elsewhere is refused after so many seconds.
REMEMBERED_SECONDS = 5.0
_MOST_REMEMBERED = 1000
_HOW = "Send a token as `Authorization: Bearer TOKEN`; make one with: calipso token"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    token: Token

    @property
    def name(self) -> str:
        """For what is noted about what they did."""
        return f"api:{self.token.name}"

    @property
    def is_administrator(self) -> bool:
        """Whether they may do everything."""
        return self.token.scope == ADMINISTRATOR

    def may(self, endpoint: str | None) -> bool:
        """Whether they may ask there. A token of a monitoring system reads metrics, and nothing else."""
        return self.is_administrator or (self.token.scope == METRICS and endpoint == METRICS_ENDPOINT)


class Callers:
    """Finds the caller that a token stands for, and remembers it for some seconds."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Caller, float]] = {}
        self._lock = threading.Lock()

    def find(self, here: Service, text: str) -> Caller | None:
        """The caller, or None. Raises GraphUnavailable."""
        key, now = fingerprint(text), time.monotonic()
        with self._lock:
            remembered = self._known.get(key)
        if remembered is not None and now - remembered[1] < REMEMBERED_SECONDS:
            return remembered[0]
        token = find(here.graph, key)
        return None if token is None else self._remember(key, Caller(token), now)

    def remembered(self, text: str) -> Caller | None:
        """The caller who came with this token before, however long ago."""
        with self._lock:
            known = self._known.get(fingerprint(text))
        return None if known is None else known[0]

    def forget(self) -> None:
        """A token was revoked: look all of them up again."""
        with self._lock:
            self._known.clear()

    def _remember(self, key: str, caller: Caller, now: float) -> Caller:
        with self._lock:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = (caller, now)
        return caller


def protect(app: Flask) -> None:
    """Have every request decided."""
    app.extensions["calipso_callers"] = Callers()
    app.before_request(decide)


def decide() -> None:
    """Let the request through or raise Unauthorized. An address that does not exist is nobody's secret."""
    if request.url_rule is None or request.endpoint in PUBLIC:
        return
    text = _token()
    if text is None:
        raise Unauthorized(f"A token is needed. {_HOW}")
    found = _caller(text)
    if found is None or not found.may(request.endpoint):
        raise Unauthorized(f"The token is not valid, or not any more. {_HOW}")
    g.caller = found


def _caller(text: str) -> Caller | None:
    try:
        return callers().find(service(), text)
    except GraphUnavailable:
        # That Neo4j is away is what metrics are to tell: of those who came before, it is told.
        before = callers().remembered(text) if request.endpoint == METRICS_ENDPOINT else None
        if before is None:
            raise
        return before


def caller() -> Caller:
    """Who asks, in a request that was let through."""
    return cast("Caller", g.caller)


def callers() -> Callers:
    """The callers that this application knows."""
    return cast("Callers", current_app.extensions["calipso_callers"])


def _token() -> str | None:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return text.strip()
    return request.headers.get("X-Auth-Token") or None
