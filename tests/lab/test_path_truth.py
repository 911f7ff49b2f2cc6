"""Paths agree with real packets: guests ping and fetch from each other, and all devices of all hosts are listened to.

An open path's interfaces are those that the packets visit, in that order, and its bridges, switches, namespaces and
ends of tunnels are those that these belong to. "No path" is silence. What is blocked does not arrive, and where a
security group is the reason, packets end at its port. Networks, routers, ports and floating IPs on a path have no
devices, and a Linux bridge agent (`lxb`) has none beside its bridges.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address

import pytest

from tests.lab.lab_machine import Lab, LabError
from tests.lab.packets.answers import api
from tests.lab.packets.comparing import (
    FIRST_MARK,
    OUTSIDE,
    Cloud,
    Seen,
    judge_addresses,
    judge_floating,
    judge_inward,
    judge_isolation,
    judge_outward,
    judge_pairs,
)
from tests.lab.packets.frames import Kind
from tests.lab.packets.hindrances import hindrances
from tests.lab.packets.judging import Evidence, Judgement
from tests.lab.packets.population import fetches, pings, running_guests
from tests.lab.packets.recording import recording
from tests.lab.packets.sending import Consoles, consoles
from tests.lab.packets.trails import Trails
from tests.lab.packets.wiring import Wiring
from tests.lab.product import Product, lab_environment
from tests.lab.truth.cloud_facts import read_cloud
from tests.lab.truth.host_facts import read_host

pytestmark = pytest.mark.lab
SEEDS = [int(seed) for seed in os.environ.get("CALIPSO_LAB_PATH_SEEDS", "4").split()]
MOST_FLOWS = 1250  # pings of that many sizes fit into one packet each
WEB, OTHER_WEB = 80, 8080  # the shipped topology's groups let the one in, and not the other


@pytest.fixture(params=["shipped", "hindered", *SEEDS])
def topology(request: pytest.FixtureRequest, lab: Lab) -> Iterator[str]:
    """The shipped topology alone, the same with ports closed and down, and random ones beside it."""
    name = str(request.param)
    if name == "shipped":
        yield name
    elif name == "hindered":
        with hindrances(lab):
            yield name
    else:
        try:
            lab.command("topo", name)
            yield name
        finally:
            lab.command("clear", name)


def test_paths_are_the_ways_that_packets_take(
    lab: Lab, topology: str, product: Product, environment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    product.add(lab_environment(environment))
    cloud = look(lab)
    with consoles(lab, cloud.guests) as guests, outside_address(lab):
        guests.configure([guest for guest in cloud.guests if guest.on_hypervisor])
        time.sleep(5)  # addresses of IPv6 are tried out before they are used
        scan = product.scan(environment)
        assert scan.code == 0, scan.every_problem()
        seen = send(lab, cloud, guests)
    assert look(lab).guests == cloud.guests, "the lab does not stand still: does somebody else use it?"
    with api(product, environment) as asked:
        judgements = {
            "between instances, icmp": judge_pairs(seen, asked, "icmp"),
            "between instances, tcp 80": judge_pairs(seen, asked, "tcp 80"),
            "between instances, tcp 8080": judge_pairs(seen, asked, "tcp 8080"),
            "to addresses of IPv6, and of several instances": judge_addresses(seen, asked),
            "to floating addresses": judge_floating(seen, asked),
            "to an address outside": judge_outward(seen, asked),
            "from outside": judge_inward(seen, asked),
            "isolation": judge_isolation(seen),
        }
    with capsys.disabled():
        sys.stdout.write(f"\n{summary(topology, seen, judgements)}\n")
    wrong = [f"{what}: {each}" for what, judgement in judgements.items() for each in judgement.differences]
    assert not wrong, "\n".join(wrong)


def look(lab: Lab) -> Cloud:
    """The cloud and its hosts as they are now."""
    facts, hosts = read_cloud(lab), {host: read_host(lab, host) for host in lab.hosts}
    return Cloud(facts, Wiring(hosts), running_guests(facts, hosts))


@contextmanager
def outside_address(lab: Lab) -> Iterator[None]:
    """This machine is the world outside: it has an address that is of no network of the cloud."""
    lab.command("wrap", "ip", "addr", "replace", f"{OUTSIDE}/32", "dev", "br-ext")
    try:
        yield
    finally:
        lab.command("wrap", "ip", "addr", "del", f"{OUTSIDE}/32", "dev", "br-ext")


def send(lab: Lab, cloud: Cloud, guests: Consoles) -> Seen:
    """Everything is sent, by kinds: pings, then fetches of the one and the other port, then pings from outside."""
    flows = pings(cloud.guests, [*cloud.floating, OUTSIDE], FIRST_MARK)
    assert len(flows) <= MOST_FLOWS, f"{len(flows)} flows: pings of so many sizes do not fit into packets"
    seen = Seen(cloud, flows)
    seen.by_kind["icmp"] = watched(lab, cloud, "request", partial(guests.ping, flows))
    fetched = [flow for flow in fetches(flows) if ip_address(flow.target).version == 4]
    for port in (WEB, OTHER_WEB):
        seen.by_kind[f"tcp {port}"] = watched(lab, cloud, "fetch", partial(guests.fetch, fetched, port))
    for mark, address in enumerate(cloud.floating, start=FIRST_MARK):
        seen.inward[address] = watched(lab, cloud, "request", partial(ping_from_outside, lab, mark, address))
    return seen


def watched(lab: Lab, cloud: Cloud, kind: Kind, work: Callable[[], set[int]]) -> Evidence:
    """What is seen while the work is done, which tells the marks of those that were answered."""
    with recording(lab) as recorded:
        answered = work()
        time.sleep(1)
    assert recorded.dropped == 0, f"{recorded.dropped} packets were not seen: this machine is too busy"
    return Evidence(kind, Trails(recorded, cloud.wiring), answered)


def ping_from_outside(lab: Lab, mark: int, address: str) -> set[int]:
    try:
        lab.command("wrap", "ping", "-q", "-c", "3", "-W", "3", "-s", str(mark), "-I", OUTSIDE, address)
    except LabError:  # no answer
        return set()
    return {mark}


def summary(topology: str, seen: Seen, judgements: dict[str, Judgement]) -> str:
    """The figures of one topology."""
    guests = seen.cloud.guests
    running = sum(guest.on_hypervisor for guest in guests)
    lines = [
        f"{topology}: {len(guests)} running instances, {running} of them real guests; {len(seen.flows)} flows of pings"
    ]
    for what, judgement in judgements.items():
        agreed = ", ".join(f"{count} {verdict}" for verdict, count in sorted(judgement.agreed.items())) or "none"
        lines.append(f"  {what}: agree: {agreed}; differ: {len(judgement.differences)}")
    return "\n".join(lines)
