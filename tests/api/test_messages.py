"""/messages: the newest first, narrowed by everything that they carry."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.api.conftest import all_pages, get
from tests.clouds import Cloud
from topology.graph import Graph
from topology.messages import Message, write_messages


def test_messages_come_newest_first_in_pages(client: FlaskClient, graph: Graph, environment: str, cloud: Cloud) -> None:
    for number in range(7):
        write_messages(graph, environment, [Message("info", f"number {number}", "Calipso")])
    told = [message["text"] for message in all_pages(client, "messages", environment=environment, limit=3)]
    assert told == [f"number {number}" for number in reversed(range(7))]


def test_messages_written_at_once_are_each_told_once(
    client: FlaskClient, graph: Graph, environment: str, cloud: Cloud
) -> None:
    write_messages(graph, environment, [Message("info", f"number {number}", "Calipso") for number in range(7)])
    told = [message["text"] for message in all_pages(client, "messages", environment=environment, limit=2)]
    assert sorted(told) == [f"number {number}" for number in range(7)]


def test_messages_are_narrowed(client: FlaskClient, graph: Graph, environment: str, cloud: Cloud) -> None:
    written = [
        Message("error", "no answer", "OpenStack", related=("cmp1",), scan_id="s1"),
        Message("warn", "slow", "OpenStack", related=("cmp2",)),
        Message("info", "done", "Calipso", scan_id="s1"),
    ]
    write_messages(graph, environment, written)

    def texts(**query: str) -> set[str]:
        return {message["text"] for message in get(client, "messages", environment=environment, **query)["items"]}

    assert texts() == {"no answer", "slow", "done"}
    assert texts(level="warn") == {"no answer", "slow"}
    assert texts(source_system="Calipso") == {"done"}
    assert texts(related_object="cmp1") == {"no answer"}
    assert texts(scan_id="s1") == {"no answer", "done"}
    assert texts(end_time="2020-01-01T00:00:00Z") == set()
    assert texts(end_time="1066-08-26T04:50:21.745426-19:38") == set()  # more hours than the database knows
    assert texts(start_time="2020-01-01T00:00:00Z") == {"no answer", "slow", "done"}
    counted = get(client, "aggregates", type="message", environment=environment)["aggregates"]
    assert counted["levels"] == {"error": 1, "info": 1, "warn": 1}
