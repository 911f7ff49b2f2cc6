"""The graph store: prepares the database, and is the only writer of what was discovered."""

from topology.store.preparation import SEARCH_INDEX, prepare

__all__ = ["SEARCH_INDEX", "prepare"]
