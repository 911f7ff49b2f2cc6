"""/cliques, /clique_types, /clique_constraints, /paths, /reachable, /impact: what is connected to what."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.models import answers
from api.parameters import InvalidRequest, Parameter, takes
from api.resources.naming import ANY_ENVIRONMENT, ENVIRONMENT, NEXT, limit
from api.restx import Resource
from api.service import service
from graph_schema.clique_types.model import ANY
from graph_schema.registry import LINKS, OBJECT_TYPES
from topology.cliques import Clique, clique, cliques_page
from topology.cliques.answer import PAGE_CAP
from topology.errors import UnknownObject
from topology.graph import Graph
from topology.impact import ImpactLimits, find_impact, markdown
from topology.paths import Limits, ReachableLimits, asked_for, find_paths, find_reachable
from topology.paths.limits import DEPTH, DEPTH_CAP, PATHS, PATHS_CAP
from topology.paths.reachable import MOST, MOST_CAP
from topology.schema_view import schema_view
from topology.search import resolve
from topology.shapes import JsonObject

_MAX_DEPTH = Parameter("max_depth", "Links on the way.", kind="integer", default=DEPTH, minimum=1, maximum=DEPTH_CAP)
_TIMEOUT = Parameter("timeout", "Seconds that it may take.", kind="number", minimum=0.001, maximum=120)
_FOCAL_TYPE = Parameter("focal_point_type", "Only for focal points of this type.", choices=tuple(OBJECT_TYPES))


class Cliques(Resource):
    """What objects are connected to, all the way down."""

    @answers("clique_or_page", "With `focal_point` one clique; with `focal_point_type` a page of them.")
    @takes(
        ENVIRONMENT,
        Parameter("focal_point", "The object whose clique is wanted: an id, name, address or MAC address."),
        Parameter(
            "focal_point_type",
            "Type of the objects whose cliques are wanted.",
            choices=tuple(OBJECT_TYPES),
            aliases=("focal_type",),
        ),
        limit(20, PAGE_CAP),
        NEXT,
    )
    def get(
        self, *, environment: str, focal_point: str | None, focal_point_type: str | None, limit: int, next: str | None
    ) -> JsonObject:
        """The clique of one object, or those of all objects of a type. Computed now, so never stale."""
        graph = service().graph
        if (focal_point is None) == (focal_point_type is None):
            raise InvalidRequest([("focal_point", "give either this or focal_point_type.")])
        if focal_point is not None:
            return _clique(graph, environment, focal_point).as_json()
        return cliques_page(graph, environment, str(focal_point_type), limit=limit, after=next).as_json()


def _clique(graph: Graph, environment: str, wanted: str) -> Clique:
    try:
        return clique(graph, environment, wanted)
    except UnknownObject:  # then it is no id
        return clique(graph, environment, resolve(graph, environment, wanted))


class CliqueTypes(Resource):
    """Which walks cliques are."""

    @answers("list")
    @takes(_FOCAL_TYPE, ANY_ENVIRONMENT)
    def get(self, *, focal_point_type: str | None, environment: str | None) -> JsonObject:
        """The shipped clique types and users' own."""
        kinds = schema_view(service().graph)["clique_types"]
        return _all(
            kind
            for kind in kinds
            if focal_point_type in (None, kind["focal_point_type"])
            and (environment is None or kind.get("environment") in (environment, ANY))
        )


class CliqueConstraints(Resource):
    """What confines cliques."""

    @answers("list")
    @takes(_FOCAL_TYPE)
    def get(self, *, focal_point_type: str | None) -> JsonObject:
        """For each type of focal point, what every link of its cliques must share with it."""
        constraints = schema_view()["clique_constraints"]
        return _all(c for c in constraints if focal_point_type in (None, c["focal_point_type"]))


class Paths(Resource):
    """How packets get from one object to another."""

    @answers("paths", "The paths, hop by hop, and what would stop packets on them; or the reason why there is none.")
    @takes(
        ENVIRONMENT,
        Parameter("from", "Where packets begin: an id, name, address or MAC address.", required=True),
        Parameter("to", "Where they go: an id, name, address or MAC address.", required=True),
        Parameter("proto", "What is sent, for security groups: tcp, udp, icmp or a number."),
        Parameter("port", "Port that it is sent to.", kind="integer", minimum=1, maximum=65535),
        _MAX_DEPTH,
        Parameter("max_paths", "Paths that are told.", kind="integer", default=PATHS, minimum=1, maximum=PATHS_CAP),
        Parameter("exists", "Only say whether there is one, without `paths`.", kind="boolean", default=False),
        _TIMEOUT,
    )
    def get(self, **wanted: Any) -> JsonObject:
        """Paths between two objects, which respect isolation as packets do."""
        answer = find_paths(
            service().graph,
            wanted["environment"],
            wanted["from"],
            wanted["to"],
            limits=Limits(wanted["max_depth"], wanted["max_paths"], wanted["timeout"]),
            asked=asked_for(wanted["proto"], wanted["port"]),
        )
        return answer.as_verdict() if wanted["exists"] else answer.as_json()


class ReachableFrom(Resource):
    """What is reached from an object."""

    @answers("reachable", "The objects, the nearest first, each with its `distance` in links.")
    @takes(
        ENVIRONMENT,
        Parameter("from", "Where it begins: an id, name, address or MAC address.", required=True),
        Parameter(
            "type", "Only objects of these types are told.", required=True, many=True, choices=tuple(OBJECT_TYPES)
        ),
        Parameter(
            "link_type",
            "Follow these links as they are; without them, go as packets go.",
            many=True,
            choices=tuple(LINKS),
        ),
        _MAX_DEPTH,
        Parameter("limit", "Objects that are told.", kind="integer", default=MOST, minimum=1, maximum=MOST_CAP),
        _TIMEOUT,
    )
    def get(self, **wanted: Any) -> JsonObject:
        """All objects of some types that are reached from one."""
        return find_reachable(
            service().graph,
            wanted["environment"],
            wanted["from"],
            kinds=wanted["type"],
            link_types=wanted["link_type"] or (),
            limits=ReachableLimits(wanted["max_depth"], wanted["limit"], wanted["timeout"]),
        ).as_json()


class ImpactOf(Resource):
    """What depends on objects."""

    @answers("impact", "What is cut off, degraded or without redundancy, and why; or the same as a report.")
    @takes(
        ENVIRONMENT,
        Parameter(
            "id",
            "What fails: an id, name, address or MAC address. Several fail together.",
            required=True,
            many=True,
        ),
        Parameter("format", "How it is told.", default="json", choices=("json", "markdown")),
        _TIMEOUT,
    )
    def get(self, *, environment: str, id: list[str], format: str, timeout: float | None) -> JsonObject | Response:
        """What depends on objects that fail together. The graph stays as it is."""
        found = find_impact(service().graph, environment, *id, limits=ImpactLimits(timeout=timeout))
        if format == "markdown":
            return Response("\n".join(markdown(found)) + "\n", mimetype="text/markdown")
        return found.as_json()


def _all(entries: Any) -> JsonObject:
    return {"items": list(entries), "next": None}
