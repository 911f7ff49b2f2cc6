"""Reachable: all objects of some kinds that packets, or links, lead to from an object, within limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_schema.registry import link_type, object_type
from topology.errors import InvalidConfiguration, UnknownObject
from topology.freshness import Freshness, ScopeBook, scope_keys
from topology.graph import Graph, Reading
from topology.naming import Named, named
from topology.paths.ends import End
from topology.paths.following import PACKET_LINKS, AsPacketsGo, AsTheyAre, Following, State
from topology.paths.limits import DEPTH, DEPTH_CAP, check
from topology.paths.locating import locate
from topology.paths.reading import Reader
from topology.paths.stepping import compile_step
from topology.paths.turns import find_turns
from topology.shapes import JsonObject, node_shape
from topology.store.scopes import scope_state_of

MOST, MOST_CAP = 1000, 100_000
# Rows of one step, and what is reached on the way, of whatever kind.
_STEP, _VISITED = 200_000, 400_000
_OVERLAYS = frozenset({"vxlan", "gre", "geneve"})
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReachableLimits:
    """`max_depth`: links from the origin. `most`: objects to tell. `timeout`: seconds; the graph's own if None."""

    max_depth: int = DEPTH
    most: int = MOST
    timeout: float | None = None

    def __post_init__(self) -> None:
        check("max_depth", self.max_depth, DEPTH_CAP)
        check("most", self.most, MOST_CAP)
        if self.timeout is not None and self.timeout <= 0:
            raise InvalidConfiguration(f"timeout: {self.timeout} seconds is no time. Give more than 0.")


@dataclass(frozen=True, slots=True)
class Reachable:
    """The objects that are reached, the nearest first, each with its distance in links."""

    environment: str
    origin: Row
    items: tuple[tuple[Row, int], ...]
    truncated: bool
    freshness: Freshness

    def as_json(self) -> JsonObject:
        """The stable shape of `reachable --format json`."""
        return {
            "environment": self.environment,
            "from": node_shape(self.origin),
            "items": [{"distance": distance, **node_shape(node)} for node, distance in self.items],
            "truncated": self.truncated,
            "freshness": self.freshness.as_json(),
        }


def find_reachable(
    graph: Graph,
    environment: str,
    origin: str,
    *,
    kinds: Collection[str],
    link_types: Collection[str] = (),
    limits: ReachableLimits | None = None,
) -> Reachable:
    """All objects of some kinds that are reached from one, named by id, name, address or MAC address.

    Without `link_types` as packets go: within networks, and from one to another by routers that lead there. With them,
    these links are followed as they are, either way, as long as some network is carried all along.
    Raises SchemaError for kinds and link types that are not there, UnknownObject, AmbiguousName, TimedOut.
    """
    limits = limits or ReachableLimits()
    wanted = frozenset(object_type(kind).name for kind in kinds)
    followed = tuple(sorted({link_type(name).name for name in link_types}))
    (start,) = named(graph, environment, origin)
    if start.id is None:
        raise UnknownObject(f"{environment}: nobody in the cloud has the address {origin}.")

    def work(tx: Reading) -> Reachable:
        reader = Reader(graph, tx, environment)
        here = _without_details(reader.ends([str(start.id)])[str(start.id)][0].properties)
        states, following = ([State(here["id"], None)], AsTheyAre()) if followed else _packets(reader, start)
        search = _Search(tx, environment, followed or PACKET_LINKS, following, wanted, limits)
        search.run(here, states)
        rows = tx.run("objects_by_ids", environment=environment, ids=sorted(search.found))
        items = [(_without_details(row["node"]), search.found[row["node"]["id"]]) for row in rows]
        items.sort(key=lambda each: (each[1], each[0]["type"], each[0]["name"] or "", each[0]["id"]))
        nodes = [here, *(node for node, _ in items)]
        keys = scope_keys(nodes)
        scopes = [scope_state_of(row) for row in tx.run("scopes_of", environment=environment, keys=keys)]
        freshness = ScopeBook(graph, environment, scopes).freshness(nodes)
        return Reachable(environment, here, tuple(items), search.truncated, freshness)

    return graph.ask(work, timeout=limits.timeout)


