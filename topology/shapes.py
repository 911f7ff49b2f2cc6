"""The shapes in which nodes and links leave the product: command line, API and recordings of answers share them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

JsonObject = dict[str, Any]

_NODE_FIRST = ("id", "type", "name", "host", "status")
_LINK = ("link_type", "source_id", "target_id", "name", "state", "status", "weight", "networks")
# How the store keeps its books; a reader has no use for them.
_BOOKS = ("_hash", "_scope")
_BOOK_NAMES = frozenset({"hash", "scope", "environment", "details"})


def node_shape(properties: Mapping[str, Any]) -> JsonObject:
    """A node as answers show it: what every node has first, then its other properties that are set, by name."""
    shape = {key: plain(properties.get(key)) for key in _NODE_FIRST}
    for key in sorted(properties):
        if properties[key] is not None and key not in shape and not _is_book(key):
            shape[key] = plain(properties[key])
    return shape


def link_shape(properties: Mapping[str, Any]) -> JsonObject:
    """A link as answers show it; `networks` None means that it carries whatever its ends do."""
    return {key: plain(properties.get(key)) for key in _LINK}


def plain(value: Any) -> Any:
    """A value as JSON can say it: times become ISO 8601."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def quoted(text: str, longest: int = 100) -> str:
    r"""A user's text as an error names it: on one line, and no longer than a line.

    >>> quoted("a\nb"), quoted("x" * 9, 4)
    ("'a\\nb'", "'xxxx…'")
    """
    return repr(text if len(text) <= longest else text[:longest] + "…")


@cache  # there are as many names as are declared
def _is_book(key: str) -> bool:
    return key in _BOOK_NAMES or key.endswith(_BOOKS)
