"""The graph store: prepares the database, and is the only writer of what was discovered."""

from topology.store.changes import (
    AttributeCounts,
    Change,
    LinkCounts,
    ObjectCounts,
    ScopeChanges,
)
from topology.store.graph_store import GraphStore
from topology.store.preparation import SEARCH_INDEX, prepare
from topology.store.scopes import ScopeState
from topology.store.writes import Entry, ScopeWrite, Witness, entries_of

__all__ = [
    "SEARCH_INDEX",
    "AttributeCounts",
    "Change",
    "Entry",
    "GraphStore",
    "LinkCounts",
    "ObjectCounts",
    "ScopeChanges",
    "ScopeState",
    "ScopeWrite",
    "Witness",
    "entries_of",
    "prepare",
]