def _packets(reader: Reader, start: Named) -> tuple[list[State], Following]:
    """Where packets of an object begin, and how they go on."""
    (end,) = locate(reader, start)
    assert end.thing is not None
    senders = list(_senders(reader, end))
    turns = find_turns(reader, end) if end.device_id is None else {}
    overlays = {id for id, network in reader.ground.networks.items() if network.get("network_type") in _OVERLAYS}
    # A subport has no device of its own: what carries it is its trunk's.
    begins = [end.thing.id, *filter(None, [end.thing.text("trunk_parent")])]
    states = [State(id, network, sender) for id in begins for network, sender in senders]
    return states, AsPacketsGo(end.thing.id, end.thing.type, turns, overlays)


def _senders(reader: Reader, end: End) -> Iterator[tuple[str, str]]:
    """The networks that an origin sends on, each with the port that it sends by."""
    if end.device_id is not None:
        yield from ((network, "") for network in reader.networks_carried({end.device_id}))
    elif end.network_id is not None:
        yield end.network_id, ""
    else:
        ports = end.router.ports if end.router is not None else end.ports
        yield from ((port.network_id, port.id) for port in ports)


@dataclass
class _Search:
    """Breadth first from the origin, one statement for each distance."""

    tx: Reading
    environment: str
    link_types: tuple[str, ...]
    following: Following
    wanted: frozenset[str]
    limits: ReachableLimits
    found: dict[str, int] = field(default_factory=dict)
    truncated: bool = False
    _nodes: dict[str, Row] = field(default_factory=dict)
    _visited: set[State] = field(default_factory=set)

    def run(self, origin: Row, states: Iterable[State]) -> None:
        """Fill `found`, up to the limits."""
        self._nodes[origin["id"]] = origin
        frontier = list(states)
        self._visited.update(frontier)
        for distance in range(1, self.limits.max_depth + 1):
            frontier = self._step(frontier, distance, origin["id"])
            if not frontier or self.truncated:
                return
        self.truncated = bool(frontier)

    def _step(self, frontier: list[State], distance: int, origin: str) -> list[State]:
        at: dict[str, list[State]] = {}
        for state in frontier:
            at.setdefault(state.id, []).append(state)
        asked = [{"id": id, "networks": _networks_of(states)} for id, states in at.items()]
        statement = compile_step(self.link_types, frozenset(str(self._nodes[id]["type"]) for id in at))
        parameters = {"environment": self.environment, "frontier": asked, "most": _STEP}
        rows = self.tx.run(statement, **parameters) if statement is not None else []
        self.truncated |= len(rows) == _STEP or len(self._visited) > _VISITED
        reached: list[State] = []
        for row in rows:
            self.tx.check_time()
            for state in at[row["here"]]:
                if row["networks"] is None or state.network is None or state.network in row["networks"]:
                    reached += self._reach(state, row, distance, origin)
        return reached

    def _reach(self, state: State, row: Row, distance: int, origin: str) -> list[State]:
        onward = self.following.onward(self._nodes[state.id], state, row)
        new = [each for each in onward if each not in self._visited]
        self._visited.update(new)
        there = row["there"]
        if onward:
            self._nodes.setdefault(there["id"], there)
            if there["type"] in self.wanted and there["id"] not in self.found and there["id"] != origin:
                if len(self.found) == self.limits.most:
                    self.truncated = True
                    return []
                self.found[there["id"]] = distance
        return new


def _without_details(node: Row) -> Row:
    return {key: value for key, value in node.items() if key != "details"}


def _networks_of(states: Iterable[State]) -> list[str] | None:
    networks = {state.network for state in states}
    return None if None in networks else sorted(str(network) for network in networks)
