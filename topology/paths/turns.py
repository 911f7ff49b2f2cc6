"""Where packets of an origin turn from one network into another: in which router, from which into which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from topology.paths.ends import End
from topology.paths.reading import Reader
from topology.paths.things import address
from topology.paths.wayfinding import find_ways

# (router, network that packets come by, who sent them: a port of the origin, or a router) → networks they go on to.
Turns = dict[tuple[str, str, str], set[str]]

# Networks that are looked at; a tenant's networks are few, and beyond a shared network packets seldom get far.
_MOST_NETWORKS = 500
# For documentation only, so that nobody has them: they stand for all that is outside.
_NOBODYS = ("203.0.113.254", "2001:db8:ffff::1")


def find_turns(reader: Reader, origin: End) -> Turns:
    """Where the origin's packets turn, whatever they are for."""
    turns: Turns = {}
    reached, judged = set(_own_networks(origin)), set[str]()
    waiting = sorted(reached)
    _add(turns, reader, origin, (End(None, address(text)) for text in _NOBODYS))
    # One of its networks may be reached from another one, by routers.
    _add(turns, reader, origin, (End(None, network_id=network_id) for network_id in waiting))
    while waiting and len(judged) < _MOST_NETWORKS:
        reader.survey(waiting)
        beyond = {
            port.network_id for id in waiting for router in reader.ground.routers_on(id) for port in router.interfaces
        }
        waiting = []
        for network_id in sorted(beyond - reached - judged):
            judged.add(network_id)
            goal = End(reader.ground.networks.get(network_id), network_id=network_id)
            if _add(turns, reader, origin, [goal]):
                reached.add(network_id)
                waiting.append(network_id)
    return turns


def _own_networks(origin: End) -> Iterable[str]:
    if origin.network_id is not None:
        return [origin.network_id]
    ports = origin.router.interfaces if origin.router is not None else origin.ports
    return [port.network_id for port in ports]


def _add(turns: Turns, reader: Reader, origin: End, goals: Iterable[End]) -> bool:
    found = False
    for goal in goals:
        ways = find_ways(reader.ground, replace(origin, address=None), goal)
        while ways.unknown:
            reader.survey(ways.unknown)
            ways = find_ways(reader.ground, replace(origin, address=None), goal)
        for way in ways.found:
            found = True
            first = way.legs[0].source
            senders = [first.id if first else "", *(router.id for router in way.routers)]
            for before, sender, router, after in zip(way.legs, senders, way.routers, way.legs[1:], strict=False):
                turns.setdefault((router.id, before.network_id, sender), set()).add(after.network_id)
    return found
