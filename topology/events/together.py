"""Answers of sources taken together, so that all that was asked for at once is written at once."""

from __future__ import annotations

from collections.abc import Iterable

from graph_schema.events import Reread, Says
from graph_schema.records import Attributes


def together(answers: Iterable[Reread]) -> Reread:
    """One answer for several to the same kind of question, without problems: of each object the newest word.

    It counts as observed when the first of them was. Raises ValueError where there is none.
    """
    rereads = sorted(answers, key=lambda one: one.observed_at)
    if not rereads:
        raise ValueError("there is no answer")
    says: dict[str, Says] = {}
    added: dict[tuple[str, str, str], Attributes] = {}
    for one in rereads:
        says |= {each.record.id: each for each in one.says}
        added |= {(each.type, each.id, each.group): each for each in one.attributes}
    return Reread(
        rereads[0].scope,
        rereads[0].observed_at,
        says=tuple(says.values()),
        attributes=tuple(added.values()),
        nothing_added=tuple(dict.fromkeys(id for one in rereads for id in one.nothing_added)),
        gone=tuple(dict.fromkeys(gone for one in rereads for gone in one.gone)),
        devices=tuple(id for one in rereads for id in one.devices),
        networks=tuple(id for one in rereads for id in one.networks),
        whole=tuple(type for one in rereads for type in one.whole),
        standings={kind: standing for one in rereads for kind, standing in one.standings.items()},
        more=tuple(dict.fromkeys(refresh for one in rereads for refresh in one.more)),
    )
