"""What a person reads: each object and each link of a clique drawn once, on lines that stay lines."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cli.clique_drawing import draw
from cli.describing import describe
from cli.drawing import Twig, lines, show, visible
from graph_schema import link_types as links
from graph_schema.clique_types import CLIQUE_TYPES
from graph_schema.registry import OBJECT_TYPES
from tests.clouds import Cloud, uuid
from topology.cliques import Clique, clique, cliques
from topology.freshness import Freshness
from topology.graph import Graph

Shop = tuple[str, Cloud]


def text(twig: Twig) -> list[str]:
    out = io.StringIO()
    show(lines(twig), out)
    return out.getvalue().splitlines()


def test_an_instance_is_drawn_down_to_its_network(graph: Graph, shop: Shop) -> None:
    name, cloud = shop
    port = next(r for r in cloud.records.values() if r.type == "port" and r["ip_addresses"] == ["10.1.1.11"])
    mac, tail = port["mac_address"], port.id[:11]
    nic = cloud.records["cmp1:host_pnic:eth1"]["mac_address"]
    drawn = text(draw(clique(graph, name, uuid("instance", "shop", "shop-web1"))))
    assert (
        drawn
        == f"""\
shop-web1  instance  10.1.1.11  ACTIVE  on cmp1
└─ tap{tail}  vnic  {mac}
   ├─ 10.1.1.11  port  {mac}  ACTIVE
   │  └─ 172.24.4.201  floating_ip
   └─ qbr{tail}  vconnector
      └─ cmp1 ovs  vedge  ovs
         └─ vxlan  otep  10.30.0.1
            └─ eth1  host_pnic  {nic}
               └─ web  network  vxlan 101  10.1.1.0/24  ACTIVE""".splitlines()
    )


def test_a_network_is_drawn_host_by_host(graph: Graph, shop: Shop) -> None:
    drawn = text(draw(clique(graph, shop[0], uuid("network", "shop", "web"))))
    assert [line for line in drawn if line.startswith(("├─ on", "└─ on"))] == [
        "├─ on cmp1",
        "├─ on cmp2",
        "├─ on cmp4",
        "├─ on net1",
    ]
    assert sum("  instance  " in line for line in drawn) == 3
    assert sum("  dhcp of web" in line for line in drawn) == 1


def test_every_object_and_every_link_is_drawn_once(graph: Graph, shop: Shop) -> None:
    for kind in ("instance", "network", "vedge", "host_pnic", "router", "otep", "vconnector", "floating_ip"):
        for found in cliques(graph, shop[0], kind):
            drawn = draw(found, shown=10_000)
            twigs = [line for line in all_of(drawn) if line.parts[0][0] != "on "]
            elsewhere = [line for line in twigs if any("drawn elsewhere" in words for words, _ in line.parts)]
            assert len(twigs) - len(elsewhere) == len(found.nodes)
            assert len(twigs) - 1 == len(found.links)


def all_of(twig: Twig) -> list[Twig]:
    return [twig, *(line for child in twig.twigs for line in all_of(child))]


def small(nodes: list[dict[str, Any]], all_links: list[tuple[str, str, str, str]]) -> Clique:
    made = tuple({"link_type": type, "source_id": a, "target_id": b, "state": state} for type, a, b, state in all_links)
    type = next(t for t in CLIQUE_TYPES if t.focal_point_type == nodes[0]["type"])
    return Clique("e", nodes[0]["id"], type, tuple(nodes), made, False, Freshness(()))


def test_what_is_down_is_seen() -> None:
    found = small(
        [
            {"id": "v", "type": "vnic", "name": "tap1", "oper_state": "DOWN", "host": "h"},
            {"id": "s", "type": "vedge", "name": "ovs", "host": "h"},
            {"id": "n", "type": "host_pnic", "name": "eth1", "link_detected": False, "host": "h", "speed": 25_000},
            {"id": "p", "type": "port", "name": "p", "source_status": "BUILD", "admin_state_up": False},
        ],
        [
            (links.VNIC_VEDGE.name, "v", "s", "down"),
            (links.VEDGE_HOST_PNIC.name, "s", "n", "up"),
            (links.PORT_VNIC.name, "p", "v", "up"),
        ],
    )
    drawn = "\n".join(text(draw(found)))
    assert "tap1  vnic  ✗ down" in drawn
    assert "✗ link down  ovs" in drawn
    assert "eth1  host_pnic  25 Gb/s  ✗ no carrier" in drawn
    assert "p  port  ✗ BUILD  ✗ admin down" in drawn


def test_many_children_are_cut_with_their_number() -> None:
    nodes = [{"id": "s", "type": "vedge", "name": "ovs", "host": "h"}]
    nodes += [{"id": f"v{n}", "type": "vnic", "name": f"tap{n}", "host": "h"} for n in range(1000)]
    found = small(nodes, [(links.VNIC_VEDGE.name, f"v{n}", "s", "up") for n in range(1000)])
    drawn = text(draw(found, shown=10))
    assert len(drawn) == 12
    assert drawn[-1] == "└─ … and more: 990 vnic"


@given(st.text(max_size=200), st.sampled_from(sorted(OBJECT_TYPES)), st.text(), st.lists(st.text(), max_size=8))
def test_whatever_a_name_holds_a_line_stays_a_line(name: str, type: str, word: str, addresses: list[str]) -> None:
    node = {"id": "x", "type": type, "name": name, "alias": word, "source_status": word, "addresses": addresses}
    (line,) = text(Twig(describe(node)))[:1] or [""]
    assert len(text(Twig(describe(node)))) == 1
    assert line.isprintable()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_name_is_never_markup() -> None:
    out = Terminal()
    show(lines(Twig([("[red]not red[/red] \\[x]", "name")])), out)
    assert "[red]not red[/red] \\[x]" in out.getvalue()


def test_where_only_ascii_can_be_written_lines_are_drawn_in_ascii() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    show(lines(Twig([("top", "name")], [Twig([("Zürich ✗", "name")])])), out)
    out.flush()
    assert raw.getvalue().decode() == "top\n`- Z\\xfcrich x\n".replace("`- ", "`- ")


def test_a_long_name_is_cut_for_the_eye_only() -> None:
    assert len(visible("x" * 65_536)) == 80
    assert visible("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m"
