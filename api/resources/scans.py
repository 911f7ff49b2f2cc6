"""/scans and /messages: what was done, is done and is to be done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from api.authentication import caller
from api.models import answers, body_model
from api.parameters import InvalidRequest, Parameter, takes, takes_body
from api.resources.naming import ANY_ENVIRONMENT, ENVIRONMENT, NEXT, limit
from api.resources.scan_options import SCAN_OPTIONS
from api.restx import PREFIX, Resource
from api.service import service
from graph_schema.constants import CONSTANTS
from topology import messages as told
from topology.scan import ScanOptions
from topology.scan.history import one_scan, scans
from topology.scan.turns import cancel
from topology.shapes import JsonObject
from workers.requesting import request_as_task

_BODY = (
    Parameter("environment", "Name of the environment.", required=True, aliases=("env_name",)),
    *SCAN_OPTIONS,
)
SCAN_BODY = body_model("scan_request", *_BODY)


class Scans(Resource):
    """Scans."""

    @answers("scans", "A page of scans; with `id` the one scan and its report.")
    @takes(
        ANY_ENVIRONMENT,
        Parameter("id", "Only the scan of this id, with its report; needs the environment."),
        Parameter("status", "Only scans in these states.", many=True, choices=CONSTANTS["scans_statuses"]),
        limit(),
        NEXT,
    )
    def get(self, *, environment: str | None, id: str | None, limit: int, next: str | None, status: Any) -> JsonObject:
        """Scans, those last asked for first: their state, phase, progress, who started them."""
        graph = service().graph
        if id is None:
            return scans(graph, environment=environment, statuses=status, limit=limit, after=next).as_json()
        if environment is None:
            raise InvalidRequest([("environment", "is missing; one scan is asked for by environment and id.")])
        return {"items": [one_scan(graph, environment, id)], "next": None}

    @answers("answer", "It is asked for; `location` tells how it goes.", HTTPStatus.ACCEPTED)
    @takes()
    @takes_body(SCAN_BODY, *_BODY)
    def post(self, *, body: dict[str, Any]) -> tuple[JsonObject, int, dict[str, str]]:
        """Have a worker scan an environment. Scans of one environment are done one after the other."""
        environment = body.pop("environment")
        here = service()
        requested = request_as_task(
            here.graph,
            lambda: here.tasks,
            here.settings,
            environment,
            ScanOptions.from_json(body),
            started_by=caller().name,
        )
        told_at = f"{PREFIX}/scans?{urlencode({'environment': requested.environment, 'id': requested.id})}"
        answer = {
            "id": requested.id,
            "environment": requested.environment,
            "status": "pending",
            "waits_for": requested.waits_for,
            "location": told_at,
        }
        return answer, HTTPStatus.ACCEPTED.value, {"Location": told_at}

    @answers("answer", "It is ended, or asked to end: `status` tells which.", HTTPStatus.ACCEPTED)
    @takes(ENVIRONMENT, Parameter("id", "Id of the scan.", required=True))
    def delete(self, *, environment: str, id: str) -> tuple[JsonObject, int]:
        """Cancel a scan. One that waits is ended at once, one that runs after its batch; what it wrote stays."""
        now = cancel(service().graph, environment, id, by=caller().name)
        return {"id": id, "environment": environment, "status": now}, HTTPStatus.ACCEPTED.value


class Messages(Resource):
    """Messages."""

    @answers("messages", "A page of messages.")
    @takes(
        ANY_ENVIRONMENT,
        Parameter("level", "Only of this gravity or graver.", choices=told.LEVELS),
        Parameter("source_system", "Only from this system.", choices=CONSTANTS["message_source_systems"]),
        Parameter("related_object", "Only about the object of this id."),
        Parameter("scan_id", "Only of this scan."),
        Parameter("event_id", "Only of the notification with this id."),
        Parameter("start_time", "Only from then on.", kind="time"),
        Parameter("end_time", "Only until then.", kind="time"),
        limit(),
        NEXT,
    )
    def get(self, *, environment: str | None, limit: int, next: str | None, **wanted: Any) -> JsonObject:
        """Messages, the newest first."""
        which = told.WantedMessages(
            level=wanted["level"],
            source_system=wanted["source_system"],
            related_object=wanted["related_object"],
            scan_id=wanted["scan_id"],
            event_id=wanted["event_id"],
            since=wanted["start_time"],
            until=wanted["end_time"],
        )
        return told.messages(service().graph, environment=environment, wanted=which, limit=limit, after=next).as_json()
