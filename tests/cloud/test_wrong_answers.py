"""Any answer: what cannot be read is told by listing, object and key, and costs no other object."""

from __future__ import annotations

import copy
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.cloud.answers import Answer, Listing, Unreadable, read_each
from graph_schema.records import Attributes, Problem, Record
from tests.cloud.recordings import (
    COLLECTORS,
    RecordedApi,
    RecordedDatabase,
    from_api,
    from_database,
    problems,
    recorded,
    records,
)

# Listing → the collector that makes records of its objects, their type, and what the objects must have.
LISTINGS: dict[str, tuple[str, str, set[str]]] = {
    "identity-projects": ("projects", "project", {"id", "name"}),
    "compute-os-availability-zone-detail": ("availability_zones", "availability_zone", {"zoneName", "zoneState"}),
    "compute-os-aggregates": ("aggregates", "aggregate", {"uuid", "name", "hosts", "metadata"}),
    "compute-servers-detail": (
        "instances",
        "instance",
        {"id", "name", "status", "tenant_id", "OS-EXT-SRV-ATTR:host"},
    ),
    "network-networks": ("networks", "network", {"id", "name", "status", "admin_state_up"}),
    "network-subnets": ("networks", "subnet", {"id", "name", "network_id", "cidr", "ip_version"}),
    "network-ports": (
        "ports",
        "port",
        {
            "id",
            "name",
            "network_id",
            "mac_address",
            "fixed_ips",
            "device_id",
            "device_owner",
            "admin_state_up",
            "status",
        },
    ),
    "network-routers": ("routers", "router", {"id", "name", "admin_state_up", "status", "external_gateway_info"}),
    "network-floatingips": (
        "floating_ips",
        "floating_ip",
        {"id", "floating_ip_address", "floating_network_id", "fixed_ip_address", "port_id", "router_id"},
    ),
    "network-security-groups": ("security_groups", "security_group", {"id", "name", "security_group_rules"}),
    "network-agents": (
        "network_agents",
        "network_agent",
        {"id", "agent_type", "binary", "host", "alive", "admin_state_up"},
    ),
}
IDS = {"compute-os-availability-zone-detail": "zoneName", "compute-os-aggregates": "uuid"}
SOME_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
RECORDED_KEYS = sorted({(name, key) for name in LISTINGS for item in recorded("api", name) for key in item})
CELLS = sorted({(name, column) for name, rows in RecordedDatabase().tables.items() for row in rows for column in row})
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)


@pytest.mark.parametrize(("listing", "key"), RECORDED_KEYS)
def test_a_missing_key_is_told_where_it_must_be_there_and_costs_no_other_object(listing: str, key: str) -> None:
    name, type, required = LISTINGS[listing]
    api = RecordedApi()
    whole = records(from_api(name, api), type)
    broken = next(item for item in api.answers[listing] if key in item)
    id = broken[IDS.get(listing, "id")]
    record_id = f"zone:RegionOne:{id}" if type == "availability_zone" else id
    del broken[key]
    items = from_api(name, api)
    found = records(items, type)
    if key not in required:
        assert found.keys() == whole.keys()
        assert not problems(items)
        return
    assert found.keys() == whole.keys() - {record_id}
    (problem,) = problems(items)
    assert f"RegionOne (API), {'an object' if key == IDS.get(listing, 'id') else id}" in problem.where
    assert repr(key) in problem.what


def test_every_required_key_was_recorded() -> None:
    assert {(name, key) for name, (_, _, keys) in LISTINGS.items() for key in keys} <= set(RECORDED_KEYS)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(RECORDED_KEYS), st.integers(min_value=0, max_value=50), SOME_JSON)
def test_a_wrong_value_is_read_or_told_and_costs_no_other_object(
    place: tuple[str, str], which: int, value: Any
) -> None:
    listing, key = place
    name, type, _ = LISTINGS[listing]
    api = RecordedApi()
    whole = records(from_api(name, api), type)
    items = api.answers[listing]
    broken = items[which % len(items)]
    id = broken[IDS.get(listing, "id")]
    broken[key] = value
    after = from_api(name, api)
    lost = {known for known in whole if known not in records(after, type) and not known.endswith(id)}
    assert not lost
    assert all(isinstance(item, Record | Attributes | Problem) for item in after)
    assert len(records(after, type)) == len(whole) or problems(after)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(LISTINGS)), st.lists(SOME_JSON, max_size=4))
