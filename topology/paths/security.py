"""What security groups let through between two ports, as the firewall drivers of neutron do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from topology.errors import InvalidConfiguration
from topology.paths.things import Address, Port, Thing, address_range

# Ports that answers come back to, by default of the common systems; rules without state have to let them in.
EPHEMERAL = (32768, 60999)
_LARGEST_PORT = 65535
_ECHO_REQUEST = 8
_WITH_PORTS = frozenset({"tcp", "udp", "sctp", "udplite", "dccp"})
_NAMES = {
    "1": "icmp", "6": "tcp", "17": "udp", "33": "dccp", "58": "icmp", "132": "sctp", "136": "udplite",
    "icmpv6": "icmp", "ipv6-icmp": "icmp", "any": None, "0": None, "": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """Packets that are let through: of a protocol (None: any), to a range of ports or ICMP types (None: any)."""

    protocol: str | None = None
    low: int | None = None
    high: int | None = None

    def meet(self, other: Opening) -> Opening | None:
        """What both let through."""
        if None not in (self.protocol, other.protocol) and self.protocol != other.protocol:
            return None
        lows, highs = _known(self.low, other.low), _known(self.high, other.high)
        low, high = max(lows, default=None), min(highs, default=None)
        if low is not None and high is not None and low > high:
            return None
        return Opening(self.protocol or other.protocol, low, high)

    def __str__(self) -> str:
        if self.protocol is None:
            return "anything"
        if self.low is None:
            return self.protocol
        return f"{self.protocol} {self.low}" + ("" if self.high == self.low else f"-{self.high}")


EVERYTHING = Opening()


def asked_for(protocol: str | None, port: int | None) -> Opening:
    """What a question is about: anything at all, a protocol, or one port of it. Raises InvalidConfiguration."""
    if protocol is None:
        if port is not None:
            raise InvalidConfiguration("path: a port needs its protocol: --proto tcp --port 80")
        return EVERYTHING
    name = _protocol(protocol)
    if port is None:
        # Asked for ICMP, people mean ping.
        return Opening(name, _ECHO_REQUEST, _ECHO_REQUEST) if name == "icmp" else Opening(name)
    if name not in _WITH_PORTS:
        raise InvalidConfiguration(f"path: {protocol} has no ports")
    if not 0 < port <= _LARGEST_PORT:
        raise InvalidConfiguration(f"path: {port} is no port; there are 1 to {_LARGEST_PORT}")
    return Opening(name, port, port)


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end as a port's filter sees it: its address, and its groups where the address is its own."""

    address: Address | None
    groups: frozenset[str] = frozenset()


class Filter:
    """The security groups of one port. `None` as port, or a firewall that never `applies`: nothing filters there."""

    def __init__(self, port: Port | None, groups: Mapping[str, Thing], *, applies: bool = True) -> None:
        filtered = port is not None and applies and _is_filtered(port)
        ids = port.properties.get("security_groups") if port is not None and filtered else None
        self.port, self.filters = port, ids is not None
        self.groups = [groups[id] for id in ids or () if id in groups]

    @property
    def names(self) -> str:
        """Its groups for people."""
        return ", ".join(sorted(group.name for group in self.groups)) or "no security group"

    @property
    def keeps_state(self) -> bool:
        """Whether answers to what was let through are let through too."""
        return all(group.get("stateful") is not False for group in self.groups)

    def openings(self, direction: str, peer: Peer) -> list[Opening]:
        """What it lets through in a direction, `ingress` or `egress`, from or to a peer."""
        if not self.filters:
            return [EVERYTHING]
        rules = (rule for group in self.groups for rule in group.get("rules") or ())
        return [_opening(rule) for rule in rules if rule.get("direction") == direction and _concerns(rule, peer)]

    def answers(self, direction: str, peer: Peer, through: Iterable[Opening]) -> bool:
        """Whether answers to what was let through pass in that direction."""
        if not self.filters or self.keeps_state:
            return True
        answers = [Opening(o.protocol, *(EPHEMERAL if o.protocol in _WITH_PORTS else (None, None))) for o in through]
        own = self.openings(direction, peer)
        return any(_covers(rule, answer) for answer in answers for rule in own)


def joint(one: Iterable[Opening], other: Iterable[Opening]) -> list[Opening]:
    """What both let through."""
    others = list(other)
    found = {met: None for first in one for second in others if (met := first.meet(second))}
    return list(found)


def _covers(rule: Opening, answer: Opening) -> bool:
    met = rule.meet(answer)
    return met is not None and (answer.low is None or (met.low, met.high) == (answer.low, answer.high))


def _is_filtered(port: Port) -> bool:
    return port.get("port_security_enabled") is not False and not port.owner.startswith("network:")


def _concerns(rule: Mapping[str, Any], peer: Peer) -> bool:
    version = peer.address.version if peer.address is not None else None
    if version is not None and str(rule.get("ethertype") or "").lower() not in ("", f"ipv{version}"):
        return False
    if group := rule.get("remote_group_id"):
        return group in peer.groups
    if rule.get("remote_address_group_id"):
        return False  # who is in it is not known
    prefix = address_range(rule["remote_ip_prefix"]) if rule.get("remote_ip_prefix") else None
    return prefix is None or peer.address is None or peer.address in prefix


def _opening(rule: Mapping[str, Any]) -> Opening:
    name = _protocol(rule.get("protocol"))
    low, high = _number(rule.get("port_range_min")), _number(rule.get("port_range_max"))
    if name == "icmp":
        return Opening(name, low, low)  # type and code; the code does not matter here
    return Opening(name, low, high if high is not None else low)


def _protocol(told: Any) -> str | None:
    name = "" if told is None else str(told).strip().lower()
    return _NAMES.get(name, name)


def _number(told: Any) -> int | None:
    return None if told is None else int(told)


def _known(*values: int | None) -> Iterator[int]:
    return (value for value in values if value is not None)
