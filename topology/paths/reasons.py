"""Says in words where a path ends and why."""

from __future__ import annotations

from collections.abc import Iterable

from topology.paths.ends import End
from topology.paths.ground import Ground
from topology.paths.wayfinding import Ways

_MOST = 3


def no_way(ground: Ground, origin: End, goal: End, ways: Ways) -> str:
    """Why no packet gets over networks and routers from one end to the other."""
    for end in (origin, goal):
        if _has_no_place(end):
            return _why_no_place(end)
    said = _first(end.reason for end in ways.dead if end.reason)
    apart = _apart(ground, origin, goal)
    hint = _floating(ground, origin, goal)
    return "; ".join(part for part in (apart, *said, hint) if part) or "nothing joins their networks"


def no_chain(why: Iterable[str]) -> str:
    """Why a way over networks and routers does not exist on the devices."""
    return "; ".join(_first(why)) or "nothing joins their devices"


def too_long(shortest: int, max_depth: int) -> str:
    """There is a path, and it is longer than what was asked for."""
    return f"the shortest path has {shortest} links, max_depth is {max_depth}: raise it"


def _has_no_place(end: End) -> bool:
    nowhere = not end.ports and end.router is None and end.network_id is None
    return nowhere and not end.is_outside


def _why_no_place(end: End) -> str:
    if end.thing is not None and end.thing.type == "floating_ip":
        return f"floating IP {end.name} leads to no port"
    kind = end.thing.type if end.thing else "object"
    return f"{kind} {end.name} has no port on any network"


def _apart(ground: Ground, origin: End, goal: End) -> str | None:
    here, there = _networks(origin), _networks(goal)
    if not here or not there or here & there or goal.floating_ip is not None:
        return None
    for router in ground.routers.values():
        joined = {port.network_id for port in router.interfaces}
        if joined & here and joined & there:
            return None
    return f"no router joins {_names(ground, here)} and {_names(ground, there)}"


def _networks(end: End) -> set[str]:
    if end.network_id is not None:
        return {end.network_id}
    return {port.network_id for port in end.ports} if end.router is None else set()


def _names(ground: Ground, ids: Iterable[str]) -> str:
    return ", ".join(sorted(ground.network_name(id) for id in ids))


def _floating(ground: Ground, origin: End, goal: End) -> str | None:
    if origin.is_outside or goal.floating_ip is not None:
        return None
    known = sorted(str(f.address) for port in goal.ports for f in ground.floating_ips_of(port.id))
    return f"{goal.name} has the floating IP {', '.join(known)}, which may be reachable" if known else None


def _first(reasons: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(reasons))[:_MOST]
