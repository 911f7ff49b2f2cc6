"""The clique types of the variants that the ancestor supported: its own lists, and what those were found to lack.

Added to each: the native firewall's `vnic-vedge`, the provider uplink that external networks use beside tunnels, the
fabric behind the NIC, and the logical port and floating address beside the vNIC. Left out is what a variant has not.
"""

from __future__ import annotations

from graph_schema.clique_types.model import CliqueType
from graph_schema.clique_types.walks import (
    CABLE,
    FROM_INSTANCE,
    FROM_VSERVICE,
    PROVIDER,
    PROVIDER_UP,
    TUNNEL,
    TUNNEL_UP,
    VEDGE_TO_ENDS,
    VNIC_TO_VEDGE,
    WIRE,
    Walk,
)


def _types(
    distribution: str, versions: tuple[str, ...], mechanism: str, segments: tuple[str, ...], down: Walk, up: Walk
) -> tuple[CliqueType, ...]:
    walks = {
        "instance": (*FROM_INSTANCE, *VNIC_TO_VEDGE, *down, *WIRE),
        "vservice": (*FROM_VSERVICE, *VNIC_TO_VEDGE, *down, *WIRE),
        "network": ("network-host_pnic", *up, *VEDGE_TO_ENDS, *CABLE),
    }
    return tuple(
        CliqueType(
            f"{distribution} {mechanism} {focal_point_type}",
            focal_point_type,
            walk,
            distribution=distribution,
            distribution_versions=versions,
            mechanism_drivers=(mechanism,),
            type_drivers=segments,
            shipped=True,
        )
        for focal_point_type, walk in walks.items()
    )


_BOTH = ("vlan", "vxlan")
_DOWN: Walk = (*TUNNEL, *PROVIDER)
_UP: Walk = (*TUNNEL_UP, *PROVIDER_UP)

DISTRIBUTION_TYPES: tuple[CliqueType, ...] = (
    *_types("Apex", ("Euphrates",), "OVS", ("vxlan",), _DOWN, _UP),
    *_types("Mercury", ("10307", "10239", "11190", "10918"), "OVS", ("vlan",), PROVIDER, PROVIDER_UP),
    *_types("Devstack", ("Mitaka",), "VPP", _BOTH, _DOWN, _UP),
    *_types("Mirantis", ("6.0", "7.0", "8.0", "9.0", "9.1", "10.0"), "OVS", _BOTH, _DOWN, _UP),
    *_types("RDO", ("Liberty", "Mitaka"), "OVS", _BOTH, _DOWN, _UP),
    *_types("RDO", ("Mitaka",), "VPP", _BOTH, _DOWN, _UP),
    *_types("Stratoscale", ("2.1.6",), "OVS", ("vlan",), PROVIDER, PROVIDER_UP),
)
