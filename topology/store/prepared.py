"""What a reading says, ready to be written: digests are computed, and what is not too large is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

from graph_schema.records import Attributes
from topology.store.digests import digests
from topology.store.writes import Said, ScopeWrite, said

T = TypeVar("T")
# What comes as a stream is held in memory, to compare it by its digests, up to so many batches.
HELD = 5


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scope's write with all that it says. `small`: it fits into one batch, and is in memory."""

    write: ScopeWrite
    says: Iterable[Said]
    attributes: Iterable[Attributes]
    small: bool
    rows: int = 0
    """How many objects and attributes a small one says."""
    digests: str | None = None
    """Of what is in memory, and to be compared as a whole: then `says` and `attributes` are lists."""

    @property
    def joins(self) -> bool:
        """Whether it can be written together with others."""
        return self.small and self.write.outcome.status != "failed"


def prepare(scope_write: ScopeWrite, batch_size: int) -> Prepared:
    """Compute what is to be compared with the graph; of a large stream, when it is asked for."""
    says, few_objects = _held(map(said, scope_write.entries), scope_write.entries, HELD * batch_size)
    attributes, few_attributes = _held(scope_write.attributes, scope_write.attributes, HELD * batch_size)
    if not (few_objects and few_attributes):
        return Prepared(scope_write, says, attributes, small=False)
    says, attributes = list(says), list(attributes)
    small = len(says) <= batch_size and len(attributes) <= batch_size
    whole = digests(says, attributes) if _comparable(scope_write, says) else None
    return Prepared(scope_write, says, attributes, small, len(says) + len(attributes), whole)


def _comparable(write: ScopeWrite, says: Sequence[Said]) -> bool:
    """Whether there is nothing more to tell than that nothing changed."""
    if write.outcome.status != "complete" or any(one.problems or one.links is None for one in says):
        return False
    return len({one.token for one in says}) == len(says)


def together(prepared: Iterable[Prepared], batch_size: int) -> Iterator[list[Prepared]]:
    """Those that can be written in one transaction, in their order: small, and of different scopes and objects."""
    group: list[Prepared] = []
    rows, taken = 0, set[str]()
    for one in prepared:
        names = _names(one)
        if group and (rows + one.rows > batch_size or not one.joins or not taken.isdisjoint(names)):
            yield group
            group, rows, taken = [], 0, set()
        group.append(one)
        rows += one.rows
        taken |= names
        if not one.joins:
            yield group
            group, rows, taken = [], 0, set()
    if group:
        yield group


def _held(rows: Iterable[T], source: Iterable[object], length: int) -> tuple[Iterable[T], bool]:
    """The same rows, and whether they can be held: they are made of what is in memory, or no more than `length`."""
    if isinstance(source, Sequence):
        return rows, True
    iterator = iter(rows)
    head: Sequence[T] = list(islice(iterator, length + 1))
    return (head, True) if len(head) <= length else (chain(head, iterator), False)


def _names(one: Prepared) -> set[str]:
    """What only one of those that are written together may speak of. Ids hold no line feed, keys begin with one."""
    if not one.small:
        return set()
    groups = {f"\n{added.type}\n{added.group}\n{added.id}" for added in one.attributes}
    return {f"\n{one.write.scope.key}", *(said.id for said in one.says), *groups}
