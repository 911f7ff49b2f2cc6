"""The links of a scope's objects: read as they are, compared, written type by type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from cypher import statement
from graph_schema.registry import CONTAINS, link_type
from topology.graph import Transaction
from topology.store.context import WriteContext
from topology.store.lease import Reads
from topology.store.link_plan import Anchor, Key, Linked, LinkPlan, anchored_at, plan_links
from topology.store.writes import End, SaidLink, token_of

# It is no object: what it contains has a statement of its own.
_ENVIRONMENT = "environment"
_NODES = itemgetter(0, 1)


class LinkStep:
    """Writes the links of spooled anchors, batch by batch, once all objects of the scopes are there."""

    def __init__(self, contexts: Sequence[WriteContext]) -> None:
        self._contexts, self._context = contexts, contexts[0]
        self.unsettled: set[int] = set()
        """Places of scopes of which an object has other links in the graph than it says."""

    def run(self, anchors_of_scope: Iterable[Anchor]) -> None:
        """Bring the links of all these objects to what they say."""
        for anchors in self._batches(anchors_of_scope):
            self._context.stop()
            if self._context.dry_run:
                plan = self._plan(self._context.read, anchors)
                missing = self._missing_when_planned(plan)
            else:
                plan, missing = self._context.write(partial(self._write, anchors=anchors))
            self._count(plan, missing)

    def _batches(self, anchors: Iterable[Anchor]) -> Iterator[list[Anchor]]:
        batch: list[Anchor] = []
        size = 0
        for anchor in anchors:
            batch.append(anchor)
            size += len(anchor.links)
            if size >= self._context.batch_size:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _plan(self, read: Reads, anchors: Sequence[Anchor]) -> LinkPlan:
        linked = read_linked(read, self._context.environment, anchors)
        return plan_links(anchors, linked, complete=[context.complete for context in self._contexts])

    def _write(self, tx: Transaction, anchors: Sequence[Anchor]) -> tuple[LinkPlan, set[Key]]:
        context = self._context
        if context.transaction is None:
            # Since the transaction that wrote the objects somebody else may have come.
            lost = lost_objects(tx, context, [anchor.id for anchor in anchors])
            anchors = [anchor for anchor in anchors if anchor.id not in lost]
        plan = self._plan(tx.run, anchors)
        return plan, apply_plan(tx, context.environment, plan)

    def _missing_when_planned(self, plan: LinkPlan) -> set[Key]:
        """Links of which an end is neither in the graph nor planned by this dry run."""
        links = [link for link, _ in plan.create]
        planned = {
            end for link in links for end in (link.source, link.target) if token_of(*end) in self._context.planned
        }
        there = planned | nodes_of(self._context.read, self._context.environment, links, planned).keys()
        return {link.key for link in links if lacks(link, there)}

    def _count(self, plan: LinkPlan, missing: set[Key]) -> None:
        self.unsettled |= plan.unsettled
        tallies = [context.tally.links for context in self._contexts]
        for link, anchor in plan.create:
            counts = tallies[anchor.place][link.type]
            if link.key in missing:
                counts.pending += link.key not in plan.waiting
            else:
                counts.created += 1
        for link, anchor in plan.update:
            tallies[anchor.place][link.type].updated += 1
        for (type, _, _), anchor in plan.delete:
            tallies[anchor.place][type].removed += 1


def read_linked(read: Reads, environment: str, anchors: Sequence[Anchor]) -> Linked:
    """What the graph has of these anchors' links."""
    links: dict[str, dict[Key, dict[str, Any]]] = defaultdict(dict)
    waiting: dict[str, set[Key]] = defaultdict(set)
    if not anchors:
        return Linked({}, {})
    all_ids = [anchor.id for anchor in anchors]
    for row in read("parents_of", environment=environment, ids=all_ids):
        links[row["target_id"]][CONTAINS, row["source_id"], row["target_id"]] = {}
    for row in read("pending_of", environment=environment, ids=all_ids):
        waiting[row["anchor_id"]].add((row["link_type"], row["source_id"], row["target_id"]))
    for type, ids in _by_type(anchors).items():
        for kind, at_source in anchored_at(type):
            named = statement("links_of_sources" if at_source else "links_of_targets")
            for row in read(named.fill(relationship=kind.relationship), environment=environment, ids=ids):
                anchor = row["source_id"] if at_source else row["target_id"]
                links[anchor][kind.name, row["source_id"], row["target_id"]] = row["properties"]
    return Linked(links, {anchor: frozenset(keys) for anchor, keys in waiting.items()})


def lost_objects(tx: Transaction, context: WriteContext, ids: Sequence[str]) -> set[str]:
    """Of these objects, those that the scope does not own any more, or that an event has spoken of since."""
    rows = tx.run(
        "objects_lost",
        environment=context.environment,
        scope=context.scope.key,
        observed_at=context.observed_at,
        ids=ids,
    )
    return {row["id"] for row in rows}


