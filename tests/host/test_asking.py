"""What a host is asked, how often, and what its refusal means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collectors.contracts import HostSite
from collectors.hosts import host_sites
from collectors.sources.protocols import NOT_INSTALLED, CommandFailed, CommandResult, Malformed
from graph_schema.object_types import HOST, INSTANCE
from graph_schema.records import Record, Ref
from tests.host.recorded import HOSTS, LAB, RecordedHost, bridge_agent, collect, ovs_agent, recorded, site
from tests.views import View

COMMANDS_AT_MOST = 12


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("json", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_host_is_asked_few_commands(host: str, json: bool, known: bool) -> None:
    shell = RecordedHost(host, json=json)
    collect(shell, site(host, known=known))
    assert len(shell.asked) <= COMMANDS_AT_MOST


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("json", [True, False])
def test_commands_side_by_side_tell_what_they_tell_in_turn(host: str, json: bool) -> None:
    beside, in_turn = (RecordedHost(host, json=json, concurrent=concurrent) for concurrent in (True, False))
    assert collect(beside) == collect(in_turn)
    assert set(beside.asked) == set(in_turn.asked)


def test_namespaces_that_cannot_be_listed_are_the_problem_whatever_else_fails_beside_them() -> None:
    failing = {name: CommandResult("", f"no {name}", 1) for name in ("namespaces", "namespace_interfaces")}
    for concurrent in (True, False):
        with pytest.raises(CommandFailed, match="no namespaces"):
            collect(RecordedHost("net1", changed=failing, concurrent=concurrent))


@pytest.mark.parametrize(
    ("host", "tools"),
    [
        ("cmp1", {"ovs", "domains", "domain_xml"}),
        ("cmp3", {"ovs"}),
        ("cmp4", {"forwarding", "domains", "domain_xml"}),
        ("net1", {"ovs"}),
        ("ctl1", set()),
    ],
)
def test_a_host_is_asked_only_what_can_be_there(host: str, tools: set[str]) -> None:
    shell = RecordedHost(host)
    collect(shell)
    assert set(shell.asked) - {"system", "interfaces", "namespaces", "namespace_interfaces", "nic_files"} == tools


@pytest.mark.parametrize(
    ("host", "command", "answer"),
    [
        ("cmp1", "ovs", CommandResult("", "bash: ovs-vsctl: command not found", NOT_INSTALLED)),
        ("cmp1", "ovs", recorded("ctl1", "ovs")),
        ("cmp1", "domains", recorded("ctl1", "domains")),
        ("cmp4", "forwarding", CommandResult("", "Cannot open netlink socket", 1)),
        ("ctl1", "interfaces", CommandResult("", "bash: ip: command not found", NOT_INSTALLED)),
    ],
)
def test_what_must_be_there_and_fails_is_told(host: str, command: str, answer: CommandResult) -> None:
    with pytest.raises(CommandFailed, match=host):
        collect(RecordedHost(host, changed={command: answer}))


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("ovs", "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (Permission denied)\n"),
        ("domains", "error: authentication unavailable: no polkit agent available\n"),
    ],
)
def test_what_runs_and_refuses_is_not_absent(command: str, error: str) -> None:
    with pytest.raises(CommandFailed, match=command.removesuffix("s")[:3] if command == "ovs" else "virsh"):
        collect(RecordedHost("ctl1", changed={command: CommandResult("", error, 1)}), site("ctl1", known=False))


def test_an_agent_on_a_host_that_it_left_no_bridge_on_still_has_its_switch() -> None:
    empty = '{"data":[],"headings":%s}'
    tables = [
        empty % '["ovs_version"]',
        empty % '["name","datapath_type","ports"]',
        empty % '["_uuid","name","interfaces","tag","trunks"]',
        empty % '["_uuid","name","type","options","external_ids","link_state"]',
    ]
    shell = RecordedHost("ctl1", changed={"ovs": CommandResult("\n".join(tables) + "\n", "", 0)})
    with_agent = HostSite("ctl1", "ctl1", "RegionOne", [ovs_agent("ctl1", "192.0.2.1")], "")
    assert [r.id for r in collect(shell, with_agent) if isinstance(r, Record) and r.type == "vedge"] == [
        "ctl1:vedge:ovs"
    ]
    without = collect(shell, site("ctl1", known=False))
    assert [r.id for r in without if isinstance(r, Record) and r.type == "vedge"] == []


def test_a_tunnel_address_that_is_not_on_the_host_makes_no_otep() -> None:
    elsewhere = HostSite("cmp1", "cmp1", "RegionOne", [ovs_agent("cmp1", "10.99.0.1")], "QEMU")
    found = collect(RecordedHost("cmp1"), elsewhere)
    assert [r for r in found if isinstance(r, Record) and r.type == "otep"] == []


def test_an_ipv6_tunnel_address_is_found_however_it_is_written() -> None:
    where = HostSite("lxbdhcp", "a", "RegionOne", [bridge_agent("lxbdhcp", "FD00:50:0:0::0041")], "")
    found = collect(RecordedHost("lxbdhcp"), where)
    assert [r["device"] for r in found if isinstance(r, Record) and r.type == "otep"] == ["br-vxlan"]


@pytest.mark.parametrize("host", LAB)
def test_an_empty_answer_is_not_an_empty_host(host: str) -> None:
    for command in ("interfaces", "nic_files", "system"):
        with pytest.raises(Malformed):
            collect(RecordedHost(host, changed={command: CommandResult("", "", 0)}))


@pytest.mark.parametrize(
    ("host", "command"),
    [
        ("net1", "namespace_interfaces"),
        ("net1", "namespaces"),
        ("cmp1", "ovs"),
        ("cmp1", "domains"),
        ("cmp1", "domain_xml"),
        ("cmp4", "forwarding"),
    ],
)
def test_an_empty_answer_where_something_is_due_is_malformed(host: str, command: str) -> None:
    with pytest.raises(Malformed):
        collect(RecordedHost(host, changed={command: CommandResult("", "", 0)}))


def test_a_namespace_whose_interfaces_could_not_be_listed_is_not_left_out_silently() -> None:
    whole = recorded("net1", "namespace_interfaces").stdout
    head, _, rest = whole.partition("\n[")
    without = head + "\n" + rest.partition("\n")[2]
    with pytest.raises(Malformed):
        collect(RecordedHost("net1", changed={"namespace_interfaces": CommandResult(without, "", 0)}))


def test_a_domain_that_went_in_between_is_gone_and_one_that_is_missing_is_a_fault() -> None:
    xml = recorded("cmp1", "domain_xml").stdout
    start = xml.index("<domain type='qemu' id='7'>")
    without = xml[:start] + xml[xml.index("</domain>", start) + len("</domain>") :]
    told = "error: failed to get domain '00df4f1d-6fd8-4516-9d5a-cdae7ad9b6e3'\n"
    shell = RecordedHost("cmp1", changed={"domain_xml": CommandResult(without, told, 1)})
    devices = {r["device"] for r in collect(shell) if isinstance(r, Record) and r.type == "vnic"}
    assert devices == {"tapde1b279f-61", "tapc25ac207-ef"}
    with pytest.raises(Malformed, match="00df4f1d"):
        collect(RecordedHost("cmp1", changed={"domain_xml": CommandResult(without, "", 0)}))


def test_an_empty_list_of_domains_is_doubted_where_nova_says_that_instances_run() -> None:
    empty = {"domains": CommandResult("\nqemu:///system\n\n", "", 0)}
    known = site("cmp1")
    found = collect(RecordedHost("cmp1", changed=empty), known)
    assert [one for one in found if isinstance(one, Record) and one.type == "vnic"] == []
    with pytest.raises(Malformed, match="2 instances"):
        collect(RecordedHost("cmp1", changed=empty), replace(known, running=2))


def test_the_instances_that_run_on_a_host_are_counted_before_it_is_asked() -> None:
    def instance(id: str, host: str, power_state: str) -> Record:
        return INSTANCE.record(id=id, name=id, host=host, parent=Ref("host", host), power_state=power_state)

    cloud = [
        HOST.record(id="cmp1", name="cmp1", parent=Ref("region", "region:one")),
        HOST.record(id="cmp2", name="cmp2", parent=Ref("region", "region:one")),
        instance("i1", "cmp1", "running"),
        instance("i2", "cmp1", "shutdown"),
        instance("i3", "cmp3", "running"),
    ]
    assert [(where.host, where.running) for where in host_sites(View(cloud))] == [("cmp1", 1), ("cmp2", 0)]


def test_hardware_that_the_list_of_interfaces_lacks_is_a_fault() -> None:
    files = recorded("cmp1", "nic_files").stdout
    more = CommandResult("/sys/class/net/eth9/device/uevent:DRIVER=e1000\n" + files, "", 0)
    with pytest.raises(Malformed, match="eth9"):
        collect(RecordedHost("cmp1", changed={"nic_files": more}))