def test_a_listing_of_anything_never_raises(listing: str, answer: list[Any]) -> None:
    api = RecordedApi()
    api.answers[listing] = answer
    for name in {LISTINGS[listing][0], "hosts"}:
        assert all(isinstance(item, Record | Attributes | Problem) for item in from_api(name, api))


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["compute-os-services", "compute-os-hypervisors-detail", "network-trunks", "network-floatingips"]),
    st.lists(SOME_JSON | st.dictionaries(st.sampled_from(["id", "host", "service", "port_id"]), SOME_JSON), max_size=4),
)
def test_what_is_only_read_along_never_raises_either(listing: str, answer: list[Any]) -> None:
    api = RecordedApi()
    api.answers[listing] = answer
    for name in ("hosts", "ports"):
        assert all(isinstance(item, Record | Attributes | Problem) for item in from_api(name, api))


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CELLS), st.integers(min_value=0, max_value=50), VALUES)
def test_any_value_in_a_table_never_raises(place: tuple[str, str], which: int, value: Any) -> None:
    table, column = place
    database = RecordedDatabase()
    rows = database.tables[table]
    rows[which % len(rows)][column] = value
    for name in COLLECTORS:
        assert all(isinstance(item, Record | Attributes | Problem) for item in from_database(name, database))


@pytest.mark.parametrize("place", CELLS, ids="-".join)
def test_a_column_that_another_release_lacks_never_raises(place: tuple[str, str]) -> None:
    table, column = place
    database = RecordedDatabase()
    for row in database.tables[table]:
        row.pop(column, None)
    for name in COLLECTORS:
        assert all(isinstance(item, Record | Attributes | Problem) for item in from_database(name, database))


NASTY = [
    "\"'`",
    "$(reboot)",
    "a;b",
    "line\nline",
    "') OR 1=1 --",
    "MATCH (n) DETACH DELETE n",
    "\U0001f600",
    " ",
    "x" * 65536,
]


@settings(deadline=None)
@given(
    st.sampled_from([name for name, (_, _, keys) in LISTINGS.items() if "name" in keys]),
    st.sampled_from(NASTY) | st.text(string.printable, min_size=1) | st.text(min_size=1),
)
def test_a_name_is_kept_exactly(listing: str, name: str) -> None:
    collector, type, _ = LISTINGS[listing]
    api = RecordedApi()
    item = api.answers[listing][0]
    item["name"] = name
    assert records(from_api(collector, api), type)[item.get("uuid", item["id"])].name == name


def test_faults_of_one_kind_are_told_once_with_their_number() -> None:
    items = [{"id": f"n{number}", "name": 1} for number in range(9)] + [{"id": "n9"}]
    told = list(read_each(Listing("R", "database", items), "neutron things", lambda answer: answer.named("")))
    assert [(problem.where, problem.what) for problem in told if isinstance(problem, Problem)] == [
        ("neutron things of R (database), n0, n1, n2 and 6 more", "its 'name' is a whole number, not a text."),
        ("neutron things of R (database), n9", "it has no 'name'."),
    ]


def test_a_truth_value_is_no_number_and_a_number_no_truth_value() -> None:
    answer = Answer.of("things", {"id": "a", "yes": True, "one": 1})
    with pytest.raises(Unreadable, match="its 'yes' is a truth value, not a whole number"):
        answer.integer("yes")
    with pytest.raises(Unreadable, match="its 'one' is a whole number, not a truth value"):
        answer.flag("one")
    assert (answer.flag("yes"), answer.integer("one")) == (True, 1)


def test_answers_are_not_changed_by_reading_them() -> None:
    api = RecordedApi()
    before = copy.deepcopy(api.answers)
    for name in COLLECTORS:
        from_api(name, api)
    assert api.answers == before
