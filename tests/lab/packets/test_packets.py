"""What the comparison of paths with packets rests on: frames are read, and trails put together, as they are."""

from __future__ import annotations

import struct
from dataclasses import replace
from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from tests.lab.packets.answers import Predicted
from tests.lab.packets.frames import VXLAN_PORT, Packet, packet_in
from tests.lab.packets.judging import Evidence, difference
from tests.lab.packets.recording import Recording, Sighting
from tests.lab.packets.trails import Trails
from tests.lab.packets.wiring import Wiring
from tests.lab.truth.host_facts import Device, HostFacts

WEB, DB, INNER, OUTER = "fa:16:3e:00:00:01", "fa:16:3e:00:00:02", "fa:16:3e:00:00:0a", "fa:16:3e:00:00:0b"
REQUEST = Packet("request", 99, 1, "10.1.1.11", "10.1.2.21", (WEB, INNER))
ROUTED = replace(REQUEST, macs=(OUTER, DB))
WAY = (
    "cmp:vnic:tap-web",
    "cmp:host_pnic:eth1",
    "net:host_pnic:eth1",
    "net:vnic:qrouter:qr-web",
    "net:vnic:qrouter:qr-db",
    "net:host_pnic:eth1",
    "cmp:host_pnic:eth1",
    "cmp:vnic:tap-db",
)


def mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def ethernet(packet: Packet, payload: bytes, vlan: int = 0) -> bytes:
    tag = struct.pack("!HH", 0x8100, vlan) if vlan else b""
    kind = 0x86DD if ":" in packet.source else 0x0800
    return mac(packet.macs[1]) + mac(packet.macs[0]) + tag + struct.pack("!H", kind) + payload


def ip(source: str, target: str, protocol: int, data: bytes) -> bytes:
    ends = ip_address(source).packed + ip_address(target).packed
    if ":" in source:
        return struct.pack("!IHBB", 6 << 28, len(data), protocol, 64) + ends + data
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 0, 0, 64, protocol, 0) + ends + data


def echo(packet: Packet) -> bytes:
    types = {"request": (8, 128), "reply": (0, 129)}[packet.kind]
    six = ":" in packet.source
    data = struct.pack("!BBHHH", types[six], 0, 0, 7, packet.sequence) + bytes(packet.mark)
    return ip(packet.source, packet.target, 58 if six else 1, data)


def in_tunnel(frame: bytes, source: str, target: str) -> bytes:
    udp = struct.pack("!HHHH", 40000, VXLAN_PORT, 16 + len(frame), 0) + struct.pack("!II", 0x08000000, 7 << 8)
    around = replace(REQUEST, macs=("02:00:00:00:00:01", "02:00:00:00:00:02"))
    return ethernet(around, ip(source, target, 17, udp + frame))


def test_pings_are_known_by_their_size_with_and_without_vlan_and_tunnel() -> None:
    plain = ethernet(REQUEST, echo(REQUEST))
    assert packet_in(plain) == REQUEST
    assert packet_in(ethernet(REQUEST, echo(REQUEST), vlan=101)) == REQUEST
    tunnel = ("10.21.0.31", "10.21.0.21")
    assert packet_in(in_tunnel(plain, *tunnel)) == replace(REQUEST, tunnel=tunnel)
    six = replace(REQUEST, kind="reply", source="fd00::1", target="fd00::2")
    assert packet_in(ethernet(six, echo(six))) == six


def test_a_fetch_is_known_by_its_header() -> None:
    request = b"GET / HTTP/1.1\r\nHost: 10.1.2.21\r\nX-Flow: 412\r\nConnection: close\r\n\r\n"
    tcp = struct.pack("!HHIIHHHH", 40000, 80, 3_000_000_000, 5, 5 << 12, 0, 0, 0)
    frame = ethernet(REQUEST, ip(REQUEST.source, REQUEST.target, 6, tcp + request))
    assert packet_in(frame) == replace(REQUEST, kind="fetch", mark=412, sequence=3_000_000_000)
    assert packet_in(frame.replace(b"X-Flow", b"X-Else")) is None


@given(st.data())
def test_a_frame_that_is_cut_off_or_garbage_is_nothing_or_a_packet(data: st.DataObject) -> None:
    whole = in_tunnel(ethernet(REQUEST, echo(REQUEST)), "10.21.0.31", "10.21.0.21")
    length = data.draw(st.integers(0, len(whole)))
    garbage = data.draw(st.binary(max_size=80))
    for frame in (whole[:length], whole[:length] + garbage, garbage):
        found = packet_in(frame)
        assert found is None or found.sequence >= 0


def device(name: str, namespace: str = "", kind: str = "tun", index: int = 1, master: str = "") -> Device:
    return Device(name, namespace, index, 0, "", 1450, "up", kind, master, False, "1")


def host(name: str, *devices: Device, ports: tuple[str, ...], nics: tuple[tuple[str, str, str], ...] = ()) -> HostFacts:
    facts = HostFacts(name, nics=list(nics), ports=dict.fromkeys(ports, "br-int"))
    facts.devices = {(each.namespace, each.name): each for each in devices}
    return facts


