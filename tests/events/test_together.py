"""Answers that are written together say what they say one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from graph_schema.events import Gone, Refresh, Reread, Says
from graph_schema.object_types import PORT
from graph_schema.records import Record, Ref, Scope
from tests.events.recorded import NOW
from topology.events.together import together

SCOPE = Scope("neutron", "RegionOne")


def port(id: str, name: str) -> Record:
    return PORT.record(id=id, name=name, parent=Ref("network", "n"), network_id="n")


def answers() -> Iterator[Reread]:
    yield Reread(
        SCOPE,
        NOW + timedelta(seconds=1),
        says=(Says(port("a", "later"), (2, 0)), Says(port("b", "b"), (1, 0))),
        devices=("d1",),
        more=(Refresh("port", "x"),),
    )
    yield Reread(
        SCOPE, NOW, says=(Says(port("a", "before"), (1, 0)),), gone=(Gone("port", "c"),), devices=("d2",),
        more=(Refresh("port", "x"), Refresh("port", "y")),
    )  # fmt: skip


def test_of_each_object_the_answer_that_was_observed_last_is_taken() -> None:
    assert {one.record.id: one.record.name for one in together(answers()).says} == {"a": "later", "b": "b"}


def test_all_else_is_what_any_of_them_says_since_the_first() -> None:
    one = together(answers())

    assert one.observed_at == NOW
    assert set(one.devices) == {"d1", "d2"}
    assert one.gone == (Gone("port", "c"),)
    assert set(one.more) == {Refresh("port", "x"), Refresh("port", "y")}
    assert len(one.more) == 2


def test_one_answer_stays_as_it_is_and_of_none_nothing_can_be_made() -> None:
    (first, _) = answers()

    assert together([first]) == first
    with pytest.raises(ValueError, match="no answer"):
        together([])
