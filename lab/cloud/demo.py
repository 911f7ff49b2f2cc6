"""The shipped topology: the demo's recording is made from it, and the first truth test runs on it."""

from __future__ import annotations

from lab.cloud.plan import (
    Aggregate,
    FloatingIp,
    Network,
    Plan,
    Port,
    Router,
    SecurityGroup,
    Server,
    Subnet,
    Trunk,
)

EXTERNAL = Network(
    "admin",
    "public",
    (Subnet("public-subnet", "172.24.4.0/24", dhcp=False, pool=("172.24.4.100", "172.24.4.200")),),
    kind="flat",
    physical="physext",
    external=True,
)

DEMO = Plan(
    name="demo",
    projects=("alpha", "beta"),
    notes={"alpha": "web shop", "beta": "its address range is the one of alpha"},
    networks=(
        EXTERNAL,
        Network("admin", "vlan101", (Subnet("vlan101-subnet", "10.101.0.0/24"),), "vlan", "physvlan", 101, shared=True),
        Network("admin", "lan", (Subnet("lan-subnet", "10.102.0.0/24"),), "flat", "physvlan", shared=True),
        Network("alpha", "web", (Subnet("web-subnet", "10.1.1.0/24", dns=("10.1.1.2",)),), dhcp_agents=2),
        Network("alpha", "db", (Subnet("db-subnet", "10.1.2.0/24"),)),
        Network("alpha", "empty", (Subnet("empty-subnet", "10.1.9.0/24", dhcp=False, gateway=""),)),
        Network("beta", "net-b", (Subnet("subnet-b", "10.1.1.0/24"), Subnet("subnet-b6", "fd00:b::/64"))),
        Network("beta", "tagged", (Subnet("tagged-subnet", "10.1.3.0/24"),)),
    ),
    routers=(
        Router("alpha", "r-alpha", "public", (("web", ""), ("db", ""))),
        Router("alpha", "r-inner", "", (("web", "10.1.1.254"),)),
        Router("beta", "r-beta", "public", (("net-b", ""),), ha=True),
        Router("beta", "r-off", "", (("tagged", ""),), admin_up=False),
    ),
    groups=(
        SecurityGroup("alpha", "sg-web", (("icmp", 0, ""), ("tcp", 80, ""))),
        SecurityGroup("alpha", "sg-db", (("tcp", 80, "sg-web"), ("icmp", 0, "sg-web"))),
        SecurityGroup("beta", "sg-b", (("icmp", 0, ""), ("tcp", 0, ""))),
    ),
    ports=(
        Port("alpha", "p-web1", "web", "10.1.1.11", ("sg-web",)),
        Port("alpha", "p-web2", "web", "10.1.1.12", ("sg-web",), pairs=("10.1.1.200",)),
        Port("alpha", "p-web3", "web", "10.1.1.13", ("sg-web",)),
        Port("alpha", "p-web4", "web", "10.1.1.14", ("sg-web",)),
        Port("alpha", "p-db1", "db", "10.1.2.21", ("sg-db", "sg-web")),
        Port("alpha", "p-db1-down", "empty", "10.1.9.21", admin_up=False, secure=False),
        Port("alpha", "p-unbound", "web", "10.1.1.99", ("sg-web",)),
        Port("beta", "p-b1", "net-b", "10.1.1.11", ("sg-b",)),
        Port("beta", "p-b1v", "vlan101", "10.101.0.31", ("sg-b",)),
        Port("beta", "p-b2", "net-b", "10.1.1.12", ("sg-b",)),
        Port("beta", "p-trunk1", "vlan101", "10.101.0.21", ("sg-b",)),
        Port("beta", "p-trunk1-tagged", "tagged", "10.1.3.21", ("sg-b",)),
        Port("beta", "p-trunk1-b", "net-b", "10.1.1.21", ("sg-b",)),
        Port("beta", "p-trunk2", "net-b", "10.1.1.22", ("sg-b",)),
        Port("beta", "p-trunk2-tagged", "tagged", "10.1.3.22", ("sg-b",)),
    ),
    trunks=(
        Trunk("beta", "trunk1", "p-trunk1", (("p-trunk1-tagged", 7), ("p-trunk1-b", 8))),
        Trunk("beta", "trunk2", "p-trunk2", (("p-trunk2-tagged", 7),)),
    ),
    servers=(
        Server("alpha", "web1", "cmp1", ("p-web1",), peers=("10.1.1.12", "10.1.1.13", "10.1.2.21")),
        Server("alpha", "web2", "cmp2", ("p-web2",), peers=("10.1.1.11", "10.1.1.14", "10.1.2.21")),
        Server("alpha", "web3", "cmp4", ("p-web3",), peers=("10.1.1.11", "10.1.1.14")),
        Server("alpha", "web4", "cmp5", ("p-web4",), peers=("10.1.1.12", "10.1.1.13")),
        Server("alpha", "db1", "cmp2", ("p-db1", "p-db1-down"), flavor="lab.micro", peers=("10.1.1.11",)),
        Server("alpha", "fake1", "cmp3", networks=("web",)),
        Server("alpha", "stopped1", "cmp1", networks=("web",), state="SHUTOFF"),
        Server("alpha", "stopped2", "cmp4", networks=("db",), state="SHUTOFF"),
        Server("alpha", "paused1", "cmp2", networks=("db",), state="PAUSED"),
        Server("alpha", "shelved1", "cmp2", networks=("web",), state="SHELVED_OFFLOADED"),
        Server("alpha", "lonely1", "cmp1"),
        Server("alpha", "too-big", "", networks=("web",), flavor="lab.huge", state="ERROR"),
        Server("beta", "b1", "cmp1", ("p-b1", "p-b1v"), peers=("10.1.1.12",)),
        Server("beta", "b2", "cmp2", ("p-b2",), peers=("10.1.1.11",)),
        Server("beta", "trunk1", "cmp2", ("p-trunk1",)),
        Server("beta", "trunk2", "cmp1", ("p-trunk2",)),
        Server("beta", "fake2", "cmp3", networks=("vlan101",)),
        Server("beta", "lan1", "cmp4", networks=("lan",)),
    ),
    floating_ips=(
        FloatingIp("alpha", "public", "172.24.4.150", "p-web1"),
        FloatingIp("beta", "public", "172.24.4.151", "p-b1"),
        FloatingIp("alpha", "public", "172.24.4.152"),
    ),
    aggregates=(Aggregate("rack-a", ("cmp1", "cmp4"), zone="zone-a"), Aggregate("ssd", ("cmp1", "cmp2"))),
)
