"""Reading hosts: which, where, several at a time; each with its own outcome."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.collection import Collection
from collectors.contracts import Collected, HostCollector, HostSite
from collectors.hosts import host_sites
from collectors.registry import Plugins
from collectors.sources.protocols import CommandFailed, CommandResult, HostShell, Refused, Sources, Unreachable
from graph_schema.commands import INTERFACES, OVS, Command
from graph_schema.object_types import HOST, HOST_PNIC, NETWORK_AGENT
from graph_schema.records import Problem, Reading, Record, Ref
from tests.sources.told import ToldShell, ToldShells
from tests.views import View

NO_CONNECTION = Unreachable("ssh cmp2 (10.0.0.2:22)", "no answer within 15 s.", "Check the host.")


def _interfaces(told: tuple[str, str]) -> Collected:
    host, text = told
    for device in text.split():
        yield HOST_PNIC.record(name=device, device=device, host=host)


NICS = HostCollector("nics", lambda shell, _: (shell.host, shell.run(INTERFACES)), _interfaces)
SWITCH = HostCollector("switch", lambda shell, _: (shell.host, shell.run(OVS)), _interfaces)


def host(name: str, zone: str = "zone:RegionOne:nova", **more: Any) -> Record:
    kind = "availability_zone" if zone.startswith("zone") else "region"
    return HOST.record(id=name, name=name, parent=Ref(kind, zone), **more)


def agent(name: str, binary: str = "neutron-l3-agent") -> Record:
    return NETWORK_AGENT.record(id=f"{name}-{binary}", name=binary, host=name, agent_type="L3 agent")


def ok(*devices: str) -> dict[str, Any]:
    return {"interfaces": CommandResult(" ".join(devices), "", 0)}


def read(
    shells: Any, names: list[str], *collectors: HostCollector, only: set[str] | None = None, **more: Any
) -> dict[str, Reading]:
    view = View([host(name) for name in names])
    plugins = Plugins(hosts=collectors or [NICS], **more)
    with Collection(Sources({}, shells=shells), plugins, parallel_hosts=3) as collection:
        return {reading.scope.key: reading for reading in collection.read_hosts(view, only)}


def ids(reading: Reading) -> set[str]:
    return {record.id for record in reading.records}


def test_each_host_is_a_scope_and_a_dead_one_says_why_while_the_others_are_read() -> None:
    shells = ToldShells({"cmp1": ok("eth0", "eth1"), "cmp2": NO_CONNECTION, "cmp3": ok()})
    readings = read(shells, ["cmp1", "cmp2", "cmp3"])
    assert {key: (r.outcome.status, r.outcome.problems, ids(r)) for key, r in readings.items()} == {
        "ssh/cmp1": ("complete", (), {"cmp1:host_pnic:eth0", "cmp1:host_pnic:eth1"}),
        "ssh/cmp2": ("failed", (NO_CONNECTION.problem,), set()),
        "ssh/cmp3": ("complete", (), set()),
    }


def test_a_collector_that_fails_makes_its_host_partial() -> None:
    failed = CommandFailed("ssh cmp1: ovs-vsctl", "it did not end within 60 s.")
    readings = read(ToldShells({"cmp1": ok("eth0") | {"ovs": failed}}), ["cmp1"], SWITCH, NICS)
    reading = readings["ssh/cmp1"]
    assert (reading.outcome.status, reading.outcome.problems) == ("partial", (failed.problem,))
    assert ids(reading) == {"cmp1:host_pnic:eth0"}


def test_a_host_that_is_lost_in_the_middle_is_not_asked_on() -> None:
    asked: list[str] = []

    def fetch(shell: HostShell, _: HostSite) -> Any:
        asked.append(shell.host)
        return shell.host, shell.run(INTERFACES)

    late = HostCollector("late", fetch, _interfaces)
    lost = Unreachable("ssh cmp1: ovs-vsctl", "the connection was lost.")
    reading = read(ToldShells({"cmp1": ok("eth0") | {"ovs": lost}}), ["cmp1"], NICS, SWITCH, late)["ssh/cmp1"]
    assert (reading.outcome.status, reading.outcome.problems, ids(reading), asked) == (
        "partial",
        (lost.problem,),
        {"cmp1:host_pnic:eth0"},
        [],
    )


@pytest.mark.parametrize("error", [Refused("ssh", "no"), KeyError("x"), RuntimeError("y")])
def test_no_exception_comes_out_whoever_raises_it(error: Exception) -> None:
    def broken(*_: Any) -> Any:
        raise error

    here = HostCollector("here", lambda *_: None, lambda _: [], broken)
    there = HostCollector("there", broken, lambda _: [])
    in_parse = HostCollector("parse", lambda *_: None, broken)
    for shells, collectors in (
        (ToldShells({"cmp1": error}), [NICS]),
        (ToldShells({"cmp1": ok()}), [here]),
        (ToldShells({"cmp1": ok()}), [there]),
        (ToldShells({"cmp1": ok()}), [in_parse]),
    ):
        reading = read(shells, ["cmp1"], *collectors)["ssh/cmp1"]
        assert (reading.outcome.status, len(reading.outcome.problems)) == ("failed", 1)


def test_a_collector_is_asked_only_where_the_host_can_have_it() -> None:
    never = HostCollector("never", lambda *_: 1 / 0, lambda _: [], wanted=lambda site: site.hypervisor == "xen")
    assert read(ToldShells({"cmp1": ok()}), ["cmp1"], never)["ssh/cmp1"].outcome.status == "complete"


def test_only_the_hosts_that_were_asked_for_are_read() -> None:
    shells = ToldShells({name: ok() for name in ("a", "b", "c")})
    assert set(read(shells, ["a", "b", "c"], only={"b", "z"})) == {"ssh/b"}
    assert [name for name, _ in shells.connected] == ["b"]


def test_without_a_section_no_host_is_read_and_with_one_that_did_not_open_each_fails_with_the_reason() -> None:
    view = View([host("a"), host("b")])
    with Collection(Sources({}), Plugins(hosts=[NICS])) as collection:
        assert list(collection.read_hosts(view)) == []
        assert "no CLI section" in collection.hints[0].what
    refused = Problem("ssh the master host", "no answer.", "Check it.")
    with Collection(Sources({}, missing={"CLI": refused}), Plugins(hosts=[NICS])) as collection:
        found = {(r.scope.name, r.outcome.status, r.outcome.problems) for r in collection.read_hosts(view)}
        assert found == {("a", "failed", (refused,)), ("b", "failed", (refused,))}
        assert collection.notes == (refused,)


def test_where_no_collector_is_installed_nothing_is_said_to_be_gone() -> None:
    with Collection(Sources({}, shells=ToldShells({"a": ok()})), Plugins()) as collection:
        assert list(collection.read_hosts(View([host("a")]))) == []


def test_a_plug_in_that_does_not_load_leaves_no_host_complete() -> None:
    lost = Problem("plug-in x", "it does not load.", "Update it.")
    readings = read(ToldShells({"a": ok("eth0")}), ["a"], lost_collectors=[lost])
    assert (readings["ssh/a"].outcome.status, ids(readings["ssh/a"])) == ("partial", {"a:host_pnic:eth0"})


class Crowd:
    """Counts how many hosts are read at once."""

    def __init__(self) -> None:
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        with ToldShells({host: ok()}).connect(host, address) as shell:
            yield shell
        with self.lock:
            self.now -= 1


def test_hosts_are_read_several_at_a_time_but_no_more_than_allowed() -> None:
    crowd = Crowd()
    readings = read(crowd, [f"h{n}" for n in range(20)])
    assert (len(readings), crowd.most) == (20, 3)


def test_a_reader_that_stops_early_stops_the_rest() -> None:
    crowd = Crowd()
    view = View([host(f"h{n}") for n in range(200)])
    with Collection(Sources({}, shells=crowd), Plugins(hosts=[NICS]), parallel_hosts=2) as collection:
        readings = collection.read_hosts(view)
        next(readings)
        readings.close()  # type: ignore[attr-defined]  # a generator's
    time.sleep(0.1)
    assert crowd.now == 0


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.text(min_size=1, max_size=8), st.booleans(), max_size=12))
def test_every_host_gives_exactly_one_reading(hosts: Mapping[str, bool]) -> None:
    shells = ToldShells({name: ok("eth0") if alive else NO_CONNECTION for name, alive in hosts.items()})
    readings = read(shells, list(hosts))
    expected = {f"ssh/{name}": "complete" if alive else "failed" for name, alive in hosts.items()}
    assert {key: r.outcome.status for key, r in readings.items()} == expected


@dataclass(frozen=True)
class Beside:
    """A ShellSource of one host whose answers take their time, in threads of who asks."""

    results: Mapping[str, Any]
    delays: Mapping[str, float]
    concurrent: bool

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        yield SlowShell(host, self.results, self.concurrent, self.delays)


@dataclass
class SlowShell(ToldShell):
    """Answers as late as it is told to."""

    delays: Mapping[str, float] = field(default_factory=dict)

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        if self.concurrent:
            time.sleep(self.delays[command.name])
        return super().result(command, arguments)


ANSWERS = st.sampled_from(
    [
        CommandResult("eth0", "", 0),
        CommandResult("eth1 eth0", "", 0),
        CommandResult("", "bad", 1),
        CommandFailed("ssh cmp1", "it did not end."),
        Unreachable("ssh cmp1", "the connection was lost."),
        KeyError("x"),
    ]
)


def asks(name: str) -> HostCollector:
    """A collector of NICs that runs one command."""
    command = Command(name, (name,), "a test")
    return HostCollector(name, lambda shell, _: (shell.host, shell.run(command)), _interfaces)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(ANSWERS, st.sampled_from([0.0, 0.002, 0.01])), min_size=1, max_size=8))
def test_side_by_side_a_host_gives_what_it_gives_in_turn(told: list[tuple[Any, float]]) -> None:
    names = [f"c{n}" for n in range(len(told))]
    results = dict(zip(names, (answer for answer, _ in told), strict=True))
    delays = dict(zip(names, (delay for _, delay in told), strict=True))
    found = [
        replace(
            read(Beside(results, delays, concurrent), ["cmp1"], *map(asks, names))["ssh/cmp1"],
            observed_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for concurrent in (False, True)
    ]
    assert found[0] == found[1]


def test_collectors_of_one_host_run_side_by_side() -> None:
    meeting = threading.Barrier(3, timeout=30)

    def meets(*_: Any) -> str:
        meeting.wait()
        return ""

    collectors = [HostCollector(f"c{n}", meets, lambda _: []) for n in range(3)]
    assert read(Beside({}, {}, concurrent=True), ["cmp1"], *collectors)["ssh/cmp1"].outcome.status == "complete"


def site(sites: list[HostSite], name: str) -> HostSite:
    return next(each for each in sites if each.host == name)


def test_a_host_is_where_nova_says_else_where_its_name_leads() -> None:
    sites = host_sites(View([host("cmp1", ip_address="10.0.0.1"), host("net1", "region:RegionOne")]))
    assert {(s.host, s.address, s.region) for s in sites} == {
        ("cmp1", "10.0.0.1", "RegionOne"),
        ("net1", "net1", "RegionOne"),
    }


def test_a_region_with_nasty_characters_is_read_from_the_hosts_place() -> None:
    assert host_sites(View([host("h", "zone:a%3Ab%25:z")]))[0].region == "a:b%"


def test_what_runs_on_a_host_is_known_or_known_not_to_be_known() -> None:
    sites = host_sites(
        View(
            [
                host("net1", "region:north", services=["neutron-l3-agent"]),
                host("cmp1", "zone:north:z", services=["nova-compute"], hypervisor_type="QEMU"),
                host("cmp2", "zone:north:z", services=["nova-compute"]),
                host("far1", "zone:south:z"),
                agent("net1"),
            ]
        )
    )
    assert [a.host for a in site(sites, "net1").agents or ()] == ["net1"]
    assert (site(sites, "cmp1").agents, site(sites, "far1").agents) == ((), None)
    assert [site(sites, name).hypervisor for name in ("net1", "cmp1", "cmp2", "far1")] == ["", "QEMU", None, None]
