"""How a record is kept in a node, how it is read back, and the hashes that tell whether anything changed.

Node properties are flat; what a node cannot hold exactly (too long for an index, beyond 64 bits, a lone surrogate) is
kept whole in `details`, under WHOLE, and comes back from there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec

from graph_schema.model import INDEXED_LENGTH, Property
from graph_schema.records import Attributes, Link, Record, Ref
from graph_schema.registry import object_type

# Part of every hash: with another way of keeping things, everything is written once again.
ENCODING = 2
WHOLE = "whole_values"
# Two ids, a type and an environment together stay below the limit of an index key (8 kB).
ID_LENGTH = 500
HASH_LENGTH = 32
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1


def stored_id(id: str) -> str:
    """An id as the graph keeps it: itself, unless it is too long for an index or no valid Unicode.

    >>> stored_id("cmp1:vnic:tap1")
    'cmp1:vnic:tap1'
    >>> len(stored_id("x" * 65536))
    500
    """
    if len(id) <= ID_LENGTH and id.isascii():
        return id
    valid = _valid(id)
    if len(valid) <= ID_LENGTH:
        return valid
    return f"{valid[: ID_LENGTH - HASH_LENGTH - 1]}~{_digest(valid.encode())}"


def content_code(record: Record) -> bytes:
    """What its owner says of an object, to be hashed: type, name, host, own properties and details; not its parent."""
    own = own_properties(record.type)
    flat = {key: value for key, value in record.properties.items() if value is not None and key in own}
    return coded((ENCODING, record.type, record.name, record.host, flat, record.details))


def attributes_code(attributes: Attributes) -> bytes:
    """What a group adds to an object, to be hashed."""
    flat = {key: value for key, value in attributes.properties.items() if value is not None}
    return coded((ENCODING, attributes.group, flat))


def links_code(parent: Ref, links: Iterable[Link]) -> bytes:
    """All that an object says of its links, sorted, and of its parent, to be hashed."""
    rows = [(a.type, a.source_id, a.target_id, a.name, a.state, a.weight, a.networks) for a in links]
    return coded((ENCODING, parent.type, parent.id, rows))


def content_hash(record: Record) -> str:
    """Hash of what its owner says of an object."""
    return _digest(content_code(record))


def attributes_hash(attributes: Attributes) -> str:
    """Hash of what a group adds to an object."""
    return _digest(attributes_code(attributes))


def links_hash(parent: Ref, links: Iterable[Link]) -> str:
    """Hash of all that an object says of its links, and of its parent."""
    return _digest(links_code(parent, links))


def node_properties(record: Record) -> dict[str, Any]:
    """The flat properties of a record's node, in the order of `columns`; None for one that the record has not."""
    own = own_properties(record.type)
    node: dict[str, Any] = dict.fromkeys(columns(record.type))
    whole: dict[str, Any] = {}
    for key, value in record.properties.items():
        if key in own:
            node[key] = _keep(key, value, INDEXED_LENGTH if own[key].index else None, whole)
    node["name"] = _keep("name", record.name, INDEXED_LENGTH, whole)
    node["host"] = None if record.host is None else stored_id(record.host)
    details = {**record.details, WHOLE: whole} if whole else record.details
    node["details"] = _readable(details) if details else None
    return node


def group_properties(attributes: Attributes) -> dict[str, Any]:
    """The flat properties that a group adds, as declared; None for one that is not said."""
    declared = properties_of_group(attributes.type, attributes.group)
    node: dict[str, Any] = dict.fromkeys(declared)
    for key, value in attributes.properties.items():
        if key in declared:
            node[key] = _keep(key, value, INDEXED_LENGTH if declared[key].index else None, {})
    return node


