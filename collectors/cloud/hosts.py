"""Hosts: every machine that a service of nova or an agent of neutron runs on, under the name that they give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from collectors.cloud.agents import AGENT_TABLES, agents, fetch_agents
from collectors.cloud.answers import Answer, Listing, apart, read_each
from collectors.cloud.nova_services import SERVICE_TABLES, ZONE_TABLES, services
from collectors.cloud.places import in_region, in_zone
from collectors.cloud.tables import Tables, fetch_tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource, SourceError
from graph_schema.object_types import HOST
from graph_schema.records import Problem, Record

_T = TypeVar("_T")
COMPUTE = "nova-compute"
# Nova's own listing leaves out its API servers; so does the reading of the database.
API_SERVERS = ("nova-osapi_compute", "nova-metadata")
NETWORK_AGENTS = ("L3 agent", "DHCP agent", "Metadata agent", "OVN Controller Gateway agent")


@dataclass(frozen=True, slots=True)
class RawHosts:
    """What nova and neutron list; `agents` is a Problem where neutron could not be asked."""

    services: Listing
    hypervisors: Listing
    agents: Listing | Problem


@dataclass(frozen=True, slots=True)
class Service:
    """A service of nova or an agent of neutron (then `agent_type` says which) that runs on a host."""

    host: str
    binary: str
    agent_type: str = ""
    zone: str = ""
    state: str = ""

    @property
    def host_type(self) -> str:
        """What it makes its host: Compute, Network, Controller (any other service of nova), or nothing."""
        if self.agent_type:
            return "Network" if self.agent_type in NETWORK_AGENTS else ""
        return "Compute" if self.binary == COMPUTE else "Controller"


@dataclass(frozen=True, slots=True)
class Hypervisor:
    """A hypervisor, `host` being the compute service that drives it."""

    host: str
    name: str
    type: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class HostTables:
    """The same in the databases."""

    nova: Tables
    agents: Tables | Problem


def fetch_api(source: ApiSource) -> RawHosts:
    """Three listings. Without neutron's the reading is partial, without nova's there is none. Raises SourceError.

    Nova alone says in which zone a host is: from neutron's half, hosts that are known would move out of their zones.
    """
    return RawHosts(
        Listing(source.region, "API", source.listing("compute", "os-services", "services")),
        Listing(source.region, "API", source.listing("compute", "os-hypervisors/detail", "hypervisors")),
        _or_problem(lambda: fetch_agents(source)),
    )


def parse_api(raw: RawHosts) -> Collected:
    """One record per host. Free memory, uptime and running instances are left out: they change by themselves."""
    of_nova, unread_of_nova = _services(raw.services)
    hypervisors, unread_hypervisors = _hypervisors(raw.hypervisors, of_nova)
    of_neutron, unread_of_neutron = _agents(raw.agents)
    for host, running, driven in _by_host([*of_nova, *of_neutron], hypervisors):
        computes = any(each.binary == COMPUTE for each in running)
        # What could not be read may be what says where this host is: its compute service, or its hypervisor.
        if (computes or not unread_of_nova) and (driven or not computes or not unread_hypervisors):
            yield _host(raw.services.region, host, running, driven)
    yield from (*unread_of_nova, *unread_hypervisors, *unread_of_neutron)


def fetch_database(source: DatabaseSource, region: str) -> HostTables:
    """Nova's services and compute nodes, neutron's agents; partial as `fetch_api`. Raises SourceError."""
    nodes = {"nova.compute_nodes": ("host", "hypervisor_hostname", "hypervisor_type", "host_ip")}
    return HostTables(
        fetch_tables(source, region, {**SERVICE_TABLES, **ZONE_TABLES, **nodes}),
        _or_problem(lambda: fetch_tables(source, region, AGENT_TABLES)),
    )


def parse_database(raw: HostTables) -> Collected:
    """As `parse_api`."""
    region = raw.nova.region
    running = [row for row in services(raw.nova) if row["binary"] not in API_SERVERS]
    nodes = [{**row, "service": {"host": row.get("host")}} for row in raw.nova["nova.compute_nodes"]]
    return parse_api(
        RawHosts(
            Listing(region, "database", running),
            Listing(region, "database", nodes),
            raw.agents if isinstance(raw.agents, Problem) else agents(raw.agents),
        )
    )


def witness(source: ApiSource, type: str, id: str) -> bool | None:
    """Whether nova or neutron, asked for this host alone, has something on it: a service, an agent or a bound port."""
    if type != "host":
        return None
    only = quote(id, safe="")
    return bool(
        source.listing("compute", f"os-services?host={only}", "services")
        or source.listing("network", f"agents?host={only}", "agents")
        or source.listing("network", f"ports?binding%3Ahost_id={only}&fields=id", "ports")
    )


def _or_problem(fetch: Callable[[], _T]) -> _T | Problem:
    try:
        return fetch()
    except SourceError as error:
        lacking = "Hosts that only neutron knows, and what of neutron runs on the others, are not in this reading."
        return Problem(error.problem.where, f"{error.problem.what} {lacking}", error.problem.remedy)


def _service(answer: Answer) -> Service:
    return Service(answer.id, answer.text("binary"), zone=answer.text("zone"), state=answer.text("state"))


def _agent(answer: Answer) -> Service:
    return Service(answer.text("host"), answer.text("binary"), answer.text("agent_type"))


def _hypervisor(answer: Answer) -> Hypervisor:
    kind, address = answer.optional_text("hypervisor_type"), answer.optional_text("host_ip")
    return Hypervisor(answer.object("service").text("host"), answer.id, kind, address)


def _services(listing: Listing) -> tuple[list[Service], list[Problem]]:
    """The services of nova; none at all is no answer, since its API can do nothing without a conductor."""
    read, unread = apart(read_each(listing, "nova services", _service, id_key="host"))
    if not listing.items:
        what = "nova lists not one service, not even those that it needs itself. What is known of the hosts is kept."
        unread.append(Problem(f"nova services of {listing.region} ({listing.origin})", what, "Check nova's log."))
    return read, unread


def _hypervisors(listing: Listing, of_nova: Sequence[Service]) -> tuple[list[Hypervisor], list[Problem]]:
    """The hypervisors; none at all where compute services run is no answer."""
    read, unread = apart(read_each(listing, "nova hypervisors", _hypervisor, id_key="hypervisor_hostname"))
    if not listing.items and any(each.binary == COMPUTE for each in of_nova):
        what = "nova lists compute services and not one hypervisor. What is known of the computes is kept."
        unread.append(Problem(f"nova hypervisors of {listing.region} ({listing.origin})", what, "Check nova's log."))
    return read, unread


def _agents(listing: Listing | Problem) -> tuple[list[Service], list[Problem]]:
    if isinstance(listing, Problem):
        return [], [listing]
    return apart(read_each(listing, "neutron agents", _agent))


def _by_host(
    services: Iterable[Service], hypervisors: Iterable[Hypervisor]
) -> Iterator[tuple[str, list[Service], list[Hypervisor]]]:
    running: dict[str, list[Service]] = {}
    driven: dict[str, list[Hypervisor]] = {}
    for service in services:
        running.setdefault(service.host, []).append(service)
    for hypervisor in sorted(hypervisors, key=lambda each: each.name):
        driven.setdefault(hypervisor.host, []).append(hypervisor)
    for host, found in sorted(running.items()):
        yield host, found, driven.get(host, [])


def _host(region: str, host: str, running: Sequence[Service], driven: Sequence[Hypervisor]) -> Record:
    compute = next((each for each in running if each.binary == COMPUTE), None)
    # A compute node may run other services of nova too: those say `internal`, which is not where it is.
    zone = compute.zone if compute else next((each.zone for each in running if each.zone), None)
    first = driven[0] if driven else None
    return HOST.record(
        id=host,
        name=host,
        parent=in_zone(region, zone) if zone else in_region(region),
        host_type=sorted({each.host_type for each in running} - {""}),
        zone=zone,
        ip_address=first and first.address,
        # Ironic's hypervisors are the bare machines that a service drives, not names of its host.
        aliases=sorted({each.name for each in driven if each.type != "ironic"} - {host}),
        services=sorted({each.binary for each in running}),
        hypervisor_type=first and first.type,
        source_status=compute and compute.state,
    )


COLLECTOR = CloudCollector("hosts", "openstack", fetch_api, parse_api, fetch_database, parse_database, witness)
