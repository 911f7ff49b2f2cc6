"""Works out, step by step, what becomes of everything that hangs on what fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from topology.impact.effects import EFFECTS, Effect, Effects
from topology.impact.failure import Failure, Trail
from topology.impact.on_hosts import assess_host
from topology.impact.on_routers import assess_routers
from topology.impact.reading import ImpactReader
from topology.impact.wiring import HostWiring

_DEVICES = frozenset({"vnic", "vconnector", "vedge", "otep", "host_pnic", "vservice"})
_SHOWN = frozenset({"instance", "floating_ip", "network", "router", "host", "project"})
_ROUTING = ("router", "snat")
_SUFFERS: Mapping[Effect, str] = {
    "cut_off": "is cut off",
    "degraded": "is degraded",
    "loses_redundancy": "loses redundancy",
}
_STAYS = "changes nothing any more; what is set up stays"


def assess(reader: ImpactReader, effects: Effects, ids: Iterable[str]) -> Failure:
    """From what fails to everything that depends on it: fills `effects`."""
    failure = Failure(effects, reader.failing(ids))
    for id, via in failure.dead.items():
        if effects.type_of(id) in _SHOWN:
            why = "it fails itself" if via is None else f"{effects.said(via)} takes it along"
            effects.add(id, "cut_off", why, failure.trail(id))
    wirings = reader.wirings(_touched_hosts(failure))
    for wiring in wirings:
        assess_host(failure, reader, wiring)
    _assess_ports(failure, reader)
    without_router = assess_routers(failure, reader, _routers(failure, wirings))
    _assess_guests(failure, reader, without_router, "has lost its router, or the way outside")
    _assess_dhcp(failure, reader, _dhcp_networks(failure, wirings))
    _assess_agents(failure, reader)
    _assess_floating_ips(failure, reader)
    _assess_projects(failure, reader)
    return failure


def _touched_hosts(failure: Failure) -> set[str]:
    """Hosts that live and lose a device. What a port takes along is told by the port."""
    hosts = set()
    for id, via in failure.dead.items():
        by_port = via is not None and failure.effects.type_of(via) == "port"
        host = failure.effects.facts[id].get("host")
        if failure.effects.type_of(id) in _DEVICES and host and host not in failure and not by_port:
            hosts.add(str(host))
    return hosts


def _assess_ports(failure: Failure, reader: ImpactReader) -> None:
    """Instances whose ports fail: those of a network or subnet, or one by one."""
    owners: dict[str, list[str]] = {}
    for port in failure.of_type("port"):
        if owner := _instance_of(failure, reader, failure.effects.facts[port]):
            owners.setdefault(owner, []).append(port)
    alive = owners.keys() - failure.dead.keys()
    for instance, (networks, plugs) in reader.instances(alive).items() if alive else ():
        gone = {str(failure.effects.facts[port]["network_id"]): port for port in owners[instance]}
        kept = {network for port, network in plugs if port not in failure}
        left = kept | (networks - gone.keys())
        reader.know(gone)
        for network, port in gone.items():
            if network not in kept:
                effect: Effect = "degraded" if left else "cut_off"
                failure.unreached[instance, network] = ("cut_off", failure.trail(port))
                why = f"{failure.effects.name(network)} does not reach it"
                failure.effects.add(instance, effect, why, (*failure.trail(port), instance))


def _instance_of(failure: Failure, reader: ImpactReader, port: Mapping[str, Any]) -> str | None:
    """The instance that a port is of; of a subport, that of its trunk."""
    if port.get("trunk_parent"):
        reader.know([str(port["trunk_parent"])])
        port = failure.effects.facts.get(str(port["trunk_parent"]), port)
    of_instance = str(port.get("device_owner") or "").startswith("compute")
    return str(port["device_id"]) if of_instance else None


def _routers(failure: Failure, wirings: Iterable[HostWiring]) -> set[str]:
    """Routers that lose something."""
    served = {str(s["service_id"]) for s in _services(failure, wirings) if s.get("service_type") in _ROUTING}
    return (
        served
        | set(failure.of_type("router"))
        | {str(f["device_id"]) for f in _ports(failure, "network:") if _of_router(f)}
    )


def _dhcp_networks(failure: Failure, wirings: Iterable[HostWiring]) -> set[str]:
    """Networks that live and lose a DHCP service."""
    networks = {str(s["service_id"]) for s in _services(failure, wirings) if s.get("service_type") == "dhcp"}
    networks |= {str(fact["network_id"]) for fact in _ports(failure, "network:dhcp")}
    return networks - failure.dead.keys()


def _services(failure: Failure, wirings: Iterable[HostWiring]) -> Iterator[Mapping[str, Any]]:
    """Network services that fail, or that a network does not reach."""
    broken = {vnic for vnic, _ in failure.lost}
    owners = {plug.owner for wiring in wirings for plug in wiring.plugs if plug.vnic in broken}
    for id in owners | set(failure.of_type("vservice")):
        if failure.effects.type_of(id) == "vservice":
            yield failure.effects.facts[id]


def _ports(failure: Failure, owner: str) -> Iterator[Mapping[str, Any]]:
    facts = (failure.effects.facts[id] for id in failure.of_type("port"))
    return (fact for fact in facts if str(fact.get("device_owner") or "").startswith(owner))


def _of_router(port: Mapping[str, Any]) -> bool:
    return "router" in str(port["device_owner"])


def _assess_dhcp(failure: Failure, reader: ImpactReader, networks: AbstractSet[str]) -> None:
    without: dict[str, Trail] = {}
    for network, places in reader.dhcp_services(networks).items() if networks else ():
        trails = [failure.trail_to_place(service, vnic, network) for service, vnic in places]
        down = [trail for trail in trails if trail is not None]
        if down and len(down) == len(places):
            without[network] = (*down[0], network)
            failure.effects.add(network, "degraded", "it has no DHCP service any more", without[network])
        elif down:
            failure.effects.add(network, "loses_redundancy", "it has fewer DHCP services", (*down[0], network))
    _assess_guests(failure, reader, without, "has no DHCP service any more: addresses end with their leases")


def _assess_guests(failure: Failure, reader: ImpactReader, networks: Mapping[str, Trail], what: str) -> None:
    """Instances on networks that lost a service keep the network, and no more."""
    for instance, network in reader.guests(networks) if networks else ():
        if instance not in failure:
            why = f"{failure.effects.name(network)} {what}"
            failure.effects.add(instance, "degraded", why, (*networks[network], instance))


def _assess_agents(failure: Failure, reader: ImpactReader) -> None:
    """An agent that dies leaves what it has set up; what is to change on its host does not."""
    for id in failure.of_type("network_agent"):
        agent = failure.effects.facts[id]
        host = str(agent.get("host") or "")
        if host and host not in failure:
            reader.know([host])
            trail = failure.trail(id)
            failure.effects.add(host, "degraded", f"the {agent.get('agent_type')} {_STAYS}", (*trail, host))
            for wiring in reader.wirings([host]):
                _assess_agent(failure, reader, str(agent.get("agent_type")), wiring, trail)


def _assess_agent(failure: Failure, reader: ImpactReader, agent_type: str, wiring: HostWiring, trail: Trail) -> None:
    kinds = {"L3 agent": _ROUTING, "DHCP agent": ("dhcp",)}.get(agent_type)
    why = f"the {agent_type} of {wiring.host} {_STAYS}"
    owners = {plug.owner for plug in wiring.plugs}
    if kinds is None:
        for owner in owners:
            if failure.effects.type_of(owner) == "instance":
                failure.effects.add(owner, "degraded", why, (*trail, wiring.host, owner))
        return
    services = {owner: failure.effects.facts[owner] for owner in owners}
    served = {id: str(fact["service_id"]) for id, fact in services.items() if fact.get("service_type") in kinds}
    reader.know(served.values())
    for service, id in served.items():
        if id in failure.effects.facts:
            failure.effects.add(id, "degraded", why, (*trail, service, id))


def _assess_floating_ips(failure: Failure, reader: ImpactReader) -> None:
    """Floating IPs that lead to what is cut off, or into a network that does not reach their instance."""
    dead = set(failure.of_type("instance"))
    instances = dead | {instance for instance, _ in failure.unreached}
    for floating, instance, inside in reader.floating_ips(instances) if instances else ():
        if floating in failure:
            continue
        effect, trail = failure.unreached.get((instance, inside), (None, ()))
        if instance in dead:
            effect, trail = "cut_off", failure.trail(instance)[:-1]
        if effect is not None:
            said = "is not reached" if effect == "cut_off" else "is reached by fewer NICs"
            failure.effects.add(
                floating, effect, f"{failure.effects.said(instance)} {said}", (*trail, instance, floating)
            )


def _assess_projects(failure: Failure, reader: ImpactReader) -> None:
    """A project is affected as the worst of what it owns is."""
    effects = failure.effects
    owners = {id: str(project) for id in effects.causes if (project := effects.facts[id].get("project_id"))}
    reader.know(owners.values())
    for effect in EFFECTS:
        for id, project in owners.items():
            known = project in effects.facts and project not in failure and effects.worst(project) is None
            if known and effects.worst(id) == effect:
                cause = next(cause for cause in effects.causes[id] if cause.effect == effect)
                why = f"it owns {effects.said(id)}, which {_SUFFERS[effect]}"
                effects.add(project, effect, why, (*cause.path, project))
