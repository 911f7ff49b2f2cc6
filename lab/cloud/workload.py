"""Several tenants at once, each with a seeded series of random operations: what a cloud in use is like."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from lab.cloud.build import Builder
from lab.cloud.changes import groups, networks, places, routers, servers
from lab.cloud.changes.live import Live
from lab.cloud.connection import Cloud, CloudError
from lab.cloud.demo import EXTERNAL
from lab.cloud.plan import Aggregate, FloatingIp, Network, Plan, Port, Router, SecurityGroup, Server, Subnet, Trunk
from lab.cloud.random_plan import prefix

Change = Callable[[Live], str | None]
# Where the servers are that a tenant begins with: Open vSwitch of both kinds, the fake driver, Linux bridges.
TENANTS: dict[str, tuple[str, ...]] = {
    "t0-": ("cmp1", "cmp2"),
    "t1-": ("cmp2", "cmp3"),
    "t2-": ("cmp1", "cmp3"),
    "t3-": ("cmp4", "cmp3"),
}
# Nothing is scheduled or moved to them meanwhile: neither driver bears what comes from Open vSwitch hosts.
CLOSED = ("cmp3", "cmp4", "cmp5")
MOST_SERVERS = 3
# How often, compared with the others. Building and moving guests takes much of the machine.
WEIGHTS: dict[Change, int] = {
    servers.add_server: 2,
    servers.delete_server: 2,
    servers.move_server: 3,
    servers.migrate: 1,
    servers.resize: 1,
    servers.stop_or_start: 6,
    servers.pause_or_suspend: 2,
    servers.shelve_or_unshelve: 2,
    servers.reboot: 1,
    servers.rebuild: 1,
    servers.rename_server: 3,
    servers.attach: 4,
    servers.detach: 3,
    servers.change_server_group: 1,
    networks.add_network: 2,
    networks.delete_network: 2,
    networks.rename_network: 2,
    networks.add_subnet: 2,
    networks.delete_subnet: 1,
    networks.change_subnet: 2,
    networks.add_port: 3,
    networks.delete_port: 2,
    networks.rename_port: 3,
    networks.port_down_or_up: 2,
    networks.change_groups: 2,
    networks.add_trunk: 2,
    networks.delete_trunk: 1,
    networks.change_subports: 4,
    routers.add_router: 2,
    routers.delete_router: 1,
    routers.move_router: 1,
    routers.move_dhcp: 1,
    routers.add_interface: 2,
    routers.remove_interface: 2,
    routers.rename_router: 1,
    routers.switch_router: 1,
    routers.change_gateway: 2,
    routers.add_floating_ip: 2,
    routers.lead_floating_ip: 3,
    routers.change_floating_ip: 2,
    groups.add_group: 2,
    groups.delete_group: 1,
    groups.rename_group: 1,
    groups.add_rule: 3,
    groups.delete_rule: 2,
    places.change_aggregate: 1,
    places.rename_project: 1,
    places.change_project: 1,
}


def prepare(seed: int, cloud: Cloud) -> None:
    """Make what the tenants begin with."""
    Builder(_plan(seed), cloud).build()


def run(seed: int, number: int, cloud: Cloud) -> Iterator[str]:
    """So many operations in all, and what each did, as it is done. What the cloud refused does not count."""
    with closed_hosts(cloud):
        yield from _all_at_once(seed, number)


@contextmanager
def closed_hosts(cloud: Cloud) -> Iterator[None]:
    """Nova schedules nothing to the closed hosts meanwhile."""
    _switch_hosts(cloud, "disabled")
    try:
        yield
    finally:
        _switch_hosts(cloud, "enabled")


def _switch_hosts(cloud: Cloud, status: str) -> None:
    for service in cloud.get("compute", "/os-services?binary=nova-compute"):
        if service["host"] in CLOSED:
            cloud.put("compute", f"/os-services/{service['id']}", {"status": status})


def _all_at_once(seed: int, number: int) -> Iterator[str]:
    told: SimpleQueue[str | None] = SimpleQueue()
    share = -(-number // len(TENANTS))
    workers = [threading.Thread(target=_work, args=[seed, tenant, share, told], daemon=True) for tenant in TENANTS]
    for worker in workers:
        worker.start()
    ended = 0
    while ended < len(workers):
        line = told.get()
        if line is None:
            ended += 1
        else:
            yield line


def _work(seed: int, tenant: str, number: int, told: SimpleQueue[str | None]) -> None:
    """One tenant's series. Ends also where the cloud refuses or has nothing far too often."""
    try:
        live = Live(seed, Cloud(), tenant)
        changes, weights = list(WEIGHTS), list(WEIGHTS.values())
        done = 0
        for _ in range(10 * number):
            if done >= number:
                return
            (change,) = live.dice.choices(changes, weights)
            if change is servers.add_server and len(live.servers()) >= MOST_SERVERS:
                continue
            try:
                what = change(live)
            except CloudError as error:
                told.put(f"{tenant} refused {change.__name__}: {str(error)[:200]}")
                continue
            if what is not None:
                done += 1
                told.put(f"{tenant} {change.__name__}: {what}")
            live.wait()
    except Exception as error:  # noqa: BLE001  # the others go on, and the test counts what was done
        told.put(f"{tenant} ended: {error!r}")
    finally:
        told.put(None)


def _plan(seed: int) -> Plan:
    """Each tenant: two networks, a router to the outside, ports, a trunk, a group, a floating address, two servers."""
    projects = {tenant: f"{prefix(seed)}{tenant}project" for tenant in TENANTS}
    each = list(projects.values())
    return Plan(
        name=f"workload {seed}",
        projects=tuple(each),
        networks=tuple(
            Network(project, name, (Subnet(f"{name} range", f"10.7{number}.0.0/24"),))
            for project in each
            for number, name in enumerate(("front", "back"))
        ),
        routers=tuple(Router(project, "door", gateway=EXTERNAL.name, interfaces=(("front", ""),)) for project in each),
        groups=tuple(SecurityGroup(project, "open", (("icmp", 0, ""), ("tcp", 80, ""))) for project in each),
        ports=tuple(Port(project, name, "front", groups=("open",)) for project in each for name in ("loose", "parent")),
        trunks=tuple(Trunk(project, "trunk", "parent") for project in each),
        servers=tuple(
            Server(projects[tenant], f"{number}-{host}", host=host, networks=("front",))
            for tenant, hosts in TENANTS.items()
            for number, host in enumerate(hosts)
        ),
        floating_ips=tuple(FloatingIp(project, EXTERNAL.name, port="loose") for project in each),
        aggregates=tuple(Aggregate(f"{prefix(seed)}{tenant}aggregate", ()) for tenant in TENANTS),
    )
