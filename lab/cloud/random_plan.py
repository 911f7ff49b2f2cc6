"""A random topology of a seed, the same each time. It stands beside the shipped one, on its external network."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from lab.cloud.demo import EXTERNAL
from lab.cloud.plan import (
    Aggregate,
    FloatingIp,
    Network,
    Plan,
    Port,
    Router,
    SecurityGroup,
    Server,
    ServerState,
    Subnet,
    Trunk,
)

# Names repeat from project to project, and are no good manners.
NAMES = Path(__file__).with_name("names")
NETWORK_NAMES, SERVER_NAMES = (
    (NAMES / f"{of}.txt").read_text(encoding="utf-8").splitlines() for of in ("networks", "servers")
)
OVS_HOSTS, LINUXBRIDGE_HOSTS, FAKE_HOST = ("cmp1", "cmp2"), ("cmp4", "cmp5"), "cmp3"
REAL_GUESTS, FAKE_GUESTS = 5, 10  # what the memory of the machine bears beside the shipped topology


@dataclass
class Draw:
    """The plan while it is drawn."""

    seed: int
    dice: random.Random
    networks: list[Network] = field(default_factory=list)
    routers: list[Router] = field(default_factory=list)
    groups: list[SecurityGroup] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    trunks: list[Trunk] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    floating_ips: list[FloatingIp] = field(default_factory=list)

    def some(self, things: list[str], most: int) -> list[str]:
        """None to `most` of them, in random order."""
        return self.dice.sample(things, k=min(len(things), self.dice.randint(0, most)))


def prefix(seed: int) -> str:
    """What the names of a random topology's projects and aggregates begin with."""
    return f"s{seed}-"


def random_plan(seed: int) -> Plan:
    """The plan of a seed: 1 to 3 projects with networks, routers, ports, trunks, instances, floating addresses."""
    draw = Draw(seed, random.Random(seed))
    projects = [f"{prefix(seed)}{n}" for n in range(draw.dice.randint(1, 3))]
    for project in projects:
        _networks(draw, project)
        _routers(draw, project)
        _groups(draw, project)
        _loose_ports(draw, project)
    for number in range(REAL_GUESTS + FAKE_GUESTS):
        _server(draw, draw.dice.choice(projects), number, fake=number >= REAL_GUESTS)
    for project in projects:
        _floating_ips(draw, project)
    hosts = [*OVS_HOSTS, FAKE_HOST, *LINUXBRIDGE_HOSTS]
    return Plan(
        name=f"seed {seed}",
        projects=tuple(projects),
        networks=(EXTERNAL, *draw.networks),
        routers=tuple(draw.routers),
        groups=tuple(draw.groups),
        ports=tuple(draw.ports),
        trunks=tuple(draw.trunks),
        servers=tuple(draw.servers),
        floating_ips=tuple(draw.floating_ips),
        aggregates=(Aggregate(f"{prefix(seed)}aggregate", tuple(draw.some(hosts, 4))),),
    )


def _networks(draw: Draw, project: str) -> None:
    blocks = draw.dice.sample(range(1, 30), k=8)
    for name in draw.dice.sample(NETWORK_NAMES, k=draw.dice.randint(1, 4)):
        kind = draw.dice.choice(("", "", "vxlan", "vlan"))
        subnets = [Subnet(f"{name} 0", f"10.77.{blocks.pop()}.0/24", dhcp=draw.dice.random() < 0.8)]
        if draw.dice.random() < 0.3:
            subnets.append(Subnet(f"{name} 1", f"10.77.{blocks.pop()}.0/24"))
        if draw.dice.random() < 0.2:
            subnets.append(Subnet(f"{name} 6", f"fd00:{draw.seed % 60000:x}:{len(draw.networks):x}::/64"))
        draw.networks.append(
            Network(
                project,
                name,
                tuple(subnets),
                kind="vlan" if kind == "vlan" else kind,  # type: ignore[arg-type]  # one of the four
                physical="physvlan" if kind == "vlan" else "",
                admin_up=draw.dice.random() < 0.95,
                dhcp_agents=draw.dice.choice((1, 1, 2)) if subnets[0].dhcp else 1,
            )
        )


def _own(draw: Draw, project: str) -> list[Network]:
    return [n for n in draw.networks if n.project == project]


