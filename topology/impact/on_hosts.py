"""What becomes of networks on a host whose devices fail, and of the instances there."""

from __future__ import annotations

from topology.impact.effects import Effect
from topology.impact.failure import Failure, Trail
from topology.impact.reading import ImpactReader
from topology.impact.wiring import HostWiring, Plug

# When one of these fails, it is the host that loses something, not only one guest on it.
_OF_THE_HOST = frozenset({"vedge", "otep", "host_pnic"})
_BY_FEWER = "reaches it by fewer NICs"
_NOT_AT_ALL = "does not reach it"


def assess_host(failure: Failure, reader: ImpactReader, wiring: HostWiring) -> None:
    """What each interface on a host still reaches of its networks, and what that does to instance, network and host."""
    instances: dict[str, dict[str, tuple[Effect, Trail] | None]] = {}
    host_wide: dict[str, tuple[Effect, Trail] | None] = {}
    for plug in wiring.plugs:
        for network in wiring.networks_of(plug):
            state = _state(failure, wiring, plug, network)
            if state is not None and state[0] == "cut_off":
                failure.lost[plug.vnic, network] = state[1]
            if failure.effects.type_of(plug.owner) == "instance":
                instances.setdefault(plug.owner, {})[network] = state
            known = host_wide.setdefault(network, None)
            host_wide[network] = known or (state if _concerns_host(failure, state) else None)
    reader.know(host_wide)
    for instance, states in instances.items():
        if instance not in failure:
            _assess_instance(failure, instance, states)
    _assess_networks(failure, wiring.host, host_wide)


def _state(failure: Failure, wiring: HostWiring, plug: Plug, network: str) -> tuple[Effect, Trail] | None:
    """What becomes of a network at an interface, and the objects from what fails up to there; None: nothing."""
    if plug.vnic in failure:
        return "cut_off", failure.trail(plug.vnic)
    none: frozenset[str] = frozenset()
    dead = failure.dead.keys()
    before, after = wiring.exits(plug, network, none), wiring.exits(plug, network, dead)
    if not before:
        before, after = wiring.inside(plug, network, none), wiring.inside(plug, network, dead)
    for way in (way for end, way in sorted(before.items()) if end not in after):
        first = next(index for index, node in enumerate(way) if node in failure)
        return ("loses_redundancy" if after else "cut_off"), (*failure.trail(way[first]), *reversed(way[:first]))
    return None


def _concerns_host(failure: Failure, state: tuple[Effect, Trail] | None) -> bool:
    return state is not None and any(failure.effects.type_of(id) in _OF_THE_HOST for id in state[1] if id in failure)


def _assess_instance(failure: Failure, instance: str, states: dict[str, tuple[Effect, Trail] | None]) -> None:
    gone = [network for network, state in states.items() if state is not None and state[0] == "cut_off"]
    for network, state in states.items():
        if state is not None:
            effect, trail = state
            softened: Effect = "degraded" if effect == "cut_off" and len(gone) < len(states) else effect
            said = _NOT_AT_ALL if effect == "cut_off" else _BY_FEWER
            failure.unreached[instance, network] = state
            failure.effects.add(instance, softened, f"{failure.effects.name(network)} {said}", (*trail, instance))


def _assess_networks(failure: Failure, host: str, states: dict[str, tuple[Effect, Trail] | None]) -> None:
    all_gone = all(state is not None and state[0] == "cut_off" for state in states.values())
    for network, state in states.items():
        if state is None:
            continue
        effect, trail = state
        gone = effect == "cut_off"
        if network not in failure:
            softer: Effect = "degraded" if gone else "loses_redundancy"
            why = f"it does not reach {host}" if gone else f"it reaches {host} by fewer NICs"
            failure.effects.add(network, softer, why, (*trail, network))
        worst: Effect = "cut_off" if all_gone else "degraded" if gone else "loses_redundancy"
        why = f"{failure.effects.name(network)} {_NOT_AT_ALL if gone else _BY_FEWER}"
        failure.effects.add(host, worst, why, (*trail, host))
