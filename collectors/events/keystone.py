"""What keystone notifies: ids only, so what is new is read again."""

from __future__ import annotations

from collectors.events.payload import text
from graph_schema.events import Effect, Event, Gone, Refresh

_PROJECTS = (Refresh("projects", ""),)


def project(event: Event, region: str) -> Effect:
    """Projects are read again."""
    del event, region
    return Effect(refreshes=_PROJECTS)


def project_gone(event: Event, region: str) -> Effect:
    """The project is gone; what else has changed of projects is read again."""
    del region
    target = event.payload.get("target")
    inside = target.get("id") if isinstance(target, dict) else None
    id = text(event, event.payload.get("resource_info") or inside, "project's id")
    return Effect(gone=(Gone("project", id),), refreshes=_PROJECTS)
