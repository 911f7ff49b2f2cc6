"""What the documentation says of answers: JSON schemas, those of objects derived from the declared types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from flask_restx import SchemaModel

from api.parameters import Parameter
from graph_schema.model import COMMON_PROPERTIES, ObjectType, Property
from graph_schema.registry import LINKS, OBJECT_TYPES
from topology.shapes import JsonObject

Method = TypeVar("Method", bound=Callable[..., Any])

_KINDS: Mapping[str, JsonObject] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "nested": {"type": "object"},
}
_NOT_TOLD = frozenset({"environment", "hash", "links_hash", "scope"})
_ANYTHING: JsonObject = {"type": "object"}
_TEXT: JsonObject = {"type": "string"}


def _ref(name: str) -> JsonObject:
    return {"$ref": f"#/definitions/{name}"}


def _list_of(entry: JsonObject) -> JsonObject:
    return {"type": "array", "items": entry}


def _object(required: Sequence[str] = (), /, **properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _page_of(entry: JsonObject) -> JsonObject:
    following = {**_TEXT, "x-nullable": True, "description": "Give it as `next` for the following page."}
    return _object(("items", "next"), items=_list_of(entry), next=following)


def _node() -> JsonObject:
    told = {name: text for name, text in COMMON_PROPERTIES.items() if name not in _NOT_TOLD}
    nullable: JsonObject = {**_TEXT, "x-nullable": True}
    kinds: dict[str, JsonObject] = {"details": _ANYTHING, "name": nullable, "host": nullable, "status": nullable}
    properties = {name: {**kinds.get(name, _TEXT), "description": text} for name, text in told.items()}
    return {**_object(("id", "type", "name"), **properties), "discriminator": "type"}


def _typed(kind: ObjectType) -> JsonObject:
    own = {p.name: _property(p) for p in kind.properties if p.kind != "nested"}
    return {"allOf": [_ref("node"), _object(**own)], "description": f"{kind.plural}, from {kind.source}"}


def _property(p: Property) -> JsonObject:
    return {**_KINDS[p.kind], "description": p.description}


_COUNT: JsonObject = {"type": "integer"}
_FLAG: JsonObject = {"type": "boolean"}
_NULLABLE: JsonObject = {**_TEXT, "x-nullable": True}


def _schemas() -> dict[str, JsonObject]:
    pages = ("node", "link", "clique", "scan", "schedule", "connection_test", "message", "token")
    return {
        "node": _node(),
        **{kind.name: _typed(kind) for kind in OBJECT_TYPES.values()},
        **_records(),
        **_cliques(),
        **_questions(),
        **{f"{name}s": _page_of(_ref(name)) for name in pages},
        "list": _page_of(_ANYTHING),
        "answer": _ANYTHING,
    }


def _records() -> dict[str, JsonObject]:
    """What is kept: links, scans, messages, tokens; and errors."""
    error = _object(("code", "title", "message", "details"), code=_COUNT, title=_TEXT, message=_TEXT, details=_ANYTHING)
    return {
        "error": _object(("error",), error=error),
        "link": _object(
            ("link_type", "source_id", "target_id"),
            link_type={**_TEXT, "enum": list(LINKS)},
            source_id=_TEXT,
            target_id=_TEXT,
            name=_TEXT,
            state={**_TEXT, "enum": ["up", "down"]},
            status=_NULLABLE,
            weight={"type": "number"},
            networks={
                **_list_of(_TEXT),
                "x-nullable": True,
                "description": "Only these; null: whatever its ends carry.",
            },
        ),
        "scan": _scan(),
        "schedule": _schedule(),
        "connection_test": _connection_test(),
        "message": _object(
            id=_TEXT,
            environment=_TEXT,
            level=_TEXT,
            text=_TEXT,
            source_system=_TEXT,
            timestamp=_TEXT,
            scan_id=_NULLABLE,
            event_id=_NULLABLE,
            related=_list_of(_TEXT),
        ),
        "token": _object(id=_TEXT, name=_TEXT, scope=_TEXT, created_at=_TEXT, expires_at=_NULLABLE),
    }


def _scan() -> JsonObject:
    return _object(
        ("id", "environment", "status"),
        id=_TEXT,
        environment=_TEXT,
        status=_TEXT,
        phase=_NULLABLE,
        started_by=_NULLABLE,
        requested_at=_TEXT,
        started_at=_NULLABLE,
        heartbeat=_NULLABLE,
        ended_at=_NULLABLE,
        reason=_NULLABLE,
        schedule={**_NULLABLE, "description": "Id of the schedule that asked for it."},
        scopes_done=_COUNT,
        heard_of={**_FLAG, "x-nullable": True, "description": "Whether a running scan is heard of; else it is dead."},
        options=_ANYTHING,
        report={**_ANYTHING, "x-nullable": True},
    )


def _schedule() -> JsonObject:
    return _object(
        ("id", "environment", "frequency", "timezone", "start", "options", "paused"),
        id=_TEXT,
        environment=_TEXT,
        frequency=_TEXT,
        every={**_COUNT, "x-nullable": True},
        cron=_NULLABLE,
        timezone=_TEXT,
        start=_TEXT,
        spoken={**_TEXT, "description": "How often, for people."},
        options=_ANYTHING,
        paused=_FLAG,
        next_run={**_NULLABLE, "description": "In its time zone; null while it is paused."},
        last_run=_NULLABLE,
        last_scan=_NULLABLE,
        last_problem={**_NULLABLE, "description": "Why it asked for no scan the last time."},
        runs=_COUNT,
        created_by=_TEXT,
        created_at=_TEXT,
    )


def _connection_test() -> JsonObject:
    step = _object(
        ("step", "status", "seconds", "told"),
        step=_TEXT,
        status={**_TEXT, "enum": ["ok", "warning", "failed"]},
        kind={**_NULLABLE, "description": "What kind of failure it is."},
        seconds={"type": "number"},
        told=_TEXT,
        remedy=_TEXT,
    )
    result = _object(("target", "status", "seconds", "steps"), target=_TEXT, status=_TEXT, seconds={"type": "number"})
    result["properties"]["steps"] = _list_of(step)
    return _object(
        ("id", "environment", "status", "test_targets"),
        id=_TEXT,
        environment=_TEXT,
        status=_TEXT,
        test_targets=_list_of(_TEXT),
        test_results=_list_of(result),
        submitted_at=_TEXT,
        started_at=_NULLABLE,
        ended_at=_NULLABLE,
        reason=_NULLABLE,
        requested_by=_TEXT,
    )


def _cliques() -> dict[str, JsonObject]:
    clique = _object(
        ("environment", "focal_point", "clique_type", "nodes", "links", "freshness"),
        environment=_TEXT,
        focal_point=_ref("node"),
        clique_type=_TEXT,
        link_types=_list_of(_TEXT),
        nodes=_list_of(_ref("node")),
        links=_list_of(_ref("link")),
        truncated=_FLAG,
        freshness=_ref("freshness"),
        notes=_list_of(_TEXT),
    )
    return {
        "freshness": _object(
            complete=_FLAG, as_of=_NULLABLE, scopes=_list_of(_ANYTHING), incomplete_elsewhere=_list_of(_TEXT)
        ),
        "clique": clique,
        "clique_or_page": _object(**clique["properties"], **_page_of(_ref("clique"))["properties"]),
    }


def _questions() -> dict[str, JsonObject]:
    """Paths, what is reached, what is hit."""
    path = _object(nodes=_list_of(_ref("node")), links=_list_of(_ref("link")), blocked_by=_list_of(_ANYTHING))
    hit = _object(("effect", "node", "why", "path"), effect=_TEXT, node=_ref("node"), why=_TEXT)
    return {
        "path": path,
        "paths": _object(
            environment=_TEXT,
            reachable=_FLAG,
            open=_FLAG,
            paths=_list_of(_ref("path")),
            reason=_NULLABLE,
            freshness=_ref("freshness"),
            **{"from": _ref("node"), "to": _ref("node")},
        ),
        "reachable": _object(
            ("environment", "from", "items", "truncated", "freshness"),
            environment=_TEXT,
            items=_list_of(_ref("node")),
            truncated=_FLAG,
            freshness=_ref("freshness"),
            **{"from": _ref("node")},
        ),
        "impact": _object(
            ("environment", "failing", "affected", "counts", "projects", "freshness"),
            environment=_TEXT,
            failing=_list_of(_ref("node")),
            affected=_list_of(hit),
            counts=_ANYTHING,
            projects=_list_of(_ANYTHING),
            truncated=_FLAG,
            freshness=_ref("freshness"),
        ),
    }


MODELS: Mapping[str, Any] = {name: SchemaModel(name, schema) for name, schema in _schemas().items()}


def _member(parameter: Parameter) -> JsonObject:
    return _list_of(parameter.swagger_value()) if parameter.many else parameter.swagger_value()


def body_model(name: str, *parameters: Parameter) -> Any:
    """The model of a JSON body with these members."""
    properties = {p.name: {**_member(p), "description": p.description} for p in parameters}
    members = _object([p.name for p in parameters if p.required], **properties)
    return SchemaModel(name, {**members, "additionalProperties": False})


def answers(
    model: str, text: str = "The answer.", status: HTTPStatus = HTTPStatus.OK, *, public: bool = False
) -> Callable[[Method], Method]:
    """Document what a method answers with, and the errors that any may end with."""
    errors = {HTTPStatus.BAD_REQUEST: "A parameter can not be.", HTTPStatus.SERVICE_UNAVAILABLE: "Neo4j is away."}
    if not public:
        errors |= {
            HTTPStatus.UNAUTHORIZED: "No valid token.",
            HTTPStatus.NOT_FOUND: "No such environment or object.",
            HTTPStatus.GATEWAY_TIMEOUT: "It took too long and was ended.",
        }
    said: dict[str, Any] = {str(code.value): (meaning, MODELS["error"], {}) for code, meaning in errors.items()}
    said[str(status.value)] = (text, MODELS[model], {})

    def decorate(method: Method) -> Method:
        known = vars(method).setdefault("__apidoc__", {})
        known["responses"] = said
        if public:
            known["security"] = []
        return method

    return decorate
