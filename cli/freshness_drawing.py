"""Draws how fresh an answer is: as of when it is confirmed, and what could not be read completely."""

from __future__ import annotations

from collections.abc import Iterator

from cli.drawing import Part, visible
from topology.freshness import Freshness

_MINUTES = "%Y-%m-%d %H:%M UTC"


def draw_freshness(freshness: Freshness) -> Iterator[list[Part]]:
    """The lines below an answer."""
    if freshness.as_of is not None:
        yield [("confirmed as of ", "quiet"), (freshness.as_of.strftime(_MINUTES), "quiet")]
    for state in freshness.doubtful:
        since = f"known as of {state.completed_at:{_MINUTES}}" if state.completed_at else "never read completely"
        yield [(f"✗ {state.scope.key}: {state.outcome or 'not read yet'}, {since}", "bad")]
        for problem in state.problems[:3]:
            yield [(f"    {visible(problem, 300)}", "fact")]
    if freshness.elsewhere:
        names = ", ".join(freshness.elsewhere[:10])
        yield [(f"not complete elsewhere in the environment: {visible(names, 300)}", "quiet")]
