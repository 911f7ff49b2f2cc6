"""The clique types for every environment that has none of its own.

They work for Open vSwitch with the hybrid or the native firewall, for Linux bridges, and for VPP: an element that a
cloud has not adds nothing, and constraints keep the walk on the focal point's networks.
"""

from __future__ import annotations

from graph_schema.clique_types.model import ANY, CliqueType
from graph_schema.clique_types.walks import (
    CABLE,
    DOWN,
    FROM_FLOATING_IP,
    FROM_INSTANCE,
    FROM_PORT,
    FROM_ROUTER,
    FROM_SECURITY_GROUP,
    FROM_VEDGE,
    FROM_VNIC,
    FROM_VSERVICE,
    UP,
    VEDGE_TO_ENDS,
    WIRE,
    Walk,
)


def _any(focal_point_type: str, link_types: Walk) -> CliqueType:
    return CliqueType(f"any {focal_point_type}", focal_point_type, link_types, environment=ANY, shipped=True)


ANY_TYPES: tuple[CliqueType, ...] = (
    _any("instance", (*FROM_INSTANCE, *DOWN)),
    _any("vservice", (*FROM_VSERVICE, *DOWN)),
    _any("vnic", (*FROM_VNIC, *DOWN)),
    _any("port", (*FROM_PORT, *DOWN)),
    _any("floating_ip", (*FROM_FLOATING_IP, *DOWN)),
    _any("router", (*FROM_ROUTER, *DOWN)),
    _any("security_group", FROM_SECURITY_GROUP),
    _any("network", ("network-host_pnic", *UP, "network-vservice", *CABLE)),
    _any("host_pnic", (*UP, "host_pnic-network", *CABLE)),
    _any("switch_pnic", ("switch_pnic-switch", "switch_pnic-switch_pnic", "switch_pnic-host_pnic", *UP)),
    _any("switch", ("switch-switch_pnic", "switch_pnic-switch_pnic", "switch_pnic-host_pnic", *UP)),
    _any("vedge", (*VEDGE_TO_ENDS, *FROM_VEDGE)),
    _any(
        "vconnector",
        ("vconnector-vnic", "vnic-instance", "vnic-vservice", "vconnector-vedge", "vconnector-otep", *FROM_VEDGE),
    ),
    _any(
        "otep",
        (
            "otep-otep",
            "otep-vedge",
            *VEDGE_TO_ENDS,
            "otep-vconnector",
            "otep-host_pnic",
            "vconnector-host_pnic",
            *WIRE,
        ),
    ),
)
