"""Schedules in the real graph: each time is used once, whoever looks, and whatever is missed is made good once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.raw import raw_session
from topology import schedules
from topology.environments import Environment, EnvironmentRegistry
from topology.environments.secrets import Vault
from topology.errors import InvalidConfiguration, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.scan import ScanOptions
from topology.scan.history import scans
from topology.schedules import Schedule, recurrence

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
KEY = "aGVsbG8taGVsbG8taGVsbG8taGVsbG8taGVsbG8taGU="
SECTION = {"name": "OpenStack", "auth_url": "http://127.0.0.1:9/v3", "user": "admin", "pwd": "p"}


@pytest.fixture
def configured(graph: Graph, environment: str) -> str:
    vault = Vault(KEY)
    EnvironmentRegistry(graph, vault).add(Environment(name=environment, configuration=(SECTION,)))
    return environment


def hourly(graph: Graph, environment: str, options: ScanOptions | None = None) -> Schedule:
    how = recurrence("HOURLY", now=NOW, start=NOW)
    return schedules.add(graph, environment, how, options or ScanOptions(), created_by="test", now=NOW)


def asked_for(graph: Graph, environment: str) -> list[dict[str, object]]:
    return list(scans(graph, environment=environment).items)


def due_here(graph: Graph, environment: str, now: datetime) -> list[Schedule]:
    return schedules.due(graph, now, [environment])


def test_a_due_schedule_asks_for_its_scan_and_goes_on(graph: Graph, configured: str) -> None:
    options = ScanOptions(clear=True, log_level="debug")
    added = hourly(graph, configured, options)
    assert due_here(graph, configured, NOW + timedelta(minutes=59)) == []
    late = NOW + timedelta(minutes=61)
    (found,) = due_here(graph, configured, late)
    run = schedules.run_due(graph, found, late)
    assert run is not None
    (scan,) = asked_for(graph, configured)
    assert (scan["id"], scan["schedule"], scan["status"]) == (run.scan_id, added.id, "pending")
    assert scan["options"] == options.as_json()
    after = schedules.one_schedule(graph, added.id)
    assert (after.next_run, after.last_run, after.runs) == (NOW + timedelta(hours=2), late, 1)
    assert after.last_scan == run.scan_id


def test_runs_that_were_missed_are_made_good_by_one(graph: Graph, configured: str) -> None:
    hourly(graph, configured)
    late = NOW + timedelta(days=3, minutes=5)
    (found,) = due_here(graph, configured, late)
    schedules.run_due(graph, found, late)
    assert due_here(graph, configured, late) == []
    assert len(asked_for(graph, configured)) == 1
    assert schedules.one_schedule(graph, found.id).next_run == NOW + timedelta(days=3, hours=1)


def test_of_many_clocks_one_runs_a_schedule(graph: Graph, configured: str) -> None:
    hourly(graph, configured)
    late = NOW + timedelta(minutes=61)
    (found,) = due_here(graph, configured, late)
    begin, runs = threading.Barrier(8), []

    def look() -> None:
        begin.wait()
        runs.append(schedules.run_due(graph, found, late))

    clocks = [threading.Thread(target=look) for _ in range(8)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert len([run for run in runs if run is not None]) == 1
    assert len(asked_for(graph, configured)) == 1
    assert schedules.one_schedule(graph, found.id).runs == 1


def test_what_waits_already_is_not_asked_for_twice_and_the_schedule_says_why(graph: Graph, configured: str) -> None:
    added = hourly(graph, configured)
    for hour in (1, 2):
        late = NOW + timedelta(hours=hour, minutes=1)
        (found,) = due_here(graph, configured, late)
        run = schedules.run_due(graph, found, late)
    assert run is not None
    assert run.scan_id is None
    assert "waits to begin" in str(run.problem)
    assert len(asked_for(graph, configured)) == 1
    after = schedules.one_schedule(graph, added.id)
    assert after.last_problem == run.problem
    assert after.last_scan is not None


def test_a_schedule_that_is_not_to_wait_asks_for_nothing_while_another_scan_does(graph: Graph, configured: str) -> None:
    hourly(graph, configured)
    hourly(graph, configured, ScanOptions(if_busy="refuse", clear=True))
    late = NOW + timedelta(minutes=61)
    waiting, refusing = sorted(due_here(graph, configured, late), key=lambda one: one.options.if_busy == "refuse")
    schedules.run_due(graph, waiting, late)
    run = schedules.run_due(graph, refusing, late)
    assert run is not None
    assert "not to wait" in str(run.problem)
    assert len(asked_for(graph, configured)) == 1


def test_a_paused_schedule_is_never_due_and_goes_on_with_its_next_time(graph: Graph, configured: str) -> None:
    added = hourly(graph, configured)
    paused = schedules.change(graph, added.id, paused=True, now=NOW)
    assert paused.next_run is None
    assert due_here(graph, configured, NOW + timedelta(days=9)) == []
    later = NOW + timedelta(days=9, minutes=1)
    resumed = schedules.change(graph, added.id, paused=False, now=later)
    assert resumed.next_run == NOW + timedelta(days=9, hours=1)
    assert due_here(graph, configured, later) == []


def test_a_change_wins_over_a_clock_that_has_seen_the_former_time(graph: Graph, configured: str) -> None:
    added = hourly(graph, configured)
    late = NOW + timedelta(minutes=61)
    (found,) = due_here(graph, configured, late)
    schedules.change(graph, added.id, paused=True, now=late)
    assert schedules.run_due(graph, found, late) is None
    assert asked_for(graph, configured) == []


def test_schedules_are_listed_in_pages_and_removed(graph: Graph, configured: str) -> None:
    added = {hourly(graph, configured).id for _ in range(5)}
    first = schedules.schedules(graph, environment=configured, limit=3)
    rest = schedules.schedules(graph, environment=configured, limit=3, after=first.next)
    assert {one["id"] for one in (*first.items, *rest.items)} == added
    assert rest.next is None
    for id in added:
        schedules.remove(graph, id)
    assert schedules.schedules(graph, environment=configured).items == ()
    with pytest.raises(UnknownObject):
        schedules.remove(graph, added.pop())


def test_what_can_not_be_scanned_has_no_schedule(graph: Graph, environment: str) -> None:
    how = recurrence("HOURLY", now=NOW)
    with pytest.raises(UnknownEnvironment):
        schedules.add(graph, "nowhere", how, ScanOptions(), created_by="test")
    vault = Vault(KEY)
    EnvironmentRegistry(graph, vault).add(Environment(name=environment, configuration=(SECTION,)))
    EnvironmentRegistry(graph, vault).remove(environment)
    with pytest.raises(InvalidConfiguration, match="no configuration"):
        schedules.add(graph, environment, how, ScanOptions(), created_by="test")


def test_a_schedule_whose_environment_lost_its_configuration_says_so(graph: Graph, configured: str) -> None:
    added = hourly(graph, configured)
    EnvironmentRegistry(graph, Vault(KEY)).remove(configured)
    late = NOW + timedelta(minutes=61)
    (found,) = due_here(graph, configured, late)
    run = schedules.run_due(graph, found, late)
    assert run is not None
    assert "no configuration" in str(run.problem)
    assert schedules.one_schedule(graph, added.id).next_run == NOW + timedelta(hours=2)


def test_a_schedule_that_this_version_can_not_read_is_stopped_and_blocks_no_other(
    graph: Graph, configured: str
) -> None:
    strange, good = hourly(graph, configured), hourly(graph, configured)
    with raw_session(graph) as session:
        session.run("MATCH (s:Schedule {id: $id}) SET s.options = '{\"of_tomorrow\": true}'", id=strange.id).consume()
    late = NOW + timedelta(minutes=61)
    assert [one.id for one in due_here(graph, configured, late)] == [good.id]
    with raw_session(graph) as session:
        kept = session.run("MATCH (s:Schedule {id: $id}) RETURN s", id=strange.id).single(strict=True)["s"]
    assert kept["paused"] is True
    assert "of_tomorrow" in kept["last_problem"]
