"""What a source adds to objects that another one owns: compared by hash, written, and taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from cypher import Statement, statement
from graph_schema.records import Attributes
from graph_schema.registry import OBJECT_TYPES, object_type
from topology.graph import Transaction
from topology.graph.connection import Row
from topology.store.context import WriteContext
from topology.store.encoding import attributes_hash, group_properties, properties_of_group, stored_id
from topology.store.lease import Reads
from topology.store.writes import token_of

Group = tuple[str, str]
"""Object type and group."""


class AttributeStep:
    """Writes the attributes that a scope says of others' objects."""

    def __init__(self, context: WriteContext) -> None:
        self._context = context
        self._seen: dict[Group, set[int]] = defaultdict(set)
        # Objects with attributes of the scope: how many there were, and how many of them are said again.
        self._before: dict[Group, int] = {}
        self._kept: dict[Group, int] = defaultdict(int)
        self.written: int | None = 0
        """How many objects have attributes of the scope now; None where something that it said could not be written."""

    def run(self, attributes: Iterable[Attributes]) -> None:
        """Write all attributes. Those of objects that are not there are counted, and come again with the next scan."""
        for batch in self._context.batches(attributes):
            by_group: dict[Group, dict[str, Attributes]] = defaultdict(dict)
            for one in batch:
                by_group[one.type, one.group].setdefault(stored_id(one.id), one)
            for group, ones in by_group.items():
                self._write_group(group, dict(sorted(ones.items())))

    def before(self, group: Group) -> int:
        """How many objects had attributes of the scope."""
        if group not in self._before:
            self._compare(self._context.read, group, {})
        return self._before[group]

    def all_said(self, group: Group) -> bool:
        """Whether every object that had attributes of the scope is said to have some now."""
        return self.before(group) == self._kept[group]

    def unsaid(self, group: Group) -> list[str]:
        """Ids of the objects that have attributes of the scope which it says no longer."""
        context, seen = self._context, self._seen[group]
        rows = context.graph.stream(
            _filled("attributes_of_scope", group, label=True),
            environment=context.environment,
            scope=context.scope.key,
            observed_at=context.observed_at,
        )
        return [row["id"] for row in rows if token_of(group[0], row["id"]) not in seen]

    def _write_group(self, group: Group, ones: dict[str, Attributes]) -> None:
        self._seen[group] |= {token_of(group[0], id) for id in ones}
        hashes = {id: attributes_hash(one) for id, one in ones.items()}
        found: Row | None = None
        if self._context.dry_run or not self._context.expect_changes:
            found = self._compare(self._context.read, group, hashes)
        if not self._context.dry_run and (found is None or found["differing"]):
            found = self._context.write(lambda tx: self._write(tx, group, ones, hashes))
        if found is not None:
            self._count(group, list(ones), found)

    def _compare(self, read: Reads, group: Group, hashes: dict[str, str]) -> Row:
        row = read(
            _filled("attributes_that_differ", group, label=True, hash=True),
            environment=self._context.environment,
            scope=self._context.scope.key,
            observed_at=self._context.observed_at,
            ids=list(hashes),
            # One text for all, as for objects.
            hashes="".join(hashes.values()),
        )[0]
        self._before.setdefault(group, row["size"])
        return row

    def _write(self, tx: Transaction, group: Group, ones: dict[str, Attributes], hashes: dict[str, str]) -> Row:
        found = self._compare(tx.run, group, hashes)
        ids = list(ones)
        rows = [
            [id, hashes[id], list(group_properties(ones[id]).values())]
            for id in (ids[number] for number in found["differing"])
        ]
        if rows:
            tx.run(
                _filled("attributes_write", group, hash=True, properties=True),
                environment=self._context.environment,
                scope=self._context.scope.key,
                rows=rows,
            )
        return found

    def _count(self, group: Group, ids: list[str], found: Row) -> None:
        planned = self._context.planned
        missing = sum(token_of(group[0], ids[number]) not in planned for number in found["missing"])
        updated = len(found["differing"]) + len(found["missing"]) - missing
        counts = self._context.tally.attributes[told(group)]
        counts.missing += missing
        counts.updated += updated
        counts.unchanged += len(ids) - missing - updated
        differing = len(found["missing"]) + len(found["newer"]) + len(found["differing"])
        self._kept[group] += len(ids) - differing + found["kept"]
        if missing or found["newer"]:
            self.written = None
        elif self.written is not None:
            self.written += len(ids)


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
