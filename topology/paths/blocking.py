"""What would stop packets on a path that exists: states of devices, ports and agents, and security groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from topology.paths.assembly import Chain
from topology.paths.security import Filter, Opening, Peer, joint
from topology.paths.things import Address, Port, Thing, Tie
from topology.paths.ways import DeadEnd
from topology.shapes import JsonObject

_DOWN = frozenset({"DOWN", "LOWERLAYERDOWN", "NOTPRESENT", "DORMANT"})
_STOPPED = frozenset(
    {"PAUSED", "SUSPENDED", "SHUTOFF", "STOPPED", "SHELVED", "SHELVED_OFFLOADED", "BUILD", "DELETED", "SOFT_DELETED"}
)
_LOGICAL = frozenset({"network", "router", "port", "floating_ip"})
_RUNS = frozenset({"running", "nostate"})
_L2_AGENTS = {"ovs": "Open vSwitch agent", "lxb": "Linux bridge agent"}
_L3_AGENT = "L3 agent"


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that stops packets, at a hop of the path; when it is not `certain`, it may."""

    code: str
    thing: Thing
    text: str
    hop: int | None = None
    certain: bool = True

    def as_json(self) -> JsonObject:
        """For answers as JSON."""
        return {
            "hop": self.hop,
            "id": self.thing.id,
            "type": self.thing.type,
            "name": self.thing.name,
            "code": self.code,
            "certain": self.certain,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What security groups say of a path: what they let through, and what stops the rest."""

    openings: tuple[Opening, ...]
    blocks: tuple[Block, ...]


def blocks_of(
    chain: Chain,
    networks: Mapping[str, Thing],
    agents: Mapping[str, Sequence[Thing]],
    tunnels: Mapping[tuple[str, str], Tie],
) -> Iterator[Block]:
    """What stands in the way on the devices, ports and agents of a path."""
    flagged: set[str] = set()
    for hop, node in enumerate(chain.nodes):
        for block in _of_node(node, hop):
            flagged.add(node.id)
            yield block
    yield from _of_ties(chain, flagged)
    yield from _of_tunnels(chain, tunnels)
    yield from _of_ports(chain)
    yield from _of_routers(chain)
    for network_id in dict.fromkeys(leg.network_id for leg in chain.way.legs):
        network = networks.get(network_id)
        if network is not None and network.get("admin_state_up") is False:
            yield Block(
                "network_admin_down", network, f"network {network.name} is set down by its owner", certain=False
            )
    yield from _of_agents(chain, agents)


def verdict_of(chain: Chain, groups: Mapping[str, Thing], asked: Opening) -> Verdict:
    """What the security groups of the two ends let through of what is asked for."""
    way = chain.way
    here, there = way.legs[0].source, way.legs[-1].target
    sender = Filter(here, groups, applies=_firewall_sees(here, chain.nodes))
    receiver = Filter(there, groups, applies=_firewall_sees(there, chain.nodes[::-1]))
    to = Peer(way.sent_to or way.arrives_as, _groups(receiver.port, way.sent_to))
    by = Peer(way.seen_as, _groups(sender.port, way.seen_as))
    out = joint(sender.openings("egress", to), [asked])
    into = joint(receiver.openings("ingress", by), [asked])
    through = joint(out, into)
    return Verdict(tuple(through), tuple(_of_groups(chain, sender, receiver, (to, by), (out, into, through), asked)))


def _firewall_sees(port: Port | None, nodes: Sequence[Thing]) -> bool:
    """The hybrid firewall, on a bridge before Open vSwitch, sees no packets with a VLAN tag: none of subports."""
    first = [node for node in nodes if node.type in ("vconnector", "vedge")][:2]
    hybrid = [node.type for node in first] == ["vconnector", "vedge"] and first[1].get("kind") == "ovs"
    return port is None or port.text("trunk_parent") is None or not hybrid


def block_of_way_back(chain: Chain, dead: DeadEnd) -> Block:
    """Packets arrive, and their answers do not."""
    end = chain.nodes[-1]
    return Block("no_way_back", end, f"answers do not come back: {dead.reason}", len(chain.nodes) - 1)


def _of_groups(
    chain: Chain,
    sender: Filter,
    receiver: Filter,
    peers: tuple[Peer, Peer],
    openings: tuple[list[Opening], list[Opening], list[Opening]],
    asked: Opening,
) -> Iterator[Block]:
    (to, by), (out, into, through), last = peers, openings, len(chain.nodes) - 1
    if not out and sender.port is not None:
        yield _refusal(sender, "sender", f"{asked} out to {to.address}", 0)
    if not into and receiver.port is not None:
        yield _refusal(receiver, "receiver", f"{asked} in from {by.address}", last)
    if out and into and not through and receiver.port is not None:
        yield _refusal(receiver, "receiver", f"in what those of the sender ({sender.names}) let out", last)
    if through and receiver.port is not None and not receiver.answers("egress", by, through):
        yield _refusal(receiver, "receiver", f"answers out to {by.address}, and no state is kept", last)
    if through and sender.port is not None and not sender.answers("ingress", to, through):
        yield _refusal(sender, "sender", f"answers in from {to.address}, and no state is kept", 0)


def _refusal(at: Filter, whose: str, what: str, hop: int) -> Block:
    assert at.port is not None
    groups = (
        f"the {whose}'s security groups ({at.names})" if at.groups else f"the {whose}, which is in no security group,"
    )
    return Block("security_group", at.port, f"no rule of {groups} lets {what}", hop)


def _groups(port: Port | None, address: Address | None) -> frozenset[str]:
    """A port's groups count as long as its packets have its own address."""
    own = port is not None and (address is None or address in port.addresses)
    return frozenset(port.get("security_groups") or ()) if own and port is not None else frozenset()


def _of_node(node: Thing, hop: int) -> Iterator[Block]:
    if node.type == "instance":
        status, power = node.get("source_status"), node.get("power_state")
        if status in _STOPPED or (power is not None and power not in _RUNS):
            yield Block("instance_not_running", node, f"{node.name} does not run: {status or power}", hop)
    elif node.type in _LOGICAL:
        return  # neutron's objects are looked at as such, also where they are no nodes of the path
    elif node.get("admin_state_up") is False:
        yield Block("admin_down", node, f"{node.type} {node.name} is set down", hop)
    elif node.get("oper_state") in _DOWN or node.get("link_detected") is False:
        yield Block("link_down", node, f"{node.name} on {node.host} has no link", hop)


def _of_ties(chain: Chain, flagged: set[str]) -> Iterator[Block]:
    for hop, tie in enumerate(chain.ties):
        if tie.is_down and not flagged & set(tie.ends):
            here, there = chain.nodes[hop], chain.nodes[hop + 1]
            yield Block("link_down", here, f"the link {tie.type} from {here.name} to {there.name} is down", hop)


def _of_tunnels(chain: Chain, tunnels: Mapping[tuple[str, str], Tie]) -> Iterator[Block]:
    places = {node.id: (hop, node) for hop, node in enumerate(chain.nodes)}
    for stretch in chain.stretches:
        if stretch.tunnel is None:
            continue
        here, there = stretch.tunnel.ends
        (hop, node), (far_hop, far) = places[here], places[there]
        if stretch.tunnel.is_down:
            yield Block("tunnel_down", node, f"the tunnel from {node.host} to {far.host} is down", hop)
        back = tunnels.get((there, here))
        if back is None or not back.carries(stretch.network_id):
            yield Block("no_tunnel_back", far, f"{far.host} has no tunnel back to {node.host} for it", far_hop)


def _of_ports(chain: Chain) -> Iterator[Block]:
    last = len(chain.nodes) - 1
    for leg, stretch in zip(chain.way.legs, chain.stretches, strict=True):
        for port, hop in ((leg.source, stretch.begin), (leg.target, stretch.end)):
            if port is None:
                continue
            if port.get("admin_state_up") is False:
                yield Block("port_admin_down", port, f"port {port.name} is set down", min(hop, last))
            elif port.get("source_status") in ("DOWN", "ERROR"):
                guest = not port.owner.startswith("network:")
                text = f"neutron says that port {port.name} is {port.get('source_status')}"
                yield Block("port_down", port, text, min(hop, last), certain=guest)


def _of_routers(chain: Chain) -> Iterator[Block]:
    for router, stretch in zip(chain.way.routers, chain.stretches, strict=False):
        if router.thing.get("admin_state_up") is False:
            yield Block("router_admin_down", router.thing, f"router {router.name} is set down", stretch.end + 1)


def _of_agents(chain: Chain, agents: Mapping[str, Sequence[Thing]]) -> Iterator[Block]:
    """What an agent that does not report has set up stays; only changes do not arrive. So it may be in the way."""
    told: set[str] = set()
    for hop, node in enumerate(chain.nodes):
        for agent in agents.get(node.host or "", ()):
            if agent.id not in told and _serves(agent, node) and agent.get("alive") is False:
                told.add(agent.id)
                text = f"the {agent.get('agent_type')} on {node.host} does not report: changes do not arrive there"
                yield Block("agent_down", agent, text, hop, certain=False)


def _serves(agent: Thing, node: Thing) -> bool:
    if node.type == "vedge":
        return agent.get("agent_type") in (node.get("agent_type"), _L2_AGENTS.get(str(node.get("kind"))))
    if node.type == "vservice":
        return agent.get("agent_type") == _L3_AGENT and node.get("service_type") in ("router", "snat")
    return False
