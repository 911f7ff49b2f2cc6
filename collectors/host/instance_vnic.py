"""The vNICs of a host's instances: what libvirt defines, where its device is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from collectors.contracts import HostCollector, HostSite
from collectors.host.domains import Domain, DomainInterface, RawDomains, fetch_domains, parse_domains, runs_libvirt
from collectors.host.interface import Interface
from collectors.host.interfaces import fetch_interfaces, parse_interfaces
from collectors.host.output import Output
from collectors.sources.protocols import HostShell
from graph_schema.object_types import VNIC
from graph_schema.records import Record, Ref


@dataclass(frozen=True, slots=True)
class RawVnics:
    """Domains (None: no libvirt) and the host's interfaces."""

    site: HostSite
    domains: RawDomains | None
    interfaces: Output


def fetch(shell: HostShell, site: HostSite) -> RawVnics:
    """Three commands. Raises CommandFailed, Malformed, Unreachable."""
    return RawVnics(site, fetch_domains(shell, site), fetch_interfaces(shell))


def parse(raw: RawVnics) -> Iterator[Record]:
    """One record for each interface of a domain of nova's whose device is on the host. Raises Malformed."""
    if raw.domains is None:
        return
    if raw.domains.definitions is None and raw.site.running:
        raise raw.domains.listing.malformed(f"it is empty, and nova says that {raw.site.running} instances run there.")
    interfaces = parse_interfaces(raw.interfaces)
    found: dict[str, Record] = {}
    # The name of a device that a stopped domain had may be in use by another now.
    for domain in sorted(parse_domains(raw.domains), key=lambda domain: (not domain.active, domain.uuid)):
        for defined in domain.interfaces if domain.of_nova else ():
            if defined.device in interfaces and defined.device not in found:
                found[defined.device] = _record(raw.interfaces.host, domain, defined, interfaces[defined.device])
    yield from found.values()


def _record(host: str, domain: Domain, defined: DomainInterface, interface: Interface) -> Record:
    return VNIC.record(
        host=host,
        name=defined.device,
        parent=Ref("instance", domain.uuid),
        vnic_type="instance_vnic",
        device=defined.device,
        mac_address=defined.mac,
        device_mac=interface.mac if interface.mac != defined.mac else None,
        source_bridge=defined.bridge,
        model=defined.model,
        mtu=interface.mtu,
        oper_state=interface.oper_state,
    )


COLLECTOR = HostCollector("instance_vnic", fetch, parse, runs_libvirt)
