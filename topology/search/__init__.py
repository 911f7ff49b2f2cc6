"""Search: objects by what a person types, and the one object that a person names."""

from topology.search.finding import LIMIT, LIMIT_CAP, SearchResult, search
from topology.search.resolving import resolve, suggestions
from topology.search.words import lucene, mac_beginning

__all__ = ["LIMIT", "LIMIT_CAP", "SearchResult", "lucene", "mac_beginning", "resolve", "search", "suggestions"]
