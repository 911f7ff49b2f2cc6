"""The types that an id may be of: the clique of one of them is what is asked first."""

from __future__ import annotations

import pytest

from graph_schema.registry import OBJECT_TYPES
from tests.clouds import two_projects
from topology.cliques.guessing import types_like


def test_the_type_of_every_object_is_among_those_that_its_id_looks_like() -> None:
    records = two_projects().records.values()
    assert [record.id for record in records if record.type not in types_like(record.id)] == []
    assert len({record.type for record in records}) > len(OBJECT_TYPES) / 2


@pytest.mark.parametrize(
    ("id", "types"),
    [
        ("cmp1:vnic:tap1", {"vnic"}),
        ("switch:tor1", {"switch"}),
        ("switch:tor1:switch_pnic:Eth1%2F1", {"switch_pnic"}),
        ("port:vnic:vedge", {"vnic"}),
        ("fa:16:3e:00:00:01", None),
        ("", None),
        ("vnic", None),
    ],
)
def test_an_id_that_holds_its_type_is_of_no_other(id: str, types: set[str] | None) -> None:
    of_uuids = {"instance", "network", "port", "router", "floating_ip", "security_group"}
    assert types_like(id) == types if types else types_like(id) > of_uuids
