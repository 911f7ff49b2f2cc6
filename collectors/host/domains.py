"""The instances of a host and their interfaces, as libvirt defines them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from collectors.contracts import HostSite
from collectors.host.output import Output, ask, ask_if_there
from collectors.sources.protocols import HostShell
from graph_schema.commands import DOMAIN_XML, DOMAINS, UUID

LIBVIRT_TYPES = frozenset(("qemu", "kvm", "lxc", "xen", "uml", "parallels"))
_URI = re.compile(r"[a-z]+(\+[a-z]+)?:///?.*")
_GONE = re.compile(r"failed to get domain '([0-9a-fA-F-]{36})'")
_NOVA_NAME = re.compile(r"instance-[0-9a-f]{8}")
_NOVA_SPACE = "http://openstack.org/xmlns/libvirt/nova/"


@dataclass(frozen=True, slots=True)
class DomainInterface:
    """One network interface of a domain: its guest's MAC address and the device on the host."""

    device: str
    mac: str | None
    bridge: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain of libvirt. `of_nova`: nova made it; `active`: it runs or is paused."""

    uuid: str
    active: bool
    of_nova: bool
    interfaces: Sequence[DomainInterface]


@dataclass(frozen=True, slots=True)
class RawDomains:
    """The list of domains, and their definitions one after the other (None: the list is empty)."""

    listing: Output
    definitions: Output | None


def runs_libvirt(site: HostSite) -> bool:
    """Whether libvirt is on the host, or nobody could tell."""
    return site.hypervisor is None or site.hypervisor.lower() in LIBVIRT_TYPES


def fetch_domains(shell: HostShell, site: HostSite) -> RawDomains | None:
    """All domains with their definitions, in two commands; None where libvirt is not and nobody said that it was.

    Raises CommandFailed, Malformed, Unreachable.
    """
    listing = ask_if_there(shell, DOMAINS, expected=site.hypervisor is not None)
    if listing is None:
        return None
    uuids = listed_domains(listing)
    return RawDomains(listing, ask(shell, DOMAIN_XML, uuids) if uuids else None)


def listed_domains(listing: Output) -> list[str]:
    """The uuids of the list. Raises Malformed where it is not one, or does not end with what virsh is connected to."""
    lines = [line for line in listing.lines() if line.strip()]
    if not lines or not _URI.fullmatch(lines[-1]):
        raise listing.malformed("it does not end with the hypervisor's address: it is not whole.")
    for line in lines[:-1]:
        if not UUID.fullmatch(line):
            raise listing.malformed(f"not the uuid of a domain: {line[:80]!r}.")
    return lines[:-1]


def parse_domains(raw: RawDomains) -> Sequence[Domain]:
    """The domains that were listed. Raises Malformed where the definition of one is missing, though it is not gone."""
    output = raw.definitions
    if output is None:
        return []
    domains = {domain.uuid: domain for domain in _domains(output)}
    gone = set(_GONE.findall(output.stderr))
    for uuid in listed_domains(raw.listing):
        if uuid not in domains and uuid not in gone:
            raise output.malformed(f"it has no definition of domain {uuid}.")
    return list(domains.values())


def _domains(output: Output) -> Iterator[Domain]:
    # One root around all documents: a document type, and with it entities, can not stand there.
    whole = f"<domains>{output.stdout}</domains>".encode(errors="replace")
    try:
        root = etree.fromstring(whole, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as fault:
        raise output.malformed(f"it is not whole XML: {fault.msg}.") from None
    for element in root:
        if element.tag != "domain" or (element.tail or "").strip():
            raise output.malformed(f"there is something else than domains in it: {str(element.tag)[:60]}.")
        yield _domain(output, element)


def _domain(output: Output, element: etree._Element) -> Domain:
    uuid = (element.findtext("uuid") or "").strip()
    if not UUID.fullmatch(uuid):
        raise output.malformed("a domain has no uuid.")
    return Domain(
        uuid=uuid,
        active=element.get("id") is not None,
        of_nova=_is_of_nova(element),
        interfaces=[_interface(found) for found in element.iterfind("devices/interface") if _device(found)],
    )


def _is_of_nova(element: etree._Element) -> bool:
    metadata = element.find("metadata")
    signed = metadata is not None and any(str(child.tag).startswith("{" + _NOVA_SPACE) for child in metadata)
    # Before Juno nova did not sign the domains that it makes.
    return signed or _NOVA_NAME.fullmatch(element.findtext("name") or "") is not None


def _device(interface: etree._Element) -> str | None:
    # An SR-IOV interface (hostdev) has no device on the host.
    target = interface.find("target")
    return target.get("dev") if target is not None else None


def _interface(interface: etree._Element) -> DomainInterface:
    def attribute(child: str, name: str) -> str | None:
        found = interface.find(child)
        return found.get(name) if found is not None else None

    mac = attribute("mac", "address")
    return DomainInterface(
        device=_device(interface) or "",
        mac=mac.lower() if mac else None,
        bridge=attribute("source", "bridge"),
        model=attribute("model", "type"),
    )
