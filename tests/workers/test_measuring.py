"""Requests to the cloud's sources are measured by their kind: how many, how long, how they failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors.contracts import Collected, HostCollector, HostSite
from collectors.registry import Plugins
from collectors.sources.protocols import CommandResult, HostShell, SourceError, Sources, Unreachable
from graph_schema.commands import INTERFACES, OVS
from graph_schema.metrics import HOST_SECONDS, SOURCE_FAILURES, SOURCE_SECONDS
from graph_schema.object_types import HOST
from graph_schema.records import Record, Ref
from tests.sources.told import ToldApi, ToldShells
from tests.views import View
from topology.metrics import METER, Tallied
from workers.measuring import MeasuredCollection, measured

ENVIRONMENT = "measured"


def taken() -> dict[tuple[str, ...], Tallied]:
    """What was counted of this test's environment."""
    return {(metric.name, *labels[1:]): sum_ for (metric, labels), sum_ in METER.take() if labels[:1] == (ENVIRONMENT,)}


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    taken()
    yield
    taken()


def host(name: str, **more: Any) -> Record:
    return HOST.record(id=name, name=name, parent=Ref("availability_zone", "zone:RegionOne:nova"), **more)


def _fetch(shell: HostShell, _: HostSite) -> str:
    shell.run(INTERFACES)
    return shell.run(OVS)


def _parse(_: str) -> Collected:
    return []


def test_hosts_are_measured_by_kind_and_commands_as_one() -> None:
    well = {"interfaces": CommandResult("", "", 0), "ovs": CommandResult("", "", 0)}
    broken = {"interfaces": CommandResult("", "", 0), "ovs": CommandResult("", "no database", 1)}
    told: dict[str, Any] = {"cmp1": well, "net1": broken, "new1": well, "gone1": Unreachable("ssh gone1", "no answer.")}
    sources = measured(Sources({}, shells=ToldShells(told)), ENVIRONMENT)
    hosts = [
        host("cmp1", hypervisor_type="QEMU"),
        host("net1", services=["nova-conductor"]),
        host("new1"),
        host("gone1", hypervisor_type="QEMU"),
    ]
    plugins = Plugins(hosts=[HostCollector("any", _fetch, _parse)])
    with MeasuredCollection(sources, plugins, parallel_hosts=2) as collection:
        outcomes = {reading.scope.name: reading.outcome.status for reading in collection.read_hosts(View(hosts))}
    assert outcomes["cmp1"] == outcomes["new1"] == "complete"
    assert outcomes["gone1"] == "failed"
    found = taken()
    assert {key[1]: sum(found[key].buckets) for key in found if key[0] == HOST_SECONDS.name} == {
        "compute": 2,
        "other": 1,
        "unknown": 1,
    }
    assert sum(found[SOURCE_SECONDS.name, "ssh", "connect"].buckets) == 4
    assert sum(found[SOURCE_SECONDS.name, "ssh", "command"].buckets) == 6
    failures = {key[1:]: found[key].value for key in found if key[0] == SOURCE_FAILURES.name}
    assert failures == {("ssh", "connect", "unreachable"): 1, ("ssh", "command", "command_failed"): 1}


def test_requests_to_services_are_measured_by_service_and_names_of_the_cloud_s_own_as_other() -> None:
    api = measured(Sources({"RegionOne": ToldApi(listings={"ports": []})}), ENVIRONMENT).apis["RegionOne"]
    assert api.listing("network", "ports", "ports") == []
    with pytest.raises(SourceError):
        api.listing("network", "trunks", "trunks")
    assert api.exists("cloud-of-somebody", "x") is False
    api.endpoints()
    found = taken()
    requests = {key[1:]: sum(found[key].buckets) for key in found if key[0] == SOURCE_SECONDS.name}
    assert requests == {("openstack", "network"): 2, ("openstack", "other"): 1, ("openstack", "identity"): 1}
    assert found[SOURCE_FAILURES.name, "openstack", "network", "not_offered"].value == 1