def two_hosts() -> Wiring:
    """A compute host with two guests, and a network host with the router between them."""
    taps = ("tap-web", "tap-db", "tap-other")
    compute = host(
        "cmp",
        *map(device, taps),
        device("eth1", kind="veth"),
        ports=(*taps, "eth1"),
        nics=(("web", "tap-web", WEB), ("db", "tap-db", DB), ("other", "tap-other", "")),
    )
    routers = [device("qr-web", "qrouter"), device("qr-db", "qrouter")]
    network = host("net", *routers, device("eth1", kind="veth"), ports=("eth1", "qr-web", "qr-db"))
    return Wiring({"cmp": compute, "net": network})


def routed_once() -> list[Sighting]:
    """A request from web to db, as it is seen on all devices."""
    out, back = ("10.21.0.31", "10.21.0.21"), ("10.21.0.21", "10.21.0.31")
    way = (
        ("cmp", "", "tap-web", False, REQUEST),
        ("cmp", "", "eth1", True, replace(REQUEST, tunnel=out)),
        ("net", "", "eth1", False, replace(REQUEST, tunnel=out)),
        ("net", "qrouter", "qr-web", False, REQUEST),
        ("net", "qrouter", "qr-db", True, ROUTED),
        ("net", "", "eth1", True, replace(ROUTED, tunnel=back)),
        ("cmp", "", "eth1", False, replace(ROUTED, tunnel=back)),
        ("cmp", "", "tap-db", True, ROUTED),
    )
    return [Sighting(*step[:4], time, step[4]) for time, step in enumerate(way)]


def trails(sightings: list[Sighting]) -> Trails:
    return Trails(Recording(sorted(sightings, key=lambda seen: seen.time)), two_hosts())


def test_a_trail_has_every_interface_in_the_order_in_which_it_was_visited() -> None:
    (trail,) = trails(routed_once()).delivered("request", 99, "db", DB)
    assert trail.interfaces == WAY
    assert trail.around == {
        "cmp:vedge:ovs", "net:vedge:ovs", "cmp:otep:vxlan", "net:otep:vxlan", "net:vservice:qrouter",
    }  # fmt: skip
    assert trail.begins == ("guest", "web")


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["tap-other", "eth1"])), max_size=6))
def test_copies_that_lead_elsewhere_are_not_on_the_trail(copies: list[tuple[int, str]]) -> None:
    flooded = [
        Sighting("cmp", "", name, True, time, replace(ROUTED, tunnel=("10.21.0.31", f"10.21.0.{40 + time}")))
        for time, name in copies
    ]
    found = trails([*routed_once(), *flooded])
    assert [trail.interfaces for trail in found.delivered("request", 99, "db", DB)] == [WAY]
    assert found.delivered("request", 99, "other", INNER) == []
    assert (("cmp", "tap-other") in found.taps("request", 99)) == any(name == "tap-other" for _, name in copies)


def predicted(*interfaces: str, blocks: tuple[tuple[str, int | None], ...] = ()) -> Predicted:
    (trail,) = trails(routed_once()).delivered("request", 99, "db", DB)
    last = len(interfaces) + 1
    return Predicted(interfaces, trail.around, tuple(range(1, last)), last, ("a", "b"), blocks, not blocks)


def verdict(path: Predicted | None, sightings: list[Sighting], *, answered: bool) -> str | None:
    evidence = Evidence("request", trails(sightings), set())
    came = evidence.trails.delivered("request", 99, "db", DB)
    return difference(99, [path] if path else [], came, evidence, answered=answered)


def test_an_open_path_agrees_with_packets_that_take_it_and_are_answered_only() -> None:
    assert verdict(predicted(*WAY), routed_once(), answered=True) is None
    assert verdict(predicted(*WAY), routed_once(), answered=False) == "packets came, and no answer came back"
    assert verdict(predicted(*WAY), [], answered=True) == "no packet came"
    assert "packets came by" in str(verdict(predicted(*WAY[:2], *WAY[-1:]), routed_once(), answered=True))
    shuffled = predicted(*WAY[:3], WAY[4], WAY[3], *WAY[5:])
    assert "packets came by" in str(verdict(shuffled, routed_once(), answered=True))


def test_no_path_agrees_with_silence_only() -> None:
    assert verdict(None, routed_once()[:-1], answered=False) is None
    assert verdict(None, routed_once(), answered=False) == f"packets came by {' → '.join(WAY)}"
    assert verdict(None, [], answered=True) == "an answer came"


def test_a_security_group_agrees_with_packets_that_end_at_its_port_only() -> None:
    at_receiver = predicted(*WAY, blocks=(("security_group", 9),))
    assert verdict(at_receiver, routed_once()[:-1], answered=False) is None
    assert "packets were seen up to" in str(verdict(at_receiver, routed_once()[:3], answered=False))
    assert "in spite of" in str(verdict(at_receiver, routed_once(), answered=False))
    at_sender = predicted(*WAY, blocks=(("security_group", 0),))
    assert verdict(at_sender, routed_once()[:1], answered=False) is None
    assert "packets were seen up to" in str(verdict(at_sender, routed_once()[:2], answered=False))
