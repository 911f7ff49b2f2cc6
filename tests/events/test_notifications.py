"""From the broker's message to an event: envelopes, forms, and what is no notification at all."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.events.notification import read_notification
from collectors.sources.protocols import Malformed
from graph_schema.events import EVENT_TYPES, EVENTS
from tests.events.recorded import NOW, effect_of, event_of, interpreter, made, messages

BARE: dict[str, Any] = {
    "message_id": "m1",
    "publisher_id": "network.ctl1",
    "event_type": "port.create.end",
    "timestamp": "2026-11-21 08:10:38.052129",
    "payload": {"port": {"id": "p1"}},
    "_context_auth_token": "nobody-may-see-it",
}


@pytest.mark.parametrize(
    "body",
    [
        BARE,
        json.dumps(BARE),
        json.dumps(BARE).encode(),
        {"oslo.version": "2.0", "oslo.message": json.dumps(BARE)},
        json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(BARE)}).encode(),
        {"oslo.version": "2.0", "oslo.message": BARE},
    ],
)
def test_a_notification_is_the_same_with_and_without_an_envelope(body: Any) -> None:
    event = read_notification(body, "lab", NOW)

    assert (event.event_type, event.message_id, event.publisher) == ("port.create.end", "m1", "network.ctl1")
    assert event.published_at == datetime(2026, 11, 21, 8, 10, 38, 52129, tzinfo=UTC)
    assert event.payload == {"port": {"id": "p1"}}


def test_the_context_of_the_request_and_its_token_are_not_kept() -> None:
    assert "nobody-may-see-it" not in repr(read_notification(BARE, "lab", NOW))


def test_a_versioned_payload_is_unwrapped_however_deep() -> None:
    payload = {"nova_object.data": {"ips": [{"nova_object.data": {"address": "a"}}]}, "nova_object.version": "1.0"}

    assert read_notification(BARE | {"payload": payload}, "lab", NOW).payload == {"ips": [{"address": "a"}]}


def test_without_a_time_of_its_own_a_notification_is_as_old_as_its_receipt() -> None:
    assert read_notification(BARE | {"timestamp": "yesterday"}, "lab", NOW).published_at == NOW


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"",
        b"[]",
        b'"text"',
        b"{}",
        b'{"oslo.message": "{"}',
        b'{"oslo.message": 3}',
        json.dumps(BARE | {"payload": None}).encode(),
        json.dumps(BARE | {"event_type": ""}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_no_notification_is_told_without_quoting_it(body: bytes) -> None:
    with pytest.raises(Malformed) as told:
        read_notification(body, "lab", NOW)

    assert told.value.problem.what
    assert told.value.problem.remedy
    assert "nobody-may-see-it" not in str(told.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda j: (
            st.lists(j)
            | st.dictionaries(
                st.sampled_from(["oslo.message", "payload", "event_type", "timestamp", "nova_object.data", "x"]), j
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reader(body: Any) -> None:
    with suppress(Malformed):
        read_notification(json.dumps(body), "lab", NOW)


def test_every_handler_of_the_table_is_installed_and_every_installed_one_is_in_the_table() -> None:
    assert {kind.handler for kind in EVENT_TYPES} == set(interpreter().handlers)


def test_every_recorded_notification_is_understood() -> None:
    assert {event_of(m).event_type for m in messages()} <= set(EVENTS)
    for message in messages():
        effect = effect_of(event_of(message))
        assert effect.problem is None, event_of(message).event_type
        # Only that a group of rules is gone leaves nothing to read again.
        assert effect.refreshes or effect.gone, event_of(message).event_type


# The table of the ancestor's administration guide, chapter 7.2.
ANCESTORS_ROWS = {
    1: ["compute.instance.create.end"],
    2: ["compute.instance.rebuild.end", "compute.instance.update"],
    3: ["compute.instance.delete.end"],
    4: ["compute.instance.shutdown.start", "compute.instance.power_off.start", "compute.instance.suspend.start"],
    5: ["compute.instance.power_on.end", "compute.instance.suspend.end"],
    6: ["servergroup.create"],
    7: ["servergroup.update", "servergroup.addmember"],
    8: ["servergroup.delete"],
    9: ["network.create.end"],
    10: ["network.update.end"],
    11: ["network.delete.end"],
    12: ["subnet.create.end"],
    13: ["subnet.update.end"],
    14: ["subnet.delete.end"],
    15: ["port.create.end"],
    16: ["port.update.end"],
    17: ["port.delete.end"],
    18: ["router.create.end"],
    19: ["router.update.end"],
    20: ["router.delete.end"],
    21: ["router.interface.create"],
    22: ["router.interface.delete"],
}


def test_all_rows_of_the_ancestors_table_have_a_handler() -> None:
    assert {number for number, names in ANCESTORS_ROWS.items() if set(names) <= set(EVENTS)} == set(range(1, 23))


@given(st.sampled_from([kind.name for kind in EVENT_TYPES]), st.data())
def test_no_payload_breaks_a_handler(event_type: str, data: st.DataObject) -> None:
    """Keys that handlers look for, with any values: a Problem may come of it, never an exception."""
    keys = st.sampled_from(
        [
            "port",
            "network",
            "router",
            "uuid",
            "instance_id",
            "state",
            "host",
            "id",
            "binding",
            "agent",
            "trunk",
            "sub_ports",
            "members",
            "device_id",
            "ports",
            "resource_info",
            "target",
            "subnet",
            "security_group_rule",
            "router_interface",
            "floatingip",
            "port_details",
            "fixed_ips",
        ]
    )
    json_value = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda j: st.lists(j, max_size=3) | st.dictionaries(keys, j, max_size=5),
        max_leaves=10,
    )
    payload = data.draw(st.dictionaries(keys, json_value, max_size=6))

    effect = effect_of(made(event_type, payload))

    assert effect.problem is None or "defect" not in effect.problem.remedy, effect.problem
