"""An unchanged cloud gives the same records, byte for byte, and the number of requests is that of the listings."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from tests.cloud.recordings import COLLECTORS, RecordedApi, RecordedDatabase, from_api, from_database

# What changes by itself: when something last reported or was updated, what is counted, what is free.
VOLATILE: dict[str, Any] = {
    "heartbeat_timestamp": "2030-01-01 00:00:00",
    "started_at": "2030-01-01 00:00:00",
    "updated_at": "2030-01-01T00:00:00Z",
    "updated": "2030-01-01T00:00:00Z",
    "revision_number": 987654,
    "progress": 77,
    "uptime": "up 99 days",
    "devices": 99,
    "floating_ips": 99,
    "routers": 99,
    "networks": 99,
    "ports": 99,
    "interfaces": 99,
    "free_ram_mb": 1,
    "running_vms": 99,
}
API_REQUESTS = {
    "aggregates": 1,
    "availability_zones": 1,
    "floating_ips": 1,
    "hosts": 3,
    "instances": 1,
    "network_agents": 1,
    "networks": 2,
    "ports": 4,
    "projects": 1,
    "regions": 0,
    "routers": 1,
    "security_groups": 1,
}


def as_bytes(name: str, api: RecordedApi) -> bytes:
    return json.dumps([asdict(item) for item in from_api(name, api)]).encode()


def disturbed(value: Any) -> Any:
    """The same with other volatile values, at any depth, and with lists turned round whose order says nothing."""
    if isinstance(value, dict):
        return {key: item if key == "segments" else _disturbed(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [disturbed(item) for item in reversed(value)]
    return value


def _disturbed(key: str, item: Any) -> Any:
    return VOLATILE[key] if key in VOLATILE and not isinstance(item, dict | list) else disturbed(item)


@pytest.mark.parametrize("name", sorted(COLLECTORS))
def test_what_changes_by_itself_is_in_no_record(name: str) -> None:
    quiet, later = RecordedApi(), RecordedApi()
    # The order of the objects themselves is the source's; inside of them none counts.
    later.answers = {listing: [disturbed(item) for item in items] for listing, items in quiet.answers.items()}
    assert later.answers != quiet.answers
    assert as_bytes(name, later) == as_bytes(name, quiet)


def is_time(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("2026-")


def test_time_that_passes_for_all_alike_changes_nothing_in_the_database() -> None:
    now, later = RecordedDatabase(), RecordedDatabase()
    for table in ("nova-services", "neutron-agents"):
        for row in later.tables[table]:
            row.update({column: value.replace("2026", "2031") for column, value in row.items() if is_time(value)})
    for name in ("hosts", "network_agents", "availability_zones"):
        assert from_database(name, later) == from_database(name, now)


@pytest.mark.parametrize("name", sorted(COLLECTORS))
def test_requests_do_not_grow_with_the_cloud(name: str) -> None:
    small, large = RecordedApi(), RecordedApi()
    database, large_database = RecordedDatabase(), RecordedDatabase()
    for item in ("compute-os-services", "compute-os-hypervisors-detail", "network-agents", "network-ports"):
        large.answers[item] = [
            json.loads(json.dumps(each).replace("cmp3", f"more{number}"))
            for number in range(50)
            for each in large.answers[item]
        ]
    for table in ("nova-services", "nova-compute_nodes", "neutron-agents", "neutron-ports"):
        large_database.tables[table] = large_database.tables[table] * 50
    for api in (small, large):
        from_api(name, api)
        assert len(api.asked) == API_REQUESTS[name]
    for each in (database, large_database):
        from_database(name, each)
    assert large_database.asked == database.asked
    assert len(set(database.asked)) == len(database.asked)