def record_of(node: Mapping[str, Any]) -> Record:
    """The record that a node was written from, with the attributes that other sources added."""
    details = json.loads(node.get("details") or "{}")
    whole = details.pop(WHOLE, {})
    declared = {p.name for p in object_type(node["type"]).properties}
    properties = {key: value for key, value in node.items() if key in declared}
    properties.update((key, value) for key, value in whole.items() if key != "name")
    return Record(
        type=node["type"],
        id=node["id"],
        name=whole.get("name", node.get("name", "")),
        host=node.get("host"),
        parent=Ref(node.get("parent_type", ""), node.get("parent_id", "")),
        properties=properties,
        details=details,
    )


@cache
def columns(type: str) -> tuple[str, ...]:
    """The properties that a type's owner writes, in the order in which they are sent."""
    return ("name", "host", "details", *own_properties(type))


@cache
def own_properties(type: str) -> Mapping[str, Property]:
    """The flat properties that a type's owner says, by name."""
    return {p.name: p for p in object_type(type).properties if p.group is None and p.kind != "nested"}


@cache
def properties_of_group(type: str, group: str) -> Mapping[str, Property]:
    """The properties that another source adds, by name."""
    return {p.name: p for p in object_type(type).properties if p.group == group}


def valid_text(text: str) -> str:
    r"""Text that can be sent: a lone surrogate becomes its name.

    >>> valid_text("tap\udc80")
    'tap\\udc80'
    """
    return text if text.isascii() else _valid(text)


def _valid(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _keep(key: str, value: Any, limit: int | None, whole: dict[str, Any]) -> Any:
    if value is None or (type(value) is str and len(value) <= INDEXED_LENGTH and value.isascii()):
        return value  # as most are
    kept, exact = _flat(value, limit)
    if not exact:
        whole[key] = value
    return kept


def _flat(value: Any, limit: int | None) -> tuple[Any, bool]:
    """A value as a property, and whether that is all of it."""
    if value is None or isinstance(value, bool | float):
        return value, True
    if isinstance(value, str):
        kept = valid_text(value)[:limit]
        return kept, kept == value
    if isinstance(value, int):
        fits = _INTEGER_MIN <= value <= _INTEGER_MAX
        return (value if fits else None), fits
    if isinstance(value, list | tuple):
        return _flat_list(value)
    if isinstance(value, set | frozenset):
        return _flat_list(sorted(value, key=str))
    return _flat(canonical(value), limit)[0], False


def _flat_list(values: Iterable[Any]) -> tuple[list[Any], bool]:
    """A list property holds values of one kind: text, unless all are integers."""
    listed = list(values)
    if all(type(value) is str for value in listed):
        kept = [valid_text(value) for value in listed]
        return kept, kept == listed
    if all(type(value) is int and _INTEGER_MIN <= value <= _INTEGER_MAX for value in listed):
        return listed, True
    return [value if isinstance(value, str) else canonical(value) for value in listed], False


def _plain(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)
_READABLE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain)


_CODE = msgspec.msgpack.Encoder(enc_hook=_plain, order="deterministic")


def coded(value: Any) -> bytes:
    """The same bytes for the same value, whatever the order of its keys; others for another one."""
    try:
        return _CODE.encode(value)
    except (TypeError, ValueError, OverflowError):  # keys of several kinds, lone surrogates, more than 64 bits
        return canonical(value).encode()


def canonical(value: Any) -> str:
    """The one JSON text of a value: ASCII, keys sorted, whatever it is made of."""
    try:
        return _CANONICAL.encode(value)
    except TypeError:  # keys of several kinds cannot be sorted
        return _CANONICAL.encode(_with_text_keys(value))


def _readable(value: Any) -> str:
    """JSON for `details`, in the value's own letters where they can be sent."""
    try:
        text = _READABLE.encode(value)
    except TypeError:
        text = _READABLE.encode(_with_text_keys(value))
    return text if valid_text(text) == text else canonical(value)


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _with_text_keys(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_text_keys(inner) for inner in value]
    return value


def _digest(code: bytes) -> str:
    return blake2b(code, digest_size=HASH_LENGTH // 2).hexdigest()
