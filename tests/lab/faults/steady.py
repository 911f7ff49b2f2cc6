"""A scanned environment whose sources are made to fail, one fault after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.lab.product import Product, Scan
from tests.lab.still import scan_and_compare
from tests.lab.truth.expected import Truth


@dataclass
class Steady:
    """An environment that was true before the fault, of a cloud that nobody changes meanwhile."""

    product: Product
    environment: str
    document: dict[str, Any]
    truth: Callable[[], Truth]
    healthy: Truth = field(default_factory=Truth)  # the graph when it was last compared with the truth

    def begin(self) -> None:
        """The first scan."""
        self.product.add(self.document)
        scan_and_compare(self.product, self.environment, self.truth)
        self.healthy = self.product.graph(self.environment)

    def scan_with_fault(self, document: dict[str, Any] | None = None, *options: str) -> Scan:
        """A scan while something fails, or with an environment that is wrong: it loses nothing and says so."""
        before = self.product.graph(self.environment)
        if document is not None:
            self.product.add(document)
        scan = self.product.scan(self.environment, *options)
        nothing_lost(before, self.product.graph(self.environment))
        assert scan.code == 1, (scan.code, scan.report["status"], scan.errors)
        assert scan.every_problem(), "it ended with errors and names no problem"
        for problem in scan.every_problem():
            assert problem["where"], problem
            assert problem["what"], problem
            assert problem["remedy"], problem
        return scan

    def recovers(self) -> None:
        """With everything repaired the next scan is complete, and the graph again the one that was true."""
        self.product.add(self.document)
        scan = self.product.scan(self.environment)
        assert scan.code == 0, scan.every_problem()
        if _what_is_there(self.product.graph(self.environment)) != _what_is_there(self.healthy):
            self.begin()  # either the scan did not converge, or the cloud changed: the truth tells


def _what_is_there(graph: Truth) -> tuple[object, object]:
    objects = {
        id: (node.parent, [(k, v) for k, v in node.properties if k not in ("last_changed", "first_seen")])
        for id, node in graph.nodes.items()
    }
    return objects, graph.links


def nothing_lost(before: Truth, after: Truth) -> None:
    """Every object and every link that was there still is."""
    lost = sorted(before.nodes.keys() - after.nodes.keys())
    lost_links = sorted(before.links.keys() - after.links.keys())
    assert not lost, f"{len(lost)} objects were removed: {lost[:10]}"
    assert not lost_links, f"{len(lost_links)} links were removed: {lost_links[:10]}"


def named(scan: Scan, *words: str) -> bool:
    """Whether one of the problems names all these words."""
    texts = [" ".join(problem.values()) for problem in scan.every_problem()]
    return any(all(word in text for word in words) for text in texts)
