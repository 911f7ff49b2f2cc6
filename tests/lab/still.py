"""A scan of a cloud that stands still meanwhile: only then graph and truth can be compared."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.lab.product import Product, Scan
from tests.lab.truth.compare import differences
from tests.lab.truth.expected import Truth

TRIES = 8
PAUSE_SECONDS = 4


def scan_and_compare(product: Product, environment: str, truth: Callable[[], Truth], *options: str) -> Scan:
    """Scan until nothing moved between the truth before and after it; then nothing may differ."""
    for _ in range(TRIES):
        before = truth()
        scan = product.scan(environment, *options)
        after = truth()
        if before == after:
            found = differences(after, product.graph(environment))
            assert not found, "\n" + "\n".join([*found, *map(str, scan.every_problem())])
            assert scan.code == 0, scan.every_problem()
            return scan
        time.sleep(PAUSE_SECONDS)
    moved = "\n".join(differences(before, after))
    raise AssertionError(f"the lab does not stand still; between two looks at it:\n{moved}")
