"""The most frequent case in one question: a small scope in which nothing changed."""

from __future__ import annotations

from collections.abc import Sequence

from graph_schema.records import Attributes, Outcome
from topology.store.attributes import told
from topology.store.changes import ScopeChanges, Tally
from topology.store.context import WriteContext
from topology.store.encoding import attributes_hash, stored_id
from topology.store.scopes import scope_properties
from topology.store.writes import Said


def stamp_unchanged(
    context: WriteContext, says: Sequence[Said], attributes: Sequence[Attributes], outcome: Outcome
) -> ScopeChanges | None:
    """Stamp the scope if the graph has just what is said, and tell so; otherwise do nothing.

    `outcome` is complete; what it has to remark all the same is kept.
    """
    others = {(one.type, one.group, stored_id(one.id)): attributes_hash(one) for one in attributes}
    if any(one.problems or one.links_hash is None for one in says) or len({one.token for one in says}) < len(says):
        return None  # there is more to tell
    tally = Tally(context.tally.listing)
    for one in says:
        tally.objects[one.record.type].unchanged += 1
    for type, group, _ in others:
        tally.attributes[told((type, group))].unchanged += 1
    changes = tally.changes(context.scope, context.observed_at, outcome, dry_run=False)
    stamped = context.graph.write(
        "scope_unchanged",
        environment=context.environment,
        key=context.scope.key,
        observed_at=context.observed_at,
        ids=[one.id for one in says],
        hashes="".join([f"{one.hash}{one.links_hash}" for one in says]),
        others=[[id, type, f"{group}_hash", f"{group}_scope", hash] for (type, group, id), hash in others.items()],
        properties=scope_properties(changes, len(says), len(others)),
    )
    return changes if stamped else None
