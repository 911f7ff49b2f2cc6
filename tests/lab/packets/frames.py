"""What a frame carries of the traffic that is looked for: a ping of a known size, or a fetch with a known header."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

Kind = Literal["request", "reply", "fetch"]

HEADER = "X-Flow"  # of a fetch: what names its flow
_FETCH = re.compile(rb"\r\n" + HEADER.encode() + rb": (\d+)\r\n")
_IPV4, _IPV6, _VLAN, _SERVICE_VLAN = 0x0800, 0x86DD, 0x8100, 0x88A8
_ICMP, _TCP, _UDP, _ICMPV6 = 1, 6, 17, 58
_ETHERNET, _IPV6_HEADER, _ICMP_HEADER, _UDP_HEADER, _VXLAN_HEADER = 14, 40, 8, 8, 8
VXLAN_PORT = 4789
_ECHO: dict[tuple[int, int], Kind] = {
    (_ICMP, 8): "request",
    (_ICMP, 0): "reply",
    (_ICMPV6, 128): "request",
    (_ICMPV6, 129): "reply",
}


@dataclass(frozen=True)
class Packet:
    """One packet of a flow. `mark` names the flow: the size of a ping's data, the header of a fetch.

    `sequence` tells the packets of a flow apart. `tunnel`: outer source and destination, where it is in a tunnel.
    """

    kind: Kind
    mark: int
    sequence: int
    source: str
    target: str
    macs: tuple[str, str]  # from, to
    tunnel: tuple[str, str] | None = None


def packet_in(frame: bytes) -> Packet | None:
    """The packet of a flow in an Ethernet frame, be it in a VXLAN tunnel; None for anything else or what is cut off."""
    try:
        return _ethernet(frame, None)
    except (struct.error, IndexError, ValueError):
        return None


def _ethernet(frame: bytes, tunnel: tuple[str, str] | None) -> Packet | None:
    macs = (frame[6:12].hex(":"), frame[:6].hex(":"))
    at = _ETHERNET
    (kind,) = struct.unpack_from("!H", frame, at - 2)
    while kind in (_VLAN, _SERVICE_VLAN):
        at += 4
        (kind,) = struct.unpack_from("!H", frame, at - 2)
    if kind == _IPV4:
        return _ipv4(frame[at:], macs, tunnel)
    return _ipv6(frame[at:], macs, tunnel) if kind == _IPV6 else None


def _ipv4(packet: bytes, macs: tuple[str, str], tunnel: tuple[str, str] | None) -> Packet | None:
    head = (packet[0] & 0xF) * 4
    length, protocol = struct.unpack_from("!2xH5xB", packet)
    ends = (str(ip_address(packet[12:16])), str(ip_address(packet[16:20])))
    rest = packet[head:]
    if protocol == _UDP and tunnel is None and struct.unpack_from("!2xH", rest)[0] == VXLAN_PORT:
        return _ethernet(rest[_UDP_HEADER + _VXLAN_HEADER :], ends)
    return _payload(protocol, rest, length - head, ends, macs, tunnel)


def _ipv6(packet: bytes, macs: tuple[str, str], tunnel: tuple[str, str] | None) -> Packet | None:
    length, protocol = struct.unpack_from("!4xHB", packet)
    ends = (str(ip_address(packet[8:24])), str(ip_address(packet[24:40])))
    return _payload(protocol, packet[_IPV6_HEADER:], length, ends, macs, tunnel)


def _payload(
    protocol: int,
    data: bytes,
    length: int,
    ends: tuple[str, str],
    macs: tuple[str, str],
    tunnel: tuple[str, str] | None,
) -> Packet | None:
    if protocol == _TCP:
        (sequence,) = struct.unpack_from("!4xI", data)
        found = _FETCH.search(data)
        return Packet("fetch", int(found[1]), sequence, *ends, macs, tunnel) if found else None
    kind = _ECHO.get((protocol, data[0]))
    if kind is None:
        return None
    (sequence,) = struct.unpack_from("!6xH", data)
    return Packet(kind, length - _ICMP_HEADER, sequence, *ends, macs, tunnel)
