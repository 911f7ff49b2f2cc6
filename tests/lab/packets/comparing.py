"""Which answers are compared with which packets: pair by pair, address by address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import permutations, product

from tests.lab.packets.answers import Api, Predicted, Refused
from tests.lab.packets.judging import Evidence, Judgement, difference, tap_of, verdict_of
from tests.lab.packets.population import Flow, Guest, Nic, fetches
from tests.lab.packets.wiring import WIRE, Wiring
from tests.lab.truth.cloud_facts import CloudFacts

OUTSIDE = "203.0.113.9"  # on this machine's side of the external network, while the test runs
FIRST_MARK = 64  # the guests' own pings carry 56 bytes


@dataclass
class Cloud:
    """The cloud at this moment, and who can send in it."""

    facts: CloudFacts
    wiring: Wiring
    guests: list[Guest]

    @property
    def floating(self) -> dict[str, tuple[Guest, Nic]]:
        """The floating addresses that lead to running guests."""
        ports = {nic.port: (guest, nic) for guest in self.guests for nic in guest.nics}
        rows = self.facts.tables["floating_ips"]
        return {f["floating_ip_address"]: ports[f["fixed_port_id"]] for f in rows if f["fixed_port_id"] in ports}

    def is_shared(self, address: str) -> bool:
        """Whether several ports have the address, in several networks."""
        return [row["ip_address"] for row in self.facts.tables["allocations"]].count(address) > 1


@dataclass
class Seen:
    """What was sent and seen in a cloud."""

    cloud: Cloud
    flows: list[Flow]
    by_kind: dict[str, Evidence] = field(default_factory=dict)  # icmp, tcp 80, tcp 8080
    inward: dict[str, Evidence] = field(default_factory=dict)  # pings from outside, by floating address


def judge_pairs(seen: Seen, asked: Api, kind: str) -> Judgement:
    """Each running instance to each other one, interface by interface. `kind`: icmp, or tcp and a port."""
    found, evidence = Judgement(), seen.by_kind[kind]
    protocol, _, port = kind.partition(" ")
    sent = seen.flows if protocol == "icmp" else fetches(seen.flows)
    flows = {(flow.guest.id, flow.nic.port, flow.target): flow for flow in sent}
    for guest, other in permutations(seen.cloud.guests, 2):
        paths = asked.paths(guest.id, other.id, protocol, int(port or 0)).paths
        known: list[Predicted] = []
        for own, nic in product(guest.nics, other.nics):
            these = between(paths, guest, own, other, nic)
            known += these
            ends = (guest.end(own), other.end(nic))
            if ends != (guest.id, other.id):
                these = between(asked.paths(*ends, protocol, int(port or 0)).paths, guest, own, other, nic)
            for address in (each for each in nic.addresses if each.version == 4):
                flow = flows.get((guest.id, own.port, address.text))
                if flow is not None:
                    found.note(*compared(seen.cloud, flow, other, nic, these, evidence))
                elif guest.holds(address.text):
                    found.note(verdict_of(these), "it is the sender's own address" if these else None, address.text)
        strange = [path for path in paths if path not in known]
        found.note("no other path", f"there is {strange[0]}" if strange else None, f"{guest.name} → {other.name}")
    return found


def between(paths: Iterable[Predicted], guest: Guest, own: Nic, other: Guest, nic: Nic) -> list[Predicted]:
    """Of all paths between two instances those from one interface to another."""
    if not own.device or not nic.device:
        return []
    ends = (tap_of(guest, own), tap_of(other, nic))
    networks = (own.network, nic.network)
    return [
        path
        for path in paths
        if (path.interfaces[0], path.interfaces[-1]) == ends and (path.networks[0], path.networks[-1]) == networks
    ]


def compared(
    cloud: Cloud, flow: Flow, other: Guest, nic: Nic, paths: list[Predicted], evidence: Evidence
) -> tuple[str, str | None, str]:
    """The verdict of an answer, how the packets differ, and what it is about."""
    came = evidence.trails.delivered(evidence.kind, flow.mark, other.id, nic.mac)
    what = f"{flow.guest.name} ({flow.nic.addresses[0].text}) → {other.name} ({flow.target})"
    # What somebody else with the same address answers says nothing of this one; that nothing comes to this one does.
    answered = flow.mark in evidence.answered and not (cloud.is_shared(flow.target) and not came)
    return verdict_of(paths), difference(flow.mark, paths, came, evidence, answered=answered), what


def judge_addresses(seen: Seen, asked: Api) -> Judgement:
    """Addresses of several instances, and of IPv6: named by the address, the one that packets come to is meant."""
    found, evidence = Judgement(), seen.by_kind["icmp"]
    for flow in seen.flows:
        holders = [(guest, nic) for guest in seen.cloud.guests for nic in guest.nics if guest.holds(flow.target)]
        holders = [(guest, nic) for guest, nic in holders if any(a.text == flow.target for a in nic.addresses)]
        if len(holders) < 2 and ip_address(flow.target).version == 4:
            continue
        what = f"{flow.guest.name} ({flow.nic.addresses[0].text}) → {flow.target}"
        try:
            paths = asked.paths(flow.guest.end(flow.nic), flow.target, "icmp").paths
        except Refused as refused:
            if not refused.is_ambiguous:
                raise
            answered = flow.mark in evidence.answered
            found.note("ambiguous", f"an answer came ({refused})" if answered else None, what)
            continue
        for other, nic in holders:
            these = between(paths, flow.guest, flow.nic, other, nic)
            found.note(*compared(seen.cloud, flow, other, nic, these, evidence))
    return found


def judge_floating(seen: Seen, asked: Api) -> Judgement:
    """Each running instance to each floating address that leads to one."""
    found, evidence = Judgement(), seen.by_kind["icmp"]
    for flow in seen.flows:
        if flow.target in seen.cloud.floating:
            other, nic = seen.cloud.floating[flow.target]
            paths = asked.paths(flow.guest.end(flow.nic), flow.target, "icmp").paths
            these = between(paths, flow.guest, flow.nic, other, nic)
            found.note(*compared(seen.cloud, flow, other, nic, these, evidence))
    return found


def judge_outward(seen: Seen, asked: Api) -> Judgement:
    """Each running instance to an address outside."""
    found, evidence = Judgement(), seen.by_kind["icmp"]
    for flow in (flow for flow in seen.flows if flow.target == OUTSIDE):
        paths = asked.paths(flow.guest.end(flow.nic), OUTSIDE, "icmp").paths
        own = [p for p in paths if (p.interfaces[0], p.networks[0]) == (tap_of(flow.guest, flow.nic), flow.nic.network)]
        answered = flow.mark in evidence.answered
        came = evidence.trails.left(evidence.kind, flow.mark) if answered else []
        wrong = difference(flow.mark, own, came, evidence, answered=answered)
        found.note(verdict_of(own), wrong, f"{flow.guest.name} → {OUTSIDE}")
    return found


def judge_inward(seen: Seen, asked: Api) -> Judgement:
    """From outside to each floating address that leads to a running instance."""
    found = Judgement()
    for mark, (address, (guest, nic)) in enumerate(seen.cloud.floating.items(), start=FIRST_MARK):
        evidence = seen.inward[address]
        paths = asked.paths(OUTSIDE, address, "icmp").paths
        came = evidence.trails.delivered(evidence.kind, mark, guest.id, nic.mac)
        assert all(trail.begins == WIRE for trail in came), came
        wrong = difference(mark, paths, came, evidence, answered=mark in evidence.answered)
        found.note(verdict_of(paths), wrong, f"{OUTSIDE} → {address}")
    return found


def judge_isolation(seen: Seen) -> Judgement:
    """Nothing of a flow, not even a switch's copy of it, comes to a guest of none of the networks that it may cross.

    Ports that are set down are left out: where the host's agent has not wired one, its device is in no VLAN, and Open
    vSwitch sends it copies of every network's packets to addresses that it has not learnt.
    """
    found, evidence = Judgement(), seen.by_kind["icmp"]
    ports = seen.cloud.facts.ports
    owners = {
        (guest.host, nic.device): guest
        for guest in seen.cloud.guests
        for nic in guest.nics
        if nic.device and (nic.vlan or ports[nic.port]["admin_state_up"])
    }
    ranges = joined_networks(seen.cloud.facts)
    for flow in seen.flows:
        around = ranges[flow.nic.network]
        if flow.target in seen.cloud.floating:
            around = around | ranges[seen.cloud.floating[flow.target][1].network]
        for place in evidence.trails.taps(evidence.kind, flow.mark):
            strange = place in owners and not {nic.network for nic in owners[place].nics} & around
            what = f"{flow.guest.name} → {flow.target}, mark {flow.mark}"
            found.note("isolated", f"it came to {owners[place].name}" if strange else None, what)
    return found


def joined_networks(facts: CloudFacts) -> dict[str, set[str]]:
    """For each network those that routers join to it, directly or not, other than by external networks."""
    external = {row["network_id"] for row in facts.tables["external"]}
    by_router: dict[str, set[str]] = {}
    for row in facts.tables["router_ports"]:
        by_router.setdefault(row["router_id"], set()).add(facts.ports[row["port_id"]]["network_id"])
    joined = {network: {network} for network in facts.networks}
    for networks in by_router.values():
        inner = networks - external
        whole = set().union(*(joined[network] for network in inner))
        for network in whole:
            joined[network] = whole
    return joined
