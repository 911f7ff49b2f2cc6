"""What a person means by an id, a name, an address or a MAC address: one object, or a list to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from topology.errors import AmbiguousName, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.search.finding import called, nearly_called
from topology.shapes import quoted
from topology.store.encoding import stored_id

_EXACT = 2
_CONSIDERED, _NEAR = 50, 5
# What a person means who names an address that several objects share.
_MEANT = ("instance", "floating_ip", "router", "host", "network", "vservice", "port", "vnic")


def resolve(graph: Graph, environment: str, wanted: str) -> str:
    """The id of the object that a person names: by id, or by a name, address or MAC address that only one has.

    Raises UnknownObject with near matches, or AmbiguousName with those that are meant by it.
    """
    id = stored_id(wanted)
    if graph.read("object_by_id", environment=environment, id=id):
        return id
    exact = [row for row in called(graph, wanted, environment, _CONSIDERED) if row["rank"] <= _EXACT]
    best = [row["node"] for row in exact if row["rank"] == exact[0]["rank"]]
    if len(best) > 1:
        best = _meant(best, by_name=exact[0]["rank"] < _EXACT)
    if len(best) == 1:
        return str(best[0]["id"])
    if best:
        text = f"{environment}: {quoted(wanted)} names several objects, say which by id:\n{_listed(best)}"
        raise AmbiguousName(text, tuple(str(node["id"]) for node in best))
    if not graph.read("environment_known", environment=environment)[0]["known"]:
        raise UnknownEnvironment(f"no environment is named {quoted(environment)}. There are: calipso env list")
    raise UnknownObject(
        f"{environment}: no object has the id or name {quoted(wanted)}.{suggestions(graph, environment, wanted)}"
    )


def suggestions(graph: Graph, environment: str, wanted: str) -> str:
    """A sentence that names near matches, or how to look for more; empty where there is nothing near."""
    near = called(graph, wanted, environment, _NEAR) or nearly_called(graph, wanted, environment, _NEAR)
    if not near:
        return f" Look for it: calipso search TEXT --env {environment}"
    return " Is one of these meant?\n" + _listed([row["node"] for row in near])


def _meant(nodes: list[Mapping[str, Any]], *, by_name: bool) -> list[Mapping[str, Any]]:
    """Of objects that share a name, those that are more than another's part; that share an address, the first type."""
    if by_name:
        return [node for node in nodes if node["type"] in _MEANT] or nodes
    return next((alike for kind in _MEANT if (alike := [n for n in nodes if n["type"] == kind])), nodes)


def _listed(nodes: list[Mapping[str, Any]]) -> str:
    return "\n".join(f"  {node['type']} {_shortly(node)}  {node['id']}" for node in nodes[:10])


def _shortly(node: Mapping[str, Any]) -> str:
    place = f"on {node['host']}" if node.get("host") else f"in {node.get('parent_type')} {node.get('parent_id')}"
    addresses = ", ".join(node.get("addresses", ())[:2])
    return f"{str(node.get('name') or '')[:80]!r} {place}{f', {addresses}' if addresses else ''}"
