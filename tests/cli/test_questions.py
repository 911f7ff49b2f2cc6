"""path, impact, reachable and search on the demo: what is drawn, what is JSON, what is wrong, and the exit codes."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Demo
from tests.raw import raw_session
from topology.graph import Graph
from topology.impact import find_impact, markdown
from topology.paths import asked_for, find_paths, find_reachable
from topology.search import search

WEB1_TO_WEB3 = """\
instance web1 → instance web3: 1 path, blocked for udp 53

path 1: 10.1.1.11 to 10.1.1.13, over web (vxlan 1603), 12 links
  on cmp1
    web1  instance  10.1.1.11, 172.24.4.150  ACTIVE
    tapde1b279f-61  vnic  fa:16:3e:1c:76:cd  on web as 10.1.1.11
    qbrde1b279f-61  vconnector  9a:a8:ce:9f:38:7f
    ovs  vedge  ovs 3.1.0
    vxlan  otep  10.21.0.31
    eth1  host_pnic  10 Gb/s  1e:bf:b1:b4:d0:df
  ── web  network  vxlan 1603  10.1.1.0/24  ACTIVE  tunnel from cmp1 to cmp4
  on cmp4
    eth1  host_pnic  10 Gb/s  10.21.0.34/24  06:9d:f0:1d:75:74
    vxlan  otep  10.21.0.34
    lxb  vedge  lxb
    brqf71cb06b-f2  vconnector  4a:e1:08:ce:70:40
    tapa465ef9b-82  vnic  fa:16:3e:fa:c3:40  on web as 10.1.1.13
    web3  instance  10.1.1.13  ACTIVE
      ✗ no rule of the receiver's security groups (sg-web) lets udp 53 in from 10.1.1.11
