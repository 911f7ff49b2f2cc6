"""A cloud in words: readings as collectors would hand them over, with links found by the given rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from graph_schema.link_types import INSTANCE_VNIC, PROJECT_INSTANCE, VEDGE_HOST_PNIC, VNIC_VEDGE
from graph_schema.object_types import AVAILABILITY_ZONE, HOST, HOST_PNIC, INSTANCE, PROJECT, REGION, VEDGE, VNIC
from graph_schema.records import COMPLETE, InventoryView, Link, Outcome, Problem, Reading, Record, Ref, Scope

REGION_ONE = "RegionOne"
ZONE = Ref("availability_zone", "zone:RegionOne:nova")
PROBLEM = Problem("ssh cmp1", "connection refused.", "Start sshd.")

Finder = Callable[[InventoryView], Iterable[Link]]


@dataclass
class Cloud:
    """What is read of a cloud of one project and some hosts; outcomes can be made worse scope by scope."""

    hosts: dict[str, list[str]] = field(default_factory=lambda: {"cmp1": ["web1"], "cmp2": ["web2"]})
    outcomes: dict[Scope, Outcome] = field(default_factory=dict)
    still_answering: set[str] = field(default_factory=set)
    notes: Sequence[Problem] = ()
    hints: Sequence[Problem] = ()
    asked: list[str] = field(default_factory=list)

    def read_cloud(self) -> Iterator[Reading]:
        yield self._reading(Scope("keystone", "environment"), _places())
        yield self._reading(Scope("nova", REGION_ONE), [_zone(), *self._instances()])
        hosts = [HOST.record(id=host, name=host, host=host, parent=ZONE) for host in self.hosts]
        yield self._reading(Scope("openstack", REGION_ONE), hosts)

    def read_hosts(self, view: InventoryView, only: Collection[str] | None = None) -> Iterator[Reading]:
        for host in view.all("host"):
            if only is None or host.id in only:
                self.asked.append(host.id)
                yield self._reading(Scope("ssh", host.id), self._on_host(host.id))

    def find_links(self, scope: Scope, view: InventoryView) -> tuple[Sequence[Link], Sequence[Problem]]:
        finders: dict[str, Finder] = {"ssh": _links_of_host, "nova": _links_of_nova}
        return list(finders[scope.source](view)) if scope.source in finders else [], ()

    def witness(self, scope: Scope, type: str, id: str) -> bool | None:
        return id in self.still_answering

    def _reading(self, scope: Scope, records: Sequence[Record]) -> Reading:
        outcome = self.outcomes.get(scope, COMPLETE)
        return Reading(scope, datetime.now(UTC), outcome, () if outcome.status == "failed" else records)

    def _instances(self) -> list[Record]:
        return [
            INSTANCE.record(id=f"i-{name}", name=name, host=host, parent=Ref("host", host), project_id="p1")
            for host, names in self.hosts.items()
            for name in names
        ]

    def _on_host(self, host: str) -> list[Record]:
        vnics = [
            VNIC.record(host=host, name=f"tap-{name}", device=f"tap-{name}", parent=Ref("instance", f"i-{name}"))
            for name in self.hosts.get(host, ())
        ]
        vedge = VEDGE.record(host=host, name=f"{host}-ovs", kind="ovs")
        return [vedge, HOST_PNIC.record(host=host, name="eth0", device="eth0"), *vnics]


def failed(scope: Scope) -> dict[Scope, Outcome]:
    """The outcome of a scope that could not be read at all."""
    return {scope: Outcome("failed", (replace(PROBLEM, where=scope.key),))}


def _places() -> list[Record]:
    return [
        REGION.record(name=REGION_ONE),
        PROJECT.record(id="p1", name="alpha"),
    ]


def _zone() -> Record:
    return AVAILABILITY_ZONE.record(region=REGION_ONE, name="nova", parent=Ref("region", f"region:{REGION_ONE}"))


def _links_of_nova(view: InventoryView) -> Iterable[Link]:
    return [PROJECT_INSTANCE.link(instance["project_id"], instance) for instance in view.all("instance")]


def _links_of_host(view: InventoryView) -> Iterable[Link]:
    (vedge,) = view.all("vedge")
    yield from (VEDGE_HOST_PNIC.link(vedge, nic) for nic in view.all("host_pnic"))
    for vnic in view.all("vnic"):
        yield VNIC_VEDGE.link(vnic, vedge)
        if instance := view.get("instance", vnic.parent.id):
            yield INSTANCE_VNIC.link(instance, vnic)
