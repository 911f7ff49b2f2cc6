"""Errors: one shape for all, with the status that says whose turn it is."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, g, has_request_context
from werkzeug.exceptions import HTTPException

from api.parameters import InvalidRequest
from graph_schema.model import SchemaError
from topology.cliques import NoCliqueType
from topology.errors import (
    AmbiguousName,
    GraphNotReady,
    GraphUnavailable,
    InvalidConfiguration,
    TimedOut,
    TopologyError,
    UnknownEnvironment,
    UnknownObject,
)
from topology.scan.history import AlreadyWaiting
from topology.scan.journal import EnvironmentBusy
from topology.shapes import JsonObject
from workers.broker import BrokerUnavailable

log = logging.getLogger("calipso.api")
RETRY_AFTER = {"Retry-After": "5"}
# The first that fits.
_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (InvalidRequest, HTTPStatus.BAD_REQUEST),
    (GraphUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (GraphNotReady, HTTPStatus.SERVICE_UNAVAILABLE),
    (BrokerUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (TimedOut, HTTPStatus.GATEWAY_TIMEOUT),
    (UnknownEnvironment, HTTPStatus.NOT_FOUND),
    (AmbiguousName, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UnknownObject, HTTPStatus.NOT_FOUND),
    (NoCliqueType, HTTPStatus.UNPROCESSABLE_ENTITY),
    (AlreadyWaiting, HTTPStatus.CONFLICT),
    (EnvironmentBusy, HTTPStatus.CONFLICT),
    (InvalidConfiguration, HTTPStatus.BAD_REQUEST),
    (SchemaError, HTTPStatus.BAD_REQUEST),
    (TopologyError, HTTPStatus.UNPROCESSABLE_ENTITY),
)


class Unauthorized(Exception):
    """Nobody who may ask: there is no token, or it is not valid."""


def error_response(error: Exception) -> Response:
    """The answer to a request that this error ended."""
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, Unauthorized):
        headers = {"WWW-Authenticate": 'Bearer realm="calipso"'}
        return shaped(HTTPStatus.UNAUTHORIZED, str(error), {"kind": "unauthorized"}, headers)
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return _of_kind(error, status)
    reference = uuid.uuid4().hex[:12]
    log.error("error %s", reference, exc_info=error)
    text = f"Something went wrong that should not. The API's log tells more under {reference}."
    return shaped(HTTPStatus.INTERNAL_SERVER_ERROR, text, {"kind": "internal", "reference": reference})


def shaped(status: HTTPStatus, message: str, details: JsonObject, headers: Mapping[str, str] | None = None) -> Response:
    """An error in the one shape."""
    error = {"code": status.value, "title": status.phrase, "message": message, "details": details}
    body = json.dumps({"error": error}, ensure_ascii=False)
    return Response(body, status.value, mimetype="application/json", headers=dict(headers or {}))


def answer_errors(app: Flask) -> None:
    """Answer in the one shape also where no resource is."""
    app.register_error_handler(Exception, error_response)


def _of_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    told = error.get_response()
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Response(told.get_data(), status.value, headers=dict(told.headers))
    kept = {key: value for key, value in told.headers.items() if key in ("Allow", "Retry-After")}
    messages = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address. What there is: /api/v1/docs",
        HTTPStatus.METHOD_NOT_ALLOWED: f"This can not be done here; possible: {kept.get('Allow', '')}",
    }
    return shaped(status, messages.get(status, error.description or status.phrase), {"kind": status.name.lower()}, kept)


def _of_kind(error: Exception, status: HTTPStatus) -> Response:
    details: JsonObject = {"kind": re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()}
    message = str(error)
    if isinstance(error, InvalidRequest):
        details["parameters"] = [{"parameter": name, "problem": wrong} for name, wrong in error.problems]
    if isinstance(error, AmbiguousName):
        details["candidates"] = list(error.candidates)
    if isinstance(error, AlreadyWaiting | EnvironmentBusy):
        details["scan"] = error.scan_id
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("%s", error)
        if not (has_request_context() and g.get("caller")):
            # Where the database is, is told to those only who may ask.
            message = "The database does not answer now. Ask again in a moment; the API's log tells more."
        return shaped(status, message, details, RETRY_AFTER)
    return shaped(status, message, details)
