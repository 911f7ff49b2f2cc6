"""The database is the API's stand-in: it must say the same of the same cloud, or objects would change with the way."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from graph_schema.records import Attributes, Record
from tests.cloud.recordings import COLLECTORS, Item, RecordedDatabase, from_api, from_database, problems


def by_object(items: Iterable[Item]) -> dict[tuple[str, str, str], Item]:
    return {(type(item).__name__, item.type, item.id): item for item in items if isinstance(item, Record | Attributes)}


@pytest.mark.parametrize("name", sorted(COLLECTORS))
def test_the_database_gives_the_records_that_the_api_gives(name: str) -> None:
    api, database = from_api(name), from_database(name)
    assert problems(api) == problems(database) == []
    assert len(by_object(api)) == len(api) > 0
    assert by_object(api) == by_object(database)


def test_every_scope_of_the_cloud_has_its_collectors() -> None:
    assert {(collector.source, name) for name, collector in COLLECTORS.items()} == {
        ("keystone", "projects"),
        ("keystone", "regions"),
        ("neutron", "floating_ips"),
        ("neutron", "network_agents"),
        ("neutron", "networks"),
        ("neutron", "ports"),
        ("neutron", "routers"),
        ("neutron", "security_groups"),
        ("nova", "aggregates"),
        ("nova", "availability_zones"),
        ("nova", "instances"),
        ("openstack", "hosts"),
    }


def test_a_network_shared_under_the_older_name_of_the_column_is_shared() -> None:
    database = RecordedDatabase()
    for row in database.tables["neutron-networkrbacs"]:
        row["target_tenant"] = row.pop("target_project")
    assert by_object(from_database("networks", database)) == by_object(from_api("networks"))


def test_rows_in_another_order_give_the_same_records() -> None:
    database = RecordedDatabase()
    for rows in database.tables.values():
        rows.reverse()
    for name in COLLECTORS:
        assert by_object(from_database(name, database)) == by_object(from_api(name)), name


def test_a_port_that_is_moving_is_bound_where_it_still_is() -> None:
    database = RecordedDatabase()
    bindings = database.tables["neutron-ml2_port_bindings"]
    moving = next(row for row in bindings if row["host"] == "cmp3")
    bindings.append({**moving, "host": "cmp5", "status": "INACTIVE"})
    assert by_object(from_database("ports", database)) == by_object(from_api("ports"))


def test_an_interface_of_a_distributed_router_is_on_no_single_host() -> None:
    database = RecordedDatabase()
    port = next(
        row for row in database.tables["neutron-ports"] if row["device_owner"] == "network:router_interface_distributed"
    )
    database.tables["neutron-ml2_distributed_port_bindings"] = [
        {"port_id": port["id"], "host": host, "vif_type": "ovs", "vnic_type": "normal"} for host in ("cmp3", "net1")
    ]
    assert by_object(from_database("ports", database)) == by_object(from_api("ports"))


def test_copies_and_deleted_instances_are_not_listed() -> None:
    database = RecordedDatabase()
    first = database.tables["nova-instances"][0]
    database.tables["nova-instances"] += [
        {**first, "uuid": "11111111-1111-1111-1111-111111111111", "hidden": 1},
        {**first, "uuid": "22222222-2222-2222-2222-222222222222", "vm_state": "soft-delete"},
    ]
    assert by_object(from_database("instances", database)) == by_object(from_api("instances"))


def test_an_empty_table_of_agents_is_told_as_it_may_be_a_cloud_of_ovn() -> None:
    database = RecordedDatabase()
    database.tables["neutron-agents"] = []
    assert [problem.what for problem in problems(from_database("network_agents", database))] == [
        "the table is empty. Agents of OVN are known to neutron's API only."
    ]
    hosts = from_database("hosts", database)
    assert len(problems(hosts)) == 1
    assert {item.id for item in hosts if isinstance(item, Record)} == {"cmp3", "cmp5", "ctl1"}
