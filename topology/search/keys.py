"""The keys that a search understands, as in `type:instance`: all derived from the declared types and properties."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from graph_schema.model import ANNOTATIONS, Property
from graph_schema.registry import OBJECT_TYPES
from topology.errors import InvalidConfiguration
from topology.shapes import quoted

TYPE, ENVIRONMENT, ADDRESS, MAC, STATUS, ID = "type", "environment", "address", "mac", "status", "id"
# What a key is called too.
_ALSO = {"env": ENVIRONMENT, "ip": ADDRESS}
# Segment ids mean something with the kind of their network only.
SEGMENTS: Mapping[str, tuple[str, ...]] = {"vlan": ("vlan",), "vni": ("vxlan", "gre", "geneve")}

_ALL = [p for kind in OBJECT_TYPES.values() for p in kind.properties if p.kind != "nested"]
PROPERTIES: Mapping[str, Property] = {p.name: p for p in reversed(_ALL)}
_SEARCHED = sorted(name for name in {p.name for p in _ALL if p.search})

MACS = tuple(name for name in _SEARCHED if "mac" in name.split("_"))
RANGES = tuple(name for name in _SEARCHED if name.startswith("cidr"))
ADDRESSES = tuple(
    name for name in _SEARCHED if name not in MACS and {"ip", "ips", "address", "addresses"} & set(name.split("_"))
)
# Names and what people wrote: a part of them is enough.
TEXTS = ("name", *ANNOTATIONS, *(name for name in _SEARCHED if name not in {*MACS, *RANGES, *ADDRESSES}))


def _references() -> dict[str, tuple[str, ...]]:
    """Types whose objects others name in a property: project → project_id; network → network_id, networks."""
    found = {
        kind: tuple(name for name in (f"{kind}_id", f"{kind}_ids", f"{kind}s") if name in PROPERTIES)
        for kind in OBJECT_TYPES
        if kind != "host"
    }
    # A network service serves a network or a router; what is on a host says so itself.
    found["network"] += ("service_id",)
    found["router"] += ("service_id",)
    return {"host": ("host",), **{kind: names for kind, names in found.items() if names}}


REFERENCES: Mapping[str, tuple[str, ...]] = MappingProxyType(_references())
WORDS = (TYPE, ENVIRONMENT, STATUS, *REFERENCES, ADDRESS, MAC, *SEGMENTS, ID, "name", *ANNOTATIONS)
KEYS = frozenset((*WORDS, *PROPERTIES))
# Ids that begin with a word and a colon, such as zone:RegionOne:nova.
_ID_WORDS = frozenset(kind.id.partition(":")[0] for kind in OBJECT_TYPES.values() if not kind.id.startswith("{"))
_LIKE_A_KEY = re.compile(r"([A-Za-z][A-Za-z_]*):(?=[^:/\s])")
_LIKE_AN_ADDRESS = re.compile(r"[0-9A-Fa-f:.\-/]+")


def key_of(word: str, value: str, *, is_quoted: bool) -> str | None:
    """The key that a word is; None where the word and its value are text, such as an id."""
    folded = word.lower().replace("-", "_")
    key = _ALSO.get(folded, folded)
    if key not in KEYS or (folded in _ID_WORDS and ":" in value and not is_quoted):
        return None
    return key


def like_a_key(word: str) -> str | None:
    """What a word of text has before its colon, where somebody may have meant a key."""
    found = _LIKE_A_KEY.match(word)
    return found[1] if found and not _LIKE_AN_ADDRESS.fullmatch(word) else None


def unknown_key(key: str, word: str) -> InvalidConfiguration:
    """The error for a text that is found nowhere, and that looks as if it began with a key."""
    near = difflib.get_close_matches(key.lower(), sorted(KEYS), 1)
    meant = f" Is {near[0]}: meant?" if near else ""
    return InvalidConfiguration(
        f"search: nothing is found for the text {quoted(word)}, and {quoted(key)} is no key.{meant}\n"
        f"  Keys: {', '.join(WORDS)}.\n"
        f"  Properties of objects are keys, too: {', '.join(sorted(set(PROPERTIES) - set(WORDS)))}."
    )


def object_type_of(value: str) -> str:
    """The type that a person names: its name, or its label or plural as they are shown. Raises InvalidConfiguration."""
    folded = re.sub(r"[\s-]", "_", value.strip().lower())
    for kind in OBJECT_TYPES.values():
        if folded in (kind.name, kind.label.lower(), re.sub(r"[\s-]", "_", kind.plural.lower()), f"{kind.name}s"):
            return kind.name
    raise InvalidConfiguration(
        f"search: there is no type {quoted(value)} of objects. There are: {', '.join(OBJECT_TYPES)}."
    )


def types_that_say(keys: tuple[str, ...]) -> frozenset[str]:
    """The types that have one of the properties; all of them for what every object has."""
    if not set(keys) <= set(PROPERTIES):
        return frozenset(OBJECT_TYPES)
    return frozenset(kind.name for kind in OBJECT_TYPES.values() if any(kind.property(key) for key in keys))
