"""A topology as data: what is to be made through the APIs. Names are unique within a project and kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ServerState = Literal["ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "SHELVED_OFFLOADED", "ERROR"]


@dataclass(frozen=True)
class Subnet:
    """A subnet; `gateway` None: its first address, "": none."""

    name: str
    cidr: str
    dhcp: bool = True
    gateway: str | None = None
    pool: tuple[str, str] | None = None
    dns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """A network. Without `kind` neutron chooses (VXLAN); `dhcp_agents` beyond the first are added by hand."""

    project: str
    name: str
    subnets: tuple[Subnet, ...] = ()
    kind: Literal["", "vxlan", "vlan", "flat"] = ""
    physical: str = ""
    segment: int = 0
    external: bool = False
    shared: bool = False
    admin_up: bool = True
    dhcp_agents: int = 1


@dataclass(frozen=True)
class Router:
    """A router. `interfaces` are (network, address): its first subnet's gateway address where the address is ""."""

    project: str
    name: str
    gateway: str = ""
    interfaces: tuple[tuple[str, str], ...] = ()
    ha: bool = False
    admin_up: bool = True


@dataclass(frozen=True)
class SecurityGroup:
    """A security group with rules (protocol, port or 0, other group of the project or "")."""

    project: str
    name: str
    rules: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class Port:
    """A port made by itself; "" for neutron's choice of address."""

    project: str
    name: str
    network: str
    address: str = ""
    groups: tuple[str, ...] = ()
    admin_up: bool = True
    pairs: tuple[str, ...] = ()
    secure: bool = True


@dataclass(frozen=True)
class Trunk:
    """A trunk on a port, with (port, VLAN id) inside."""

    project: str
    name: str
    port: str
    subports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Server:
    """An instance, brought to `state`. `host` "" : the scheduler's choice. Neither ports nor networks: no NIC."""

    project: str
    name: str
    host: str = ""
    ports: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    flavor: str = "lab.nano"
    state: ServerState = "ACTIVE"
    peers: tuple[str, ...] = ()


@dataclass(frozen=True)
class FloatingIp:
    """A floating address, perhaps leading to a port of the project."""

    project: str
    network: str
    address: str = ""
    port: str = ""


@dataclass(frozen=True)
class Aggregate:
    """A host aggregate, perhaps an availability zone."""

    name: str
    hosts: tuple[str, ...]
    zone: str = ""


@dataclass(frozen=True)
class Plan:
    """A whole topology. `projects` are those that it makes; `admin` is there already."""

    name: str
    projects: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    routers: tuple[Router, ...] = ()
    groups: tuple[SecurityGroup, ...] = ()
    ports: tuple[Port, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    servers: tuple[Server, ...] = ()
    floating_ips: tuple[FloatingIp, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
