"""What a reading says, ready to be written: hashes are computed, and a small scope is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

from graph_schema.records import Attributes
from topology.store.writes import Said, ScopeWrite, said

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scope's write with all that it says. `small`: it fits into one batch, and is in memory."""

    write: ScopeWrite
    says: Iterable[Said]
    attributes: Iterable[Attributes]
    small: bool
    rows: int = 0
    """How many objects and attributes a small one says."""

    @property
    def joins(self) -> bool:
        """Whether it can be written together with others."""
        return self.small and self.write.outcome.status != "failed"


def prepare(scope_write: ScopeWrite, batch_size: int) -> Prepared:
    """Compute what is to be compared with the graph; of a scope larger than a batch, when it is asked for."""
    says, few_objects = split(map(said, scope_write.entries), batch_size)
    attributes, few_attributes = split(scope_write.attributes, batch_size)
    if few_objects and few_attributes:
        says, attributes = list(says), list(attributes)
        return Prepared(scope_write, says, attributes, small=True, rows=len(says) + len(attributes))
    return Prepared(scope_write, says, attributes, small=False)


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


def split(rows: Iterable[T], length: int) -> tuple[Iterable[T], bool]:
    """The same rows, and whether there are no more than `length`: then they are a list."""
    iterator = iter(rows)
    head: Sequence[T] = list(islice(iterator, length + 1))
    return (head, True) if len(head) <= length else (chain(head, iterator), False)


def _names(one: Prepared) -> set[str]:
    """What only one of those that are written together may speak of. Ids hold no line feed, keys begin with one."""
    if not one.small:
        return set()
    groups = {f"\n{added.type}\n{added.group}\n{added.id}" for added in one.attributes}
    return {f"\n{one.write.scope.key}", *(said.id for said in one.says), *groups}
