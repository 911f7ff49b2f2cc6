"""What a source adds to objects that another one owns: compared by hash, written, and taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from cypher import Statement, statement
from graph_schema.records import Attributes
from graph_schema.registry import OBJECT_TYPES, object_type
from topology.graph import Transaction
from topology.graph.rows import Row
from topology.store.context import WriteContext, places
from topology.store.encoding import attributes_hash, group_properties, properties_of_group, stored_id
from topology.store.lease import Reads
from topology.store.writes import token_of

Group = tuple[str, str]
"""Object type and group."""
Placed = tuple[int, Attributes]
"""What is said, and by which of the scopes that are written together."""


@dataclass(slots=True)
class AttributesSaid:
    """What is known of the attributes that a scope says, by group."""

    seen: dict[Group, set[int]] = field(default_factory=lambda: defaultdict(set))
    before: dict[Group, int] = field(default_factory=dict)
    """How many objects had attributes of the scope."""
    kept: dict[Group, int] = field(default_factory=lambda: defaultdict(int))
    """How many of them are said to have some again."""
    written: int | None = 0
    """How many objects have attributes of the scope now; None where something that it said could not be written."""


class AttributeStep:
    """Writes the attributes that scopes say of others' objects."""

    def __init__(self, contexts: Sequence[WriteContext]) -> None:
        self._contexts, self._context = contexts, contexts[0]
        self.said = [AttributesSaid() for _ in contexts]

    def run(self, attributes: Iterable[Placed]) -> None:
        """Write all attributes. Those of objects that are not there are counted, and come again with the next scan."""
        for batch in self._context.batches(attributes):
            by_group: dict[Group, dict[str, Placed]] = defaultdict(dict)
            for placed in batch:
                one = placed[1]
                by_group[one.type, one.group].setdefault(stored_id(one.id), placed)
            for group, ones in by_group.items():
                self._write_group(group, dict(sorted(ones.items())))

    def settled(self, place: int, attributes: Iterable[Attributes]) -> None:
        """Count all that a scope says, which was found in the graph just so, and nothing else of the scope."""
        context, said = self._contexts[place], self.said[place]
        for one in attributes:
            group, token = (one.type, one.group), token_of(one.type, stored_id(one.id))
            if token not in said.seen[group]:
                said.seen[group].add(token)
                context.tally.attributes[told(group)].unchanged += 1
        for group in groups_of(context.scope.source):
            said.before[group] = said.kept[group] = len(said.seen[group])
        said.written = sum(map(len, said.seen.values()))

    def all_said(self, place: int, group: Group) -> bool:
        """Whether every object that had attributes of the scope is said to have some now."""
        return self.before(place, group) == self.said[place].kept[group]

    def before(self, place: int, group: Group) -> int:
        """How many objects had attributes of the scope."""
        if group not in self.said[place].before:
            self._compare(self._context.read, group, {}, {})
        return self.said[place].before[group]

    def unsaid(self, place: int, group: Group) -> list[str]:
        """Ids of the objects that have attributes of the scope which it says no longer."""
        context, seen = self._contexts[place], self.said[place].seen[group]
        rows = context.graph.stream(
            _filled("attributes_of_scope", group, label=True),
            environment=context.environment,
            scope=context.scope.key,
            observed_at=context.observed_at,
        )
        return [row["id"] for row in rows if token_of(group[0], row["id"]) not in seen]

    def _write_group(self, group: Group, ones: dict[str, Placed]) -> None:
        for id, (place, _) in ones.items():
            self.said[place].seen[group].add(token_of(group[0], id))
        hashes = {id: attributes_hash(one) for id, (_, one) in ones.items()}
        found: Row | None = None
        if self._context.dry_run or self._context.compares_first:
            found = self._compare(self._context.read, group, ones, hashes)
        if not self._context.dry_run and (found is None or found["differing"]):
            found = self._context.write(lambda tx: self._write(tx, group, ones, hashes))
        if found is not None:
            self._count(group, list(ones.items()), found)

    def _compare(self, read: Reads, group: Group, ones: Mapping[str, Placed], hashes: Mapping[str, str]) -> Row:
        unsized = [place for place, said in enumerate(self.said) if group not in said.before]
        row = read(
            _filled("attributes_that_differ", group, label=True, hash=True),
            **places(self._contexts),
            places=[place for place, _ in ones.values()],
            ids=list(hashes),
            hashes=list(hashes.values()),
            unsized=[self._contexts[place].scope.key for place in unsized],
        )[0]
        for place, size in zip(unsized, row["sizes"], strict=True):
            self.said[place].before[group] = size
        return row

    def _write(self, tx: Transaction, group: Group, ones: Mapping[str, Placed], hashes: Mapping[str, str]) -> Row:
        found = self._compare(tx.run, group, ones, hashes)
        listed = list(ones.items())
        rows = [
            [id, hashes[id], place, list(group_properties(one).values())]
            for id, (place, one) in (listed[number] for number in found["differing"])
        ]
        if rows:
            tx.send(
                _filled("attributes_write", group, hash=True, properties=True),
                environment=self._context.environment,
                scopes=[context.scope.key for context in self._contexts],
                rows=rows,
            )
        return found

    def _count(self, group: Group, listed: Sequence[tuple[str, Placed]], found: Row) -> None:
        missing, newer, differing, kept = (set(found[key]) for key in ("missing", "newer", "differing", "kept"))
        moved = missing | newer | differing
        for number, (id, (place, _)) in enumerate(listed):
            said, counts = self.said[place], self._contexts[place].tally.attributes[told(group)]
            lacking = number in missing and token_of(group[0], id) not in self._context.planned
            counts.missing += lacking
            updated = number in differing or (number in missing and not lacking)
            counts.updated += updated
            counts.unchanged += not (lacking or updated)
            said.kept[group] += number in kept or number not in moved
            if lacking or number in newer:
                said.written = None
            elif said.written is not None:
                said.written += 1


def groups_of(source: str) -> list[Group]:
    """The groups that a source may add attributes in."""
    return [
        (kind.name, group) for kind in OBJECT_TYPES.values() for group, o in kind.groups.items() if o.source == source
    ]


def told(group: Group) -> str:
    """`host (ssh)`, for people."""
    return f"{group[0]} ({group[1]})"


def clear(context: WriteContext, group: Group, ids: Iterable[str]) -> None:
    """Take a group's attributes back from objects."""
    for batch in context.batches(sorted(ids)):
        context.tally.attributes[told(group)].cleared += len(batch)
        if not context.dry_run:
            context.write(partial(_clear_batch, context=context, group=group, ids=batch))


def _clear_batch(tx: Transaction, context: WriteContext, group: Group, ids: list[str]) -> None:
    tx.run(
        _filled("attributes_clear", group, hash=True, properties=True),
        environment=context.environment,
        scope=context.scope.key,
        ids=ids,
    )


def _filled(name: str, group: Group, *, label: bool = False, hash: bool = False, properties: bool = False) -> Statement:
    blanks: dict[str, str | tuple[str, ...]] = {"scope": f"{group[1]}_scope"}
    if hash:
        blanks["hash"] = f"{group[1]}_hash"
    if label:
        blanks["label"] = object_type(group[0]).label
    if properties:
        blanks["properties"] = tuple(properties_of_group(*group))
    return statement(name).fill(**blanks)
