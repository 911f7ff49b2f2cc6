"""How often: from a moment to the next one, in a time zone, right also when clocks are put forward and back."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from topology.errors import InvalidConfiguration

MINUTES, HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY, CRON = FREQUENCIES = (
    "MINUTES",
    "HOURLY",
    "DAILY",
    "WEEKLY",
    "MONTHLY",
    "YEARLY",
    "CRON",
)
_MOST_MINUTES = 527_040  # a leap year
_YEARS = range(1970, 3000)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often something is done. Counted from `start`; `every` is of MINUTES, `cron` of CRON.

    Minutes and hours pass whatever clocks show. Days and longer keep the time of day that `start` has in `timezone`:
    where clocks skip it, it is the moment at which they do; where it comes twice, the first time.
    """

    frequency: str
    start: datetime
    timezone: str = "UTC"
    every: int | None = None
    cron: str | None = None

    def after(self, moment: datetime) -> datetime:
        """The first time after `moment`, in UTC; never before `start`."""
        moment = moment.astimezone(UTC)
        if self.frequency == CRON:
            return self._by_cron(max(moment, self.start - timedelta(microseconds=1)))
        if moment < self.start:
            return self.start
        if self.frequency in _STEPS:
            step = _STEPS[self.frequency](self)
            return self.start + (int((moment - self.start) / step) + 1) * step
        return self._by_calendar(moment)

    def spoken(self) -> str:
        """As a person says it: `every 15 minutes`, `daily at 02:30 (Europe/Berlin)`."""
        local = self.start.astimezone(ZoneInfo(self.timezone))
        said: Mapping[str, str] = {
            MINUTES: f"every {self.every} minutes",
            HOURLY: f"hourly at minute {local:%M}",
            DAILY: f"daily at {local:%H:%M}",
            WEEKLY: f"weekly, {local:%A} at {local:%H:%M}",
            MONTHLY: f"monthly on day {local.day} at {local:%H:%M}",
            YEARLY: f"yearly on {local.day} {local:%B} at {local:%H:%M}",
            CRON: f"cron {self.cron}",
        }
        return said[self.frequency] + ("" if self.frequency in (MINUTES, HOURLY) else f" ({self.timezone})")

    def _by_cron(self, moment: datetime) -> datetime:
        times = CronSim(str(self.cron), moment.astimezone(ZoneInfo(self.timezone)))
        for time in times:  # its first may be the former of two equal times of the day
            if (found := time.astimezone(UTC)) > moment:
                return found
        raise InvalidConfiguration(f"schedule: {self.cron!r} never comes. Correct the cron text.")

    def _by_calendar(self, moment: datetime) -> datetime:
        zone = ZoneInfo(self.timezone)
        first, there = self.start.astimezone(zone), moment.astimezone(zone)
        number = max(0, _PASSED[self.frequency](first, there) - 1)
        while (found := _in_utc(_NTH[self.frequency](first, number), zone)) <= moment:
            number += 1
        return found


def recurrence(
    frequency: str,
    *,
    now: datetime,
    start: datetime | None = None,
    timezone: str | None = None,
    every: int | None = None,
    cron: str | None = None,
) -> Recurrence:
    """A recurrence that can be; counted from now unless `start` is given. Raises InvalidConfiguration."""
    zone = _zone(timezone or "UTC")
    _check_numbers(frequency, every, cron)
    begun = now if start is None else start
    if begun.year not in _YEARS:
        raise InvalidConfiguration(f"schedule: it can not start in the year {begun.year}.")
    begun = begun.replace(tzinfo=zone) if begun.tzinfo is None else begun
    if frequency == MINUTES or start is None:
        begun = begun.replace(microsecond=0)
    made = Recurrence(frequency, begun.astimezone(UTC), zone.key, every, cron)
    made.after(now)  # a time that never comes is told now
    return made


def _check_numbers(frequency: str, every: int | None, cron: str | None) -> None:
    if frequency not in FREQUENCIES:
        raise InvalidConfiguration(f"schedule: frequency {frequency!r} is none of {', '.join(FREQUENCIES)}.")
    if (every is None) == (frequency == MINUTES):
        raise InvalidConfiguration(
            "schedule: `every`, a number of minutes, goes with frequency MINUTES and only there."
        )
    if (cron is None) == (frequency == CRON):
        raise InvalidConfiguration("schedule: `cron`, five fields, goes with frequency CRON and only there.")
    if every is not None and not 1 <= every <= _MOST_MINUTES:
        raise InvalidConfiguration(f"schedule: every {every} minutes can not be; give 1 to {_MOST_MINUTES}.")
    if cron is not None:
        _check_cron(cron)


def _check_cron(text: str) -> None:
    if len(text.split()) != 5:
        raise InvalidConfiguration(
            f"schedule: the cron text {text[:100]!r} has not five fields: minute, hour, day of the month, month, day "
            "of the week, such as `30 2 * * MON-FRI`."
        )
    try:
        CronSim(text, datetime(2000, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError, AssertionError) as error:
        raise InvalidConfiguration(f"schedule: the cron text {text[:100]!r} can not be: {error}.") from error


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise InvalidConfiguration(f"schedule: no time zone is named {name[:100]!r}; give one such as Europe/Berlin.")
    return ZoneInfo(name)


def _months_later(first: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where it has fewer."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return first.replace(year=year, month=month + 1, day=min(first.day, last))


def _in_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A time of day as a moment: where clocks skip it, when they do."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    before, after = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    while after - before > timedelta(seconds=1):  # the moment of the change lies between
        middle = before + (after - before) / 2
        changed = middle.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset()
        before, after = (before, middle) if changed else (middle, after)
    return after.replace(microsecond=0)


_STEPS: Mapping[str, Callable[[Recurrence], timedelta]] = {
    MINUTES: lambda own: timedelta(minutes=own.every or 1),
    HOURLY: lambda _: timedelta(hours=1),
}
_NTH: Mapping[str, Callable[[datetime, int], datetime]] = {
    DAILY: lambda first, n: first + timedelta(days=n),
    WEEKLY: lambda first, n: first + timedelta(days=7 * n),
    MONTHLY: _months_later,
    YEARLY: lambda first, n: _months_later(first, 12 * n),
}
_PASSED: Mapping[str, Callable[[datetime, datetime], int]] = {
    DAILY: lambda first, there: (there.date() - first.date()).days,
    WEEKLY: lambda first, there: (there.date() - first.date()).days // 7,
    MONTHLY: lambda first, there: (there.year - first.year) * 12 + there.month - first.month,
    YEARLY: lambda first, there: there.year - first.year,
}
