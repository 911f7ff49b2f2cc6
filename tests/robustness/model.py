"""Random small clouds, and a collection that reads one of them as well or as badly as it is told to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from hypothesis import strategies as st

from graph_schema.records import COMPLETE, Attributes, InventoryView, Link, Outcome, Problem, Reading, Record, Scope
from graph_schema.registry import LINKS, object_type
from tests.clouds import Cloud, Host, Kind, scope_of
from tests.robustness.watching import Sight

HOSTS: Mapping[str, Kind] = {"cmp1": "hybrid", "cmp2": "native", "cmp4": "bridge"}
CLOUD_SCOPES = (
    Scope("keystone", "environment"),
    Scope("nova", "RegionOne"),
    Scope("neutron", "RegionOne"),
    Scope("openstack", "RegionOne"),
)
SCOPES = (*CLOUD_SCOPES, *(Scope("ssh", host) for host in HOSTS))
_UNREAD = Problem("the source", "does not answer.", "Start it.")

Fault = Literal["fails", "truncated", "nearly all"]
"""What a source admits: it did not answer, or not with everything."""
Lie = Literal["empty", "cut"]
"""What a source does not admit: 200 OK, and a list without anything, or that ends early."""


@st.composite
def clouds(draw: st.DrawFn) -> Cloud:
    """Any cloud of a small universe: two projects, up to three hosts of three kinds, instances that move and go."""
    cloud = Cloud()
    projects = [cloud.project(name) for name in ("shop", "bank")]
    hosts = [cloud.host(name, HOSTS[name]) for name in _some(draw, sorted(HOSTS))]
    networks = [
        cloud.network(name, project, vxlan=None if name == "back" else number, vlan=number if name == "back" else None)
        for number, (project, name) in enumerate(((p, n) for p in projects for n in ("web", "back")), 101)
        if draw(st.booleans())
    ]
    for number, name in enumerate(("web1", "web2", "db1", "db2"), 11):
        if len(hosts) > 0 and draw(st.booleans()):
            _instance(draw, cloud, name, number, hosts, projects, networks)
    if len(hosts) > 0 and len(networks) > 0 and draw(st.booleans()):
        cloud.dhcp(networks[0], hosts[0])
        cloud.router("edge", projects[0], hosts[-1], {network.id: "10.1.1.1" for network in networks})
    return _renamed(draw, cloud.finish())


def _some(draw: st.DrawFn, universe: Sequence[str]) -> list[str]:
    return draw(st.lists(st.sampled_from(universe), unique=True))


def _instance(
    draw: st.DrawFn,
    cloud: Cloud,
    name: str,
    number: int,
    hosts: Sequence[Host],
    projects: Sequence[Record],
    networks: Sequence[Record],
) -> None:
    host, project = draw(st.sampled_from(hosts)), projects[number % 2]
    plugged = {network.id: f"10.1.1.{number}" for network in networks if draw(st.booleans())}
    cloud.instance(name, project, host, plugged)


def _renamed(draw: st.DrawFn, cloud: Cloud) -> Cloud:
    """Some objects have another name: what changes and stays."""
    for id in draw(st.lists(st.sampled_from(sorted(cloud.records)), max_size=5)):
        cloud.records[id] = replace(cloud.records[id], name=f"{cloud.records[id].name} ż")
    return cloud


def sight_of(cloud: Cloud) -> Sight:
    """What a reader sees of the cloud when the graph is as it is."""
    there = {""} | cloud.records.keys()
    contained = {("CONTAINS", record.parent.id, record.id) for record in cloud.records.values()}
    linked = {(LINKS[link.type].relationship, link.source_id, link.target_id) for link in cloud.links}
    return Sight(
        frozenset((record.type, record.id) for record in cloud.records.values()),
        frozenset(link for link in contained | linked if {*link[1:]} <= there),
    )


@dataclass
class Told:
    """A collection over a cloud. It finds a link of a host only where it sees both ends, as the strictest finder."""

    cloud: Cloud
    faults: Mapping[Scope, Fault] = field(default_factory=dict)
    lies: Mapping[Scope, Lie] = field(default_factory=dict)
    notes: Sequence[Problem] = ()
    hints: Sequence[Problem] = ()

    def read_cloud(self) -> Iterator[Reading]:
        return (self._reading(scope) for scope in CLOUD_SCOPES)

    def read_hosts(self, view: InventoryView, only: Collection[str] | None = None) -> Iterator[Reading]:
        assert only is None
        return (self._reading(Scope("ssh", host.id)) for host in view.all("host"))

    def find_links(self, scope: Scope, view: InventoryView) -> tuple[Sequence[Link], Sequence[Problem]]:
        return [link for link in self.cloud.links if _is_found(link, scope, view)], ()

    def witness(self, scope: Scope, type: str, id: str) -> bool | None:
        return id in self.cloud.records

    def _reading(self, scope: Scope) -> Reading:
        now, fault = datetime.now(UTC), self.faults.get(scope)
        if fault == "fails" or (scope.source == "ssh" and scope.name not in self.cloud.records):
            return Reading(scope, now, Outcome("failed", (_UNREAD,)))
        records = [record for record in self.cloud.records.values() if scope_of(record) == scope]
        added = [one for one in self.cloud.attributes if _adder(one) == scope]
        outcome, share = COMPLETE, 1.0
        if fault is not None:
            outcome, share = Outcome("partial", (_UNREAD,)), 0.3 if fault == "truncated" else 0.9
        if scope in self.lies:
            share = 0.0 if self.lies[scope] == "empty" else 0.5
        return Reading(scope, now, outcome, records[: int(len(records) * share)], added[: int(len(added) * share)])


def _is_found(link: Link, scope: Scope, view: InventoryView) -> bool:
    kind = LINKS[link.type]
    if kind.owner.source != scope.source:
        return False
    ends = [(kind.source, link.source_id), (kind.target, link.target_id)]
    anchor, other = ends if kind.anchor == "source" else ends[::-1]
    looks_up = scope.source == "ssh" and object_type(other[0]).owner.source != "ssh"
    return view.get(*anchor) is not None and (not looks_up or view.get(*other) is not None)


def _adder(attributes: Attributes) -> Scope:
    return Scope(object_type(attributes.type).groups[attributes.group].source, "RegionOne")


faults = st.dictionaries(st.sampled_from(SCOPES), st.sampled_from(("fails", "truncated", "nearly all")), max_size=4)
lies = st.dictionaries(st.sampled_from(CLOUD_SCOPES), st.sampled_from(("empty", "cut")), min_size=1, max_size=3)
