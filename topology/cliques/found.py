"""What a clique statement found, as the properties of nodes and links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What is written together, hundreds of objects, is of one time.
_TIMES = 4096


def found_nodes(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The nodes of a row of `clique_found`, whose times become text."""
    nodes: list[dict[str, Any]] = row["nodes"]
    for node in nodes:
        node["first_seen"], node["last_changed"] = time_text(node["first_seen"]), time_text(node["last_changed"])
    return nodes


def found_links(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The links of a row of `clique_found`: it tells their ends by the places of the nodes in the store."""
    ids = {place: node["id"] for place, node in zip(row["places"], row["nodes"], strict=True)}
    return [
        {
            "link_type": link_type,
            "source_id": ids[source],
            "target_id": ids[target],
            "name": name,
            "state": state,
            "status": status,
            "weight": weight,
            "networks": networks,
        }
        for source, target, link_type, name, state, status, weight, networks in row["links"]
        if link_type is not None  # else it went while this was worked out
    ]


@lru_cache(maxsize=_TIMES)
def time_text(milliseconds: int | None) -> str | None:
    """A time as Cypher's `toString` says it, of its milliseconds since 1970.

    >>> time_text(1763741371080)
    '2025-11-21T16:09:31.08Z'
    """
    if milliseconds is None:
        return None
    text = (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00").rstrip("0").removesuffix(".") + "Z"
