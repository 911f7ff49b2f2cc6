"""The inventory: what was discovered, in pages and one by one, and what users write beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_schema.model import ANNOTATIONS
from graph_schema.presentation import DISPLAY_ORDER
from graph_schema.registry import LINKS, OBJECT_TYPES
from topology.errors import InvalidConfiguration, UnknownEnvironment, UnknownObject
from topology.freshness import ScopeBook
from topology.graph import Graph
from topology.paging import LIMIT, Page, checked_limit, page, position
from topology.search import lucene, suggestions
from topology.shapes import JsonObject, link_shape, node_shape
from topology.store import SEARCH_INDEX

# Links of one object that are told one by one; all of them are counted, and GET /links goes through them.
LINKS_TOLD = 500
ANNOTATION_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which objects of an environment. All that is given must be true of an object; `text` are beginnings of words."""

    types: Sequence[str] | None = None
    host: str | None = None
    parent_id: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class WantedLinks:
    """Which links of an environment; `host` is that of either end."""

    link_types: Sequence[str] | None = None
    source_id: str | None = None
    target_id: str | None = None
    states: Sequence[str] | None = None
    host: str | None = None


def inventory(
    graph: Graph, environment: str, wanted: Wanted | None = None, *, limit: int = LIMIT, after: str | None = None
) -> Page:
    """A page of objects in the order of their ids. Raises UnknownEnvironment, InvalidConfiguration, TimedOut."""
    wanted = wanted or Wanted()
    (place,) = position(after, 1)
    parameters: dict[str, Any] = {
        "environment": environment,
        "types": None if wanted.types is None else list(wanted.types),
        "host": wanted.host,
        "parent_id": wanted.parent_id,
        "after": place,
        "limit": checked_limit(limit) + 1,
    }
    statement = _most_selective(wanted)
    if wanted.text is not None:
        parameters |= {"index": SEARCH_INDEX, "words": lucene(wanted.text) or '""'}
    rows = graph.read(statement, **parameters)
    if not rows:
        require_environment(graph, environment)
    return page(rows, limit, shape=lambda row: node_shape(row["node"]), place=lambda row: [row["node"]["id"]])


def one_object(graph: Graph, environment: str, id: str) -> JsonObject:
    """One object with its details, what contains it (the outermost first), what it contains, and its links.

    Raises UnknownEnvironment, UnknownObject with near matches.
    """
    rows = graph.read("object_surroundings", environment=environment, id=id, limit=LINKS_TOLD)
    if not rows:
        raise _unknown(graph, environment, id)
    row = rows[0]
    node, links = row["node"], row["links"]
    freshness = ScopeBook.of(graph, environment, [node]).freshness([node])
    return {
        **node_shape(node),
        "details": json.loads(node["details"]) if node.get("details") else {},
        "parents": [node_shape(parent) for parent in row["parents"]],
        "children": _children(row["children"]),
        "links": [{**link_shape(link), "other": link["other"]} for link in links],
        "link_counts": {entry["link_type"]: entry["count"] for entry in row["link_counts"]},
        "freshness": freshness.as_json(),
    }


def annotate(graph: Graph, environment: str, id: str, annotations: Mapping[str, str | None]) -> JsonObject:
    """Write what a user says about an object; None or an empty text takes an annotation away. Scans leave it alone.

    Raises InvalidConfiguration for what is no annotation or too long, UnknownEnvironment, UnknownObject.
    """
    for name, text in annotations.items():
        if name not in ANNOTATIONS:
            raise InvalidConfiguration(f"{name!r} is no annotation; there are: {', '.join(ANNOTATIONS)}.")
        if text is not None and len(text) > ANNOTATION_LENGTH:
            raise InvalidConfiguration(f"{name}: {len(text)} characters; {ANNOTATION_LENGTH} at most.")
    values = {name: text or None for name, text in annotations.items()}
    rows = graph.write("object_annotate", environment=environment, id=id, annotations=values)
    if not rows:
        raise _unknown(graph, environment, id)
    return node_shape(rows[0]["node"])


def links(
    graph: Graph, environment: str, wanted: WantedLinks | None = None, *, limit: int = LIMIT, after: str | None = None
) -> Page:
    """A page of links in the order of their ends. Raises UnknownEnvironment, InvalidConfiguration, TimedOut."""
    wanted = wanted or WantedLinks()
    types = list(LINKS if wanted.link_types is None else wanted.link_types)
    source, target, type = position(after, 3)
    parameters: dict[str, Any] = {
        "environment": environment,
        "link_types": types,
        "states": None if wanted.states is None else list(wanted.states),
        "host": wanted.host,
        "after_source": source,
        "after_target": target,
        "after_type": type,
        "limit": checked_limit(limit) + 1,
    }
    if wanted.source_id is not None:
        statement = "links_of_source"
        parameters |= {"source_id": wanted.source_id, "target_id": wanted.target_id}
    elif wanted.target_id is not None:
        statement = "links_of_target"
        parameters["target_id"] = wanted.target_id
    elif wanted.link_types is None:
        statement = "links_all"
    else:
        statement = "links_of_types"
        parameters["source_types"] = sorted({LINKS[name].source for name in types})
    rows = graph.read(statement, **parameters)
    if not rows:
        require_environment(graph, environment)
    return page(rows, limit, shape=lambda row: link_shape(row["link"]), place=_place_of_link)


def require_environment(graph: Graph, environment: str) -> None:
    """Raise UnknownEnvironment unless there is an environment of that name, or anything discovered under it."""
    if not graph.read("environment_known", environment=environment)[0]["known"]:
        raise UnknownEnvironment(f"no environment is named {environment!r}. There are: calipso env list")


def _most_selective(wanted: Wanted) -> str:
    if wanted.text is not None:
        return "inventory_of_text"
    if wanted.parent_id is not None:
        return "inventory_of_parent"
    if wanted.host is not None:
        return "inventory_of_host"
    return "inventory_all" if wanted.types is None else "inventory_of_types"


def _children(counted: Sequence[Mapping[str, Any]]) -> list[JsonObject]:
    ordered = sorted(counted, key=lambda entry: DISPLAY_ORDER[entry["type"]])
    return [{"type": c["type"], "label": OBJECT_TYPES[c["type"]].plural, "count": c["count"]} for c in ordered]


def _place_of_link(row: Mapping[str, Any]) -> list[str]:
    link = row["link"]
    return [link["source_id"], link["target_id"], link["link_type"]]


def _unknown(graph: Graph, environment: str, id: str) -> UnknownObject | UnknownEnvironment:
    try:
        require_environment(graph, environment)
    except UnknownEnvironment as error:
        return error
    return UnknownObject(f"{environment}: no object has the id {id!r}.{suggestions(graph, environment, id)}")
