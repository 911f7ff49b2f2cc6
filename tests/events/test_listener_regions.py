"""An environment of several regions: the listener takes notifications for the one that is named, or says what to do."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.events.model_cloud import ModelCloud
from tests.events.test_listener import Listening, Services, broker, cloud, listening, name_of, renamed, services, until
from tests.store.writing import Ask
from topology.environments import EnvironmentRegistry
from topology.environments.secrets import open_vault
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.settings import Settings
from workers.listener_region import chosen, listened_region

__all__ = ["broker", "cloud", "listening", "services"]


def configure(graph: Graph, data_dir: Path, name: str, regions: list[str] | None, of_broker: str | None) -> None:
    """Have the environment's OpenStack section name these regions, and its AMQP section that one."""
    registry = EnvironmentRegistry(graph, open_vault(Settings(data_dir=data_dir)))
    known = registry.get(name)
    changed = {"OpenStack": regions, "AMQP": of_broker}
    sections = [{**section, "region": changed[section["name"]]} for section in known.configuration]
    registry.add(dataclasses.replace(known, configuration=tuple(sections)))


def test_the_region_is_the_only_one_or_the_one_that_is_named() -> None:
    assert chosen("lab", ["north"], None) == "north"
    assert chosen("lab", ["north", "south"], "south") == "south"
    assert chosen("lab", [], "south") == "south"
    with pytest.raises(InvalidConfiguration, match=r"several regions \(north, south\).*`region` in the AMQP section"):
        chosen("lab", ["north", "south"], None)
    with pytest.raises(InvalidConfiguration, match=r"names the region west, which is none of its regions"):
        chosen("lab", ["north", "south"], "west")


def test_without_a_configured_region_it_is_the_one_that_was_scanned(
    graph: Graph, listening: Listening, environment: str, tmp_path: Path
) -> None:
    configure(graph, tmp_path, environment, None, None)
    known = EnvironmentRegistry(graph, open_vault(Settings(data_dir=tmp_path))).get(environment)
    assert listened_region(graph, known) == "RegionOne"


def test_of_several_regions_the_named_one_is_listened_to_and_none_is_not_guessed(
    graph: Graph,
    listening: Listening,
    services: Services,
    cloud: ModelCloud,
    ask: Ask,
    environment: str,
    tmp_path: Path,
) -> None:
    configure(graph, tmp_path, environment, ["Elsewhere", cloud.region], None)
    listening.start()
    until(lambda: listening.state().get("listener") == "failed", "it is guessed")
    assert "several regions (Elsewhere, RegionOne)" in listening.state()["listener_reason"]
    assert "calipso env add" in listening.status().stdout

    configure(graph, tmp_path, environment, ["Elsewhere", cloud.region], cloud.region)
    until(listening.listens, "it does not listen once the region is named")
    port = cloud.state["ports"][0]
    services.notify(renamed(port, "of this region", 100))
    until(lambda: name_of(ask, port["id"]) == "of this region", "the notification has no effect")
    scopes = ask("MATCH (o:Object {environment: $environment, id: $id}) RETURN o.scope AS scope", id=port["id"])
    assert [row["scope"] for row in scopes] == [f"neutron/{cloud.region}"]
