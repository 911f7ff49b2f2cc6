"""Finds out where what was named is in the networks: its ports, the router that it is, or the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from topology.naming import Named
from topology.paths.ends import HOLDERS, PLACES, End, network_id_of, refuse, router_id_of, router_of_port
from topology.paths.reading import Reader
from topology.paths.things import Port, Thing


class NotThere(LookupError):
    """No object of an id: the text has to be looked for."""


def locate(reader: Reader, *ends: Named) -> list[End]:
    """Where the ends are; their ports, and the routers on their networks, are read for all at once.

    Raises UnknownObject for what is no place in a network, NotThere for an id that is none.
    """
    known = reader.ends([end.id for end in ends if end.id is not None])
    for end in ends:
        if end.id is not None and end.id not in known:
            raise NotThere(end.id)
    for thing, _ in known.values():
        if thing.type not in PLACES:
            raise refuse(reader.environment, thing)
    holders = {
        id: ports for id, (thing, ports) in known.items() if thing.type in HOLDERS and router_id_of(thing) is None
    }
    things = [thing for thing, _ in known.values()]
    reader.survey(_networks(reader, things, holders), _routers(reader, things, holders))
    return [_end(reader, end, known[end.id][0] if end.id is not None else None, holders) for end in ends]


def _networks(reader: Reader, things: list[Thing], ports: dict[str, list[Port]]) -> Iterator[str]:
    yield from (port.network_id for own in ports.values() for port in own)
    for thing in things:
        if network_id := network_id_of(thing):
            if thing.type == "network":
                reader.ground.networks.setdefault(network_id, thing)
            yield network_id


def _routers(reader: Reader, things: list[Thing], ports: dict[str, list[Port]]) -> Iterator[str]:
    ids = [router_id_of(thing) for thing in things]
    ids += [router_of_port(port) for own in ports.values() for port in own]
    ids += [floating.router_id for floating in reader.ground.floating_ips.values()]
    yield from (id for id in ids if id is not None)


def _end(reader: Reader, named: Named, thing: Thing | None, ports: dict[str, list[Port]]) -> End:
    if thing is None:
        return End(None, named.address)
    if router_id := router_id_of(thing):
        router = reader.ground.routers.get(router_id)
        if router is None:
            raise refuse(reader.environment, thing)
        return End(thing, router=router, service=thing if thing.type == "vservice" else None)
    end = End(thing, ports=tuple(ports.get(thing.id, ())), network_id=network_id_of(thing))
    if thing.type == "floating_ip":
        return replace(end, floating_ip=reader.ground.floating_ips.get(thing.id))
    return _of_router(reader, _narrowed(reader, end, named))


def _narrowed(reader: Reader, end: End, named: Named) -> End:
    """Of an object that was named by an address, only the port with that address, or its floating IP."""
    if named.mac is not None:
        same = tuple(port for port in end.ports if port.get("mac_address") == named.mac)
        return replace(end, ports=same or end.ports)
    if named.address is None:
        return end
    if holding := tuple(port for port in end.ports if named.address in port.addresses):
        return replace(end, ports=holding, address=named.address)
    for port in end.ports:
        for floating in reader.ground.floating_ips_of(port.id):
            if floating.address == named.address:
                return replace(end, ports=(port,), floating_ip=floating)
    return end


def _of_router(reader: Reader, end: End) -> End:
    """A router's port, or an interface in its namespace, sends and answers as the router does."""
    router_id = router_of_port(end.ports[0]) if len(end.ports) == 1 else None
    router = reader.ground.routers.get(router_id) if router_id else None
    if router is None or end.thing is None:
        return end
    service = end.thing.text("parent_id") if end.thing.type == "vnic" else None
    return replace(end, router=router, service=Thing({"id": service, "type": "vservice"}) if service else None)
