"""Questions from hell on a dense cloud: each ends in time with a clear error, and leaves nothing running."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.application import make_app
from api.service import Service
from cypher import Statement
from graph_schema import link_types as links
from graph_schema.object_types import HOST_PNIC
from graph_schema.registry import LINKS, OBJECT_TYPES
from tests.answers.conftest import settle
from tests.clouds import Host
from tests.conftest import Neo4jAddress
from tests.paths.routed_clouds import RoutedCloud
from tests.raw import raw_session
from topology import tokens
from topology.errors import TimedOut
from topology.graph import Graph
from topology.impact import Impact, ImpactLimits, find_impact
from topology.paths import Limits, PathAnswer, Reachable, ReachableLimits, find_paths, find_reachable
from topology.paths.limits import DEPTH_CAP, PATHS_CAP
from topology.paths.reachable import MOST_CAP
from topology.search import search
from topology.settings import Settings

NICS, GUESTS = 90, 200
# Neo4j looks every two seconds for what has had its time; the rest is room for a busy machine.
GRACE = 20.0


class Dense(RoutedCloud):
    """Hosts with many NICs that all carry both networks, and a router between them: more ways than can be told."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts = [self.host(f"dense{number}", "native") for number in range(3)]
        project = self.project("dense")
        near = self.network("near", project, vlan=100, cidr="10.0.0.0/16")
        away = self.network("away", project, vlan=101, cidr="10.1.0.0/16")
        self.networks = [near, away]
        self.router("between", project, self.hosts[1], {near.id: "10.0.0.1", away.id: "10.1.0.1"})
        self.guests = [
            self.instance(f"a{n}", project, self.hosts[n % 3], {near.id: f"10.0.1.{n + 1}"}) for n in range(GUESTS)
        ]
        self.far = self.instance("far", project, self.hosts[2], {away.id: "10.1.9.9"})
        for host in self.hosts:
            self._more_nics(host)

    def _more_nics(self, host: Host) -> None:
        ids = [network.id for network in self.networks]
        for number in range(NICS):
            nic = self.add(HOST_PNIC.record(host=host.name, name=f"x{number}", device=f"x{number}", link_detected=True))
            self.link(links.VEDGE_HOST_PNIC, host.vedge, nic, networks=ids)
            for network in self.networks:
                self.link(links.HOST_PNIC_NETWORK, nic, network, networks=[network.id])


Hell = tuple[str, Dense]


@pytest.fixture(scope="module")
def hell(graph: Graph) -> Iterator[Hell]:
    name = f"test-{uuid4().hex[:12]}"
    cloud = Dense()
    cloud.write(graph, name)
    settle(graph)
    yield name, cloud
    with raw_session(graph) as session:
        session.run(
            "MATCH (n) WHERE n.environment = $e OR (n:Environment AND n.name = $e) "
            "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 2000 ROWS",
            e=name,
        ).consume()


@pytest.fixture
def hasty(neo4j_server: Neo4jAddress) -> Iterator[Graph]:
    """A graph that has half a second for a question."""
    with Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password, timeout=0.5) as opened:
        yield opened


def running(graph: Graph, environment: str) -> list[str]:
    """What the server still works on for an environment."""
    with raw_session(graph) as session:
        rows = session.run("SHOW TRANSACTIONS YIELD currentQuery, parameters RETURN currentQuery, parameters").data()
    return [row["currentQuery"] for row in rows if environment in str(row["parameters"])]


