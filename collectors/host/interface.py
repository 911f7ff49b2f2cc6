"""What is known of one network interface, whichever way it was told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interface:
    """One network interface of a namespace.

    `kind` is the kernel's word (veth, bridge, bond, vlan, tun, vxlan…), empty for hardware. `lower` is the device
    beneath it, or a veth's other end, where that is in the same namespace; else `lower_index` and `peer_namespace_id`
    (-1: the kernel has no id for it) or, in text, `peer_namespace` say where it is. `addresses` have their prefix
    length, are sorted, and leave out IPv6's temporary ones, which change by themselves.
    """

    name: str
    index: int
    kind: str = ""
    flags: frozenset[str] = frozenset()
    mtu: int | None = None
    mac: str | None = None
    permanent_mac: str | None = None
    master: str | None = None
    oper_state: str | None = None
    lower: str | None = None
    lower_index: int | None = None
    peer_namespace_id: int | None = None
    peer_namespace: str | None = None
    addresses: tuple[str, ...] = ()
    bond_mode: str | None = None
    stp: bool | None = None
    vni: int | None = None
    local_ip: str | None = None
    udp_port: int | None = None

    @property
    def carrier(self) -> bool:
        """Whether it is up and its link is there."""
        return "LOWER_UP" in self.flags

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return "UP" in self.flags

    @property
    def leads_elsewhere(self) -> bool:
        """Whether its other end is in another namespace."""
        return self.peer_namespace_id is not None or self.peer_namespace is not None
