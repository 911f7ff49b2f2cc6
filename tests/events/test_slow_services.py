"""What a service says late is not outdated by what another has said of the same object meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from neo4j import Driver

from collectors.events.live import LiveCollection
from graph_schema.events import Refresh, RefreshKind, Reread
from tests.events.graphs import SETTINGS, Clock, picture, scanned
from tests.events.model_cloud import ModelCloud
from topology.events import Engine
from topology.graph import Graph

ADDRESS = "192.0.2.77"


class SlowNova(LiveCollection):
    """Nova is asked before neutron, and answers after what neutron said has been written."""

    def __init__(self, cloud: ModelCloud, driver: Driver, environment: str) -> None:
        super().__init__(cloud.collection(), cloud.region, cloud)
        self._driver, self._environment = driver, environment
        self._asked, self.waited = threading.Event(), False

    def reread(self, kind: RefreshKind, ids: Sequence[str]) -> Reread:
        if kind == "instance":
            answer = super().reread(kind, ids)
            self._asked.set()
            self.waited = self._neutron_is_written(ids[0])
            return answer
        assert self._asked.wait(30)
        return super().reread(kind, ids)

    def _neutron_is_written(self, id: str) -> bool:
        query = "MATCH (o:Object {environment: $e, id: $id}) RETURN $a IN o.addresses AS written"
        for _ in range(300):
            rows = self._driver.execute_query(query, e=self._environment, id=id, a=ADDRESS).records
            if rows and rows[0]["written"]:
                return True
            time.sleep(0.1)
        return False


def test_what_nova_says_late_of_an_instance_counts_beside_what_neutron_said_of_its_ports(
    graph: Graph, driver: Driver, environment: str
) -> None:
    cloud = ModelCloud(7)
    scanned(graph, environment, cloud)
    server = next(server for server in cloud.servers if server["OS-EXT-SRV-ATTR:host"] is not None)
    port = next(port for port in cloud.state["ports"] if port["device_id"] == server["id"])
    server["OS-EXT-AZ:availability_zone"] = "elsewhere"
    port["fixed_ips"] = [{**port["fixed_ips"][0], "ip_address": ADDRESS}]
    clock, live = Clock(), SlowNova(cloud, driver, environment)
    engine = Engine(graph, environment, live, settings=SETTINGS, clock=clock)

    engine.ask([Refresh("instance", server["id"]), Refresh("ports_of_device", server["id"])])
    clock.ahead += timedelta(minutes=1)
    engine.refresh()

    assert live.waited
    assert picture(driver, environment)[server["id"]]["zone"] == "elsewhere"


class LateNeutron(LiveCollection):
    """While its answer is on the way, something changes, and a scan tells so."""

    def __init__(self, cloud: ModelCloud, meanwhile: Callable[[], object]) -> None:
        super().__init__(cloud.collection(), cloud.region, cloud)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def reread(self, kind: RefreshKind, ids: Sequence[str]) -> Reread:
        answer = super().reread(kind, ids)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return answer


def test_an_answer_that_a_newer_scan_was_faster_than_is_left_and_asked_for_again(
    graph: Graph, driver: Driver, environment: str
) -> None:
    cloud = ModelCloud(7)
    scanned(graph, environment, cloud)
    group = cloud.state["security-groups"][0]

    def changes_silently() -> None:
        group["name"] = "of the scan"
        scanned(graph, environment, cloud)

    clock = Clock()
    engine = Engine(graph, environment, LateNeutron(cloud, changes_silently), settings=SETTINGS, clock=clock)
    engine.ask([Refresh("security_group", group["id"])])
    clock.ahead = timedelta(seconds=5)

    late = engine.refresh()
    shown = picture(driver, environment)[group["id"]]["name"]
    group["name"] = "since"
    clock.ahead = timedelta(seconds=10)
    again = engine.refresh()

    assert (late.looked, late.failed, shown) == (1, 1, "of the scan")
    assert (again.looked, again.failed) == (1, 0)
    assert picture(driver, environment)[group["id"]]["name"] == "since"
