"""The things on a host and in its cloud, in a few words each, for the tests of link finders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from collectors.contracts import LinkFinder
from graph_schema.ids import compose_id
from graph_schema.object_types import (
    HOST_PNIC,
    NETWORK,
    NETWORK_AGENT,
    OTEP,
    PORT,
    VCONNECTOR,
    VEDGE,
    VNIC,
    VSERVICE,
)
from graph_schema.records import Link, Record, Ref
from tests.views import View

HOST = "h1"
MAC = "fa:16:3e:00:00:01"


def port_id(start: str) -> str:
    """A whole port or network id that begins with these eleven characters."""
    return start.ljust(11, "0") + "00-4000-8000-000000000000"


def vnic(device: str, of: str = "i1", **values: Any) -> Record:
    """A vNIC of an instance."""
    return VNIC.record(
        host=HOST,
        name=device,
        parent=Ref("instance", of),
        device=device,
        **{"vnic_type": "instance_vnic", "mac_address": MAC, "oper_state": "UNKNOWN", **values},
    )


def service(namespace: str, kind: str, of: str) -> Record:
    """A network service."""
    return VSERVICE.record(host=HOST, name=namespace, namespace=namespace, service_type=kind, service_id=of)


def service_vnic(device: str, namespace: str = "qdhcp-n1", **values: Any) -> Record:
    """A vNIC inside a namespace."""
    return VNIC.record(
        id=compose_id("{host}:vnic:{ns}:{device}", {"host": HOST, "ns": namespace, "device": device}),
        host=HOST,
        name=device,
        parent=Ref("vservice", f"{HOST}:vservice:{namespace}"),
        device=device,
        namespace=namespace,
        **{"vnic_type": "vservice_vnic", "mac_address": MAC, "oper_state": "UP", **values},
    )


def port(id: str, network: str = "n1", **values: Any) -> Record:
    """A port of a network."""
    return PORT.record(
        id=id, name="", parent=Ref("network", network), network_id=network, **{"mac_address": MAC, **values}
    )


def network(id: str, network_type: str = "vxlan", physical: str | None = None, **values: Any) -> Record:
    """A network with one segment."""
    return NETWORK.record(
        id=id, name=id, parent=Ref("project", "p1"), network_type=network_type, physical_network=physical, **values
    )


def bridge(name: str, *interfaces: str, **values: Any) -> Record:
    """A Linux bridge."""
    return VCONNECTOR.record(host=HOST, name=name, interfaces=list(interfaces), **{"oper_state": "UP", **values})


def ovs(*ports: dict[str, Any], mappings: Iterable[str] = ()) -> Record:
    """Open vSwitch with these ports."""
    return VEDGE.record(host=HOST, name="ovs", kind="ovs", ports=list(ports), bridge_mappings=list(mappings))


def switch_port(device: str, bridge: str = "br-int", type: str = "", **values: Any) -> dict[str, Any]:
    """A port of Open vSwitch."""
    return {"device": device, "bridge": bridge, "type": type, "link_state": "up", **values}


def lxb(*bridges: str, **values: Any) -> Record:
    """The Linux bridge agent's switch."""
    return VEDGE.record(host=HOST, name="lxb", kind="lxb", bridges=list(bridges), **values)


def nic(device: str, **values: Any) -> Record:
    """A NIC."""
    return HOST_PNIC.record(host=HOST, name=device, device=device, **{"link_detected": True, **values})


def otep(device: str, kind: str = "ovs", overlay: str = "vxlan", **values: Any) -> Record:
    """A tunnel endpoint whose address is on the device."""
    return OTEP.record(
        host=HOST,
        name=overlay,
        parent=Ref("vedge", f"{HOST}:vedge:{kind}"),
        overlay_type=overlay,
        device=device,
        **{"oper_state": "UP", **values},
    )


def agent(host: str, address: str, *types: str, alive: bool = True) -> Record:
    """The network agent of a host."""
    return NETWORK_AGENT.record(
        id=f"agent of {host} {address}",
        name="agent",
        host=host,
        alive=alive,
        tunneling_ip=address,
        tunnel_types=list(types or ("vxlan",)),
    )


def plugged(id: str, *of: Record) -> Sequence[Record]:
    """A network (and more of its kind) with a vNIC on the host, by a port of its own."""
    start, mac = f"{id:0<8}-00", f"fa:16:3e:{id}"
    return [vnic(f"tap{start}", mac_address=mac), port(port_id(start), id, mac_address=mac), *of]


def found(finder: LinkFinder, *records: Record | Sequence[Record]) -> list[Link]:
    """The links that the finder sees among the records."""
    flat = [one for each in records for one in ([each] if isinstance(each, Record) else each)]
    return list(finder.find(View(flat, HOST)))


def ends(links: Iterable[Link]) -> set[tuple[str, str]]:
    """The ends of links, without the host's name."""
    return {(link.source_id.removeprefix(f"{HOST}:"), link.target_id.removeprefix(f"{HOST}:")) for link in links}


def carried(links: Iterable[Link]) -> set[tuple[str, str, tuple[str, ...] | None]]:
    """The ends of links and the networks that they carry."""
    return {(*pair, link.networks) for link in links for pair in ends([link])}