confirmed as of TIME
"""


def test_a_path_is_drawn_hop_by_hop_with_what_blocks_it_where_it_does(demo: Demo) -> None:
    ended = demo("path", "demo", "web1", "web3", "--proto", "udp", "--port", "53")
    assert demo.said(ended.stdout) == WEB1_TO_WEB3.splitlines()
    assert (ended.exit_code, ended.stderr) == (0, "")


def test_networks_tunnels_vlans_routers_and_translations_are_named(demo: Demo) -> None:
    routed = demo.said(demo("path", "demo", "web1", "172.24.4.151").stdout)
    assert routed[2].startswith("path 1: 10.1.1.11 to 172.24.4.151, over web (vxlan 1603), public (flat), net-b (vxlan")
    assert "through r-alpha, r-beta" in routed[2]
    assert "  r-alpha translates the source 10.1.1.11 to 172.24.4.150" in routed
    assert "  r-beta translates the destination 172.24.4.151 to 10.1.1.11" in routed
    assert [line for line in routed if line.endswith("  of r-alpha")]
    tagged = demo.said(demo("path", "demo", "b1", "trunk1").stdout)
    assert "path 1: 10.101.0.31 to 10.101.0.21, over vlan101 (vlan 101), 9 links" in tagged
    assert "  ── vlan101  network  vlan 101  10.101.0.0/24  ACTIVE" in tagged


def test_paths_as_json_are_those_of_the_function(demo: Demo, graph: Graph) -> None:
    told = demo("path", "demo", "web1", "db1", "--proto", "tcp", "--port", "80", "--format", "json")
    assert json.loads(told.stdout) == find_paths(graph, demo.name, "web1", "db1", asked=asked_for("tcp", 80)).as_json()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["web1", "db1"], 0, "yes"),
        (["web1", "8.8.8.8", "--proto", "icmp"], 0, "yes"),
        (["b1", "web1"], 1, "no: no router joins net-b, vlan101 and web"),
        (["web1", "web3", "--proto", "udp"], 0, "yes"),
        (["web1", "web3", "--proto", "udp", "--open"], 1, "no: every path is blocked for udp"),
        (["web1", "no such thing"], 2, ""),
        (["10.1.1.11", "web2"], 2, ""),
        (["web1", "web2", "--port", "80"], 2, ""),
        (["web1", "web2", "--max-depth", "61"], 2, ""),
    ],
)
def test_whether_a_path_exists_is_told_by_a_word_and_the_exit_code(
    demo: Demo, words: list[str], code: int, said: str
) -> None:
    ended = demo("path", "demo", *words, "--exists")
    assert (ended.exit_code, ended.stdout.startswith(said), bool(ended.stderr)) == (code, True, code == 2)
    assert len(ended.stdout.splitlines()) == (0 if code == 2 else 1)
    silent = demo("path", "demo", *words, "--exists", "--quiet")
    assert (silent.exit_code, silent.stdout) == (code, "")


def test_whether_a_path_exists_as_json_is_the_answer_without_its_paths(demo: Demo) -> None:
    whole = json.loads(demo("path", "demo", "b1", "web1", "--format", "json").stdout)
    verdict = json.loads(demo("path", "demo", "b1", "web1", "--exists", "--format", "json").stdout)
    assert verdict == {key: value for key, value in whole.items() if key not in ("paths", "truncated")}
    assert (verdict["reachable"], verdict["open"]) == (False, False)


def test_no_path_ends_with_1_and_says_where_it_ends_and_why(demo: Demo) -> None:
    ended = demo("path", "demo", "web1", "stopped1")
    assert ended.exit_code == 1
    assert "no path. port fa:16:3e:8e:54:f2 (web) is not plugged on cmp1: stopped1 is SHUTOFF" in ended.stdout


@pytest.mark.parametrize("command", [["path", "demo", "10.1.1.11", "db1"], ["impact", "demo", "10.1.1.11"]])
def test_a_name_of_several_objects_lists_them_with_their_ids(demo: Demo, command: list[str]) -> None:
    ended = demo(*command)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert demo.said(ended.stderr) == [
        "calipso: demo: '10.1.1.11' names several objects, say which by id:",
        "  instance 'b1' on cmp1, 10.1.1.11, 10.101.0.31  00df4f1d-6fd8-4516-9d5a-cdae7ad9b6e3",
        "  instance 'web1' on cmp1, 10.1.1.11, 172.24.4.150  6cb98ef9-eb21-45e5-b017-4e5658b692dc",
    ]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["path", "demo", "web1", "nowhere"], 1, "no object has the id or name 'nowhere'"),
        (["path", "demo", "web1", "cmp1"], 1, "no place in a network"),
        (["path", "no-such-cloud", "web1", "web2"], 2, "no environment is named 'no-such-cloud'"),
        (["path", "demo", "web1", "web2", "--proto", "gre", "--port", "1"], 2, "gre has no ports"),
        (["path", "demo", "web1", "web2", "--max-paths", "5001"], 2, "Give 1 to 5000"),
        (["path", "demo", "web1", "web2", "--timeout", "0"], 2, "no time"),
        (["impact", "demo", "nowhere"], 1, "no object has the id or name 'nowhere'"),
        (["impact", "demo", "8.8.8.8"], 1, "nobody in the cloud has the address 8.8.8.8"),
        (["impact", "demo", "cmp1", "--most", "0"], 2, "Give 1 to 200000"),
        (["reachable", "demo", "web1", "--type", "planet"], 2, "no object type 'planet'"),
        (["reachable", "demo", "web1", "--link-type", "a-b"], 2, "no link type 'a-b'"),
        (["reachable", "demo", "lonely1"], 1, "no instance is reached from lonely1 within 30 links"),
        (["reachable", "no-such-cloud", "web1"], 2, "no environment is named 'no-such-cloud'"),
        (["search", "nothingliketh", "--env", "demo"], 1, "nothing is found"),
        (["search", "type:planet", "--env", "demo"], 2, "there is no type 'planet'"),
        (["search", "stauts:error", "--env", "demo"], 2, "Is status: meant?"),
        (["search", "project:nowhere", "--env", "demo"], 1, "no project has the id or name 'nowhere'"),
        (["search", "web1", "--env", "no-such-cloud"], 2, "no environment is named 'no-such-cloud'"),
        (["search", "web1", "--next", "x"], 2, "is not a place to go on from"),
    ],
)
def test_what_is_wrong_is_one_clear_line_on_standard_error(
    demo: Demo, command: list[str], code: int, said: str
) -> None:
    ended = demo(*[demo.name if word == "demo" else word for word in command])
    assert (ended.exit_code, said in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr


def test_impact_counts_by_type_and_project_and_lists_each_with_what_makes_it_so(demo: Demo, graph: Graph) -> None:
    ended = demo("impact", "demo", "net2:host_pnic:eth3")
    said = demo.said(ended.stdout)
    found = find_impact(graph, demo.name, "net2:host_pnic:eth3")
    assert said[0] == "When host_pnic eth3 on net2 fails:"
    for kind, numbers in found.without_owners().counts().items():
        line = next(line for line in said if line.split()[:1] == [kind])
        assert [int(word) for word in line.split() if word.isdigit()] == [n for n in numbers.values() if n]
    for each in found.without_owners().affected:
        assert any(str(each.node["name"]) in line and each.causes[0].why in line for line in said)
    assert any(line.strip().startswith("host_pnic eth3 on net2 → ") for line in said)
    assert said[-1] == "confirmed as of TIME"
    assert ended.exit_code == 0


def test_a_project_is_not_called_cut_off_for_what_it_owns(demo: Demo) -> None:
    for format in ("text", "markdown"):
        told = demo("impact", "demo", "net2:host_pnic:eth3", "--format", format).stdout
        assert "project alpha" in told
        assert "it owns" not in told
    assert "  alpha  it fails itself" in demo("impact", "demo", "alpha").stdout.splitlines()


def test_impact_as_json_and_markdown_is_that_of_the_function(demo: Demo, graph: Graph) -> None:
    found = find_impact(graph, demo.name, "cmp1")
    assert json.loads(demo("impact", "demo", "cmp1", "--format", "json").stdout) == found.as_json()
    report = demo.said(demo("impact", "demo", "cmp1", "--format", "markdown").stdout)
    assert report == demo.said("\n".join(markdown(found)))
    assert {"# Impact of host cmp1", "| Project | Cut off | Degraded | Loses redundancy |"} <= set(report)


def test_what_fails_together_is_asked_together_and_changes_nothing(demo: Demo, graph: Graph) -> None:
    before = contents(graph, demo.name)
    one = json.loads(demo("impact", "demo", "net2:host_pnic:eth1", "--format", "json").stdout)
    two = json.loads(demo("impact", "demo", "net2:host_pnic:eth4", "--format", "json").stdout)
    both = demo("impact", "demo", "net2:host_pnic:eth1", "net2:host_pnic:eth4", "--format", "json")
    cut_off = {each["node"]["name"] for each in json.loads(both.stdout)["affected"] if each["effect"] == "cut_off"}
    assert {each["effect"] for answer in (one, two) for each in answer["affected"]} == {"loses_redundancy"}
    assert "172.24.4.150" in cut_off
    assert contents(graph, demo.name) == before


def contents(graph: Graph, environment: str) -> list[object]:
    with raw_session(graph) as session:
        found = session.run(
            "MATCH (o:Object {environment: $e}) OPTIONAL MATCH (o)-[r]->() "
            "RETURN o.id AS id, o.last_changed AS changed, o.status AS status, count(r) AS links ORDER BY id",
            e=environment,
        )
        return [record.values() for record in found]


def test_nothing_that_depends_is_said_and_ends_with_1(demo: Demo) -> None:
    ended = demo("impact", "demo", "cmp3:host_pnic:eth0")
    assert (ended.exit_code, demo.said(ended.stdout)[0]) == (1, "Nothing depends on host_pnic eth0 on cmp3.")


def test_reachable_lists_the_nearest_first_with_host_and_distance(demo: Demo, graph: Graph) -> None:
    ended = demo("reachable", "demo", "web1")
    said = demo.said(ended.stdout)
    assert said[0] == "instance web1 reaches 5, the nearest first; the number is the distance in links"
    assert [line.split()[:2] for line in said[1:6]] == [
        ["8", "web2"],
        ["9", "web3"],
        ["9", "web4"],
        ["15", "db1"],
        ["15", "paused1"],
    ]
    assert "  on cmp2  " in said[1]
    types = ["router", "network"]
    told = demo("reachable", "demo", "web1", "--type", "router", "--type", "network", "--format", "json")
    assert json.loads(told.stdout) == find_reachable(graph, demo.name, "web1", kinds=types).as_json()


def test_reachable_within_limits_says_that_there_is_more(demo: Demo) -> None:
    near = demo("reachable", "demo", "web1", "--max-depth", "9")
    assert "instance web1 reaches 3 and more" in near.stdout
    assert "--max-depth" in near.stderr
    few = json.loads(demo("reachable", "demo", "web1", "--most", "1", "--format", "json").stdout)
    assert (len(few["items"]), few["truncated"]) == (1, True)


def test_reachable_by_links_goes_only_along_these(demo: Demo) -> None:
    links = ("--link-type", "instance-vnic", "--link-type", "vnic-vconnector")
    both = ("--type", "vconnector", "--type", "vedge", "--format", "json")
    near = json.loads(demo("reachable", "demo", "web1", *links, *both).stdout)
    assert [(item["type"], item["distance"]) for item in near["items"]] == [("vconnector", 2)]
    far = json.loads(demo("reachable", "demo", "web1", *links, "--link-type", "vconnector-vedge", *both).stdout)
    assert [(item["type"], item["distance"]) for item in far["items"]][:2] == [("vconnector", 2), ("vedge", 3)]


def test_search_understands_filters_words_and_ranges_in_any_order(demo: Demo, graph: Graph) -> None:
    ended = demo("search", "type:instance", "10.1.1.0/24", "project:alpha", "--env", "demo", "--format", "json")
    found = {item["name"] for item in json.loads(ended.stdout)["items"]}
    assert found == {"web1", "web2", "web3", "web4", "stopped1", "fake1", "shelved1"}
    assert (
        json.loads(demo("search", 'name:"web1"', "--env", "demo", "--format", "json").stdout)
        == search(graph, "name:web1", environment=demo.name).as_json()
    )
    line = demo.said(demo("search", "web1", "type:instance", "--env", "demo").stdout)
    assert line == [
        "web1  instance  10.1.1.11, 172.24.4.150  ACTIVE  on cmp1  demo  6cb98ef9-eb21-45e5-b017-4e5658b692dc"
    ]


def test_search_goes_on_where_it_said(demo: Demo) -> None:
    words = ["search", "type:port", "--env", "demo", "--limit", "20"]
    first = demo(*words)
    assert first.stderr.startswith("there is more: add --next ")
    rest = demo(*words, "--next", first.stderr.split()[-1])
    second = {line.split()[-1] for line in rest.stdout.splitlines()}
    assert len(second) == 20
    assert not second & {line.split()[-1] for line in first.stdout.splitlines()}
