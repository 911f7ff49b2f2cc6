"""/auth/tokens: tokens for programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from api.authentication import caller, callers
from api.models import answers, body_model
from api.parameters import Parameter, takes, takes_body
from api.restx import Resource
from api.service import service
from topology import tokens
from topology.errors import UnknownObject
from topology.shapes import JsonObject

_BODY = (
    Parameter("name", "Whom or what it is for.", required=True),
    Parameter(
        "days", "How long it is valid; without it, until it is revoked.", kind="integer", minimum=1, maximum=36500
    ),
    Parameter("scope", "What it allows: everything (the default), or to read /metrics only.", choices=tokens.SCOPES),
)
TOKEN_BODY = body_model("token_request", *_BODY)


class Tokens(Resource):
    """Tokens."""

    @answers("tokens", "What is known of the tokens; never they themselves.")
    @takes()
    def get(self) -> JsonObject:
        """The valid tokens."""
        return {"items": [token.as_json() for token in tokens.tokens(service().graph)], "next": None}

    @answers("token", "The new token: `token` is told now and never again.", HTTPStatus.CREATED)
    @takes()
    @takes_body(TOKEN_BODY, *_BODY)
    def post(self, *, body: dict[str, Any]) -> tuple[JsonObject, int]:
        """Make a token, for everything or for metrics only."""
        text, token = tokens.issue(
            service().graph, body["name"], days=body.get("days"), scope=body.get("scope") or tokens.ADMINISTRATOR
        )
        return {"token": text, **token.as_json()}, HTTPStatus.CREATED.value

    @answers("answer", "It is revoked.")
    @takes(Parameter("id", "Id of the token; without it, the one that the request is sent with."))
    def delete(self, *, id: str | None) -> JsonObject:
        """Revoke a token. Other processes of the API refuse it after five seconds at the latest."""
        which = id if id is not None else caller().token.id
        if not tokens.revoke(service().graph, which):
            raise UnknownObject(f"no token has the id {which!r}. Which there are: GET /api/v1/auth/tokens")
        callers().forget()
        return {"revoked": which}
