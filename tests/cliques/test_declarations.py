"""Clique types and variants as declarations: impossible ones fail naming themselves, the best match is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.clique_types import ANY, CLIQUE_TYPES, CliqueType, choose
from graph_schema.constants import CONSTANTS
from graph_schema.model import SchemaError
from graph_schema.registry import LINKS, OBJECT_TYPES
from graph_schema.variants import VARIANTS, EnvironmentVariant, check

# What the ancestor listed for each focal point, its misspelt word corrected.
ANCESTORS = {
    (ANY, "instance"): "instance-vnic vnic-vconnector vconnector-vedge vedge-otep otep-vconnector "
    "vconnector-host_pnic host_pnic-network",
    (ANY, "vservice"): "vservice-vnic vnic-vedge vedge-otep otep-vconnector vconnector-host_pnic host_pnic-network",
    (ANY, "network"): "network-host_pnic host_pnic-vconnector vconnector-otep otep-vedge vedge-vconnector vedge-vnic "
    "vconnector-vnic vnic-instance vnic-vservice",
    (ANY, "switch_pnic"): "switch_pnic-switch_pnic switch_pnic-host_pnic host_pnic-vconnector vconnector-otep "
    "otep-vedge vedge-vconnector vedge-vnic vconnector-vnic vnic-instance vnic-vservice",
    ("Apex", "instance"): "instance-vnic vnic-vconnector vconnector-vedge vedge-otep otep-host_pnic host_pnic-network",
    ("Apex", "vservice"): "vservice-vnic vnic-vedge vedge-otep otep-host_pnic host_pnic-network",
    ("Apex", "network"): "network-host_pnic host_pnic-otep otep-vedge vedge-vconnector vedge-vnic vconnector-vnic "
    "vnic-instance vnic-vservice",
    ("Mercury", "instance"): "instance-vnic vnic-vconnector vconnector-vedge vedge-host_pnic host_pnic-network",
    ("Mercury", "vservice"): "vservice-vnic vnic-vedge vedge-host_pnic host_pnic-network",
    ("Mercury", "network"): "network-host_pnic host_pnic-vedge vedge-vconnector vedge-vnic vconnector-vnic "
    "vnic-instance vnic-vservice",
}


def one(name: str = "mine", focal: str = "instance", links: str = "instance-vnic", **purpose: Any) -> CliqueType:
    return CliqueType(name, focal, tuple(links.split()), **(purpose or {"environment": "lab"}))


@pytest.mark.parametrize(
    ("links", "purpose", "named"),
    [
        ("instance-vnic vnic-bridge", {}, "vnic-bridge"),
        ("vnic-vedge", {}, "nothing before it leads to"),
        ("instance-vnic instance-vnic", {}, "twice"),
        ("", {}, "link types"),
        ("instance-vnic", {"environment": "lab", "distribution": "RDO"}, "either for an environment"),
        ("instance-vnic", {"distribution_versions": ("Mitaka",)}, "a version needs its distribution"),
    ],
)
def test_an_impossible_clique_type_fails_and_names_itself(links: str, purpose: dict[str, Any], named: str) -> None:
    with pytest.raises(SchemaError, match="clique type mine: ") as error:
        one(links=links, **purpose)
    assert named in str(error.value)


def test_an_element_may_be_written_either_way_round() -> None:
    steps = one(focal="vnic", links="vnic-instance instance-vnic").steps
    assert [(s.direction, s.here, s.there, s.link_type.name) for s in steps] == [
        ("backward", "vnic", "instance", "instance-vnic"),
        ("forward", "instance", "vnic", "instance-vnic"),
    ]


@pytest.mark.parametrize(("of", "focal"), ANCESTORS)
def test_each_list_of_the_ancestor_stands_in_the_shipped_type_in_its_order(of: str, focal: str) -> None:
    wanted = ANCESTORS[of, focal].split()
    shipped = next(
        t for t in CLIQUE_TYPES if t.focal_point_type == focal and of in (t.environment, t.distribution)
    ).link_types
    missing = [element for element in wanted if element not in shipped]
    assert not missing
    # Where one element feeds the other their order decides what is reached; others may change places.
    kept = [element for element in shipped if element in wanted]
    for early, late in ((a, b) for i, a in enumerate(wanted) for b in wanted[i + 1 :]):
        if early.split("-")[1] == late.split("-")[0]:
            assert kept.index(early) < kept.index(late), (early, late)


def test_every_default_focal_point_has_exactly_one_type() -> None:
    defaults = [t.focal_point_type for t in CLIQUE_TYPES if t.environment == ANY]
    assert len(defaults) == len(set(defaults))
    assert {
        "instance", "vservice", "network", "host_pnic", "vedge", "otep", "port", "router", "floating_ip",
    } <= set(defaults)  # fmt: skip


def test_every_supported_variant_of_the_ancestor_has_its_own_types() -> None:
    for variant in VARIANTS:
        if variant.distribution == "Debian":
            continue
        for version in variant.versions:
            here = EnvironmentVariant(
                "x", variant.distribution, version, variant.mechanism_drivers, variant.type_drivers
            )
            for focal in ("instance", "vservice", "network"):
                chosen = choose(CLIQUE_TYPES, focal, here)
                assert chosen is not None
                assert (chosen.distribution, chosen.mechanism_drivers) == (
                    variant.distribution,
                    variant.mechanism_drivers,
                )


LAB = EnvironmentVariant("lab", "RDO", "Mitaka", ("OVS", "LXB"), ("vxlan", "flat"))


CLOSEST_FIRST: list[dict[str, Any]] = [
    {"environment": "lab"},
    {"distribution": "RDO", "distribution_versions": ("Mitaka",), "mechanism_drivers": ("OVS",)},
    {"distribution": "RDO", "distribution_versions": ("Mitaka",)},
    {"distribution": "RDO", "mechanism_drivers": ("OVS",)},
    {"distribution": "RDO"},
    {"mechanism_drivers": ("OVS",), "type_drivers": ("vxlan",)},
    {"mechanism_drivers": ("openvswitch",)},
    {"type_drivers": ("VXLAN",)},
    {"environment": ANY},
]


@pytest.mark.parametrize("closeness", range(len(CLOSEST_FIRST)))
def test_the_closer_match_wins(closeness: int) -> None:
    types = [one(str(place), **purpose) for place, purpose in enumerate(CLOSEST_FIRST)]
    assert choose(reversed(types[closeness:]), "instance", LAB) is types[closeness]


@pytest.mark.parametrize(
    "purpose",
    [
        {"environment": "elsewhere"},
        {"distribution": "Apex"},
        {"distribution": "RDO", "distribution_versions": ("Liberty",)},
        {"mechanism_drivers": ("VPP",)},
        {"type_drivers": ("vlan",)},
    ],
)
def test_a_type_for_something_else_is_never_chosen(purpose: dict[str, Any]) -> None:
    assert choose([one(**purpose)], "instance", LAB) is None


def test_a_shipped_type_that_does_not_know_all_drivers_gives_way_to_any() -> None:
    mercury = EnvironmentVariant("x", "Mercury", "10307", ("OVS",), ("vlan", "vxlan"))
    chosen = choose(CLIQUE_TYPES, "instance", mercury)
    assert chosen is not None
    assert chosen.environment == ANY


def test_a_users_type_comes_before_a_shipped_one_that_fits_as_well() -> None:
    own = one("own", environment=ANY)
    assert choose([*CLIQUE_TYPES, own], "instance", LAB) is own


def test_the_lab_and_every_listed_variant_are_known() -> None:
    assert check("Debian", "zed", ["OVS", "LXB"], ["vxlan", "vlan", "flat"]) is None
    assert check("debian", "Zed", ["openvswitch", "linuxbridge", "l2population"], ["flat", "local"]) is None
    for variant in VARIANTS:
        for version in variant.versions:
            assert check(variant.distribution, version, variant.mechanism_drivers, variant.type_drivers) is None


@pytest.mark.parametrize(
    ("variant", "named"),
    [
        (("", "", [], []), "(none given)"),
        (("Ubuntu", "zed", ["OVS"], ["vxlan"]), "Ubuntu"),
        (("RDO", "zed", ["OVS"], ["vxlan"]), "RDO version zed"),
        (("Debian", "zed", ["OVN"], ["geneve"]), "OVN"),
        (("Debian", "zed", ["OVS"], ["geneve"]), "geneve"),
    ],
)
def test_an_unlisted_variant_is_tried_with_a_warning_that_names_what_is_unlisted(
    variant: tuple[str, str, list[str], list[str]], named: str
) -> None:
    warning = check(*variant)
    assert warning is not None
    assert named in warning
    assert "tried" in warning


@given(st.text(), st.text(), st.lists(st.text()), st.lists(st.text()))
def test_any_words_at_all_choose_a_type_and_give_a_warning(
    distribution: str, version: str, mechanisms: list[str], types: list[str]
) -> None:
    variant = EnvironmentVariant("x", distribution, version, mechanisms, types)
    chosen = choose(CLIQUE_TYPES, "instance", variant)
    assert chosen is not None
    # A shipped type other than ANY is for a listed variant only.
    if chosen.environment != ANY:
        assert check(distribution, version, mechanisms, types) is None


def test_the_lists_of_words_hold_every_declared_name() -> None:
    assert set(CONSTANTS["object_types"]) == set(OBJECT_TYPES)
    both_ways = {t.name for t in LINKS.values()} | {f"{t.target}-{t.source}" for t in LINKS.values()}
    assert set(CONSTANTS["link_types"]) == both_ways
    assert {v.distribution for v in VARIANTS} <= set(CONSTANTS["distributions"])
    assert {version for v in VARIANTS for version in v.versions} <= set(CONSTANTS["distribution_versions"])
    assert {d for v in VARIANTS for d in v.mechanism_drivers} <= set(CONSTANTS["mechanism_drivers"])
