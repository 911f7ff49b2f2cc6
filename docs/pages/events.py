"""The page of events: which notification is read by which handler, and what it means."""

from __future__ import annotations

from itertools import groupby

from docs.pages.markdown import code, page, table
from graph_schema.events import EVENT_TYPES


def events() -> str:
    """Every notification that has an effect."""
    groups = groupby(EVENT_TYPES, key=lambda kind: (kind.handler, kind.meaning))
    rows = [(f"`{handler}`", meaning, code(kind.name for kind in kinds)) for (handler, meaning), kinds in groups]
    return page(
        "# Events",
        "The notifications that have an effect, with the handler that reads each; others are acknowledged and left. "
        "What follows from them: [events](../events.md).",
        table(("handler", "what it means", "notifications"), rows),
    )