def apply_plan(tx: Transaction, environment: str, plan: LinkPlan) -> set[Key]:
    """Write a plan. The keys of the links that wait for an end now."""
    _delete(tx, environment, [key for key, _ in plan.delete])
    for type, links in _grouped(link for link, _ in plan.update).items():
        update = statement("links_update").fill(relationship=link_type(type).relationship)
        tx.send(
            update, environment=environment, rows=[[link.source[1], link.target[1], *link.carried()] for link in links]
        )
    created = [link for link, _ in plan.create]
    missing = create_links(tx, environment, created, nodes_of(tx.run, environment, created))
    dropped = [*plan.drop, *(plan.waiting - missing)]
    if dropped:
        tx.send("pending_drop", environment=environment, rows=sorted(map(list, dropped)))
    add_pending(tx, environment, [(link, anchor.id) for link, anchor in plan.create if link.key in missing])
    if plan.parents:
        tx.send("parents_said", environment=environment, rows=plan.parents)
    if plan.done:
        tx.send("anchors_done", environment=environment, rows=plan.done)
    return missing


def add_pending(tx: Transaction, environment: str, links: Iterable[tuple[SaidLink, str]]) -> None:
    """Keep links that wait for an end; each with the id of its anchor."""
    rows = [
        {
            "link_type": link.type,
            "source_id": link.source[1],
            "target_id": link.target[1],
            "source_type": link.source[0],
            "target_type": link.target[0],
            "anchor_id": anchor,
            "name": None if link.contains else link.name,
            "state": None if link.contains else link.state,
            "weight": None if link.contains else link.weight,
            "networks": link.networks,
        }
        for link, anchor in sorted(links, key=lambda pair: pair[0].key)
    ]
    if rows:
        tx.send("pending_add", environment=environment, rows=rows)


def _delete(tx: Transaction, environment: str, keys: Sequence[Key]) -> None:
    by_type: dict[str, list[Key]] = defaultdict(list)
    for key in sorted(keys):
        by_type[key[0]].append(key)
    for type, of_type in by_type.items():
        if type == CONTAINS:
            tx.send("parents_leave", environment=environment, ids=[child for _, _, child in of_type])
        else:
            delete = statement("links_delete").fill(relationship=link_type(type).relationship)
            tx.send(delete, environment=environment, rows=[[source, target] for _, source, target in of_type])


def nodes_of(
    read: Reads, environment: str, links: Iterable[SaidLink], new: Container[End] = frozenset()
) -> dict[End, int]:
    """Where the ends of links are, but for those that are not there; `new` ones are not looked for."""
    ends = {end for link in links for end in (link.source, link.target) if end[0] != _ENVIRONMENT}
    wanted = sorted(end for end in ends if end not in new)
    if not wanted:
        return {}
    rows = read("objects_there", environment=environment, rows=wanted)
    return {wanted[number]: node for number, node in rows[0]["there"]}


def create_links(tx: Transaction, environment: str, links: Iterable[SaidLink], nodes: Mapping[End, int]) -> set[Key]:
    """Write links; the keys of those that have an end which is not among the `nodes`.

    Each end was looked up once, and the links are drawn between nodes: to find both ends of each link by their ids
    would take longer than to write it.
    """
    missing: set[Key] = set()
    tops: list[int] = []
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for link in links:
        source, target = nodes.get(link.source), nodes.get(link.target)
        if source is not None and target is not None:
            rows[link.type].append([source, target, *link.carried()])
        elif target is not None and link.source[0] == _ENVIRONMENT:
            tops.append(target)
        else:
            missing.add(link.key)
    if tops:
        tx.send("environment_contains", environment=environment, nodes=sorted(tops))
    for type, of_type in rows.items():
        _join(tx, type, sorted(of_type, key=_NODES))
    return missing


def _join(tx: Transaction, type: str, rows: Sequence[Sequence[Any]]) -> None:
    """Draw links of one type between nodes."""
    if type == CONTAINS:
        tx.send("parents_join", rows=rows)
    else:
        create = statement("links_create").fill(relationship=link_type(type).relationship)
        tx.send(create, link_type=type, rows=rows)


def _by_type(anchors: Iterable[Anchor]) -> dict[str, list[str]]:
    """Ids of the anchors whose links are known, by type."""
    found: dict[str, list[str]] = defaultdict(list)
    for anchor in anchors:
        if anchor.known:
            found[anchor.type].append(anchor.id)
    return found


def _grouped(links: Iterable[SaidLink]) -> dict[str, list[SaidLink]]:
    found: dict[str, list[SaidLink]] = defaultdict(list)
    for link in sorted(links, key=lambda link: link.key):
        found[link.type].append(link)
    return found


def lacks(link: SaidLink, there: Container[End]) -> bool:
    """Whether an end of a link is not there; the environment always is."""
    return link.target not in there or (link.source not in there and link.source[0] != _ENVIRONMENT)
