"""What of a plan the OVN variant can have: fewer hosts, no agents for routers and DHCP."""

from __future__ import annotations

from dataclasses import replace

from lab.cloud.plan import Plan

OVN_COMPUTES = ("cmp1", "cmp2")


def for_ovn(plan: Plan) -> Plan:
    """The plan without what needs other hosts or agents."""
    return replace(
        plan,
        networks=tuple(replace(n, dhcp_agents=1, kind="" if n.kind == "vxlan" else n.kind) for n in plan.networks),
        routers=tuple(replace(r, ha=False) for r in plan.routers),
        servers=tuple(s for s in plan.servers if s.host in ("", *OVN_COMPUTES)),
        aggregates=tuple(replace(a, hosts=tuple(h for h in a.hosts if h in OVN_COMPUTES)) for a in plan.aggregates),
    )
