"""Whatever a host prints: the same truth in JSON and text, nothing wrong from half of it, names as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.sources.protocols import CommandResult, Malformed
from graph_schema.commands import COMMANDS
from graph_schema.ids import encode
from graph_schema.records import Attributes, Problem, Record
from tests.host.recorded import DATA, HOSTS, Found, RecordedHost, collect, recorded

JSON = ("interfaces", "namespace_interfaces", "forwarding", "ovs")
WHOLE: Mapping[tuple[str, bool], list[Found]] = {
    (host, as_json): collect(RecordedHost(host, json=as_json)) for host in HOSTS for as_json in (True, False)
}


def used(host: str, as_json: bool) -> list[str]:
    shell = RecordedHost(host, json=as_json)
    collect(shell)
    return [name for name in shell.asked if as_json or "-j" not in COMMANDS[name].words]


USED = [(host, as_json, name) for host in HOSTS for as_json in (True, False) for name in used(host, as_json)]


def answered(host: str, name: str, stdout: str) -> dict[str, CommandResult]:
    was = recorded(host, name)
    return {name: CommandResult(stdout, was.stderr, was.status)}


@pytest.mark.parametrize("host", HOSTS)
def test_text_and_json_tell_the_same(host: str) -> None:
    assert WHOLE[host, False] == WHOLE[host, True]


@pytest.mark.parametrize("host", HOSTS)
def test_every_id_is_told_once(host: str) -> None:
    ids = [(found.type, found.id) for found in WHOLE[host, True] if isinstance(found, Record)]
    assert len(set(ids)) == len(ids)


@settings(deadline=None)
@given(st.sampled_from([one for one in USED if one[1]]), st.floats(0, 1, exclude_max=True))
def test_half_an_answer_is_malformed_or_was_whole_already(of: tuple[str, bool, str], share: float) -> None:
    host, _, name = of
    whole = recorded(host, name).stdout
    cut = whole[: int(len(whole) * share)]
    try:
        found = collect(RecordedHost(host, changed=answered(host, name, cut)))
    except Malformed:
        return
    assert found == WHOLE[host, True]


@settings(deadline=None)
@given(st.sampled_from([one for one in USED if not one[1]]), st.floats(0, 1, exclude_max=True))
def test_half_a_text_never_makes_an_object_that_is_not_there(of: tuple[str, bool, str], share: float) -> None:
    host, _, name = of
    whole = recorded(host, name).stdout
    shell = RecordedHost(host, json=False, changed=answered(host, name, whole[: int(len(whole) * share)]))
    try:
        found = collect(shell)
    except Malformed:
        return
    assert {(one.type, one.id) for one in told(found)} <= {(one.type, one.id) for one in told(WHOLE[host, False])}


def told(found: Sequence[Found]) -> list[Record | Attributes]:
    return [one for one in found if not isinstance(one, Problem)]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*path, key))


def replaced(value: Any, path: Sequence[Any], other: Any) -> Any:
    """The value with another at a place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "x", "no:such", [], {}, ["uuid", "x"], ["set", 1], [[]], {"a": 1}]
)


ANSWERS = [("cmp1", "ovs"), ("bonded", "ovs"), ("bonded", "interfaces"), ("cmp4", "forwarding")]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ANSWERS), st.data())
def test_an_answer_with_something_odd_in_it_is_read_or_malformed(of: tuple[str, str], data: st.DataObject) -> None:
    host, name = of
    decoder, documents, text = json.JSONDecoder(), [], recorded(host, name).stdout
    while text.strip():
        document, end = decoder.raw_decode(text.lstrip())
        documents.append(document)
        text = text.lstrip()[end:]
    path = data.draw(st.sampled_from(list(places(documents))[1:]))
    odd = replaced(documents, path, data.draw(ODD))
    stdout = "".join(json.dumps(document) + "\n" for document in odd)
    try:
        collect(RecordedHost(host, changed=answered(host, name, stdout)))
    except Malformed as fault:
        assert host in str(fault)  # noqa: PT017  # either is right, a fault has to say where


@settings(deadline=None)
@given(st.sampled_from(USED), st.text(max_size=200))
def test_no_answer_at_all_is_too_strange(of: tuple[str, bool, str], text: str) -> None:
    host, as_json, name = of
    try:
        collect(RecordedHost(host, json=as_json, changed=answered(host, name, text)))
    except Malformed as fault:
        assert host in str(fault)  # noqa: PT017


HOSTILE = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from(
        [
            "'; DROP TABLE hosts; --",
            "$(reboot)",
            "a\nnetns: b\n",
            "tap:1%3A",
            "\N{PILE OF POO}\u202e",
            "`id`",
            '"}) DETACH DELETE (n) //',
            "x" * 65536,
        ]
    ),
)


