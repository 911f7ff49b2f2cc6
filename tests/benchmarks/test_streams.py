"""What the benchmarks of events send, and how they tell a leak from noise."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from benchmarks.cloud.recorded import open_recorded
from benchmarks.events_level import line_through
from benchmarks.events_stream import Notification, Stream
from collectors.events.notification import read_notification
from graph_schema.events import Effect
from tests.events.recorded import interpreter, messages


@pytest.fixture(scope="module")
def stream() -> Stream:
    return Stream(open_recorded().listings)


def effect_of(one: Notification) -> Effect:
    return interpreter()(read_notification(one.body, "lab", datetime.now(UTC)))


def test_the_first_copy_has_every_recorded_notification_and_each_is_understood(stream: Stream) -> None:
    copy = list(stream.notifications(len(messages())))

    types = Counter(json.loads(json.loads(one.body)["oslo.message"])["event_type"] for one in copy)
    recorded = Counter(json.loads(message["body"]["oslo.message"])["event_type"] for message in messages())
    assert types == recorded
    assert [effect_of(one).problem for one in copy if effect_of(one).problem] == []


def test_what_lasts_is_of_the_cloud_and_what_is_deleted_is_not(stream: Stream) -> None:
    listings = open_recorded().listings
    known = {item["id"] for items in listings.values() for item in items if "id" in item}
    effects = [effect_of(one) for one in stream.notifications(500)]

    gone = {gone.id for effect in effects for gone in effect.gone}
    lasting = {says.record.id for effect in effects[81:] for says in effect.says if says.record.type == "port"}
    assert gone
    assert gone.isdisjoint(known)
    assert lasting
    assert lasting <= known


def test_every_copy_says_something_new(stream: Stream) -> None:
    said = [
        (says.record.id, says.record.name)
        for one in stream.notifications(1000)
        for says in effect_of(one).says
        if says.record.type == "instance"
    ]

    names = {id: {name for other, name in said if other == id} for id, _ in said}
    assert max(map(len, names.values())) > 1
    copies = [json.loads(json.loads(one.body)["oslo.message"])["message_id"] for one in stream.notifications(1000)]
    assert len(set(copies)) == 1000


@pytest.mark.parametrize(("rise", "level"), [(0.0, True), (0.005, True), (0.1, False), (-0.1, True)])
def test_a_leak_is_told_from_noise(rise: float, level: bool) -> None:
    noise = Random(1)
    times = list(range(400))

    line = line_through(times, [100 + noise.gauss(0, 2) + rise * time for time in times])

    assert line.level is level


def test_too_few_looks_say_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        line_through([1, 2, 3], [1, 1, 1])
