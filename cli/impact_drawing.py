"""Draws an impact: how many of what, by project, and then each object with what makes it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cli.describing import Node, title
from cli.drawing import Part, visible
from topology.impact import EFFECTS, SHOWN, Affected, Effect, Impact

Line = list[Part]
# Objects of a type that are listed; the JSON and Markdown forms have all.
LISTED = 20
_SAID: Mapping[Effect, str] = {"cut_off": "cut off", "degraded": "degraded", "loses_redundancy": "loses redundancy"}
_STYLES: Mapping[Effect, str] = {"cut_off": "bad", "degraded": "type", "loses_redundancy": "place"}


def draw_impact(impact: Impact, listed: int = LISTED) -> Iterator[Line]:
    """The answer, line by line."""
    impact = impact.without_owners()
    failing = " and ".join(f"{node['type']} {title(node)}{_place(node)}" for node in impact.failing)
    if not impact.affected:
        yield [(f"Nothing depends on {failing}.", "good")]
        return
    yield [("When ", "fact"), (failing, "name"), (" fail together:" if len(impact.failing) > 1 else " fails:", "fact")]
    for kind, numbers in impact.counts().items():
        yield [(f"  {kind:<12}", "type"), *_numbers(numbers)]
    for node, numbers in impact.by_project():
        yield [("  of project ", "fact"), (f"{title(node):<12}", "name"), *_numbers(numbers)]
    for effect in EFFECTS:
        for kind in SHOWN:
            chosen = [a for a in impact.affected if a.effect == effect and a.node["type"] == kind]
            yield from _group(impact, effect, chosen, listed)
    if impact.truncated:
        yield [("There is more than was read: this is a part.", "bad")]


def _numbers(numbers: Mapping[Effect, int]) -> Iterator[Part]:
    for effect, number in numbers.items():
        if number:
            yield f"  {number} {_SAID[effect]}", _STYLES[effect]


def _group(impact: Impact, effect: Effect, chosen: list[Affected], listed: int) -> Iterator[Line]:
    if not chosen:
        return
    yield []
    yield [
        (f"{_SAID[effect]}: ", _STYLES[effect]),
        (str(chosen[0].node["type"]), "type"),
        (f" ({len(chosen)})", "quiet"),
    ]
    for each in chosen[:listed]:
        cause = each.causes[0]
        place = _place(each.node)
        yield [("  ", "fact"), (title(each.node), "name"), (place, "place"), (f"  {visible(cause.why, 200)}", "fact")]
        yield [("    ", "fact"), (" → ".join(_way(impact.path(cause))), "quiet")]
        more = len(each.causes) - 1
        if more:
            yield [(f"    and for {more} more reason{'s' if more > 1 else ''}", "quiet")]
    if len(chosen) > listed:
        yield [(f"  … and {len(chosen) - listed} more: --format json or markdown lists all", "quiet")]


def _way(nodes: Iterable[Node]) -> Iterator[str]:
    """What leads there, with the host wherever it is another one."""
    host = None
    for node in nodes:
        yield f"{node['type']} {title(node)}" + (_place(node) if node.get("host") != host else "")
        host = node.get("host") or host


def _place(node: Node) -> str:
    return f" on {visible(str(node['host']))}" if node.get("host") else ""
