"""What events and readings of single objects say, brought into the graph in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from graph_schema.events import Refresh, RefreshKind, Reread, Says, Version
from graph_schema.records import Record, Scope
from graph_schema.registry import OBJECT_TYPES
from topology.events.plan import Plan, consequences, laid_over, wiring
from topology.events.requests import drop, request
from topology.events.sources import LiveSources
from topology.graph import Graph, Transaction
from topology.scan.inventory import Inventory
from topology.store import Entry, entries_of
from topology.store.changes import Tally
from topology.store.encoding import record_of, stored_id
from topology.store.saying import Saying

# Of a network that more hosts have, the other ends of tunnels are looked at in the turn of the poll only.
FAR_ENDS = 20


# What an object of a type is asked for by its own id, to nothing where the object is no longer there.
ASKED_OF: Mapping[str, tuple[RefreshKind, ...]] = {
    "port": ("port",),
    "instance": ("instance",),
    "router": ("router", "agents_of_router"),
    "floating_ip": ("floating_ip",),
    "network": ("network", "agents_of_network"),
    "subnet": ("subnet",),
    "security_group": ("security_group",),
}
# How an object of a type is asked for: alone by its id, or with all of its kind.
ASKED_ALONE = frozenset({"network", "port", "router", "security_group"})
OF_TYPE: Mapping[str, RefreshKind] = {
    "network": "network",
    "port": "port",
    "router": "router",
    "security_group": "security_group",
    "project": "projects",
    "host": "hosts",
}


class Known(NamedTuple):
    """What the graph has under an id."""

    record: Record | None
    scope: Scope | None
    version: Version | None
    departed: bool


@dataclass(slots=True)
class Written:
    """What was done: objects said and written, gone, and too old to count; numbers of answers that came too late."""

    said: int = 0
    gone: int = 0
    outdated: int = 0
    late: frozenset[int] = frozenset()
    changed: bool = False
    tally: Tally | None = None


class Writing:
    """One transaction's work; it holds the environment's lease."""

    def __init__(self, graph: Graph, tx: Transaction, environment: str, sources: LiveSources) -> None:
        self.transaction = self._tx = tx
        self._environment, self._sources = environment, sources
        self._saying = Saying(graph, tx, environment)
        self._written = Written()

    def apply(self, plan: Plan, now: datetime) -> Written:
        """What notifications say. A tombstone is final for them: only what is read again can be there once more."""
        known = self._known(plan.ids)
        gone = [(id, one.type) for id, one in plan.gone.items()]
        gone += self._inside([id for id, type in gone if type == "network"])
        asked = list(plan.refreshes.values()) + self._bury(gone, known, now, told=True)
        fresh = [
            one for id, one in plan.says.items() if id not in plan.gone and self._counts(one, known[stored_id(id)])
        ]
        self._written.outdated += len(plan.says) - len(fresh)
        asked += self._say(fresh, known, now)
        self._saying.close()
        asked += self._missing([one.record.id for one in fresh])
        # Of what is gone nobody need be asked again: of short-lived objects that would be most of what is read.
        needless = {Refresh(kind, id) for id, type in gone for kind in ASKED_OF.get(type, ())}
        drop(self._tx, self._environment, needless)
        request(self._tx, self._environment, (one for one in asked if one not in needless), now)
        return self._done()

    def apply_rereads(self, rereads: Sequence[Reread], now: datetime) -> Written:
        """What sources say of single objects when they are asked, but for what a scan has read anew since."""
        rows = [[number, one.scope.key, one.observed_at] for number, one in enumerate(rereads)]
        found = self._tx.run("events_superseded", environment=self._environment, rows=rows)
        self._written.late = frozenset(row["number"] for row in found)
        for number, reread in enumerate(rereads):
            if number not in self._written.late:
                self._apply_reread(reread, now)
        return self._done()

    def _apply_reread(self, reread: Reread, now: datetime) -> None:
        ids = [stored_id(one.record.id) for one in reread.says]
        known = self._known([*ids, *(gone.id for gone in reread.gone)])
        asked = [*reread.more, *self._unlisted(reread, set(ids))]
        asked += self._bury([(gone.id, gone.type) for gone in reread.gone], known, reread.observed_at, told=False)
        asked += self._say(reread.says, known, reread.observed_at)
        self._tx.run(
            "events_unbury",
            environment=self._environment,
            ids=[id for id in ids if known[id].departed],
            observed_at=reread.observed_at,
        )
        self._add(reread, now)
        self._saying.close()
        asked += self._missing(ids)
        request(self._tx, self._environment, asked, now)

    def _done(self) -> Written:
        tally = self._written.tally = self._saying.tally
        counted: list[Any] = [*tally.objects.values(), *tally.links.values()]
        self._written.changed = any(c.created or c.updated or c.removed for c in counted) or any(
            c.updated or c.cleared for c in tally.attributes.values()
        )
        return self._written

    def _known(self, ids: Sequence[str]) -> Mapping[str, Known]:
        rows = self._tx.run("events_known", environment=self._environment, ids=sorted(set(map(stored_id, ids))))
        return {row["id"]: _known(row) for row in rows}

    def _counts(self, one: Says, known: Known) -> bool:
        return not known.departed and (known.version is None or known.version <= one.version)

    def _inside(self, networks: list[str]) -> list[tuple[str, str]]:
        rows = self._tx.run("events_inside", environment=self._environment, ids=networks) if networks else []
        return [(row["id"], row["type"]) for row in rows]

    def _bury(
        self, gone: Iterable[tuple[str, str]], known: Mapping[str, Known], said_at: datetime, *, told: bool
    ) -> list[Refresh]:
        """Remove what is gone, as far as it is there, and remember it; what showed it is read again.

        `told`: a notification says so, and not only an answer, which may be that of a server that lags behind.
        """
        types = dict(gone)
        if not types:
            return []
        there = {**self._known([id for id in types if id not in known]), **known}
        asked = [
            Refresh("host", row["host"])
            for row in self._tx.run("events_serving_hosts", environment=self._environment, ids=sorted(types))
        ]
        # Neutron takes a floating IP off its port without a word.
        ports = [id for id, type in types.items() if type == "port"]
        asked += [Refresh("floating_ip", record.id) for record in self._leading_to(ports)]
        asked += self._far_ends([(there[stored_id(id)].record, None) for id in ports])
        going: dict[tuple[Scope, str], list[str]] = defaultdict(list)
        for id, type in types.items():
            found = there[stored_id(id)]
            if found.record is not None and found.scope is not None and found.record.type == type:
                going[found.scope, type].append(stored_id(id))
                asked += consequences(found.record, None)
        for (scope, type), ids in sorted(going.items(), key=lambda pair: -_depth(pair[0][1])):
            self._written.gone += len(self._saying.remove(scope, said_at, type, ids))
        ids = sorted(map(stored_id, types))
        self._tx.run("events_bury", environment=self._environment, ids=ids, said_at=said_at, told=told)
        return asked

    def _say(self, says: Sequence[Says], known: Mapping[str, Known], said_at: datetime) -> list[Refresh]:
        asked: list[Refresh] = []
        records: dict[Scope, list[Record]] = defaultdict(list)
        changed: list[tuple[Record | None, Record | None]] = []
        for one in says:
            before = known[stored_id(one.record.id)]
            record = laid_over(one, before.record)
            if before.record is not None:
                asked += consequences(before.record, record)
            records[before.scope or self._scope(record.type)].append(record)
            changed.append((before.record, record))
        asked += self._far_ends(changed) + self._hosts_of_new(changed)
        for scope, of_scope in records.items():
            self._saying.write(scope, said_at, self._entries(scope, of_scope))
        rows = [[stored_id(one.record.id), list(one.version)] for one in says]
        self._tx.run("events_mark", environment=self._environment, rows=rows, said_at=said_at)
        self._written.said += len(says)
        return asked

    def _hosts_of_new(self, changed: Iterable[tuple[Record | None, Record | None]]) -> list[Refresh]:
        """Hosts where a network was plugged before anybody knew it: which links carry it was not to be said then."""
        new = [
            after.id for before, after in changed if before is None and after is not None and after.type == "network"
        ]
        rows = self._tx.run("events_bound_hosts", environment=self._environment, ids=new) if new else []
        return [Refresh("host", row["host"]) for row in rows]

    def _far_ends(self, changed: Iterable[tuple[Record | None, Record | None]]) -> list[Refresh]:
        """Where a port comes up, goes down or moves, other hosts of its network make or end their tunnels to it."""
        rewired = [
            (record["network_id"], record.get("binding_host"))
            for before, after in changed
            if (record := after or before) is not None and record.type == "port" and wiring(before) != wiring(after)
        ]
        networks = {network for network, _ in rewired}
        if not networks:
            return []
        rows = self._tx.run(
            "events_tunnelled_hosts", environment=self._environment, ids=sorted(networks), most=FAR_ENDS
        )
        hosts = {row["host"] for row in rows} | {host for _, host in rewired if host}
        return [Refresh("host", host) for host in sorted(hosts)]

    def _entries(self, scope: Scope, records: Sequence[Record]) -> list[Entry]:
        """The records with their links, and floating IPs whose links say what the port that they lead to carries."""
        view = Inventory()
        said = {record.id for record in records}
        ports = [record.id for record in records if record.type == "port"]
        records = [*records, *(one for one in self._leading_to(ports) if one.id not in said)]
        view.add(records)
        leads_to = [record["port_id"] for record in records if record.get("port_id")]
        view.add((known.record for known in self._known(leads_to).values() if known.record), replace=False)
        links, _ = self._sources.find_links(scope, view)
        return entries_of(records, links)

    def _missing(self, ids: Sequence[str]) -> list[Refresh]:
        """What links of these objects wait for: neutron makes some networks and groups without a word."""
        rows = self._tx.run("events_missing_ends", environment=self._environment, ids=list(map(stored_id, ids)))
        return [
            Refresh(OF_TYPE[row["type"]], row["id"] if row["type"] in ASKED_ALONE else "")
            for row in rows
            if row["type"] in OF_TYPE
        ]

    def _leading_to(self, ports: Sequence[str]) -> list[Record]:
        """Floating IPs that lead to these ports, or wait for them."""
        rows = self._tx.run("events_leading_to", environment=self._environment, ids=list(ports)) if ports else []
        return [record_of(row["node"]) for row in rows]

    def _add(self, reread: Reread, now: datetime) -> None:
        """Attributes of others' objects: neutron's word, which outdates none of nova's, and is outdated by none."""
        self._saying.add(reread.scope, now, reread.attributes)
        group = ("instance", reread.scope.source)
        if reread.nothing_added:
            self._saying.take_back(reread.scope, now, group, reread.nothing_added)
        touched = sorted({one.id for one in reread.attributes})
        self._tx.run("events_mark_added", environment=self._environment, ids=touched, added_at=reread.observed_at)

    def _unlisted(self, reread: Reread, listed: set[str]) -> list[Refresh]:
        """Ports that the graph has of what was read completely, and the answer has not: each is asked for."""
        known: list[str] = []
        for named, ids in (("devices", reread.devices), ("networks", reread.networks)):
            if ids:
                rows = self._tx.run(f"events_ports_of_{named}", environment=self._environment, ids=list(ids))
                known += [row["id"] for row in rows]
        return [Refresh("port", id) for id in sorted(set(known) - listed)]

    def _scope(self, type: str) -> Scope:
        owner = OBJECT_TYPES[type].owner
        return Scope(owner.source, self._sources.region if owner.scope == "region" else "environment")


def _known(row: Mapping[str, Any]) -> Known:
    node = row["node"]
    if node is None:
        return Known(None, None, None, row["departed"])
    version = node.get("said_version")
    scope = Scope.parse(node["scope"]) if node.get("scope") else None
    return Known(record_of(node), scope, tuple(version) if version else None, row["departed"])


def _depth(type: str) -> int:
    return 1 if type in ("subnet", "port", "instance") else 0
