"""The graph equals what kernel, Open vSwitch, libvirt and the databases say: nothing missing, nothing extra."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.lab.lab_machine import Lab
from tests.lab.product import Product, lab_environment, without
from tests.lab.still import scan_and_compare
from tests.lab.truth.expected import Truth

pytestmark = pytest.mark.lab
SEEDS = [int(seed) for seed in os.environ.get("CALIPSO_LAB_SEEDS", "1 2 3").split()]


@pytest.fixture(params=SEEDS)
def random_topology(request: pytest.FixtureRequest, lab: Lab) -> Iterator[str]:
    seed = str(request.param)
    try:
        lab.command("topo", seed)
        yield seed
    finally:
        lab.command("clear", seed)


def test_the_graph_equals_the_shipped_topology(product: Product, environment: str, truth: Callable[[], Truth]) -> None:
    product.add(lab_environment(environment))
    scan_and_compare(product, environment, truth)


def test_a_rescan_of_an_unchanged_cloud_writes_no_object(
    product: Product, environment: str, truth: Callable[[], Truth]
) -> None:
    product.add(lab_environment(environment))
    scan_and_compare(product, environment, truth)
    before = product.versions(environment)
    scan = scan_and_compare(product, environment, truth)
    assert product.versions(environment) == before
    assert scan.changes() == {"created": 0, "updated": 0, "removed": 0}


def test_the_graph_equals_a_random_topology_also_after_changes_and_after_it_is_gone(
    lab: Lab, random_topology: str, product: Product, environment: str, truth: Callable[[], Truth]
) -> None:
    product.add(lab_environment(environment))
    scan_and_compare(product, environment, truth)
    lab.command("change", random_topology)
    scan_and_compare(product, environment, truth)
    lab.command("clear", random_topology)
    scan_and_compare(product, environment, truth, "--accept-removals")


def test_the_databases_alone_give_the_same_graph_as_the_apis(
    product: Product, environment: str, truth: Callable[[], Truth]
) -> None:
    product.add(without(lab_environment(environment), "OpenStack"))
    scan_and_compare(product, environment, truth)
