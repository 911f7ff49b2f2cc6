"""What is gone is looked for no more than it takes to know that nothing is left of it; nothing else is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from neo4j import Driver

from graph_schema.events import Event, Gone, Refresh, RefreshKind, Reread, Says
from graph_schema.object_types import NETWORK, PORT
from graph_schema.records import Ref, Scope
from tests.events.graphs import Kept
from tests.events.model_cloud import ModelCloud
from tests.events.recorded import made, recorded
from topology.events.looks import nothing_of
from topology.events.requests import AT_ONCE, LOOKS_AT_ONCE, Due, due, request, settle
from topology.graph import Graph
from topology.store.lease import make_lease

Asked = Callable[[], set[str]]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCOPE = Scope("neutron", "RegionOne")


@pytest.fixture
def asked(driver: Driver, environment: str) -> Asked:
    """The keys of all that waits to be read again."""

    def keys() -> set[str]:
        text = "MATCH (r:RefreshRequest {environment: $name}) RETURN r.key AS key"
        return {row["key"] for row in driver.execute_query(text, name=environment).records}

    return keys


def ports_in(driver: Driver, environment: str) -> set[str]:
    """The ports that the graph has."""
    rows = driver.execute_query("MATCH (p:Port {environment: $e}) RETURN p.id AS id", e=environment).records
    return {row["id"] for row in rows}


def read_once(kept: Kept) -> None:
    """All that is due now, and not what is due because of it."""
    kept.clock.ahead += timedelta(seconds=1.5)
    kept.engine.refresh()


@pytest.mark.parametrize(
    ("type", "path", "kinds"),
    [
        ("port", "ports", {"port"}),
        ("network", "networks", {"network", "agents_of_network"}),
        ("subnet", "subnets", {"subnet"}),
        ("router", "routers", {"router", "agents_of_router"}),
        ("security_group", "security-groups", {"security_group"}),
        ("floatingip", "floatingips", {"floating_ip"}),
    ],
)
@pytest.mark.parametrize("batch", [1, 10])
def test_what_comes_and_goes_is_asked_for_by_nobody(
    kept: Kept, cloud: ModelCloud, asked: Asked, type: str, path: str, kinds: set[str], batch: int
) -> None:
    item = {**cloud.state[path][0], "id": "for-a-moment", "revision_number": 1}
    gone = made(f"{type}.delete.end", {f"{type}_id": "for-a-moment"})

    kept.hear([made(f"{type}.create.end", {type: item})])
    before = asked()
    kept.hear([gone])
    after = asked()
    kept.hear([made(f"{type}.create.end", {type: {**item, "id": "another"}}), gone], batch)

    assert {f"{kind}/for-a-moment" for kind in kinds} <= before
    assert not {f"{kind}/for-a-moment" for kind in kinds} & {*after, *asked()}
    assert {f"{kind}/another" for kind in kinds} <= asked()


def instance_gone(server: Mapping[str, Any]) -> Event:
    payload = {**recorded("compute.instance.delete.end").payload, "instance_id": server["id"]}
    return made("compute.instance.delete.end", payload)


def test_an_instance_that_comes_and_goes_is_asked_for_by_nobody(kept: Kept, cloud: ModelCloud, asked: Asked) -> None:
    server = {"id": "for-a-moment"}
    payload = {**recorded("compute.instance.create.end").payload, "instance_id": server["id"]}

    kept.hear([made("compute.instance.create.end", payload), instance_gone(server)])

    assert "instance/for-a-moment" not in asked()
    assert "ports_of_device/for-a-moment" in asked()


def plugged(cloud: ModelCloud) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An instance, and its ports."""
    ports = [port for port in cloud.state["ports"] if port["device_owner"].startswith("compute")]
    server = next(server for server in cloud.servers if any(port["device_id"] == server["id"] for port in ports))
    return server, [port for port in ports if port["device_id"] == server["id"]]


