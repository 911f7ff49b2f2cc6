"""Networks and their subnets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from collectors.cloud import neutron_networks
from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.places import answers_at, in_project
from collectors.cloud.tables import Tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource
from graph_schema.object_types import NETWORK, SUBNET
from graph_schema.records import Problem, Record, Ref


@dataclass(frozen=True, slots=True)
class RawNetworks:
    """What neutron lists."""

    networks: Listing
    subnets: Listing


def fetch_api(source: ApiSource) -> RawNetworks:
    """Two listings. Raises SourceError."""
    return RawNetworks(
        Listing(source.region, "API", source.listing("network", "networks", "networks")),
        Listing(source.region, "API", source.listing("network", "subnets", "subnets")),
    )


def parse_api(raw: RawNetworks) -> Collected:
    """One record per subnet and per network; a network has the ranges of its subnets too, to be found by them."""
    ranges: dict[str, set[str]] = {}
    for subnet in read_each(raw.subnets, "neutron subnets", _subnet):
        if not isinstance(subnet, Problem):
            ranges.setdefault(subnet["network_id"], set()).add(subnet["cidr"])
        yield subnet
    yield from read_each(raw.networks, "neutron networks", partial(_network, raw.networks.region, ranges))


def _network(region: str, ranges: Mapping[str, set[str]], answer: Answer) -> Record:
    project_id = answer.project_id()
    several = [_segment(each) for each in answer.optional_objects("segments")]
    # Several segments: the first is the one that the provider attributes would tell; only an administrator sees any.
    first = several[0] if several else _segment(answer)
    return NETWORK.record(
        id=answer.id,
        name=answer.named(answer.id),
        parent=in_project(project_id, region),
        project_id=project_id,
        **first,
        segments=several if len(several) > 1 else None,
        external=answer.optional_flag("router:external"),
        shared=answer.optional_flag("shared"),
        mtu=answer.optional_integer("mtu"),
        admin_state_up=answer.flag("admin_state_up"),
        source_status=answer.text("status"),
        description=answer.optional_text("description"),
        cidrs=sorted(ranges.get(answer.id, ())),
    )


def _segment(answer: Answer) -> dict[str, Any]:
    told = {
        "network_type": answer.optional_text("provider:network_type"),
        "physical_network": answer.optional_text("provider:physical_network"),
        "segmentation_id": answer.optional_integer("provider:segmentation_id"),
    }
    return {key: value for key, value in told.items() if value is not None}


def _subnet(answer: Answer) -> Record:
    network_id, cidr = answer.text("network_id"), answer.text("cidr")
    return SUBNET.record(
        id=answer.id,
        name=answer.named(cidr),
        parent=Ref("network", network_id),
        project_id=answer.project_id(),
        network_id=network_id,
        cidr=cidr,
        ip_version=answer.integer("ip_version"),
        gateway_ip=answer.optional_text("gateway_ip"),
        enable_dhcp=answer.optional_flag("enable_dhcp"),
        dns_nameservers=answer.optional_texts("dns_nameservers"),
        allocation_pools=sorted(
            f"{pool.text('start')}-{pool.text('end')}" for pool in answer.optional_objects("allocation_pools")
        ),
        host_routes=routes(answer, "host_routes"),
    )


def routes(answer: Answer, key: str) -> list[str]:
    """`destination via next hop` of a list of routes, sorted."""
    return sorted(f"{each.text('destination')} via {each.text('nexthop')}" for each in answer.optional_objects(key))


fetch_database = neutron_networks.fetch


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`; a network is `shared` where it is shared with all, the API adds those shared with the asker."""
    return parse_api(RawNetworks(neutron_networks.networks(tables), neutron_networks.subnets(tables)))


COLLECTOR = CloudCollector(
    "networks",
    "neutron",
    fetch_api,
    parse_api,
    fetch_database,
    parse_database,
    answers_at("network", network="networks", subnet="subnets"),
)
