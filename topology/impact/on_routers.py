"""What becomes of routers, of the networks that they serve, and of their floating IPs."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from topology.impact.effects import Effect
from topology.impact.failure import Failure, Trail
from topology.impact.reading import ImpactReader, Interface, RouterFacts


@dataclass(frozen=True, slots=True)
class _Losses:
    """The interfaces of a router that live in no place any more, and those that live in fewer."""

    gone: Mapping[Interface, Trail]
    thinner: Mapping[Interface, Trail]

    @property
    def outside(self) -> Trail | None:
        """What leads to the loss of its gateway."""
        return next((trail for interface, trail in self.gone.items() if interface.is_gateway), None)

    @property
    def fewer(self) -> Trail | None:
        """What leads to fewer places."""
        return next(iter(self.thinner.values()), None)


def assess_routers(failure: Failure, reader: ImpactReader, ids: AbstractSet[str]) -> dict[str, Trail]:
    """What routers lose. Answers the networks that are left without any router, and what leads there."""
    routers = reader.routers(ids)
    reader.know({interface.network for router in routers.values() for interface in router.interfaces})
    joined = {i.network for router in routers.values() for i in router.interfaces if not i.is_gateway}
    others = {**reader.routers((), joined - failure.dead.keys()), **routers} if routers else {}
    left: dict[str, Trail] = {}
    for router in routers.values():
        losses = _losses(failure, router)
        _assess_router(failure, router, losses)
        _assess_floating_ips(failure, router, losses)
        left |= _assess_networks(failure, router, losses, others)
    return left


def _losses(failure: Failure, router: RouterFacts) -> _Losses:
    states = {interface: _state(failure, router, interface) for interface in router.interfaces}
    gone = {i: state[1] for i, state in states.items() if state is not None and state[0] == "cut_off"}
    thinner = {i: state[1] for i, state in states.items() if state is not None and state[0] == "loses_redundancy"}
    return _Losses(gone, thinner)


def _state(failure: Failure, router: RouterFacts, interface: Interface) -> tuple[Effect, Trail] | None:
    """An interface is lost when it lives in no place any more; trails end at the router's part, not at itself."""
    for id in (router.id, interface.id):
        if id in failure:
            return "cut_off", failure.trail(id)
    trails = [failure.trail_to_place(service, vnic, interface.network) for service, vnic in interface.places]
    down = [trail for trail in trails if trail is not None]
    if not down:
        return None
    if len(down) == len(trails):
        return "cut_off", down[0]
    # Of a distributed router each place serves its own host only.
    return None if router.is_distributed else ("loses_redundancy", down[0])


def _assess_router(failure: Failure, router: RouterFacts, losses: _Losses) -> None:
    if router.id in failure:
        return
    effect: Effect = "cut_off" if len(losses.gone) == len(router.interfaces) else "degraded"
    for interface, trail in losses.gone.items():
        what = "its way outside" if interface.is_gateway else failure.effects.name(interface.network)
        failure.effects.add(router.id, effect, f"it has lost {what}", _along(trail, router.id))
    if losses.fewer is not None:
        failure.effects.add(router.id, "loses_redundancy", "it runs in fewer places", _along(losses.fewer, router.id))


def _assess_floating_ips(failure: Failure, router: RouterFacts, losses: _Losses) -> None:
    inside = {interface.network: trail for interface, trail in losses.gone.items() if not interface.is_gateway}
    said = failure.effects.said(router.id)
    for floating, network in router.floating_ips:
        trail = losses.outside or inside.get(str(network))
        if floating in failure:
            continue
        if trail is not None:
            failure.effects.add(floating, "cut_off", f"{said} does not lead to it", _along(trail, router.id, floating))
        elif losses.fewer is not None:
            along = _along(losses.fewer, router.id, floating)
            failure.effects.add(floating, "loses_redundancy", f"{said} runs in fewer places", along)


def _assess_networks(
    failure: Failure, router: RouterFacts, losses: _Losses, others: Mapping[str, RouterFacts]
) -> dict[str, Trail]:
    left: dict[str, Trail] = {}
    said = failure.effects.said(router.id)
    for interface in router.interfaces:
        network = interface.network
        if interface.is_gateway or network in failure:
            continue
        trail = losses.gone.get(interface, losses.outside)
        if trail is not None:
            what = f"it has lost {said}" if interface in losses.gone else f"it has lost the way outside by {said}"
            along = _along(trail, router.id, network)
            if _other_router(failure, router, network, others, outside=interface not in losses.gone):
                failure.effects.add(network, "loses_redundancy", f"{what}, another router is left", along)
            else:
                failure.effects.add(network, "degraded", what, along)
                left[network] = along
        elif interface in losses.thinner:
            along = _along(losses.thinner[interface], router.id, network)
            failure.effects.add(network, "loses_redundancy", f"{said} runs in fewer places", along)
    return left


def _other_router(
    failure: Failure, router: RouterFacts, network: str, others: Mapping[str, RouterFacts], *, outside: bool
) -> bool:
    """Whether another router on the network lives on, with a gateway where that is what was lost."""
    for other in others.values():
        gone = _losses(failure, other).gone
        alive = [interface for interface in other.interfaces if interface.places and interface not in gone]
        joins = any(interface.network == network and not interface.is_gateway for interface in alive)
        if other.id != router.id and joins and (not outside or any(interface.is_gateway for interface in alive)):
            return True
    return False


def _along(trail: Trail, *onward: str) -> Trail:
    return trail + onward[1:] if trail[-1] == onward[0] else trail + onward
