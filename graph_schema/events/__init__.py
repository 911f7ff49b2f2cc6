"""Events: what the cloud's services notify, what each notification says, and which handler reads it."""

from graph_schema.events.model import Effect, Event, Gone, Refresh, RefreshKind, Reread, Says, Standing, Version
from graph_schema.events.table import EVENT_TYPES, EVENTS, EventType

__all__ = [
    "EVENTS",
    "EVENT_TYPES",
    "Effect",
    "Event",
    "EventType",
    "Gone",
    "Refresh",
    "RefreshKind",
    "Reread",
    "Says",
    "Standing",
    "Version",
]
