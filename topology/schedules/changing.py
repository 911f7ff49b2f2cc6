"""From what somebody wants changed of a schedule to what it is then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from topology.scan.options import ScanOptions
from topology.schedules.recurrence import Recurrence, recurrence

_WHEN = ("frequency", "every", "cron", "timezone", "start")


def changed_recurrence(former: Recurrence, values: Mapping[str, Any], now: datetime) -> Recurrence | None:
    """The recurrence with these values changed; None where nothing is about it. Raises InvalidConfiguration.

    With another frequency, `every` and `cron` do not stay. The first time stays unless it is given.
    """
    given = {name: values[name] for name in _WHEN if name in values}
    if not given:
        return None
    kept = asdict(former)
    if given.get("frequency", former.frequency) != former.frequency:
        kept |= {"every": None, "cron": None}
    return recurrence(**{**kept, **given}, now=now)


def changed_options(former: ScanOptions, values: Mapping[str, Any]) -> ScanOptions | None:
    """The options with these values changed; None where nothing is about them. Raises InvalidConfiguration."""
    names = asdict(former)
    given = {name: value for name, value in values.items() if name in names}
    return ScanOptions.from_json({**names, **given}) if given else None
