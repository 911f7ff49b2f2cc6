"""Loading collectors and link finders from entry points, and finding links with them."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from collectors.collection import Collection
from collectors.contracts import COLLECTORS, LINK_FINDERS, CloudCollector, HostCollector, LinkFinder, finds
from collectors.registry import DuplicateName, Plugins, plugins_of
from collectors.sources.protocols import Sources
from graph_schema.link_types import ROUTER_PORT, VNIC_VEDGE
from graph_schema.records import InventoryView, Link, Problem, Scope
from tests.views import View

CLOUD = CloudCollector("networks", "neutron")
HOST = HostCollector("networks", lambda *_: None, lambda _: [])


@finds(VNIC_VEDGE)
def VNICS(_: InventoryView) -> Iterator[Link]:  # noqa: N802  # a declaration, once `finds` has made it one
    yield VNIC_VEDGE.link("h:vnic:a", "h:vedge:ovs")


@finds(VNIC_VEDGE)
def SAME_VNICS(_: InventoryView) -> Iterator[Link]:  # noqa: N802
    yield VNIC_VEDGE.link("h:vnic:a", "h:vedge:ovs")
    yield VNIC_VEDGE.link("h:vnic:b", "h:vedge:ovs")


@finds(ROUTER_PORT)
def PORTS(_: InventoryView) -> Iterator[Link]:  # noqa: N802
    yield ROUTER_PORT.link("r", "p")


@finds(VNIC_VEDGE)
def BROKEN(_: InventoryView) -> Iterator[Link]:  # noqa: N802
    yield VNIC_VEDGE.link("h:vnic:z", "h:vedge:ovs")
    raise KeyError("ports")


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of somebody else's package."""
    made: Any = types.ModuleType("somebody_elses")
    monkeypatch.setitem(sys.modules, "somebody_elses", made)
    return made


def point(name: str, attribute: str, group: str = COLLECTORS) -> EntryPoint:
    return EntryPoint(name, f"somebody_elses:{attribute}", group)


def test_entry_points_name_one_or_several(module: Any) -> None:
    module.ONE, module.SEVERAL, module.FINDERS = CLOUD, (HOST, CloudCollector("ports", "neutron")), [VNICS, PORTS]
    plugins = plugins_of([point("a", "ONE"), point("b", "SEVERAL")], [point("f", "FINDERS", LINK_FINDERS)])
    assert ([c.name for c in plugins.cloud], [c.name for c in plugins.hosts]) == (["networks", "ports"], ["networks"])
    assert list(plugins.finders) == [VNICS, PORTS]
    assert not plugins.lost_collectors
    assert not plugins.lost_finders


def test_a_plug_in_that_does_not_load_is_a_problem_and_the_others_are_there(module: Any) -> None:
    module.ONE, module.ODD = CLOUD, [HOST, "no collector"]
    missing = EntryPoint("gone", "no_such_module_here:X", COLLECTORS)
    plugins = plugins_of([point("a", "ONE"), missing, point("b", "NOT_THERE"), point("c", "ODD")], [missing])
    assert ([c.name for c in plugins.cloud], [c.name for c in plugins.hosts]) == (["networks"], ["networks"])
    assert len(plugins.lost_collectors) == 3
    assert len(plugins.lost_finders) == 1
    assert "gone = no_such_module_here:X" in plugins.lost_finders[0].where


def test_two_collectors_of_one_name_are_an_error_that_names_both(module: Any) -> None:
    module.ONE, module.OTHER = CLOUD, CloudCollector("networks", "neutron")
    with pytest.raises(DuplicateName, match=r"a = somebody_elses:ONE and b = somebody_elses:OTHER"):
        plugins_of([point("a", "ONE"), point("b", "OTHER")], [])


def links(source: str, *finders: LinkFinder, **more: Any) -> tuple[set[tuple[str, str]], list[str]]:
    with Collection(Sources({}), Plugins(finders=finders, **more)) as collection:
        found, problems = collection.find_links(Scope(source, "x"), View([]))
    assert len(found) == len(set(found))
    return {(link.source_id, link.target_id) for link in found}, [problem.where for problem in problems]


def test_a_scope_has_the_links_whose_type_its_source_owns_each_once() -> None:
    both = {("h:vnic:a", "h:vedge:ovs"), ("h:vnic:b", "h:vedge:ovs")}
    assert links("ssh", VNICS, SAME_VNICS, PORTS) == (both, [])
    assert links("neutron", VNICS, SAME_VNICS, PORTS) == ({("r", "p")}, [])
    assert links("nova", VNICS, SAME_VNICS, PORTS) == (set(), [])


def test_a_finder_that_fails_is_a_problem_so_that_its_links_are_not_taken_for_gone() -> None:
    assert links("ssh", BROKEN, VNICS) == ({("h:vnic:a", "h:vedge:ovs")}, ["link finder vnic-vedge"])
    lost = Problem("plug-in x", "it does not load.")
    assert links("ssh", VNICS, lost_finders=[lost]) == ({("h:vnic:a", "h:vedge:ovs")}, ["plug-in x"])
