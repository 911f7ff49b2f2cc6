"""In any cloud, there is a path where packets would get, over the very same objects, and none where they would not."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, Phase, given, settings

from graph_schema.records import Record
from tests.paths.oracle import Oracle
from tests.paths.random_clouds import RandomCloud, random_clouds, written
from topology.graph import Graph
from topology.paths import Limits, find_paths, find_reachable
from topology.paths.ends import End
from topology.paths.ground import FloatingIp, Ground, Router, Subnet
from topology.paths.things import Port, Thing
from topology.paths.wayfinding import find_ways


def pairs(made: RandomCloud) -> list[tuple[Record, Record]]:
    goals = [*made.instances, *made.floating_ips]
    return [(origin, goal) for origin in made.instances for goal in goals if origin.id != goal.id]


def properties(record: Record) -> dict[str, object]:
    flat = {"id": record.id, "type": record.type, "name": record.name, "host": record.host, **record.properties}
    return {**flat, "details": json.dumps(dict(record.details))}


def ground_of(made: RandomCloud) -> Ground:
    ground = Ground()
    of_type: dict[str, list[Record]] = {}
    for record in made.cloud.records.values():
        of_type.setdefault(record.type, []).append(record)
    ports = [Port(properties(record)) for record in of_type["port"]]
    ground.networks = {r.id: Thing(properties(r)) for r in of_type["network"]}
    ground.surveyed = set(ground.networks)
    ground.subnets = {r.id: Subnet(Thing(properties(r))) for r in of_type["subnet"]}
    for record in of_type.get("router", ()):
        own = tuple(port for port in ports if port.get("device_id") == record.id)
        ground.routers[record.id] = Router(Thing(properties(record)), own)
    for record in of_type.get("floating_ip", ()):
        ground.floating_ips[record.id] = FloatingIp(Thing(properties(record)))
    return ground


def end_of(made: RandomCloud, ground: Ground, record: Record) -> End:
    thing = Thing(properties(record))
    if record.type == "floating_ip":
        floating = ground.floating_ips[record.id]
        return End(thing, ports=(Port(properties(made.cloud.records[str(floating.port_id)])),), floating_ip=floating)
    return End(thing, ports=tuple(Port(properties(port)) for port in made.cloud.ports_of(record)))


@given(made=random_clouds())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_packets_cross_the_networks_that_their_routers_send_them_over(made: RandomCloud) -> None:
    oracle, ground = Oracle(made.cloud), ground_of(made)
    for origin, goal in pairs(made):
        ways = find_ways(ground, end_of(made, ground, origin), end_of(made, ground, goal))
        assert not ways.unknown
        assert {way.key for way in ways.found} == oracle.ways(origin, goal), (origin.name, goal.name)


@given(made=random_clouds())
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each example is written to the graph: no shrinking
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
def test_paths_and_what_is_reachable_are_those_of_the_packets_object_by_object(graph: Graph, made: RandomCloud) -> None:
    oracle = Oracle(made.cloud)
    with written(graph, made.cloud) as environment:
        for origin, goal in pairs(made):
            answer = find_paths(graph, environment, origin.id, goal.id, limits=Limits(max_depth=60, max_paths=50))
            found = {tuple(node.id for node in path.chain.nodes) for path in answer.paths}
            assert found == oracle.node_sequences(origin, goal), (origin.name, goal.name, answer.reason)
            assert answer.reachable == bool(found)
            assert answer.reachable or answer.reason
        for origin in made.instances:
            others = (goal for goal in made.instances if goal.id != origin.id)
            expected = {goal.id for goal in others if oracle.node_sequences(origin, goal)}
            reached = find_reachable(graph, environment, origin.id, kinds=["instance"])
            assert {node["id"] for node, _ in reached.items} == expected, origin.name
