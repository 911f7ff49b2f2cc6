"""Ids that stay the same from scan to scan: `{host}:{type}:{name}`, with `:` and `%` in names percent-encoded."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FIELD = re.compile(r"\{(\w+)\}")


def encode(name: str) -> str:
    """A name as it stands inside an id.

    >>> encode("eth0:1")
    'eth0%3A1'
    """
    return name.replace("%", "%25").replace(":", "%3A")


def compose_id(template: str, values: Mapping[str, object]) -> str:
    """Fill an id template; every value is encoded. Raises KeyError where a value is missing.

    >>> compose_id("{host}:host_pnic:{device}", {"host": "cmp1", "device": "eth0"})
    'cmp1:host_pnic:eth0'
    """

    def part(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if value is None:
            raise KeyError(f"id template {template}: no value for {match[1]}")
        # A bare `{id}` or a leading `{switch}` is an id already, not a name.
        return str(value) if match[1] in ("id", "switch") else encode(str(value))

    return _FIELD.sub(part, template)
