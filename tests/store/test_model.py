"""Random clouds, changes, and readings that are half or fail: the graph ends as the cloud, and loses nothing before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph_schema.link_types import PORT_VNIC, PROJECT_INSTANCE, ROUTER_PORT, SECURITY_GROUP_PORT
from graph_schema.object_types import HOST, INSTANCE, SECURITY_GROUP
from graph_schema.records import COMPLETE, Attributes, Outcome, Record, Ref, Scope
from graph_schema.registry import LINKS, link_type
from tests.store.writing import (
    FAILED,
    KEYSTONE,
    NEUTRON,
    OPENSTACK,
    PARTIAL,
    Ask,
    at,
    bridge,
    fingerprint,
    host,
    ids_of,
    in_bridge,
    instance,
    links_of,
    network,
    parents_of,
    pending_of,
    port,
    project,
    router,
    vnic,
)
from topology.errors import Superseded
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite

T = TypeVar("T")
PROJECTS, REGIONS, HOSTS = ("shop", "bank"), ("One", "Two"), ("cmp1", "cmp2")
NETWORKS, ROUTERS, PORTS, GROUPS = ("n1", "n2"), ("r1", "r2"), ("p1", "p2", "p3"), ("g1", "g2")
INSTANCES, BRIDGES, TAPS = ("i1", "i2", "i3"), ("b1", "b2"), ("t1", "t2", "t3")
NAMES = st.sampled_from(("a", "b", "ż'\n"))
# What is read first holds the ends of what is read later, mostly; on the way any order will do.
SCOPES = (
    KEYSTONE,
    OPENSTACK,
    *(Scope("nova", region) for region in REGIONS),
    NEUTRON,
    *(Scope("ssh", one) for one in HOSTS),
)


@dataclass
class Cloud:
    """What really is: by scope, objects with their links and attributes of others' objects."""

    entries: dict[Scope, list[Entry]] = field(default_factory=lambda: {scope: [] for scope in SCOPES})
    attributes: dict[Scope, list[Attributes]] = field(default_factory=lambda: {scope: [] for scope in SCOPES})

    @property
    def places(self) -> set[tuple[Scope, str]]:
        """What is where: an object that moves to another scope is gone from its own as long as that one is not read."""
        return {(scope, entry.record.id) for scope, entries in self.entries.items() for entry in entries}

    @property
    def ids(self) -> set[str]:
        return {id for _, id in self.places}

    @property
    def links(self) -> set[tuple[str, str, str]]:
        return {(link.type, link.source_id, link.target_id) for entry in self.all for link in entry.links or ()}

    @property
    def all(self) -> Iterator[Entry]:
        for entries in self.entries.values():
            yield from entries


@st.composite
def clouds(draw: st.DrawFn) -> Cloud:
    """Any cloud of a small universe; links and parents may lead nowhere."""
    cloud = Cloud()

    def some(universe: tuple[str, ...]) -> list[str]:
        return draw(st.lists(st.sampled_from(universe), unique=True))

    def one(universe: tuple[T, ...]) -> T:
        return draw(st.sampled_from(universe))

    cloud.entries[KEYSTONE] = [Entry(project(id, name=draw(NAMES))) for id in some(PROJECTS)]
    cloud.entries[OPENSTACK] = [Entry(host(id)) for id in some(HOSTS)]
    for id in some(INSTANCES):
        record = instance(id, one(HOSTS), name=draw(NAMES), parent=one((None, Ref("project", "shop"))))
        cloud.entries[Scope("nova", one(REGIONS))].append(
            Entry(record, (PROJECT_INSTANCE.link(one(PROJECTS), record),))
        )
    neutron = cloud.entries[NEUTRON]
    neutron += [Entry(network(id, one(PROJECTS), mtu=one((None, 1450, 1500)))) for id in some(NETWORKS)]
    neutron += [Entry(router(id, one(PROJECTS))) for id in some(ROUTERS)]
    neutron += [
        Entry(SECURITY_GROUP.record(id=id, name=id, parent=Ref("project", one(PROJECTS)))) for id in some(GROUPS)
    ]
    for id in some(PORTS):
        record = port(id, one(NETWORKS), name=draw(NAMES))
        links = [ROUTER_PORT.link(router_id, record) for router_id in some(ROUTERS)[:1]]
        neutron.append(Entry(record, (*links, *(SECURITY_GROUP_PORT.link(group, record) for group in some(GROUPS)))))
    for id in some(INSTANCES):
        cloud.attributes[NEUTRON].append(INSTANCE.attributes("neutron", id, networks=some(NETWORKS)))
    for on in HOSTS:
        scope = Scope("ssh", on)
        cloud.entries[scope] = [Entry(bridge(name, on, mtu=one((1450, 1500)))) for name in some(BRIDGES)]
        for tap in some(TAPS):
            more = [in_bridge(tap, name, on, state=one(("up", "down"))) for name in some(BRIDGES)[:1]]
            more += [PORT_VNIC.link(id, f"{on}:vnic:{tap}", networks=some(NETWORKS)) for id in some(PORTS)[:1]]
            cloud.entries[scope].append(vnic(tap, one(INSTANCES), *more, host=on))
        if draw(st.booleans()):
            cloud.attributes[scope].append(HOST.attributes("ssh", on, kernel=draw(NAMES)))
    return cloud


Read = tuple[Scope, Outcome, float]
"""What is read, how completely, and how much of it where that is not completely."""


@dataclass(frozen=True)
class Step:
    """The cloud is like this now, and these scopes are read, in this order, so completely."""

    cloud: Cloud
    readings: list[Read]