def test_a_device_that_is_said_to_be_gone_is_looked_at_until_it_has_no_port(
    kept: Kept, cloud: ModelCloud, asked: Asked, driver: Driver, environment: str
) -> None:
    server, ports = plugged(cloud)
    key = f"ports_of_device/{server['id']}"
    cloud.servers.remove(server)
    kept.hear([instance_gone(server)])

    read_once(kept)
    assert key in asked()  # its ports are still there
    for port in ports:
        cloud.state["ports"].remove(port)
    kept.clock.ahead += timedelta(seconds=3)
    kept.engine.refresh()

    assert key not in asked()
    kept.settle()
    assert not ports_in(driver, environment) & {port["id"] for port in ports}


def test_what_only_an_answer_has_not_is_looked_for_once_more(
    kept: Kept, cloud: ModelCloud, asked: Asked, driver: Driver, environment: str
) -> None:
    """A server of the service that lags behind may not have it yet."""
    _, ports = plugged(cloud)
    late = {**ports[0], "id": "p-late", "revision_number": 1}
    kept.hear([made("port.create.end", {"port": late})])

    read_once(kept)
    assert "port/p-late" in asked()
    cloud.state["ports"].append(late)
    kept.settle()

    assert "p-late" in ports_in(driver, environment)
    assert "port/p-late" not in asked()


def test_an_instance_without_ports_that_is_there_is_looked_at_once_more(
    kept: Kept, cloud: ModelCloud, asked: Asked
) -> None:
    server, ports = plugged(cloud)
    for port in ports:
        cloud.state["ports"].remove(port)
    kept.engine.ask([Refresh("ports_of_device", server["id"])])

    read_once(kept)

    assert f"ports_of_device/{server['id']}" in asked()


def test_what_is_looked_at_once_more_has_its_turn_however_much_is_asked_for_anew(
    graph: Graph, environment: str
) -> None:
    def ask(name: str, number: int, now: datetime) -> None:
        wanted = [Refresh("port", f"{name}{n}") for n in range(number)]
        graph.in_transaction(lambda tx: request(tx, environment, wanted, now))

    def take(now: datetime) -> list[Due]:
        taken = due(graph, environment, now, hosts=False)
        graph.in_transaction(lambda tx: settle(tx, environment, taken, [], now))
        return taken

    make_lease(graph, environment)
    ask("once-more-", 2 * LOOKS_AT_ONCE, NOW)
    take(NOW + timedelta(seconds=2))
    turns = []
    for turn in range(2):
        now = NOW + timedelta(seconds=10 * (turn + 1))
        ask(f"anew-{turn}-", 2 * AT_ONCE, now - timedelta(seconds=5))
        taken = take(now)
        turns.append((sum(one.looks == 0 for one in taken), sum(one.refresh.id.startswith("once") for one in taken)))

    assert turns == [(AT_ONCE - LOOKS_AT_ONCE, LOOKS_AT_ONCE)] * 2


def due_of(*wanted: tuple[RefreshKind, str]) -> list[Due]:
    return [Due(Refresh(kind, id), 1, 0, 0) for kind, id in wanted]


def test_an_answer_has_nothing_of_what_it_neither_tells_nor_is_read_whole() -> None:
    port = PORT.record(id="p", name="p", parent=Ref("network", "n"), network_id="n", device_id="d")
    network = NETWORK.record(id="n", name="n", parent=Ref("project", "t"))
    answer = Reread(SCOPE, NOW, says=tuple(Says(one, (1, 0)) for one in (port, network)), gone=(Gone("port", "q"),))
    told = due_of(("port", "p"), ("network", "n"), ("ports_of_device", "d"), ("ports_of_network", "n"))
    nothing = due_of(("port", "q"), ("network", "m"), ("ports_of_device", "p"), ("ports_of_network", "m"))
    whole = due_of(("host", "cmp1"), ("statuses", ""), ("aggregates", ""), ("network_agents", ""), ("projects", ""))

    assert nothing_of([*told, *nothing, *whole], answer) == nothing


def test_what_nobody_serves_is_nothing() -> None:
    wanted = due_of(("agents_of_router", "r"))

    assert nothing_of(wanted, Reread(SCOPE, NOW)) == wanted
    assert nothing_of(wanted, Reread(SCOPE, NOW, more=(Refresh("host", "net1"),))) == []
