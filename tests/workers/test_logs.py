"""Records as text and as JSON: what they are about, one line for each, and no secret in any of them."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.collection import Collection
from collectors.contracts import Collected, HostCollector, HostSite
from collectors.registry import Plugins
from collectors.sources.protocols import HostShell, Sources
from graph_schema.object_types import HOST
from graph_schema.records import Ref
from tests.sources.told import ToldShells
from tests.views import View
from topology.settings import Settings
from workers.logs import about, formatter, hide

TEXT, JSON = (formatter(Settings(log_format=kind), "worker") for kind in ("text", "json"))


def record(message: str, *args: object, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("calipso.scan", logging.WARNING, __file__, 1, message, args, more.pop("exc_info", None))
    for key, value in more.items():
        setattr(made, key, value)
    return made


def told(made: logging.LogRecord) -> dict[str, Any]:
    line = JSON.format(made)
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_record_says_what_it_is_about() -> None:
    with about(environment="lab", scan="7", event=None), about(task="t"):
        found = told(record("%d of %s", 3, "cmp1"))
        text = TEXT.format(record("%d of %s", 3, "cmp1"))
    expected = {
        "level": "warning",
        "process": "worker",
        "logger": "calipso.scan",
        "message": "3 of cmp1",
        "environment": "lab",
        "scan": "7",
        "task": "t",
    }
    assert {key: value for key, value in found.items() if key not in ("time", "pid")} == expected
    assert text.endswith(" WARNING environment=lab scan=7 task=t 3 of cmp1")
    assert told(record("x")).keys() == {"time", "pid", "level", "process", "logger", "message"}
    assert told(record("x", about={"environment": "other"}))["environment"] == "other"


def test_what_others_have_named_is_one_word() -> None:
    with about(environment='lab scan=8\nforged "line"'):
        line = TEXT.format(record("x\ny"))
    assert line.splitlines() == [line]
    assert line.endswith(r'environment="lab scan=8\nforged \"line\"" x y')


def test_hosts_that_are_read_by_threads_log_about_the_same_scan(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(JSON)

    def fetch(shell: HostShell, _: HostSite) -> str:
        logging.getLogger("calipso.scan").warning("at %s", shell.host)
        return ""

    def parse(_: str) -> Collected:
        return []

    names = [f"cmp{number}" for number in range(6)]
    view = View([HOST.record(id=n, name=n, parent=Ref("availability_zone", "zone:RegionOne:nova")) for n in names])
    plugins = Plugins(hosts=[HostCollector("any", fetch, parse)])
    shells = ToldShells({name: {} for name in names})
    with about(environment="lab", scan="7"), Collection(Sources({}, shells=shells), plugins, parallel_hosts=3) as read:
        assert len(list(read.read_hosts(view))) == len(names)
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert {(line["message"], line["environment"], line["scan"]) for line in lines} == {
        (f"at {name}", "lab", "7") for name in names
    }


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=8, max_size=40))
def test_a_known_secret_is_in_no_line(secret: str) -> None:
    hide([secret])
    try:
        int(f"login with {secret} failed")
    except ValueError:
        made = record("asked with %s", secret, exc_info=sys.exc_info())
    lines = TEXT.format(made)
    found = told(made)
    assert secret not in lines.replace("[redacted]", "")
    assert secret not in (found["message"] + found["exception"]).replace("[redacted]", "")


@pytest.mark.parametrize(
    "line",
    ["amqp://calipso:lab@10.0.0.1:5672//", "password=lab", "{'X-Auth-Token': 'lab'}", "redis://:lab@h/0 refused"],
)
def test_what_looks_like_a_secret_is_taken_out(line: str) -> None:
    for text in (TEXT.format(record(line)), told(record(line))["message"]):
        assert "lab" not in text
        assert "[redacted]" in text
