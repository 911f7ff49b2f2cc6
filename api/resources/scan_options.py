"""The options of a scan as members of a request's body: the same for one scan and for a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from api.parameters import Parameter
from topology.scan import ScanOptions
from topology.scan.options import IF_BUSY, LOG_LEVELS

_SAID: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "inventory_only": ("Objects, no links.", ("scan_only_inventory",)),
    "links_only": ("Find links in the inventory that is there.", ("scan_only_links",)),
    "cliques_only": ("Compute every clique once and count.", ("scan_only_cliques",)),
    "clear": ("Remove what this scan does not confirm, after the new data is in.", ()),
    "object": ("Only this object and what belongs to it: [TYPE:]ID.", ("object_id",)),
    "accept_removals": ("Remove also what is held back for being much at once.", ()),
    "dry_run": ("Find out what would change; write nothing.", ()),
    "into": ("Write to an environment of this name.", ()),
    "log_level": ("How much is said while scanning.", ()),
    "if_busy": ("Where another scan of the environment runs: wait for its end, or refuse.", ()),
}


def _option(name: str, default: object) -> Parameter:
    text, aliases = _SAID[name]
    choices = {"log_level": LOG_LEVELS, "if_busy": IF_BUSY}.get(name, ())
    kind: Any = "boolean" if isinstance(default, bool) else "string"
    return Parameter(name, text, kind=kind, choices=choices, aliases=aliases)


SCAN_OPTIONS = tuple(_option(field.name, field.default) for field in fields(ScanOptions))
OPTION_NAMES = frozenset(option.name for option in SCAN_OPTIONS)


def options_of(body: Mapping[str, Any]) -> ScanOptions | None:
    """The options among the members of a body; None where there is none. Raises InvalidConfiguration."""
    given = {name: value for name, value in body.items() if name in OPTION_NAMES}
    return ScanOptions.from_json(given) if given else None
