"""From a moment to the next time: whatever the clocks of the zone do, none comes twice and none is left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topology.errors import InvalidConfiguration
from topology.schedules.recurrence import FREQUENCIES, Recurrence, recurrence


def _within(day: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, 86_399).map(lambda second: datetime.fromtimestamp(day * 86_400 + second, UTC))


def clock(text: str) -> datetime:
    """A time as a clock on the wall shows it, of no zone."""
    return datetime.fromisoformat(text)


# North, south, half an hour, a day that was left out, no change at all.
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "UTC")
moments = st.integers(14_245, 23_741).flatmap(_within)
LONGEST = {"DAILY": 2, "WEEKLY": 8, "MONTHLY": 32, "YEARLY": 367}


@st.composite
def recurrences(draw: st.DrawFn, frequencies: tuple[str, ...] = FREQUENCIES) -> Recurrence:
    frequency = draw(st.sampled_from(frequencies))
    every = draw(st.integers(1, 10_000)) if frequency == "MINUTES" else None
    texts = ("30 2 * * *", "*/15 * * * *", "0 0 29 2 *", "5 4 * * SUN", "0 3 L * *", "59 23 31 12 *")
    cron = draw(st.sampled_from(texts)) if frequency == "CRON" else None
    start = draw(moments).replace(microsecond=0)
    return recurrence(frequency, now=start, start=start, timezone=draw(st.sampled_from(ZONES)), every=every, cron=cron)


def times(how: Recurrence, after: datetime, count: int) -> list[datetime]:
    def all_of_them() -> Iterator[datetime]:
        time = after
        while True:
            time = how.after(time)
            yield time

    return list(itertools.islice(all_of_them(), count))


@settings(deadline=None)
@given(recurrences(), moments)
def test_the_next_time_is_later_and_never_before_the_start(how: Recurrence, moment: datetime) -> None:
    found = how.after(moment)
    assert found > moment
    assert found >= how.start
    assert found.utcoffset() == timedelta(0)


@settings(deadline=None)
@given(recurrences(), moments, st.floats(0, 1))
def test_no_time_is_left_out_between_a_moment_and_the_next(how: Recurrence, moment: datetime, part: float) -> None:
    found = how.after(moment)
    between = moment + (found - moment) * part
    assert between >= found or how.after(between) == found


@settings(deadline=None)
@given(recurrences(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")), moments)
def test_days_and_longer_keep_their_time_of_day_unless_clocks_skip_it(how: Recurrence, moment: datetime) -> None:
    zone = ZoneInfo(how.timezone)
    wanted = how.start.astimezone(zone).time()
    for found in times(how, max(moment, how.start), 3):
        local = found.astimezone(zone)
        exact = local.replace(hour=wanted.hour, minute=wanted.minute, second=wanted.second, fold=0)
        skipped = exact.astimezone(UTC).astimezone(zone).time() != wanted
        assert local.time() == wanted or skipped or local.date() != exact.astimezone(UTC).astimezone(zone).date()


@settings(deadline=None)
@given(recurrences(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")), moments)
def test_a_time_comes_in_every_period(how: Recurrence, moment: datetime) -> None:
    first, second = times(how, max(moment, how.start), 2)
    assert second - first <= timedelta(days=LONGEST[how.frequency])


def local(how: Recurrence, after: datetime, count: int) -> list[str]:
    zone = ZoneInfo(how.timezone)
    return [f"{time.astimezone(zone):%m-%d %H:%M %z}" for time in times(how, after, count)]


def berlin(frequency: str, start: datetime, cron: str | None = None) -> Recurrence:
    return recurrence(frequency, now=start.replace(tzinfo=UTC), start=start, timezone="Europe/Berlin", cron=cron)


def test_where_clocks_go_forward_a_skipped_time_is_the_moment_of_the_change() -> None:
    start = clock("2026-03-27 02:30")
    expected = ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"]
    noon = datetime(2026, 3, 27, 12, tzinfo=UTC)
    assert local(berlin("DAILY", start), noon, 3) == expected
    assert local(berlin("CRON", start, "30 2 * * *"), noon, 3) == expected


def test_where_clocks_go_back_a_time_that_comes_twice_is_used_once() -> None:
    start = clock("2026-10-23 02:30")
    expected = ["10-24 02:30 +0200", "10-25 02:30 +0200", "10-26 02:30 +0100"]
    noon = datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert local(berlin("DAILY", start), noon, 3) == expected
    assert local(berlin("CRON", start, "30 2 * * *"), noon, 3) == expected
    between = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10, the second time
    assert local(berlin("CRON", start, "30 2 * * *"), between, 1) == ["10-26 02:30 +0100"]


def test_months_that_are_too_short_have_their_last_day() -> None:
    how = recurrence("MONTHLY", now=datetime(2027, 1, 1, tzinfo=UTC), start=clock("2027-01-31 04:00"))
    assert [f"{time:%m-%d}" for time in times(how, how.start, 4)] == ["02-28", "03-31", "04-30", "05-31"]
    leap = recurrence("YEARLY", now=datetime(2027, 1, 1, tzinfo=UTC), start=clock("2028-02-29 04:00"))
    assert [f"{time:%Y-%m-%d}" for time in times(leap, leap.start, 4)] == [
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"frequency": "SOMETIMES"}, "none of"),
        ({"frequency": "MINUTES"}, "every"),
        ({"frequency": "MINUTES", "every": 0}, "can not be"),
        ({"frequency": "DAILY", "every": 5}, "MINUTES"),
        ({"frequency": "CRON"}, "cron"),
        ({"frequency": "CRON", "cron": "* * * *"}, "five fields"),
        ({"frequency": "CRON", "cron": "0 * * * * *"}, "five fields"),
        ({"frequency": "CRON", "cron": "99 * * * *"}, "Bad minute"),
        ({"frequency": "CRON", "cron": "0 0 31 2 *"}, "Bad day"),
        ({"frequency": "CRON", "cron": "0 0 31 4,6 */2"}, "Bad day"),
        ({"frequency": "DAILY", "timezone": "Europe/Atlantis"}, "time zone"),
        ({"frequency": "DAILY", "timezone": "../../etc/passwd"}, "time zone"),
        ({"frequency": "DAILY", "start": clock("9999-12-31 00:00")}, "9999"),
    ],
)
def test_what_can_not_be_is_refused_with_its_reason(given: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidConfiguration, match=told):
        recurrence(now=datetime(2026, 1, 1, tzinfo=UTC), **given)  # type: ignore[arg-type]  # wrong on purpose


@settings(deadline=None)
@given(st.text("0123456789*/,-#L MONSUNJAN?x", max_size=30))
def test_any_cron_text_is_refused_or_has_a_next_time(text: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    try:
        how = recurrence("CRON", now=now, cron=text)
    except InvalidConfiguration:
        return
    assert how.after(now) > now
