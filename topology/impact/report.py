"""Impact as a Markdown report, to be attached to a change request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from topology.impact.answer import Affected, Impact, Node
from topology.impact.effects import EFFECTS, Effect

TITLES: dict[Effect, str] = {
    "cut_off": "Cut off",
    "degraded": "Degraded",
    "loses_redundancy": "Loses redundancy",
}
MEANINGS: dict[Effect, str] = {
    "cut_off": "Nothing of its service is left.",
    "degraded": "It goes on with less: without one of its networks, its router, its DHCP service, or changes.",
    "loses_redundancy": "It goes on as before; the next failure hits it.",
}
_MARKS = re.compile(r"([\\`*_\[\]<>|~])")


def markdown(impact: Impact, *, now: datetime | None = None) -> Iterator[str]:
    """The report, line by line."""
    impact = impact.without_owners()
    yield f"# Impact of {', '.join(_said(node) + _place(node) for node in impact.failing)}"
    yield ""
    yield f"Environment {_plain(impact.environment)}, asked {(now or datetime.now(UTC)):%Y-%m-%d %H:%M UTC}."
    yield _freshness(impact)
    if impact.truncated:
        yield ""
        yield "**There is more than was read: the lists and numbers are a part.**"
    yield ""
    yield from _table("What", [(_kind(kind), numbers) for kind, numbers in impact.counts().items()])
    yield ""
    yield from _table("Project", [(_said(node), numbers) for node, numbers in impact.by_project()])
    for effect in EFFECTS:
        chosen = [each for each in impact.affected if each.effect == effect]
        if chosen:
            yield from ("", f"## {TITLES[effect]}", "", MEANINGS[effect], "")
            yield from (_line(impact, each) for each in chosen)


def _table(title: str, rows: list[tuple[str, dict[Effect, int]]]) -> Iterator[str]:
    if not rows:
        return
    yield f"| {title} | {' | '.join(TITLES[effect] for effect in EFFECTS)} |"
    yield f"|---|{'---|' * len(EFFECTS)}"
    for name, numbers in rows:
        yield f"| {name} | {' | '.join(str(numbers[effect]) for effect in EFFECTS)} |"


def _line(impact: Impact, each: Affected) -> str:
    cause = each.causes[0]
    way = " → ".join(_said(node) for node in impact.path(cause))
    return f"- **{_said(each.node)}**{_place(each.node)}: {_plain(cause.why)}. {way}"


def _place(node: Node) -> str:
    return f" on {_plain(str(node['host']))}" if node.get("host") else ""


def _freshness(impact: Impact) -> str:
    since = impact.freshness.as_of
    confirmed = f"confirmed as of {since:%Y-%m-%d %H:%M UTC}" if since else "not confirmed as a whole"
    doubtful = ", ".join(_plain(state.scope.key) for state in impact.freshness.doubtful)
    return f"What it rests on is {confirmed}{f'; not complete: {doubtful}' if doubtful else ''}."


def _said(node: Node) -> str:
    return f"{_kind(str(node['type']))} {_plain(str(node.get('name') or node['id']))}"


def _kind(type: str) -> str:
    return type.replace("_", " ")


def _plain(text: str) -> str:
    """A text that is no Markdown, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
