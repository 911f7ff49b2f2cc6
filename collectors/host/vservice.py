"""The network services of a host: neutron's namespaces and the interfaces in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.contracts import HostCollector, HostSite
from collectors.host.interface import Interface
from collectors.host.interfaces import fetch_interfaces, parse_interfaces
from collectors.host.namespaces import Namespace, RawNamespaces, fetch_namespaces, parse_namespaces
from collectors.host.output import Output
from collectors.sources.protocols import HostShell
from graph_schema.ids import compose_id
from graph_schema.object_types import VNIC, VSERVICE
from graph_schema.records import Record, Ref

SERVICE_TYPES = {
    "qdhcp-": "dhcp",
    "qrouter-": "router",
    "snat-": "snat",
    "fip-": "fip",
    "qlbaas-": "load_balancer",
}
# Devices that the kernel puts into every namespace once the module of their kind is loaded.
_KERNELS_OWN = frozenset(("ipip", "sit", "gre", "gretap", "erspan", "ip6tnl", "ip6gre", "vti", "vti6"))


@dataclass(frozen=True, slots=True)
class RawServices:
    """The named namespaces, and the root namespace for the other ends of pairs."""

    interfaces: Output
    namespaces: RawNamespaces


def fetch(shell: HostShell, _: HostSite) -> RawServices:
    """Three commands. Raises CommandFailed, Unreachable."""
    return RawServices(fetch_interfaces(shell), fetch_namespaces(shell))


def parse(raw: RawServices) -> Iterator[Record]:
    """One record for each of neutron's namespaces, and one for each interface in it. Raises Malformed."""
    host, root = raw.interfaces.host, parse_interfaces(raw.interfaces)
    for namespace in parse_namespaces(raw.namespaces):
        prefix = next((prefix for prefix in SERVICE_TYPES if namespace.name.startswith(prefix)), None)
        if prefix is None:
            continue
        service = VSERVICE.record(
            host=host,
            name=namespace.name,
            service_type=SERVICE_TYPES[prefix],
            namespace=namespace.name,
            service_id=namespace.name.removeprefix(prefix),
        )
        yield service
        for interface in namespace.interfaces.values():
            if "LOOPBACK" not in interface.flags and interface.kind not in _KERNELS_OWN:
                yield _vnic(service, namespace, interface, root)


def _vnic(service: Record, namespace: Namespace, interface: Interface, root: Mapping[str, Interface]) -> Record:
    return VNIC.record(
        id=compose_id(
            "{host}:vnic:{namespace}:{device}",
            {"host": service.host, "namespace": namespace.name, "device": interface.name},
        ),
        host=service.host,
        name=interface.name,
        parent=Ref("vservice", service.id),
        vnic_type="vservice_vnic",
        device=interface.name,
        namespace=namespace.name,
        host_device=_host_end(namespace, interface, root),
        mac_address=interface.mac,
        ip_addresses=list(interface.addresses),
        mtu=interface.mtu,
        oper_state=interface.oper_state,
    )


def _host_end(namespace: Namespace, inside: Interface, root: Mapping[str, Interface]) -> str | None:
    """The other end of a veth pair, where that is in the root namespace."""
    if inside.kind != "veth" or not inside.leads_elsewhere:
        return None
    for outside in root.values():
        paired = (outside.kind, outside.index, outside.lower_index) == ("veth", inside.lower_index, inside.index)
        # Indexes repeat from namespace to namespace: the other end must lead into this one.
        if paired and _leads_into(outside, namespace):
            return outside.name
    return None


def _leads_into(outside: Interface, namespace: Namespace) -> bool:
    by_id = namespace.id is not None and outside.peer_namespace_id == namespace.id
    return by_id or outside.peer_namespace == namespace.name


COLLECTOR = HostCollector("vservice", fetch, parse)
