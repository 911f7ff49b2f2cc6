"""In any cloud, whatever fails: what is said of instances and routers is what is left for them without it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.impact.oracle import ImpactOracle
from tests.paths.random_clouds import RandomCloud, random_clouds, written
from tests.paths.routed_clouds import RoutedCloud
from topology.graph import Graph
from topology.impact import find_impact

FAILING = (
    "host_pnic",
    "otep",
    "vedge",
    "vconnector",
    "vnic",
    "port",
    "network",
    "router",
    "vservice",
    "host",
    "instance",
)


@st.composite
def failures(draw: st.DrawFn) -> tuple[RandomCloud, list[list[str]]]:
    """A random cloud, some of whose NICs are there twice, and sets of objects that fail together."""
    made = draw(random_clouds())
    for host in sorted({r.host for r in made.cloud.records.values() if r.type == "host_pnic" and r.host}):
        if draw(st.booleans()):
            double(made.cloud, host)
    ids = sorted(record.id for record in made.cloud.records.values() if record.type in FAILING)
    together = st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)
    return made, draw(st.lists(together, min_size=4, max_size=6))


def double(cloud: RoutedCloud, host: str) -> None:
    """Each NIC of a host gets another one beside it."""
    for nic in [r for r in cloud.records.values() if r.type == "host_pnic" and r.host == host]:
        twin = replace(
            nic, id=f"{nic.id}b", name=f"{nic.name}b", properties={**nic.properties, "device": f"{nic.name}b"}
        )
        cloud.records[twin.id] = twin
        for link in list(cloud.links):
            if nic.id in (link.source_id, link.target_id):
                source, target = (twin.id if end == nic.id else end for end in (link.source_id, link.target_id))
                cloud.links.append(replace(link, source_id=source, target_id=target))


@given(failing=failures())
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each example is written to the graph: no shrinking
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
def test_impact_is_what_is_left_without_what_fails(graph: Graph, failing: tuple[RandomCloud, list[list[str]]]) -> None:
    made, sets = failing
    with written(graph, made.cloud) as environment:
        for ids in sets:
            oracle, impact = ImpactOracle(made.cloud, ids), find_impact(graph, environment, *ids)
            said = {str(each.node["id"]): each.effect for each in impact.affected}
            for type, expected in (("instance", oracle.instances()), ("router", oracle.routers())):
                of_type = {id: effect for id, effect in said.items() if made.cloud.records[id].type == type}
                names = [f"{made.cloud.records[id].type} {made.cloud.records[id].name}" for id in ids]
                assert of_type == expected, names
            for each in impact.affected:
                assert all(cause.path[0] in ids and cause.path[-1] == each.node["id"] for cause in each.causes)