def _routers(draw: Draw, project: str) -> None:
    taken: set[str] = set()
    for number in range(draw.dice.randint(0, 2)):
        interfaces = []
        for name in draw.some([n.name for n in _own(draw, project)], 3):
            cidr = next(n.subnets[0].cidr for n in _own(draw, project) if n.name == name)
            interfaces.append((name, f"{cidr.rsplit('.', 1)[0]}.{250 + number}" if name in taken else ""))
            taken.add(name)
        draw.routers.append(
            Router(
                project,
                f"router {number}",
                gateway="public" if draw.dice.random() < 0.7 else "",
                interfaces=tuple(interfaces),
                ha=draw.dice.random() < 0.3,
                admin_up=draw.dice.random() < 0.9,
            )
        )


def _groups(draw: Draw, project: str) -> None:
    for number in range(draw.dice.randint(0, 2)):
        rules = (("icmp", 0, ""), ("tcp", draw.dice.randint(1, 65535), ""))
        draw.groups.append(SecurityGroup(project, f"group {number}", rules[: draw.dice.randint(0, 2)]))


def _port(draw: Draw, project: str, network: str, name: str) -> Port:
    groups = [g.name for g in draw.groups if g.project == project]
    return Port(
        project,
        name,
        network,
        groups=tuple(draw.some(groups, 2)),
        admin_up=draw.dice.random() < 0.9,
        secure=draw.dice.random() < 0.9,
    )


def _loose_ports(draw: Draw, project: str) -> None:
    for number in range(draw.dice.randint(0, 3)):
        network = draw.dice.choice(_own(draw, project)).name
        draw.ports.append(_port(draw, project, network, f"loose {number}"))


def _server(draw: Draw, project: str, number: int, *, fake: bool) -> None:
    host = FAKE_HOST if fake else draw.dice.choice((*OVS_HOSTS, *OVS_HOSTS, *LINUXBRIDGE_HOSTS))
    name = f"{draw.dice.choice(SERVER_NAMES)} {number}"
    # A Linux bridge host has no VLAN interfaces where the kernel lacks 8021q.
    usable = [n.name for n in _own(draw, project) if host not in LINUXBRIDGE_HOSTS or n.kind != "vlan"]
    ports = []
    for network in draw.some(usable, 3):
        port = _port(draw, project, network, f"{name} {network}")
        draw.ports.append(port)
        ports.append(port.name)
    if host in OVS_HOSTS and ports and draw.dice.random() < 0.5:
        _trunk(draw, project, ports[0], usable)
    states: tuple[ServerState, ...] = ("ACTIVE", "ACTIVE", "ACTIVE", "SHUTOFF")
    if not fake:
        states = (*states, "PAUSED", "SHELVED_OFFLOADED")
    draw.servers.append(Server(project, name, host, ports=tuple(ports), state=draw.dice.choice(states)))


def _trunk(draw: Draw, project: str, parent: str, networks: list[str]) -> None:
    kinds = {n.name: n.kind for n in _own(draw, project)}
    carrier = next(p.network for p in draw.ports if p.project == project and p.name == parent)
    # A subport's network must not have larger packets than the parent's: VLAN inside VXLAN is refused.
    fitting = [n for n in networks if kinds[carrier] == "vlan" or kinds[n] != "vlan"]
    subports = []
    for vlan, network in enumerate(draw.some(fitting, 2), start=10):
        port = _port(draw, project, network, f"{parent} sub {vlan}")
        draw.ports.append(port)
        subports.append((port.name, vlan))
    draw.trunks.append(Trunk(project, f"trunk {parent}", parent, tuple(subports)))


def _floating_ips(draw: Draw, project: str) -> None:
    """Only ports behind a router with a gateway can have one."""
    reachable = {
        network
        for router in draw.routers
        if router.project == project and router.gateway
        for network, address in router.interfaces
        if not address
    }
    used = {name for server in draw.servers if server.project == project for name in server.ports}
    single = {n.name for n in _own(draw, project) if len(n.subnets) == 1}
    candidates = [
        p.name for p in draw.ports if p.project == project and p.network in reachable & single and p.name in used
    ]
    for port in draw.some(candidates, 3):
        draw.floating_ips.append(FloatingIp(project, "public", port=port))