def at_rest(graph: Graph, environment: str) -> list[str]:
    """What still runs when the server has had time to end it."""
    until = time.monotonic() + GRACE
    while (left := running(graph, environment)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


Question = Callable[[Graph, str, Dense, float], object]
QUESTIONS: dict[str, Question] = {
    "all paths": lambda graph, name, cloud, seconds: find_paths(
        graph, name, cloud.guests[0].id, cloud.far.id, limits=Limits(DEPTH_CAP, PATHS_CAP, seconds)
    ),
    "all that packets reach": lambda graph, name, cloud, seconds: find_reachable(
        graph, name, cloud.guests[0].id, kinds=OBJECT_TYPES, limits=ReachableLimits(DEPTH_CAP, MOST_CAP, seconds)
    ),
    "all that links reach": lambda graph, name, cloud, seconds: find_reachable(
        graph,
        name,
        cloud.guests[0].id,
        kinds=OBJECT_TYPES,
        link_types=LINKS,
        limits=ReachableLimits(DEPTH_CAP, MOST_CAP, seconds),
    ),
    "impact of everything": lambda graph, name, cloud, seconds: find_impact(
        graph, name, *cloud.records, limits=ImpactLimits(timeout=seconds)
    ),
}


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_a_question_without_time_is_ended_with_what_to_do(graph: Graph, hell: Hell, question: str) -> None:
    name, cloud = hell
    began = time.monotonic()
    with pytest.raises(TimedOut, match="Ask for less"):
        QUESTIONS[question](graph, name, cloud, 0.002)
    assert time.monotonic() - began < GRACE
    assert at_rest(graph, name) == []


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_the_largest_question_that_may_be_asked_has_an_answer(graph: Graph, hell: Hell, question: str) -> None:
    name, cloud = hell
    answer = QUESTIONS[question](graph, name, cloud, 60)
    assert isinstance(answer, PathAnswer | Reachable | Impact)
    if isinstance(answer, PathAnswer):
        assert (len(answer.paths), answer.truncated) == (PATHS_CAP, True)
        assert len({tuple(node.id for node in path.chain.nodes) for path in answer.paths}) == PATHS_CAP
    elif isinstance(answer, Reachable):
        guests = {guest.id for guest in (*cloud.guests[1:], cloud.far)}
        assert guests <= {str(node["id"]) for node, _ in answer.items}
    else:
        assert {a.node["id"] for a in answer.affected if a.effect == "cut_off"} >= {g.id for g in cloud.guests}
    assert at_rest(graph, name) == []


def test_a_statement_that_would_run_for_hours_is_ended_by_the_server(hasty: Graph, graph: Graph, hell: Hell) -> None:
    endless = Statement(
        "endless",
        "every object with every other, four times over",
        "read",
        ("environment",),
        "MATCH (a:Object {environment: $environment}), (b:Object {environment: $environment}), "
        "(c:Object {environment: $environment}), (d:Object {environment: $environment}) "
        "WHERE a.name + b.name + c.name + d.name = 'nothing' RETURN count(*)",
    )
    began = time.monotonic()
    with pytest.raises(TimedOut, match="CALIPSO_QUERY_TIMEOUT"):
        hasty.read(endless, environment=hell[0])
    assert time.monotonic() - began < GRACE
    assert at_rest(graph, hell[0]) == []
    assert search(graph, "far", environment=hell[0]).items


@pytest.mark.parametrize(
    "text", ["a", "1", "a " * 12, "10.0.0.0/8", "type:host_pnic x", "name:x", "status:up", "x*?~ OR"]
)
def test_a_search_for_nearly_everything_answers_a_page_of_it(graph: Graph, hell: Hell, text: str) -> None:
    name, _ = hell
    answer = search(graph, text, environment=name, limit=50)
    assert len(answer.items) <= 50
    assert (answer.next is not None) == (len(answer.items) == 50)
    assert at_rest(graph, name) == []


def test_over_rest_it_is_a_gateway_timeout_and_the_next_question_is_answered(
    graph: Graph, hell: Hell, tmp_path: Path
) -> None:
    name, cloud = hell
    token, made = tokens.issue(graph, "limits")
    client = make_app(Service(graph, Settings(data_dir=tmp_path))).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    ends = {"environment": name, "from": cloud.guests[0].id, "to": cloud.far.id}
    ended = client.get("/api/v1/paths", query_string={**ends, "max_paths": PATHS_CAP, "timeout": 0.002})
    assert (ended.status_code, ended.get_json()["error"]["details"]["kind"]) == (504, "timed_out")
    assert "Ask for less" in ended.get_json()["error"]["message"]
    answered = client.get("/api/v1/paths", query_string={**ends, "exists": "true"})
    assert (answered.status_code, answered.get_json()["reachable"]) == (200, True)
    assert "paths" not in answered.get_json()
    tokens.revoke(graph, made.id)
    assert at_rest(graph, name) == []
