"""Networks and routers in words, for the walk of packets without any graph: a `Ground` made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network

from topology.paths.ends import End
from topology.paths.ground import FloatingIp, Ground, Router, Subnet
from topology.paths.things import GATEWAY_OWNER, Address, Port, Thing
from topology.paths.wayfinding import Ways, find_ways


class Map:
    """A `Ground` under construction. Names are ids, too."""

    def __init__(self) -> None:
        self.ground = Ground()
        self.ports: dict[str, Port] = {}

    def network(
        self, name: str, *cidrs: str, gateway: str | None = "", external: bool = False, routes: Iterable[str] = ()
    ) -> None:
        """A network with its subnets; their gateway is the first address unless it is told, or None."""
        self.ground.networks[name] = Thing(
            {"id": name, "type": "network", "name": name, "external": external, "cidrs": list(cidrs)}
        )
        self.ground.surveyed.add(name)
        for cidr in cidrs:
            chosen = str(ip_network(cidr)[1]) if gateway == "" else gateway
            subnet = {"id": f"{name} {cidr}", "type": "subnet", "name": cidr, "network_id": name, "cidr": cidr}
            self.ground.subnets[subnet["id"]] = Subnet(
                Thing({**subnet, "gateway_ip": chosen, "host_routes": list(routes)})
            )

    def port(self, name: str, network: str, *addresses: str, owner: str = "compute:nova", device: str = "") -> Port:
        """A port of a network."""
        subnets = [
            subnet.id
            for subnet in self.ground.subnets.values()
            if subnet.thing.get("network_id") == network and any(subnet.holds(ip_address(each)) for each in addresses)
        ]
        port = Port(
            {
                "id": name,
                "type": "port",
                "name": name,
                "network_id": network,
                "ip_addresses": list(addresses),
                "subnet_ids": subnets,
                "device_owner": owner,
                "device_id": device,
            }
        )
        self.ports[name] = port
        return port

    def router(
        self,
        name: str,
        networks: Mapping[str, str],
        *,
        gateway: tuple[str, str] | None = None,
        routes: Sequence[str] = (),
        snat: bool = True,
    ) -> Router:
        """A router with an interface on each network, and a gateway as (external network, address)."""
        ports = [
            self.port(f"{name}/{network}", network, address, owner="network:router_interface", device=name)
            for network, address in networks.items()
        ]
        if gateway is not None:
            ports.append(self.port(f"{name}/{gateway[0]}", *gateway, owner=GATEWAY_OWNER, device=name))
        thing = Thing({"id": name, "type": "router", "name": name, "routes": list(routes), "enable_snat": snat})
        router = Router(thing, tuple(ports))
        self.ground.routers[name] = router
        return router

    def floating(self, address: str, port: Port, router: str, network: str) -> FloatingIp:
        """A floating IP that a router leads to a port's first address."""
        floating = FloatingIp(
            Thing(
                {
                    "id": address,
                    "type": "floating_ip",
                    "name": address,
                    "ip_address": address,
                    "fixed_ip_address": str(port.addresses[0]),
                    "network_id": network,
                    "port_id": port.id,
                    "router_id": router,
                }
            )
        )
        self.ground.floating_ips[address] = floating
        return floating

    def ways(self, origin: Port | Address | str, goal: Port | FloatingIp | Address | str) -> Ways:
        """The ways from a port, or an address outside, to a port, a floating IP or an address outside."""
        return find_ways(self.ground, self._end(origin), self._end(goal))

    def end(self, of: Port | FloatingIp | Address | str) -> End:
        """An end of a way."""
        return self._end(of)

    def _end(self, of: Port | FloatingIp | Address | str) -> End:
        if isinstance(of, Port):
            return End(of, ports=(of,))
        if isinstance(of, FloatingIp):
            return End(of.thing, ports=(self.ports[str(of.port_id)],), floating_ip=of)
        return End(None, ip_address(of))


def taken(ways: Ways) -> list[list[tuple[str, str]]]:
    """Ways in short: the ports at which each network is entered and left."""
    return [
        [(leg.source.id if leg.source else "*", leg.target.id if leg.target else "*") for leg in way.legs]
        for way in ways.found
    ]
