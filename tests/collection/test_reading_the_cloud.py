"""Reading the cloud's services scope by scope: API first, then database; outcomes; nothing crosses but readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.collection import Collection
from collectors.contracts import CloudCollector, Collected
from collectors.registry import Plugins
from collectors.sources.protocols import Refused, Sources, Unreachable
from graph_schema.object_types import HOST, INSTANCE, NETWORK, PROJECT, ROUTER
from graph_schema.records import Problem, Reading, Ref, Scope
from tests.sources.told import ToldApi, ToldDatabase

TYPES = {"projects": ("keystone", PROJECT), "networks": ("neutron", NETWORK), "routers": ("neutron", ROUTER)}
DOWN = Unreachable("neutron RegionOne", "connection refused.", "Start it.")
DENIED = Refused("mysql db:3306", "access denied.", "Grant it.")
PAGE = Problem("neutron networks, n3", "it has no 'name'.", "Look at it.")


def _record(kind: str, id: str) -> Any:
    parent = Ref("environment", "") if kind == "projects" else Ref("project", "p")
    return TYPES[kind][1].record(id=id, name=id, parent=parent)


def _parse(kind: str, told: Iterable[Any]) -> Collected:
    """Ids make records, Problems stay, exceptions are raised: as an answer would make a parser do."""
    for each in told:
        if isinstance(each, Exception):
            raise each
        yield each if isinstance(each, Problem) else _record(kind, each)


def collector(kind: str) -> CloudCollector:
    return CloudCollector(
        kind,
        TYPES[kind][0],
        fetch_api=lambda api: api.listing("network", kind, kind),
        parse_api=lambda told: _parse(kind, told),
        fetch_database=lambda database, _: database.rows("neutron", kind, ("id",)),
        parse_database=lambda rows: _parse(kind, rows),
        witness=lambda api, type, id: api.exists("network", f"{kind}/{id}") if type == kind[:-1] else None,
    )


NETWORKS, ROUTERS, PROJECTS = (collector(kind) for kind in ("networks", "routers", "projects"))


def sources(api: Mapping[str, Any] | None, database: Mapping[str, Any] | None = None, **more: Any) -> Sources:
    told = {"RegionOne": ToldApi(listings=dict(api))} if api is not None else {}
    tables = (
        ToldDatabase({f"neutron.{kind}": rows for kind, rows in database.items()}) if database is not None else None
    )
    return Sources(told, tables, **({"regions": ["RegionOne"]} | more))


def read(given: Sources, *collectors: CloudCollector, **more: Any) -> dict[str, Reading]:
    with Collection(given, Plugins(cloud=collectors, **more)) as collection:
        return {reading.scope.key: reading for reading in collection.read_cloud()}


def ids(reading: Reading) -> set[tuple[str, str]]:
    return {(record.type, record.id) for record in reading.records}


def test_scopes_come_in_order_each_with_what_its_collectors_gave() -> None:
    given = sources({"projects": ["p"], "networks": ["n1", "n2"], "routers": ["r"]})
    readings = read(given, ROUTERS, PROJECTS, NETWORKS)
    assert list(readings) == ["keystone/environment", "neutron/RegionOne"]
    assert ids(readings["keystone/environment"]) == {("project", "p")}
    assert ids(readings["neutron/RegionOne"]) == {("network", "n1"), ("network", "n2"), ("router", "r")}
    assert {reading.outcome.status for reading in readings.values()} == {"complete"}
    assert readings["neutron/RegionOne"].scope == Scope("neutron", "RegionOne")


@pytest.mark.parametrize(
    ("api", "database", "status", "found", "told"),
    [
        (["n1"], ["other"], "complete", {"n1"}, []),
        ([], ["other"], "complete", set(), []),
        (DOWN, ["n1"], "complete", {"n1"}, [DOWN.problem]),
        (["n1", PAGE], ["n1", "n3"], "complete", {"n1", "n3"}, [PAGE]),
        (["n1", PAGE], None, "partial", {"n1"}, [PAGE]),
        (["n1", PAGE], DENIED, "partial", {"n1"}, [PAGE, DENIED.problem]),
        (DOWN, ["n1", PAGE], "partial", {"n1"}, [DOWN.problem, PAGE]),
        (["n1", DOWN], None, "partial", {"n1"}, [DOWN.problem]),
        (DOWN, None, "failed", set(), [DOWN.problem]),
        (DOWN, DENIED, "failed", set(), [DOWN.problem, DENIED.problem]),
        ([PAGE], [PAGE], "failed", set(), [PAGE]),
    ],
)
def test_the_first_way_that_gives_all_is_used(
    api: Any, database: Any, status: str, found: set[str], told: list[Problem]
) -> None:
    given = sources({"networks": api}, None if database is None else {"networks": database})
    reading = read(given, NETWORKS)["neutron/RegionOne"]
    assert (reading.outcome.status, {id for _, id in ids(reading)}) == (status, found)
    assert set(reading.outcome.problems) == set(told)


def test_the_database_is_not_asked_where_the_api_gave_all() -> None:
    given = sources({"networks": ["n1"]}, {"networks": ["n1"]})
    read(given, NETWORKS)
    assert isinstance(given.database, ToldDatabase)
    assert given.database.asked == []


def test_without_an_api_the_database_gives_the_same_and_the_reason_is_a_note() -> None:
    refused = Problem("keystone", "login refused.", "Check pwd.")
    given = sources(None, {"networks": ["n1"], "projects": ["p"]}, missing={"OpenStack": refused})
    with Collection(given, Plugins(cloud=[NETWORKS, PROJECTS])) as collection:
        readings = list(collection.read_cloud())
        assert refused in collection.notes
    assert [(r.scope.key, r.outcome.status, len(list(r.records))) for r in readings] == [
        ("keystone/environment", "complete", 1),
        ("neutron/RegionOne", "complete", 1),
    ]


def test_without_any_source_every_scope_fails_with_the_reason() -> None:
    refused = Problem("keystone", "login refused.", "Check pwd.")
    readings = read(sources(None, missing={"OpenStack": refused}), NETWORKS, PROJECTS)
    assert {key: (r.outcome.status, r.outcome.problems) for key, r in readings.items()} == {
        "keystone/environment": ("failed", (refused,)),
        "neutron/RegionOne": ("failed", (refused,)),
    }


def test_regions_are_found_in_the_database_where_nobody_else_knows_them() -> None:
    tables = ToldDatabase({"keystone.endpoint": [{"region_id": "north"}], "neutron.networks": ["n1"]})
    assert list(read(Sources({}, tables), NETWORKS)) == ["neutron/north"]


def test_with_no_region_known_the_environments_scope_fails_and_says_so() -> None:
    readings = read(Sources({}), NETWORKS, PROJECTS)
    assert [(key, r.outcome.status) for key, r in readings.items()] == [("keystone/environment", "failed")]
    assert "region" in readings["keystone/environment"].outcome.problems[0].what


def test_of_several_regions_each_is_read_and_the_database_stands_in_for_none_of_them() -> None:
    apis = {
        "north": ToldApi("north", {"networks": ["n1"], "projects": ["p"]}),
        "south": ToldApi("south", {"networks": DOWN, "projects": ["p", "q"]}),
    }
    given = Sources(apis, ToldDatabase({"neutron.networks": ["n1", "n9"]}), regions=["north", "south"])
    readings = read(given, NETWORKS, PROJECTS)
    assert {key: (r.outcome.status, ids(r)) for key, r in readings.items()} == {
        "keystone/environment": ("complete", {("project", "p"), ("project", "q")}),
        "neutron/north": ("complete", {("network", "n1")}),
        "neutron/south": ("failed", set()),
    }


def test_a_defect_of_a_plug_in_is_a_problem_with_its_place_and_the_others_go_on() -> None:
    given = sources({"networks": ["n1", ZeroDivisionError("a\nb")], "routers": ["r"]})
    reading = read(given, NETWORKS, ROUTERS)["neutron/RegionOne"]
    assert (reading.outcome.status, ids(reading)) == ("partial", {("network", "n1"), ("router", "r")})
    (problem,) = reading.outcome.problems
    assert problem.where == "collector networks"
    assert "ZeroDivisionError" in problem.what
    assert __file__.rpartition("/")[2] in problem.what


def test_what_another_source_owns_is_left_out_and_told() -> None:
    def parse(_: Any) -> Collected:
        yield _record("networks", "n1")
        yield HOST.record(id="cmp1", name="cmp1", parent=Ref("region", "region:R"))
        yield INSTANCE.attributes("neutron", id="i", addresses=["10.0.0.1"])

    stranger = CloudCollector("stranger", "neutron", fetch_api=lambda api: api.region, parse_api=parse)
    reading = read(sources({}), stranger)["neutron/RegionOne"]
    assert (reading.outcome.status, ids(reading)) == ("partial", {("network", "n1")})
    assert [(a.type, a.id) for a in reading.attributes] == [("instance", "i")]
    assert "host in the name of neutron" in reading.outcome.problems[0].what


def test_a_collector_of_a_source_that_nothing_belongs_to_is_told_and_not_read() -> None:
    stranger = CloudCollector("stranger", "weather", fetch_api=lambda _: [], parse_api=list)
    with Collection(sources({}), Plugins(cloud=[stranger])) as collection:
        assert list(collection.read_cloud()) == []
        assert "collector stranger" in {note.where for note in collection.notes}


def test_a_plug_in_that_does_not_load_leaves_no_scope_complete() -> None:
    lost = Problem("plug-in x", "it does not load.", "Update it.")
    readings = read(sources({"networks": ["n1"], "projects": ["p"]}), NETWORKS, PROJECTS, lost_collectors=[lost])
    assert {r.outcome.status for r in readings.values()} == {"partial"}


def test_an_object_that_two_pages_hold_is_there_once() -> None:
    reading = read(sources({"networks": ["n1", "n2", "n1"]}), NETWORKS)["neutron/RegionOne"]
    assert [record.id for record in reading.records] == ["n1", "n2"]


def test_collectors_of_a_scope_share_what_they_ask_and_other_scopes_ask_anew() -> None:
    again = CloudCollector("again", "neutron", fetch_api=NETWORKS.fetch_api, parse_api=NETWORKS.parse_api)
    given = sources({"networks": ["n1"], "projects": ["p"]})
    read(given, NETWORKS, again, PROJECTS)
    api = given.apis["RegionOne"]
    assert isinstance(api, ToldApi)
    assert sorted(api.asked) == ["networks", "projects"]


def test_a_witness_says_whether_an_object_still_answers() -> None:
    api = ToldApi(there={"networks/n1"})
    with Collection(Sources({"RegionOne": api}), Plugins(cloud=[NETWORKS, ROUTERS])) as collection:
        scope = Scope("neutron", "RegionOne")
        assert collection.witness(scope, "network", "n1") is True
        assert collection.witness(scope, "network", "n2") is False
        assert collection.witness(scope, "port", "x") is None
        assert collection.witness(Scope("nova", "RegionOne"), "network", "n1") is None
        assert collection.witness(Scope("neutron", "Elsewhere"), "network", "n1") is None


@pytest.mark.parametrize("error", [DOWN, DENIED, ValueError("x")])
def test_a_witness_that_cannot_be_asked_cannot_tell(error: Exception) -> None:
    def broken(*_: Any) -> bool:
        raise error

    witness = CloudCollector("w", "neutron", witness=broken)
    with Collection(sources({}), Plugins(cloud=[witness])) as collection:
        assert collection.witness(Scope("neutron", "RegionOne"), "network", "n1") is None


def test_closing_closes_the_sources() -> None:
    closed: list[str] = []
    with Collection(Sources({}, closers=[lambda: closed.append("api"), lambda: closed.append("ssh")]), Plugins()):
        assert closed == []
    assert closed == ["api", "ssh"]


answers = st.lists(
    st.sampled_from(["a", "b", "c"]) | st.just(PAGE) | st.just(DOWN) | st.just(KeyError("x")), max_size=4
)
ways = answers | st.sampled_from([DOWN, DENIED])


@given(st.tuples(ways, ways | st.none()), st.tuples(ways, ways | st.none()))
def test_a_scope_is_complete_only_when_each_collector_got_all_in_some_way(
    networks: tuple[Any, Any], routers: tuple[Any, Any]
) -> None:
    both = {"networks": networks, "routers": routers}
    given = sources(
        {kind: way for kind, (way, _) in both.items()},
        {kind: way for kind, (_, way) in both.items() if way is not None},
    )
    reading = read(given, NETWORKS, ROUTERS)["neutron/RegionOne"]

    def whole(way: Any) -> bool:
        return isinstance(way, list) and not any(isinstance(each, Problem | Exception) for each in way)

    complete = all(any(whole(way) for way in tried) for tried in both.values())
    assert (reading.outcome.status == "complete") == complete
    possible = {each for tried in both.values() for way in tried if isinstance(way, list) for each in way}
    assert {id for _, id in ids(reading)} <= {each for each in possible if isinstance(each, str)}
    assert bool(reading.outcome.problems) or complete
