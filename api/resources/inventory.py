"""/inventory, /links, /search, /tree: what was discovered."""

from __future__ import annotations

from typing import Any

from api.models import answers, body_model
from api.parameters import Parameter, takes, takes_body
from api.resources.naming import ANY_ENVIRONMENT, ENVIRONMENT, HOST, ID, LINK_TYPES, NEXT, TYPES, limit
from api.restx import Resource
from api.service import service
from graph_schema.constants import CONSTANTS
from graph_schema.model import ANNOTATIONS, COMMON_PROPERTIES
from topology import inventory as asked
from topology.search import LIMIT, search
from topology.shapes import JsonObject
from topology.tree import DEEPEST, tree

SEARCH_CAP = 50
_ANNOTATIONS = tuple(Parameter(name, COMMON_PROPERTIES[name], nullable=True) for name in ANNOTATIONS)
ANNOTATION_BODY = body_model("annotations", *_ANNOTATIONS)


class Inventory(Resource):
    """Discovered objects."""

    @answers("nodes", "A page of objects; with `id` the one object, its details, parents, children and links.")
    @takes(
        ENVIRONMENT,
        Parameter("id", "Only the object of this id, with all that is known of it."),
        TYPES,
        HOST,
        Parameter("parent_id", "Only what this object contains."),
        Parameter("q", "Only objects that these words, or beginnings of words, occur in.", aliases=("text",)),
        limit(),
        NEXT,
    )
    def get(self, *, environment: str, id: str | None, limit: int, next: str | None, **wanted: Any) -> JsonObject:
        """Objects in the order of their ids, or one object with its surroundings."""
        graph = service().graph
        if id is not None:
            return {"items": [asked.one_object(graph, environment, id)], "next": None}
        which = asked.Wanted(types=wanted["type"], host=wanted["host"], parent_id=wanted["parent_id"], text=wanted["q"])
        return asked.inventory(graph, environment, which, limit=limit, after=next).as_json()

    @answers("node", "The object as it is now.")
    @takes(ENVIRONMENT, ID)
    @takes_body(ANNOTATION_BODY, *_ANNOTATIONS)
    def patch(self, *, environment: str, id: str, body: dict[str, str | None]) -> JsonObject:
        """Write annotations: alias, application, service, note. Null or an empty text takes one away."""
        return asked.annotate(service().graph, environment, id, body)


class Links(Resource):
    """Discovered links."""

    @answers("links", "A page of links.")
    @takes(
        ENVIRONMENT,
        LINK_TYPES,
        Parameter("source_id", "Only links that begin at this object."),
        Parameter("target_id", "Only links that end at this object."),
        Parameter("state", "Only links in these states.", many=True, choices=CONSTANTS["link_states"]),
        Parameter("host", "Only links with an end on this host (its id)."),
        limit(),
        NEXT,
    )
    def get(self, *, environment: str, limit: int, next: str | None, **wanted: Any) -> JsonObject:
        """Links in the order of their ends."""
        which = asked.WantedLinks(
            link_types=wanted["link_type"],
            source_id=wanted["source_id"],
            target_id=wanted["target_id"],
            states=wanted["state"],
            host=wanted["host"],
        )
        return asked.links(service().graph, environment, which, limit=limit, after=next).as_json()


class Search(Resource):
    """Search across environments."""

    @answers("nodes", "A page of objects, the best first.")
    @takes(
        Parameter(
            "q",
            "A name, address, range (10.1.0.0/24), MAC address in any notation, id, or words of a note; and filters "
            "such as type:instance project:alpha status:error, alone or beside it.",
            required=True,
        ),
        ANY_ENVIRONMENT,
        limit(LIMIT, SEARCH_CAP),
        NEXT,
    )
    def get(self, *, q: str, environment: str | None, limit: int, next: str | None) -> JsonObject:
        """Find objects by name, address, MAC address, id, annotation or what they say; the best first."""
        if environment is not None:
            asked.require_environment(service().graph, environment)
        return search(service().graph, q, environment=environment, limit=limit, cursor=next).as_json()


class Tree(Resource):
    """What contains what."""

    @answers("answer", "Objects grouped by type, down to the depth asked for.")
    @takes(
        ENVIRONMENT,
        Parameter("id", "Begin at this object; without it, at the environment.", aliases=("parent_id",)),
        Parameter("depth", "Levels of objects.", kind="integer", default=1, minimum=1, maximum=DEEPEST),
        limit(50),
    )
    def get(self, *, environment: str, id: str | None, depth: int, limit: int) -> JsonObject:
        """What the environment, or an object, contains; grouped by type and counted."""
        return tree(service().graph, environment, root=id, depth=depth, limit=limit).as_json()
