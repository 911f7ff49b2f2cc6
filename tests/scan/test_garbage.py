"""Cycles are looked for seldom while a scan runs, and as often as before when none runs any more."""

from __future__ import annotations

import gc
from contextlib import ExitStack
from pathlib import Path

from tests.scan.readings import Cloud
from topology.graph import Graph
from topology.scan import scan
from topology.scan.garbage import seldom_searched
from topology.settings import Settings


def test_a_scan_looks_for_cycles_seldom_and_leaves_all_as_it_was(graph: Graph, environment: str) -> None:
    before, during = gc.get_threshold(), set[tuple[int, int, int]]()
    scan(
        graph,
        environment,
        Cloud(),
        settings=Settings(data_dir=Path()),
        progress=lambda *_: during.add(gc.get_threshold()),
    )
    assert gc.get_threshold() == before
    assert {threshold[0] > 10 * before[0] for threshold in during} == {True}


def test_of_several_at_once_the_last_to_end_leaves_all_as_it_was() -> None:
    before = gc.get_threshold()
    with ExitStack() as last:
        with seldom_searched():
            last.enter_context(seldom_searched())
        assert gc.get_threshold()[0] > 10 * before[0]
    assert gc.get_threshold() == before