readings = st.lists(
    st.tuples(
        st.sampled_from(SCOPES),
        st.sampled_from((COMPLETE, COMPLETE, PARTIAL, FAILED)),
        st.sampled_from((0.0, 0.5, 1.0)),
    ),
    max_size=6,
)
steps = st.lists(st.builds(Step, clouds(), readings), max_size=4)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    # Every try costs a second: to shrink a failure, add Phase.shrink.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(steps=steps, last=clouds(), batch_size=st.sampled_from((2, 5, 2000)), together=st.booleans())
def test_after_the_last_complete_readings_the_graph_is_the_cloud(
    graph: Graph, environment: str, ask: Ask, steps: list[Step], last: Cloud, batch_size: int, together: bool
) -> None:
    GraphStore(graph, environment).remove_environment_objects()
    minute = 0
    before = Cloud()
    for step in steps:
        store = GraphStore(graph, environment, batch_size=batch_size)
        stayed = {id for _, id in before.places & step.cloud.places & owned(ask)}
        joined = {link for link in before.links & step.cloud.links if {*link[1:]} <= stayed} & named_links(ask)
        for several in [step.readings] if together else [[one] for one in step.readings]:
            minute += len(several)
            write(store, step.cloud, several, minute)
            assert stayed <= ids_of(ask)
            assert joined <= named_links(ask)
            check_invariants(ask)
        store.resolve_pending()
        check_invariants(ask)
        before = step.cloud
    store = GraphStore(graph, environment, batch_size=batch_size)
    all_of_them = [(scope, COMPLETE, 1.0) for scope in SCOPES]
    for several in [all_of_them] if together else [[one] for one in all_of_them]:
        minute += len(several)
        write(store, last, several, minute)
    store.resolve_pending()
    check_equal(store, ask, last)
    untouched = fingerprint(ask)
    assert not write(store, last, all_of_them, minute + len(SCOPES))
    assert fingerprint(ask) == untouched


def write(store: GraphStore, cloud: Cloud, several: Sequence[Read], until: int) -> bool:
    """Write what readings find, the last of them at a minute: together if several. Whether anything changed."""
    first = until - len(several) + 1
    writes = [found(cloud, *one, minute) for minute, one in enumerate(several, first)]
    if len(writes) == 1:
        return store.write(writes[0]).changed
    written = dict(enumerate(store.write_all(iter(writes))))
    assert [scope for scope, _ in written.values()] == [one.scope for one in writes]
    return any(isinstance(changes, Superseded) or changes.changed for _, changes in written.values())


def found(cloud: Cloud, scope: Scope, outcome: Outcome, share: float, minute: int) -> ScopeWrite:
    """What a reading of the scope finds: all of it when complete, else the first part."""
    entries, attributes = cloud.entries[scope], cloud.attributes[scope]
    if outcome.status != "complete":
        entries, attributes = entries[: int(len(entries) * share)], attributes[: int(len(attributes) * share)]
    return ScopeWrite(scope, at(minute), outcome, entries, attributes)


def owned(ask: Ask) -> set[tuple[Scope, str]]:
    """What is where in the graph, which may lag behind the cloud by several steps."""
    rows = ask("MATCH (o:Object {environment: $environment}) RETURN o.scope AS scope, o.id AS id")
    return {(Scope.parse(row["scope"]), row["id"]) for row in rows}


def check_invariants(ask: Ask) -> None:
    """What holds at every moment: one parent, one of each exclusive link, nothing both joined and waiting."""
    links, parents, waiting = named_links(ask), parents_of(ask), pending_of(ask)
    assert len({child for _, child in parents}) == len(parents)
    for exclusive in ("instance-vnic", "router-port", "project-instance", "port-vnic"):
        targets = [target for type, _, target in links if type == exclusive]
        assert len(targets) == len(set(targets))
    assert not (links | {("CONTAINS", *pair) for pair in parents}) & waiting
    anchors = {anchor_of(type, source, target) for type, source, target in waiting}
    assert anchors <= ids_of(ask)


def check_equal(store: GraphStore, ask: Ask, cloud: Cloud) -> None:
    """The graph holds the cloud, no more and no less."""
    links, parents = cloud.links, {("CONTAINS", entry.record.parent.id, entry.record.id) for entry in cloud.all}
    there = {link for link in links | parents if {*link[1:]} - {""} <= cloud.ids}
    assert {(r.type, r.id): r for r in store.load(TYPES)} == {(r.type, r.id): r for r in told(cloud)}
    assert named_links(ask) == there - parents
    assert {("CONTAINS", *pair) for pair in parents_of(ask)} == there & parents
    assert pending_of(ask) == (links | parents) - there


TYPES = ("project", "host", "instance", "network", "router", "security_group", "port", "vconnector", "vnic")


def told(cloud: Cloud) -> Iterator[Record]:
    """The records, with the attributes that other scopes add to them."""
    added: dict[tuple[str, str], dict[str, Any]] = {}
    for attributes in cloud.attributes.values():
        for one in attributes:
            added.setdefault((one.type, one.id), {}).update(one.properties)
    for entry in cloud.all:
        r = entry.record
        flat = {**r.properties, **added.get((r.type, r.id), {})}
        yield Record(r.type, r.id, r.name, r.host, r.parent, flat, r.details)


def named_links(ask: Ask) -> set[tuple[str, str, str]]:
    """(link type, source id, target id) of every link but containment."""
    return {(RELATIONSHIPS[type], source, target) for type, source, target in links_of(ask)}


RELATIONSHIPS = {kind.relationship: kind.name for kind in LINKS.values()}


def anchor_of(type: str, source: str, target: str) -> str:
    return target if type == "CONTAINS" or link_type(type).anchor == "target" else source