@settings(deadline=None)
@given(HOSTILE)
def test_any_name_of_a_bridge_or_port_of_open_vswitch_is_kept(name: str) -> None:
    text = recorded("net2", "ovs").stdout
    for old in ("br-phy", "tap5686a86c-9b"):
        text = text.replace(json.dumps(old), json.dumps(name + old))
    found = collect(RecordedHost("net2", changed=answered("net2", "ovs", text)))
    (vedge,) = [one for one in told(found) if one.type == "vedge"]
    assert isinstance(vedge, Record)
    assert name + "br-phy" in vedge["bridges"]
    assert {port["bridge"] for port in vedge["ports"] if port["device"] == name + "tap5686a86c-9b"} == {"br-int"}


@settings(deadline=None)
@given(HOSTILE)
def test_any_name_of_a_device_is_kept_and_encoded_in_ids(name: str) -> None:
    text = recorded("cmp4", "interfaces").stdout
    for old in ("brq8e4fe4db-91", "eth2"):
        text = text.replace(json.dumps(old), json.dumps(name + old))
    found = told(collect(RecordedHost("cmp4", changed=answered("cmp4", "interfaces", text))))
    ids = {one.id for one in found}
    assert {f"cmp4:vconnector:{encode(name)}brq8e4fe4db-91", f"cmp4:host_pnic:{encode(name)}eth2"} <= ids
    (bridge,) = [one for one in found if isinstance(one, Record) and one.name == name + "brq8e4fe4db-91"]
    assert bridge["interfaces"] == sorted([name + "eth2", "tap28c0bc5e-e8"])


@settings(deadline=None)
@given(HOSTILE.filter(lambda name: all(c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" for c in name)))
def test_any_name_of_an_instance_is_only_data(name: str) -> None:
    text = recorded("cmp1", "domain_xml").stdout.replace("<nova:name>web1", f"<nova:name at={quoteattr(name)}>web1")
    assert collect(RecordedHost("cmp1", changed=answered("cmp1", "domain_xml", text))) == WHOLE["cmp1", True]


def test_an_entity_in_a_definition_is_refused() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>\n'
    text = recorded("cmp1", "domain_xml").stdout
    for changed in (bomb + text, text.replace("web1", "&b;")):
        with pytest.raises(Malformed):
            collect(RecordedHost("cmp1", changed=answered("cmp1", "domain_xml", changed)))


def test_a_service_of_any_name_is_kept() -> None:
    name = "qdhcp-'; $(reboot) \N{PILE OF POO}:%"
    old = "qdhcp-8e4fe4db-91d8-4f54-9fd4-4867f31650fb"
    changed = {
        **answered("net1", "namespaces", recorded("net1", "namespaces").stdout.replace(old, name)),
        **answered("net1", "namespace_interfaces", recorded("net1", "namespace_interfaces").stdout.replace(old, name)),
    }
    found = told(collect(RecordedHost("net1", changed=changed)))
    assert (name, name.removeprefix("qdhcp-")) in {
        (one["namespace"], one["service_id"]) for one in found if isinstance(one, Record) and one.type == "vservice"
    }
    assert f"net1:vservice:{encode(name)}" in {one.id for one in found}


@pytest.mark.parametrize("host", ["cmp4", "cmp5", "lxbdhcp"])
def test_what_changes_by_itself_changes_nothing(host: str) -> None:
    interfaces = recorded(host, "interfaces").stdout
    later = re.sub(r'"(\w+_timer|promiscuity|valid_life_time|preferred_life_time)":[0-9.]+', r'"\1":7', interfaces)
    entries = json.loads(recorded(host, "forwarding").stdout)
    learnt = {"mac": "fa:16:3e:00:aa:bb", "ifname": "vxlan-1603", "dst": "10.21.0.99", "flags": ["self"], "state": ""}
    changed = {
        **answered(host, "interfaces", later),
        **answered(host, "forwarding", json.dumps([*reversed(entries), learnt]) + "\n"),
    }
    assert later != interfaces
    assert collect(RecordedHost(host, changed=changed)) == WHOLE[host, True]


@pytest.mark.parametrize("host", ["cmp1", "net2", "bonded"])
def test_the_order_of_rows_in_open_vswitchs_tables_does_not_matter(host: str) -> None:
    tables = [json.loads(line) for line in recorded(host, "ovs").stdout.splitlines()]
    turned = "".join(json.dumps({**table, "data": table["data"][::-1]}) + "\n" for table in tables)
    assert collect(RecordedHost(host, changed=answered(host, "ovs", turned))) == WHOLE[host, True]


def test_every_recording_says_what_it_is() -> None:
    for about in DATA.glob("*/about.json"):
        said = json.loads(about.read_text())
        assert said["host"] == about.parent.name
        recorded_here = {path.stem for path in about.parent.glob("*.out")}
        assert set(said["commands"]) == recorded_here or said["origin"].startswith("Constructed")
