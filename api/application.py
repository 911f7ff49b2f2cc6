"""The Flask application: resources, authentication, errors, and what every answer carries."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from api.authentication import protect
from api.errors import answer_errors
from api.metrics import expose, requests
from api.models import MODELS
from api.resources import cliques, connection_tests, declared, health, inventory, scans, schedules, tokens
from api.restx import Resource, mount
from api.service import Service, keep

log = logging.getLogger("calipso.api")
LARGEST_BODY = 1_000_000

RESOURCES: dict[str, type[Resource]] = {
    "/inventory": inventory.Inventory,
    "/links": inventory.Links,
    "/search": inventory.Search,
    "/tree": inventory.Tree,
    "/cliques": cliques.Cliques,
    "/clique_types": cliques.CliqueTypes,
    "/clique_constraints": cliques.CliqueConstraints,
    "/paths": cliques.Paths,
    "/reachable": cliques.ReachableFrom,
    "/impact": cliques.ImpactOf,
    "/scans": scans.Scans,
    "/scheduled_scans": schedules.ScheduledScans,
    "/connection_tests": connection_tests.ConnectionTests,
    "/messages": scans.Messages,
    "/environment_configs": declared.EnvironmentConfigs,
    "/constants": declared.Constants,
    "/schema": declared.Schema,
    "/aggregates": declared.Aggregates,
    "/auth/tokens": tokens.Tokens,
    "/health": health.Health,
    "/readiness": health.Readiness,
    "/version": health.Version,
}
_BODIES = (
    inventory.ANNOTATION_BODY,
    scans.SCAN_BODY,
    schedules.SCHEDULE_BODY,
    schedules.WHOLE_SCHEDULE_BODY,
    schedules.SCHEDULE_CHANGE_BODY,
    connection_tests.TEST_BODY,
    tokens.TOKEN_BODY,
)


def make_app(service: Service) -> Flask:
    """The application over this service."""
    app = Flask("api", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        keep(service)
    mount(
        app,
        RESOURCES,
        {**MODELS, **{model.name: model for model in _BODIES}},
        title="Calipso Graph",
        version=health.product_version(),
        description="What a cloud's networking is made of, and how it hangs together. Ids travel as query parameters.",
        authorizations={
            "token": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Bearer TOKEN`; make a token with: calipso token",
            }
        },
        security="token",
    )
    expose(app, service, health.product_version())
    app.before_request(_begin)
    protect(app)
    app.after_request(_finish)
    answer_errors(app)
    return app


def _begin() -> None:
    g.begun = time.monotonic()


def _finish(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    seconds = time.monotonic() - g.get("begun", time.monotonic())
    requests().answered(response, seconds)
    # Without the query: what people search for is theirs.
    log.info("%s %s %s %.0f ms", request.method, request.path, response.status_code, seconds * 1000)
    return response
