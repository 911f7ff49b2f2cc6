"""Draws a clique: from its focal point outward, in the order of the walk, what is on one host together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.describing import describe, title
from cli.drawing import Part, Twig
from topology.cliques import Clique

Node = Mapping[str, Any]
# Children of one line that are drawn; a switch with a thousand vNICs says how many more there are.
SHOWN = 50


@dataclass(slots=True)
class _Walk:
    """The clique as a tree: who was reached from whom, and the links that lead to what was reached before."""

    nodes: Mapping[str, Node]
    children: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=lambda: defaultdict(list))
    crossings: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=lambda: defaultdict(list))


def draw(clique: Clique, shown: int = SHOWN) -> Twig:
    """The clique as a drawn tree."""
    walk = _follow(clique)
    return _twig(walk, clique.focal_point, None, None, shown)


def _follow(clique: Clique) -> _Walk:
    walk = _Walk({node["id"]: node for node in clique.nodes})
    of_type = defaultdict(list)
    for link in clique.links:
        of_type[link["link_type"]].append(link)
    reached = {clique.focal_point}
    for step in clique.clique_type.steps:
        before = frozenset(reached)
        for link in of_type.pop(step.link_type.name, ()):
            here, there = _ends(link, step.here, walk.nodes, before)
            if there in reached:
                walk.crossings[here].append((there, link))
            else:
                reached.add(there)
                walk.children[here].append((there, link))
    return walk


def _ends(
    link: Mapping[str, Any], here_type: str, nodes: Mapping[str, Node], reached: frozenset[str]
) -> tuple[str, str]:
    source, target = link["source_id"], link["target_id"]
    forwards = nodes[source]["type"] == here_type and source in reached
    return (source, target) if forwards else (target, source)


def _twig(walk: _Walk, id: str, link: Mapping[str, Any] | None, host: str | None, shown: int) -> Twig:
    node = walk.nodes[id]
    own = node.get("host")
    parts = [*_link_state(link), *describe(node)]
    if own and own != host:
        parts += [("  on ", "quiet"), (str(own), "place")]
    children = walk.children[id]
    places = {walk.nodes[child].get("host") for child, _ in children} - {None}
    if not own and len(places) > 1:
        twigs = list(_by_host(walk, children, shown))
    else:
        twigs = list(_bounded(walk, children, own or host, shown))
    return Twig(parts, [*twigs, *_crossings(walk, id, shown)])


def _by_host(walk: _Walk, children: Iterable[tuple[str, Mapping[str, Any]]], shown: int) -> Iterator[Twig]:
    groups: dict[str | None, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for child in children:
        groups[walk.nodes[child[0]].get("host")].append(child)
    for host, members in sorted(groups.items(), key=lambda pair: pair[0] or ""):
        twigs = list(_bounded(walk, members, host, shown))
        if host is None:
            yield from twigs
        else:
            yield Twig([("on ", "quiet"), (host, "place")], twigs)


def _bounded(
    walk: _Walk, children: list[tuple[str, Mapping[str, Any]]], host: str | None, shown: int
) -> Iterator[Twig]:
    for id, link in children[:shown]:
        yield _twig(walk, id, link, host, shown)
    if more := _counted(walk, [id for id, _ in children[shown:]]):
        yield Twig([(f"… and more: {more}", "quiet")])


def _counted(walk: _Walk, ids: list[str]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for id in ids:
        counts[str(walk.nodes[id]["type"])] += 1
    return ", ".join(f"{count} {type}" for type, count in counts.items())


def _crossings(walk: _Walk, id: str, shown: int) -> Iterator[Twig]:
    """Links to what is drawn elsewhere, in short."""
    crossings = walk.crossings[id]
    for there, link in crossings[:shown]:
        other = walk.nodes[there]
        yield Twig(
            [*_link_state(link), (f"→ {title(other)}", "name"), (f"  {other['type']}, drawn elsewhere", "quiet")]
        )
    if len(crossings) > shown:
        yield Twig([(f"… and {len(crossings) - shown} more links to what is drawn elsewhere", "quiet")])


def _link_state(link: Mapping[str, Any] | None) -> list[Part]:
    return [("✗ link down  ", "bad")] if link is not None and link.get("state") == "down" else []
