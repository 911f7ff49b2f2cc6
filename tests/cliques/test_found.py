"""Times that the server tells as numbers or as text are the times that were written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cypher import Statement
from topology.cliques.found import time_text
from topology.graph import Graph
from topology.store.scopes import scope_state_of

# What the server's driver leaves to be collected is told of in whichever test runs then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

AS_TEXT = Statement(
    "times", "", "read", ("times",), "UNWIND $times AS time RETURN toString(datetime({epochMillis: time})) AS text"
)
WRITTEN = Statement("time", "", "read", ("time",), "RETURN toString($time) AS text")
# From 1970 to 9999: a year of five digits has a sign in the server's text.
LAST = 253402300799999


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.lists(st.integers(0, LAST) | st.integers(0, LAST // 1000).map(lambda s: s * 1000), min_size=20))
def test_a_number_becomes_the_text_that_the_server_makes_of_that_time(graph: Graph, times: list[int]) -> None:
    assert [row["text"] for row in graph.read(AS_TEXT, times=times)] == [time_text(time) for time in times]


def test_no_time_stays_no_time() -> None:
    assert time_text(None) is None


IN_A_ZONE = Statement("in_a_zone", "", "read", ("time",), "RETURN toString(datetime($time)) AS text")
ROW = {"key": "ssh/h", "outcome": "complete", "problems": [], "objects": 1, "completed_at": None}


@pytest.mark.parametrize(
    "written",
    [
        datetime(2026, 11, 21, 17, 25, 57, 784259, UTC),
        datetime(2026, 11, 21, 17, 25, tzinfo=UTC),
        datetime(2026, 1, 2, 3, 4, 5, 600000, timezone(timedelta(hours=-3, minutes=-30))),
    ],
    ids=str,
)
def test_a_scope_was_read_when_its_text_says(graph: Graph, written: datetime) -> None:
    text = graph.read(WRITTEN, time=written)[0]["text"]
    state = scope_state_of({**ROW, "observed_at": text})
    assert (state.observed_at, state.completed_at) == (written, None)


@pytest.mark.parametrize("zone", ["[Europe/Paris]", "+02:00"])
def test_of_a_time_that_somebody_wrote_in_another_zone_the_offset_is_read(graph: Graph, zone: str) -> None:
    text = graph.read(IN_A_ZONE, time=f"2026-07-01T12:00:01{zone}")[0]["text"]
    assert text.endswith(zone)
    assert scope_state_of({**ROW, "observed_at": text}).observed_at == datetime(2026, 7, 1, 10, 0, 1, tzinfo=UTC)


def test_a_time_in_a_named_zone_is_sent_as_that_time(graph: Graph) -> None:
    written = datetime(2026, 7, 1, 12, 0, 1, tzinfo=ZoneInfo("Europe/Paris"))
    texts = {graph.read(WRITTEN, time=written)[0]["text"] for _ in range(200)}
    assert texts == {"2026-07-01T10:00:01Z"}
