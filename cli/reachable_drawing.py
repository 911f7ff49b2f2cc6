"""Draws what is reached from an object: the nearest first, each with its distance in links and its host."""

from __future__ import annotations

from collections.abc import Iterator

from cli.describing import describe, title
from cli.drawing import Part, visible
from topology.paths import Reachable


def draw_reachable(found: Reachable) -> Iterator[list[Part]]:
    """The answer, line by line."""
    more = " and more" if found.truncated else ""
    count = (f" reaches {len(found.items)}{more}, the nearest first; the number is the distance in links", "fact")
    yield [(f"{found.origin['type']} ", "type"), (title(found.origin), "name"), count]
    for node, distance in found.items:
        place = [(f"  on {visible(str(node['host']))}", "place")] if node.get("host") else []
        yield [(f"{distance:>3}  ", "quiet"), *describe(node), *place, (f"  {visible(str(node['id']))}", "quiet")]
