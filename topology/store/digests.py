"""One short text for all that a complete reading says of a scope, which tells what may differ from the reading before.

Each object falls into one of many parts by its id, and each part has a digest of its own. The graph keeps the text of
the last reading that it holds exactly; where a part's digest is the same, nothing in it has to be looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from zlib import crc32

from graph_schema.records import Attributes
from topology.store.encoding import attributes_code, coded
from topology.store.writes import Said

# About so many objects are in a part: what is compared in vain for each that changed, against the length of the text.
PART_SIZE = 8
MOST_PARTS = 2048
_LENGTH = 16
"""Characters of one digest: 64 bits."""


def digests(says: Sequence[Said], attributes: Iterable[Attributes]) -> str:
    """The digests of all parts of the objects, and at last that of the attributes added to others' objects."""
    parts: list[list[bytes]] = [[] for _ in range(_number(len(says)))]
    for one in says:
        parts[_part(one.id, len(parts))].append(coded(one.id) + one.code)
    added = [coded((one.type, one.id)) + attributes_code(one) for one in attributes]
    return "".join(map(_digest, [*parts, added]))


def differing(says: Sequence[Said], said: str, known: str) -> frozenset[int]:
    """Numbers of the objects that may differ, by the text of what is said and that of what is known."""
    if len(said) != len(known):
        return frozenset(range(len(says)))
    number = len(said) // _LENGTH - 1
    changed = {part for part in range(number) if _of(said, part) != _of(known, part)}
    return frozenset(place for place, one in enumerate(says) if _part(one.id, number) in changed)


def attributes_differ(said: str, known: str) -> bool:
    """Whether anything else is added to others' objects, by the same two texts."""
    return said[-_LENGTH:] != known[-_LENGTH:]


def _of(text: str, part: int) -> str:
    return text[part * _LENGTH : (part + 1) * _LENGTH]


def _number(objects: int) -> int:
    """How many parts there are: a power of two, so that it seldom changes with the number of objects."""
    return min(MOST_PARTS, 1 << (objects // PART_SIZE).bit_length())


def _part(id: str, number: int) -> int:
    return crc32(id.encode()) % number


def _digest(codes: Collection[bytes]) -> str:
    """A digest that does not depend on their order. Codes end by themselves, so none runs into the next."""
    return blake2b(b"".join(sorted(codes)), digest_size=_LENGTH // 2).hexdigest()
