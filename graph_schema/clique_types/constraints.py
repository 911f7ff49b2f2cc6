"""What keeps a clique on its focal point's networks: which types are constrained, and where their networks stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from graph_schema.model import SchemaError
from graph_schema.registry import LINKS, OBJECT_TYPES

NETWORK = "network"


@dataclass(frozen=True, slots=True)
class NetworkSource:
    """One place where a focal point's networks stand.

    `own`: its property `name`. `carried`: the networks of its links of the type `name`. `beyond`: the property
    `property` of the objects that its links of the type `name` lead to.
    """

    place: Literal["own", "carried", "beyond"]
    name: str
    property: str = ""


# A focal point for which no network is known lets everything pass, and so does a link without `networks`;
# a link to a network carries that network.
NETWORKS_OF: Mapping[str, tuple[NetworkSource, ...]] = {
    "network": (NetworkSource("own", "id"),),
    "instance": (NetworkSource("own", "networks"), NetworkSource("carried", "instance-vnic")),
    "vservice": (NetworkSource("carried", "vservice-vnic"), NetworkSource("beyond", "network-vservice", "id")),
    "vnic": (
        NetworkSource("carried", "instance-vnic"),
        NetworkSource("carried", "vservice-vnic"),
        NetworkSource("beyond", "port-vnic", "network_id"),
    ),
    "port": (NetworkSource("own", "network_id"),),
    "floating_ip": (NetworkSource("beyond", "floating_ip-port", "network_id"),),
    "router": (NetworkSource("own", "external_network"), NetworkSource("beyond", "router-port", "network_id")),
    "vconnector": (NetworkSource("carried", "vnic-vconnector"),),
    "otep": (NetworkSource("carried", "vedge-otep"),),
    "host_pnic": (NetworkSource("beyond", "host_pnic-network", "id"),),
}

# Focal type → its constraints. A `:CliqueConstraint` in the graph takes the place of the entry of its focal type.
CONSTRAINTS: Mapping[str, tuple[str, ...]] = dict.fromkeys(NETWORKS_OF, (NETWORK,))
# Here no network is an answer, not a gap: a NIC or tunnel end that carries no network has no part in any.
CONFINED = frozenset({"host_pnic", "otep"})


def _check() -> None:
    for focal, sources in NETWORKS_OF.items():
        for source in sources:
            _check_source(focal, source)


def _check_source(focal: str, source: NetworkSource) -> None:
    if source.place == "own":
        owner, property = focal, source.name
    else:
        link = LINKS.get(source.name)
        if link is None or focal not in (link.source, link.target):
            raise SchemaError(f"networks of {focal}: it has no links of the type {source.name!r}")
        owner, property = (link.target if link.source == focal else link.source), source.property
    if source.place != "carried" and property != "id" and OBJECT_TYPES[owner].property(property) is None:
        raise SchemaError(f"networks of {focal}: {owner} has no property {property!r}")


_check()
