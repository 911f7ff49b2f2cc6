"""Finds the paths between two objects: first over networks and routers, then each network on its devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import Any

from topology.errors import AmbiguousName
from topology.freshness import ScopeBook
from topology.graph import Graph, Reading
from topology.naming import Named, as_address, named
from topology.paths.answer import Path, PathAnswer, outside
from topology.paths.assembly import Assembly, Chain, starts_of
from topology.paths.blocking import block_of_way_back, blocks_of, verdict_of
from topology.paths.ends import End
from topology.paths.limits import Limits
from topology.paths.locating import NotThere, locate
from topology.paths.reading import Reader
from topology.paths.reasons import no_chain, no_way, too_long
from topology.paths.security import EVERYTHING, Opening
from topology.paths.things import Thing
from topology.paths.wayfinding import Ways, find_ways, way_back
from topology.paths.ways import DeadEnd, Way

# Each reads the routers of networks that packets came to; no real way needs nearly so many.
_MOST_SURVEYS = 40
# Of an address that several objects have, so many are tried, to see which one the packets come to.
_MOST_CANDIDATES = 10


def find_paths(
    graph: Graph, environment: str, origin: str, goal: str, *, limits: Limits | None = None, asked: Opening = EVERYTHING
) -> PathAnswer:
    """All paths from one object to another, each named by id, name, address or MAC address.

    Raises UnknownEnvironment, UnknownObject for what is not there or no place in a network, AmbiguousName, TimedOut.
    """
    limits = limits or Limits()
    try:
        # Most ends are named by id: then no other statement has to find out what they are.
        return _between(graph, environment, Named(origin, origin), Named(goal, goal), limits, asked)
    except NotThere:
        here = _named(graph, environment, origin)
    try:
        there = _named(graph, environment, goal)
    except AmbiguousName as error:
        return _where_packets_come(graph, environment, here, goal, error, limits, asked)
    return _between(graph, environment, here, there, limits, asked)


def _named(graph: Graph, environment: str, text: str) -> Named:
    return named(graph, environment, text)[0]


def _where_packets_come(
    graph: Graph, environment: str, origin: Named, goal: str, error: AmbiguousName, limits: Limits, asked: Opening
) -> PathAnswer:
    """An address that several objects have is not ambiguous to a packet: the answer for the one that it comes to."""
    address = as_address(goal)
    if address is None or len(error.candidates) > _MOST_CANDIDATES:
        raise error
    goals = (Named(goal, id, address) for id in error.candidates)
    answers = (_between(graph, environment, origin, each, limits, asked) for each in goals)
    reached = [answer for answer in answers if answer.reachable]
    if len(reached) != 1:
        raise error
    note = f"{len(error.candidates)} objects have the address {goal}; packets from {origin.text} come to this one"
    return replace(reached[0], notes=(*reached[0].notes, note))


def _between(graph: Graph, environment: str, origin: Named, goal: Named, limits: Limits, asked: Opening) -> PathAnswer:
    def work(tx: Reading) -> PathAnswer:
        return _Question(Reader(graph, tx, environment), limits, asked).answer(origin, goal)

    return graph.ask(work, timeout=limits.timeout)


@dataclass
class _Plan:
    """Two ends that are in networks, the ways between them, and these on devices."""

    origin: End
    goal: End
    assembly: Assembly
    ways: Ways = field(default_factory=Ways)


@dataclass
class _Found:
    """Chains within the limits, and the shortest of those beyond."""

    chains: list[tuple[_Plan, Chain]] = field(default_factory=list)
    truncated: bool = False
    beyond: int | None = None


class _Question:
    """One question while it is worked on."""

    def __init__(self, reader: Reader, limits: Limits, asked: Opening) -> None:
        self._reader, self._limits, self._asked = reader, limits, asked
        self._ground = reader.ground

    def answer(self, origin: Named, goal: Named) -> PathAnswer:
        """Locate both ends, find ways, put them on devices, and say what is in the way."""
        here, there = locate(self._reader, origin, goal)
        plans, found, scopes = self._look(here, there, beyond=False)
        if not found.chains and found.beyond is None and (here.device_id or there.device_id):
            plans, found, scopes = self._look(here, there, beyond=True)
        paths = [self._path(plan, chain) for plan, chain in found.chains]
        paths.sort(key=lambda path: (not path.is_open, len(path.chain.nodes)))
        reason = None if paths else self._reason(here, there, plans, found)
        return PathAnswer(
            environment=self._reader.environment,
            origin=_node(here),
            goal=_node(there),
            paths=tuple(paths),
            asked=self._asked,
            freshness=scopes.freshness(self._rests_on(here, there, paths)),
            reason=reason,
            truncated=found.truncated,
        )

    def _look(self, here: End, there: End, *, beyond: bool) -> tuple[list[_Plan], _Found, ScopeBook]:
        plans = [self._plan(*pair) for pair in self._pairs(here, there, beyond=beyond)]
        if _same(here, there):
            return plans, _Found([(plans[0], _alone(here.thing))]), self._read_devices([])
        self._find_ways(plans)
        scopes = self._read_devices(plans)
        return plans, self._chains(plans), scopes

    def _plan(self, origin: End, goal: End) -> _Plan:
        return _Plan(origin, goal, Assembly(self._ground, self._reader.devices, origin, goal, self._reader.check_time))

    def _pairs(self, here: End, there: End, *, beyond: bool) -> Iterator[tuple[End, End]]:
        """A device in the middle of networks is an end in each network that it may carry."""
        both = here.device_id is not None and there.device_id is not None
        origins = self._in_networks(here, there, beyond=beyond)
        for origin, goal in product(origins, self._in_networks(there, here, beyond=beyond)):
            if not both or origin.network_id == goal.network_id:
                yield origin, goal

    def _in_networks(self, end: End, other: End, *, beyond: bool) -> Iterable[End]:
        if end.device_id is None:
            return [end]
        if other.device_id is not None:
            networks = self._reader.networks_of_both(end.device_id, other.device_id)
        else:
            networks = self._networks_of(other, beyond=beyond)
        return [replace(end, network_id=network_id) for network_id in networks] or [end]

    def _networks_of(self, end: End, *, beyond: bool) -> list[str]:
        """The networks that an end is on, or those that routers join to them."""
        own = {port.network_id for port in end.ports} | ({end.network_id} if end.network_id else set())
        if end.router is not None:
            own |= {port.network_id for port in end.router.ports}
        routers = (router for id in own for router in self._ground.routers_on(id))
        return sorted({port.network_id for router in routers for port in router.ports} - own if beyond else own)

    def _find_ways(self, plans: list[_Plan]) -> None:
        for _ in range(_MOST_SURVEYS):
            unknown: set[str] = set()
            for plan in plans:
                plan.ways = find_ways(self._ground, plan.origin, plan.goal)
                backs = (way_back(self._ground, way, plan.origin) for way in plan.ways.found)
                unknown |= plan.ways.unknown | {back.unknown for back in backs if back is not None and back.unknown}
            if not unknown:
                return
            self._reader.survey(unknown)

    def _read_devices(self, plans: list[_Plan]) -> ScopeBook:
        hosts = sorted(
            {h for plan in plans for e in (plan.origin, plan.goal) for p in e.ports if (h := p.get("binding_host"))}
        )
        starts = {s["key"]: s for plan in plans for s in starts_of(plan.ways.found, plan.origin, plan.goal, hosts)}
        return self._reader.add_devices(list(starts.values()), hosts)

    def _chains(self, plans: list[_Plan]) -> _Found:
        found, seen = _Found(), set[tuple[Any, ...]]()
        for plan, chain in self._all_chains(plans):
            # A trunk's ports may be on one network and one device: other groups, other answers.
            key = (tuple(node.id for node in chain.nodes), chain.way.key)
            if key in seen:
                continue
            seen.add(key)
            if len(chain.ties) > self._limits.max_depth:
                found.truncated = True
                found.beyond = min(found.beyond or len(chain.ties), len(chain.ties))
            elif len(found.chains) == self._limits.max_paths:
                found.truncated = True
                return found
            else:
                found.chains.append((plan, chain))
        return found

    def _all_chains(self, plans: list[_Plan]) -> Iterator[tuple[_Plan, Chain]]:
        for each in plans:
            for way in each.ways.found:
                for chain in islice(each.assembly.chains(way), self._limits.max_paths + 1):
                    yield each, chain

    def _path(self, plan: _Plan, chain: Chain) -> Path:
        self._reader.check_time()
        networks, devices = self._ground.networks, self._reader.devices
        if not chain.ties:
            return Path(chain, networks, ())
        verdict = verdict_of(chain, self._reader.groups, self._asked)
        blocks = [*blocks_of(chain, networks, self._reader.agents, devices.tunnels), *verdict.blocks]
        back = way_back(self._ground, chain.way, plan.origin)
        if isinstance(back, DeadEnd):
            blocks.append(block_of_way_back(chain, back))
        return Path(chain, networks, tuple(blocks), verdict.openings)

    def _reason(self, here: End, there: End, plans: list[_Plan], found: _Found) -> str:
        if found.beyond is not None:
            return too_long(found.beyond, self._limits.max_depth)
        if any(plan.ways.found for plan in plans):
            return no_chain(why for plan in plans for why in plan.assembly.why)
        ways = Ways(dead=[end for plan in plans for end in plan.ways.dead])
        return no_way(self._ground, here, there, ways)

    def _rests_on(self, here: End, there: End, paths: list[Path]) -> list[Mapping[str, Any]]:
        nodes = {node.id: node for path in paths for node in path.chain.nodes}
        for end in (here, there):
            if end.thing is not None:
                nodes[end.thing.id] = end.thing
            nodes.update((port.id, port) for port in end.ports)
        hosts = [{"host": port.get("binding_host")} for end in (here, there) for port in end.ports]
        return [*(node.properties for node in nodes.values()), *hosts]


def _same(here: End, there: End) -> bool:
    return here.thing is not None and here.thing == there.thing


def _alone(thing: Thing | None) -> Chain:
    """The path of an object to itself."""
    return Chain(Way(()), (thing,) if thing else (), (), ())


def _node(end: End) -> Mapping[str, Any]:
    return end.thing.properties if end.thing is not None else outside(end.address)
