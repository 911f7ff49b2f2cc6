"""How long after a notification the graph shows what it told: of the payload, and of what only the host knows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from neo4j import Driver, Session

from tests.lab.tap import Told, tapped

# Where devices are really plugged: cmp3 has nova's fake driver.
REAL_HOSTS = frozenset({"cmp1", "cmp2", "cmp4", "cmp5"})
KINDS = ("network", "subnet", "port", "router", "floatingip", "security_group")
PLUGGED = frozenset(
    f"instance.{action}.end"
    for action in ("create", "power_on", "unshelve", "interface_attach", "live_migration_post_dest", "resize_finish")
)
UNPLUGGED = frozenset(f"instance.{action}.end" for action in ("power_off", "shelve_offload", "delete"))
GIVEN_UP = 60.0
LOOK_SECONDS = 0.02

NAMES = "UNWIND $ids AS id MATCH (o:Object {environment: $environment, id: id}) RETURN o.id AS id, o.name AS name"
VNICS = (
    "UNWIND $ids AS id MATCH (i:Object {environment: $environment, id: id})-[:INSTANCE_VNIC]->(v) "
    "WHERE EXISTS { (v)-[:VNIC_VEDGE|VNIC_VCONNECTOR]->() } RETURN id, collect([v.host, v.mac_address]) AS plugged"
)


@dataclass(frozen=True)
class Awaited:
    """Something that the graph should show: a name (None: no object of that id), or devices plugged or not."""

    id: str
    published: float
    name: str | None = None
    host: str = ""
    macs: frozenset[str] = frozenset()
    plugged: bool = True


@dataclass
class Figures:
    """Seconds of one kind of awaited things; those that never came, and those that something newer came before."""

    seconds: list[float] = field(default_factory=list)
    never: list[Awaited] = field(default_factory=list)
    overtaken: int = 0

    def percentile(self, share: int) -> float:
        """So many per cent were not later."""
        return quantiles(self.seconds, n=100, method="inclusive")[share - 1]

    def __str__(self) -> str:
        text = f"{len(self.seconds)} measured, {self.overtaken} overtaken by newer ones, {len(self.never)} never seen"
        if len(self.seconds) < 2:
            return text
        p50, p95 = self.percentile(50), self.percentile(95)
        return f"p50 {p50:.2f} s, p95 {p95:.2f} s, longest {max(self.seconds):.2f} s; {text}"


class Lateness:
    """Waits for what notifications tell, by asking the graph 50 times in a second."""

    def __init__(self, driver: Driver, environment: str) -> None:
        self._driver, self._environment = driver, environment
        self.payload, self.host = Figures(), Figures()
        self._names: dict[str, str] = {}
        self._awaited: dict[tuple[str, str], Awaited] = {}
        self._lock = threading.Lock()

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure while the block runs, and until what was told in it is there or given up."""
        ended = threading.Event()
        looker = threading.Thread(target=self._look_until, args=[ended], daemon=True)
        looker.start()
        with tapped(self.hear):
            yield
        ended.set()
        looker.join(GIVEN_UP + 30)

    def hear(self, told: Told) -> None:
        """One notification more."""
        service, _, word = told.event_type.rpartition(".")
        with self._lock:
            if service.startswith("instance."):
                self._hear_instance(told)
            elif word == "end" and service.partition(".")[0] in KINDS:
                self._hear_object(told, *service.split(".")[:2])

    def _hear_object(self, told: Told, kind: str, action: str) -> None:
        if action == "delete":
            id = told.payload.get(f"{kind}_id") or told.payload[kind]["id"]
            self._await("payload", Awaited(id, told.published))
            self._names.pop(id, None)
            return
        for item in told.payload.get(f"{kind}s") or [told.payload[kind]]:
            self._named(item["id"], item.get("floating_ip_address") or item["name"], told.published)

    def _named(self, id: str, name: str, published: float) -> None:
        if self._names.get(id) != name and name:
            self._names[id] = name
            self._await("payload", Awaited(id, published, name))

    def _hear_instance(self, told: Told) -> None:
        id, host = told.payload["uuid"], told.payload["host"]
        self._drop("host", id)
        if told.event_type == "instance.delete.end":
            self._await("payload", Awaited(id, told.published))
        elif told.event_type == "instance.update":
            self._named(id, told.payload["display_name"], told.published)
        macs = frozenset(address["mac"] for address in told.payload.get("ip_addresses") or ())
        if host in REAL_HOSTS and macs and told.event_type in PLUGGED | UNPLUGGED:
            plugged = told.event_type in PLUGGED
            self._await("host", Awaited(id, told.published, host=host, macs=macs, plugged=plugged))

    def _await(self, kind: str, one: Awaited) -> None:
        self._drop(kind, one.id)
        self._awaited[kind, one.id] = one

    def _drop(self, kind: str, id: str) -> None:
        if self._awaited.pop((kind, id), None):
            getattr(self, kind).overtaken += 1

    def _look_until(self, ended: threading.Event) -> None:
        with self._driver.session() as session:
            while not ended.is_set() or self._awaited:
                self._look(session)
                time.sleep(LOOK_SECONDS)

    def _look(self, session: Session) -> None:
        with self._lock:
            awaited = dict(self._awaited)
        if not awaited:
            return
        names = self._asked(session, NAMES, [id for kind, id in awaited if kind == "payload"], "name")
        vnics = self._asked(session, VNICS, [id for kind, id in awaited if kind == "host"], "plugged")
        now = time.time()
        for key, one in awaited.items():
            seen = _plugged(one, vnics.get(one.id, [])) if key[0] == "host" else names.get(one.id) == one.name
            if seen or now - one.published > GIVEN_UP:
                self._settle(key, one, now, seen=seen)

    def _asked(self, session: Session, query: str, ids: list[str], key: str) -> dict[str, Any]:
        if not ids:
            return {}
        return {row["id"]: row[key] for row in session.run(query, ids=ids, environment=self._environment)}

    def _settle(self, key: tuple[str, str], one: Awaited, now: float, *, seen: bool) -> None:
        with self._lock:
            if self._awaited.get(key) is not one:
                return  # something newer is awaited by now
            del self._awaited[key]
        figures: Figures = getattr(self, key[0])
        if seen:
            figures.seconds.append(now - one.published)
        else:
            figures.never.append(one)


def _plugged(one: Awaited, vnics: list[list[str]]) -> bool:
    there = {mac for host, mac in vnics if host == one.host}
    return one.macs <= there if one.plugged else not one.macs & there
