"""/connection_tests: whether an environment's sections lead where they should."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from api.authentication import caller
from api.models import answers, body_model
from api.parameters import InvalidRequest, Parameter, takes, takes_body
from api.resources.naming import ANY_ENVIRONMENT, NEXT, limit
from api.restx import PREFIX, Resource
from api.service import service
from topology import connection_tests
from topology.connection_tests import STATUSES, TARGETS
from topology.environments.secrets import open_vault
from topology.shapes import JsonObject
from workers.requesting import test_as_task

_BODY = (
    Parameter("environment", "Name of the environment.", required=True, aliases=("env_name",)),
    Parameter("test_targets", "Which sections; else all that there are.", many=True, choices=TARGETS),
    Parameter(
        "targets_configuration",
        "Sections to test instead of the environment's own, which need not be there yet.",
        kind="object",
        many=True,
    ),
)
TEST_BODY = body_model("connection_test_request", *_BODY)


class ConnectionTests(Resource):
    """Connection tests."""

    @answers("connection_tests", "A page of tests; with `id` the one.")
    @takes(
        ANY_ENVIRONMENT,
        Parameter("id", "Only the test of this id."),
        Parameter("status", "Only tests in this state.", choices=STATUSES),
        limit(),
        NEXT,
    )
    def get(
        self, *, environment: str | None, id: str | None, status: str | None, limit: int, next: str | None
    ) -> JsonObject:
        """Tests, the newest first: what was tried, how long it took, what failed and what to do."""
        graph = service().graph
        if id is not None:
            return {"items": [connection_tests.one_test(graph, id)], "next": None}
        return connection_tests.list_tests(
            graph, environment=environment, status=status, limit=limit, after=next
        ).as_json()

    @answers("answer", "It is asked for; `location` tells how it goes.", HTTPStatus.ACCEPTED)
    @takes()
    @takes_body(TEST_BODY, *_BODY)
    def post(self, *, body: dict[str, Any]) -> tuple[JsonObject, int, dict[str, str]]:
        """Have a worker try the sections of an environment."""
        here, environment = service(), body["environment"]
        if body.get("test_targets") == []:
            raise InvalidRequest([("test_targets", "names no section.")])
        asked = connection_tests.request_test(
            here.graph,
            open_vault(here.settings),
            environment,
            body.get("test_targets"),
            body.get("targets_configuration"),
            requested_by=caller().name,
        )
        test_as_task(here.graph, lambda: here.tasks, here.settings, environment, asked)
        told_at = f"{PREFIX}/connection_tests?{urlencode({'id': asked})}"
        answer = {"id": asked, "environment": environment, "status": "pending", "location": told_at}
        return answer, HTTPStatus.ACCEPTED.value, {"Location": told_at}
