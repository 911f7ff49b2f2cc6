"""/health, /readiness, /version: for supervisors and load balancers, without a token."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version as version_of

from api.models import answers
from api.parameters import takes
from api.restx import Resource
from api.service import service
from topology.shapes import JsonObject


class Health(Resource):
    """Whether the API lives."""

    @answers("answer", "It lives; whether it can answer questions is /readiness.", public=True)
    @takes()
    def get(self) -> JsonObject:
        """Whether this process answers at all; it needs nothing else for that."""
        return {"status": "ok"}


class Readiness(Resource):
    """Whether the API can answer."""

    @answers("answer", "Questions can be answered.", public=True)
    @takes()
    def get(self) -> JsonObject:
        """Whether Neo4j answers and is prepared; 503 while it is not."""
        service().graph.read("database_answers", timeout=5.0)
        return {"status": "ready"}


class Version(Resource):
    """The version."""

    @answers("answer", public=True)
    @takes()
    def get(self) -> JsonObject:
        """The versions of the product and of this API."""
        return {"version": product_version(), "api": "v1"}


@cache
def product_version() -> str:
    """The installed version of Calipso Graph."""
    return version_of("calipso-graph")
