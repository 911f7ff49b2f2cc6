"""What a listing of all objects shows of those that are otherwise in the graph, or that somebody revised silently."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from graph_schema.events import Refresh, RefreshKind, Reread, Standing
from graph_schema.records import Record, Scope
from topology.graph import Graph


class Standings:
    """Compares each listing with the graph, and with the listing before."""

    def __init__(self, graph: Graph, environment: str) -> None:
        self._graph, self._environment = graph, environment
        self._revisions: dict[RefreshKind, dict[str, int]] = {}

    def with_changed(self, reread: Reread) -> Reread:
        """What has another status than in the graph, or is known to only one of the two, is asked for one by one."""
        changed: set[Refresh] = set()
        for kind, told in reread.standings.items():
            known = self._known(reread, kind)
            changed |= {Refresh(kind, id) for id in known.keys() | told.keys() if known.get(id) != told.get(id)}
            changed |= {Refresh(kind, id) for id in self._revised(kind, told, known)}
        return replace(reread, more=(*reread.more, *sorted(changed)))

    def back(self, scope: Scope, records: Iterable[Record]) -> list[Refresh]:
        """Hosts whose compute service is up and was not before, as far as the graph knows: it has tidied up there."""
        up = {record.id for record in records if record.type == "host" and record.get("source_status") == "up"}
        if not up:
            return []
        rows = self._graph.read("events_statuses", environment=self._environment, scope=scope.key, type="host")
        return [Refresh("host", host) for host in sorted(up - {row["id"] for row in rows if row["status"] == "up"})]

    def _known(self, reread: Reread, kind: RefreshKind) -> dict[str, Standing]:
        where = {"environment": self._environment, "scope": reread.scope.key}
        rows = self._graph.stream("events_statuses", **where, type=kind)
        return {
            r["id"]: Standing(r["status"], r["host"], _members(r["trunk"], r["details"]), r["parent"], r["revision"])
            for r in rows
        }

    def _revised(self, kind: RefreshKind, told: Mapping[str, Standing], known: Mapping[str, Standing]) -> Iterator[str]:
        """What its source has revised since the last poll, and nobody has told or read since.

        What came since the last poll is compared with what was told of it: what a service takes back of a request that
        it refuses in the end is a revision without a word.
        """
        before = self._revisions.get(kind)
        self._revisions[kind] = {id: one.revision for id, one in told.items() if one.revision is not None}
        if before is None:
            return
        for id, revision in self._revisions[kind].items():
            read = known[id].revision if id in known else None
            seen = [one for one in (before.get(id), read) if one is not None]
            if seen and revision > max(seen):
                yield id


def _members(trunk: str | None, details: str | None) -> tuple[str, ...]:
    """A trunk and the ports in it, as its parent port knows them."""
    if trunk is None:
        return ()
    subports = json.loads(details or "{}").get("subports") or ()
    return (trunk, *sorted(subport["port_id"] for subport in subports))
