"""/scheduled_scans: when environments are scanned by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from api.authentication import caller
from api.models import answers, body_model
from api.parameters import InvalidRequest, Parameter, takes, takes_body
from api.resources.naming import ANY_ENVIRONMENT, NEXT, limit
from api.resources.scan_options import SCAN_OPTIONS, options_of
from api.restx import Resource
from api.service import service
from topology import schedules
from topology.scan import ScanOptions
from topology.schedules import recurrence
from topology.schedules.changing import changed_options, changed_recurrence
from topology.schedules.recurrence import FREQUENCIES
from topology.shapes import JsonObject

_ID = Parameter("id", "Id of the schedule.", required=True)
_WHEN = (
    Parameter("every", "Minutes, with frequency MINUTES.", kind="integer", minimum=1),
    Parameter("cron", "Five fields such as `30 2 * * MON-FRI`, with frequency CRON."),
    Parameter("timezone", "IANA time zone, such as Europe/Berlin; else UTC."),
    Parameter(
        "start",
        "First time; days and longer keep its time of day in the time zone. Without it, now.",
        kind="time",
        aliases=("submit_timestamp",),
    ),
    Parameter("paused", "Whether it stands still.", kind="boolean"),
)


def _frequency(*, required: bool) -> Parameter:
    return Parameter("frequency", "How often.", required=required, choices=FREQUENCIES, aliases=("freq",))


_NEW = (
    Parameter("environment", "Name of the environment.", required=True, aliases=("env_name",)),
    _frequency(required=True),
    *_WHEN,
    *SCAN_OPTIONS,
)
_WHOLE = (_frequency(required=True), *_WHEN, *SCAN_OPTIONS)
_PART = (_frequency(required=False), *_WHEN, *SCAN_OPTIONS)
SCHEDULE_BODY = body_model("schedule_request", *_NEW)
WHOLE_SCHEDULE_BODY = body_model("schedule_whole", *_WHOLE)
SCHEDULE_CHANGE_BODY = body_model("schedule_change", *_PART)


class ScheduledScans(Resource):
    """Schedules."""

    @answers("schedules", "A page of schedules; with `id` the one.")
    @takes(
        ANY_ENVIRONMENT,
        Parameter("id", "Only the schedule of this id."),
        Parameter("frequency", "Only schedules of this frequency.", choices=FREQUENCIES, aliases=("freq",)),
        limit(),
        NEXT,
    )
    def get(
        self, *, environment: str | None, id: str | None, frequency: str | None, limit: int, next: str | None
    ) -> JsonObject:
        """Schedules, by environment: how often, with which options, when they ran and when they run next."""
        graph = service().graph
        if id is not None:
            return {"items": [schedules.one_schedule(graph, id).as_json()], "next": None}
        return schedules.schedules(
            graph, environment=environment, frequency=frequency, limit=limit, after=next
        ).as_json()

    @answers("schedule", "The new schedule.", HTTPStatus.CREATED)
    @takes()
    @takes_body(SCHEDULE_BODY, *_NEW)
    def post(self, *, body: dict[str, Any]) -> tuple[JsonObject, int]:
        """Have an environment scanned regularly."""
        added = schedules.add(
            service().graph,
            body["environment"],
            _recurrence(body),
            options_of(body) or ScanOptions(),
            created_by=caller().name,
            paused=bool(body.get("paused")),
        )
        return added.as_json(), HTTPStatus.CREATED.value

    @answers("schedule", "The schedule as it is now.")
    @takes(_ID)
    @takes_body(SCHEDULE_CHANGE_BODY, *_PART)
    def patch(self, *, id: str, body: dict[str, Any]) -> JsonObject:
        """Change what is given; `paused` stops it or lets it go on."""
        if not body:
            raise InvalidRequest([("body", "changes nothing.")])
        graph = service().graph
        former = schedules.one_schedule(graph, id)
        how = changed_recurrence(former.recurrence, body, datetime.now(UTC))
        options = changed_options(former.options, body)
        return schedules.change(graph, id, how=how, options=options, paused=body.get("paused")).as_json()

    @answers("schedule", "The schedule as it is now.")
    @takes(_ID)
    @takes_body(WHOLE_SCHEDULE_BODY, *_WHOLE)
    def put(self, *, id: str, body: dict[str, Any]) -> JsonObject:
        """Replace when and how it scans; what is not given is as in a new schedule."""
        options, paused = options_of(body) or ScanOptions(), bool(body.get("paused"))
        return schedules.change(service().graph, id, how=_recurrence(body), options=options, paused=paused).as_json()

    @answers("answer", "It is forgotten.")
    @takes(_ID)
    def delete(self, *, id: str) -> JsonObject:
        """Forget a schedule. Scans that it asked for stay."""
        schedules.remove(service().graph, id)
        return {"removed": id}


def _recurrence(body: dict[str, Any]) -> schedules.Recurrence:
    when = {name: body.get(name) for name in ("start", "timezone", "every", "cron")}
    return recurrence(body["frequency"], now=datetime.now(UTC), **when)
