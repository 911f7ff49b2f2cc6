"""Tokens: who may ask the API. The graph keeps their fingerprints; a token itself is told once, when it is made."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.shapes import JsonObject

ADMINISTRATOR, METRICS = "administrator", "metrics"
SCOPES = (ADMINISTRATOR, METRICS)
NAME_LENGTH = 200
# So that a token that lies around is recognized for what it is.
_MARK = "calipso_"
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: an id to revoke it by, whom or what it was made for, what it allows, how long."""

    id: str
    name: str
    scope: str
    created_at: str
    expires_at: str | None

    def as_json(self) -> JsonObject:
        """For answers."""
        return asdict(self)


def issue(graph: Graph, name: str, *, days: int | None = None, scope: str = ADMINISTRATOR) -> tuple[str, Token]:
    """A new token and what is known of it. It is valid for `days`, or until it is revoked; `scope` is one of SCOPES.

    Raises InvalidConfiguration for a name or a time that can not be.
    """
    if not 0 < len(name) <= NAME_LENGTH:
        raise InvalidConfiguration(f"token: the name must have 1 to {NAME_LENGTH} characters.")
    if days is not None and not 1 <= days <= 36_500:
        raise InvalidConfiguration(f"token: {days} days can not be. Give 1 to 36500.")
    if scope not in SCOPES:
        raise InvalidConfiguration(f"token: the scope must be one of {', '.join(SCOPES)}.")
    text = _MARK + secrets.token_urlsafe(_RANDOM_BYTES)
    rows = graph.write(
        "token_add", id=str(uuid.uuid4()), fingerprint=fingerprint(text), name=name, scope=scope, days=days
    )
    return text, _token(rows[0])


def find(graph: Graph, fingerprint: str) -> Token | None:
    """The valid token of that fingerprint, or None."""
    rows = graph.read("token_find", fingerprint=fingerprint)
    return _token(rows[0]) if rows else None


def tokens(graph: Graph) -> list[Token]:
    """All valid tokens, the oldest first."""
    return [_token(row) for row in graph.read("tokens_list")]


def revoke(graph: Graph, id: str) -> bool:
    """Take a token away. False when there is none of that id."""
    return bool(graph.write("token_revoke", id=id))


def fingerprint(text: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash can not be turned back."""
    return hashlib.sha256(text.encode()).hexdigest()


def _token(row: dict[str, Any]) -> Token:
    return Token(**row["token"])
