"""Names that would do harm if anybody executed them: kept exactly, executed never."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.lab_machine import Lab
from tests.lab.product import Product, lab_environment
from tests.lab.still import scan_and_compare
from tests.lab.truth.expected import Truth

pytestmark = pytest.mark.lab

CANARY = "/tmp/calipso-canary"
NAMES = (
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"'; touch {CANARY}; '",
    f'"; touch {CANARY} #',
    f"x\ntouch {CANARY}\n",
    "' OR 1=1 --",
    "'; DROP TABLE networks; --",
    "\\'; DROP DATABASE neutron; --",
    "'}) MATCH (n) DETACH DELETE n //",
    "` MATCH (n:Object) DETACH DELETE n //",
    "{{7*7}} ${7*7} %s %n {0} {environment}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "Ünï cödé ñ 日本語",
    "a:b%3Ac%d",
    "n" * 255,
)
SHORT = [name.strip() for name in NAMES if len(name) <= 64]  # keystone's limit for projects; it strips their names
# Linux takes 15 bytes without space and slash as the name of a device, and Open vSwitch the same of a bridge.
DEVICES = ("$(reboot)", "`id`", "a;b|c&d", "q'u\"o", "x%3Ay", "ñandú", "*", "-v", "{}[]", "a\\nb")
LINUX_BRIDGES = [name for name in DEVICES if "%" not in name]  # in a device's name the kernel takes that for a pattern
PREFIX = "hostile-"


class Cloud:
    """The lab's cloud through its own client, for names of any kind."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def call(self, code: str) -> str:
        """Python with a `cloud` of the lab's own tools in it; what it prints."""
        program = f"from lab.cloud.connection import Cloud\ncloud = Cloud()\n{code}"
        script = f'. "$LAB/openrc"; cd {shlex.quote(str(Path(__file__).parents[2]))}; exec /usr/bin/python3 -'
        return self.lab.command("wrap", "bash", "-c", script, stdin=program)


@pytest.fixture
def hostile_things(lab: Lab) -> Iterator[None]:
    """Projects, networks, subnets, routers, ports, security groups and instances of all the names."""
    cloud = Cloud(lab)
    try:
        cloud.call(f"NAMES = {NAMES!r}\nSHORT = {SHORT!r}\nPREFIX = {PREFIX!r}\n{MAKE}")
        yield
    finally:
        cloud.call(
            f"from lab.cloud.clear import clear\nclear(cloud, lambda name: name.startswith({PREFIX!r}))\n"
            f"for p in cloud.get('identity', '/projects'):\n"
            f"    if p['name'] in {SHORT!r}: cloud.delete('identity', '/projects/' + p['id'])"
        )


MAKE = """
home = cloud.post("identity", "/projects", {"project": {"name": PREFIX + "home", "domain_id": "default",
    "description": "d" * 60000}})["id"]
admin = next(u["id"] for u in cloud.get("identity", "/users") if u["name"] == "admin")
role = next(r["id"] for r in cloud.get("identity", "/roles") if r["name"] == "admin")
cloud.put("identity", f"/projects/{home}/users/{admin}/roles/{role}")
quota = dict.fromkeys(("network", "subnet", "port", "router", "security_group"), -1)
cloud.put("network", f"/quotas/{home}", {"quota": quota})
cloud.put("compute", f"/os-quota-sets/{home}", {"quota_set": dict.fromkeys(("instances", "cores", "ram"), -1)})
for name in SHORT:
    cloud.post("identity", "/projects", {"project": {"name": name, "domain_id": "default"}})
flavor = next(f["id"] for f in cloud.get("compute", "/flavors") if f["name"] == "lab.nano")
servers = cloud.of(PREFIX + "home")
for number, name in enumerate(NAMES):
    own = {"name": name, "project_id": home}
    network = cloud.post("network", "/networks", {"network": own})
    subnet = {**own, "network_id": network["id"], "ip_version": 4, "cidr": f"10.99.{number}.0/24", "enable_dhcp": False}
    cloud.post("network", "/subnets", {"subnet": subnet})
    cloud.post("network", "/ports", {"port": {**own, "network_id": network["id"]}})
    cloud.post("network", "/routers", {"router": own})
    cloud.post("network", "/security-groups", {"security_group": {**own, "description": name}})
    if "\\n" not in name:  # nova refuses line breaks
        server = {"name": name, "host": "cmp3", "flavorRef": flavor, "imageRef": cloud.image_id("lab-linux"),
                  "networks": [{"uuid": network["id"]}]}
        servers.post("compute", "/servers", {"server": server})
"""


@pytest.fixture
def hostile_devices(lab: Lab) -> Iterator[None]:
    """Linux bridges on cmp5, Open vSwitch bridges on cmp2, namespaces on net1, of odd names."""
    quoted = [shlex.quote(name) for name in DEVICES]
    linux = [shlex.quote(name) for name in LINUX_BRIDGES]
    try:
        lab.run("cmp5", "set -e\n" + "\n".join(f"ip link add name {name} type bridge" for name in linux))
        lab.run("cmp2", "\n".join(f"ovs-vsctl --timeout=10 -- add-br {name}" for name in quoted if name != "-v"))
        lab.run("net1", "\n".join(f"ip netns add {name}" for name in quoted if name != "-v"))
        yield
    finally:
        lab.run("cmp5", "\n".join(f"ip link del dev {name} || true" for name in linux))
        lab.run("cmp2", "\n".join(f"ovs-vsctl --timeout=10 -- --if-exists del-br {name} || true" for name in quoted))
        lab.run("net1", "\n".join(f"ip netns del {name} || true" for name in quoted))


def _canaries(lab: Lab) -> list[str]:
    hosts = [host for host in lab.hosts if lab.run(host, f"ls {CANARY} 2>/dev/null || true").strip()]
    return [*hosts, *(["here"] if Path(CANARY).exists() else [])]


@pytest.mark.usefixtures("hostile_things")
def test_hostile_names_in_the_cloud_are_kept_exactly_and_executed_never(
    lab: Lab, product: Product, environment: str, truth: Callable[[], Truth]
) -> None:
    product.add(lab_environment(environment))
    scan_and_compare(product, environment, truth)
    for type, wanted in {
        "project": SHORT,
        "network": NAMES,
        "subnet": NAMES,
        "router": NAMES,
        "security_group": NAMES,
        "instance": [name for name in NAMES if "\n" not in name],
    }.items():
        names = {dict(n.properties)["name"] for n in product.graph(environment).nodes.values() if n.type == type}
        assert set(wanted) - names == set(), type
    assert _canaries(lab) == []


@pytest.mark.usefixtures("hostile_devices")
def test_hostile_names_on_hosts_are_kept_exactly_and_executed_never(
    lab: Lab, product: Product, environment: str, truth: Callable[[], Truth]
) -> None:
    product.add(lab_environment(environment))
    scan_and_compare(product, environment, truth)
    graph = product.graph(environment)
    bridges = {dict(n.properties)["name"] for n in graph.nodes.values() if n.type == "vconnector"}
    assert set(LINUX_BRIDGES) - bridges == set()
    switch = dict(graph.nodes["cmp2:vedge:ovs"].properties)
    assert set(DEVICES) - {"-v"} - switch["bridges"] == set()
    assert _canaries(lab) == []


@pytest.mark.usefixtures("hostile_things")
def test_answers_about_hostile_names_give_them_back_exactly(lab: Lab, product: Product, environment: str) -> None:
    product.add(lab_environment(environment))
    assert product.scan(environment).code == 0
    for name in NAMES:
        done = product.run("search", name, "--env", environment, "--format", "json")
        assert done.returncode == 0, (name, done.stderr)
        assert name in {item["name"] for item in json.loads(done.stdout)["items"]}, name
    assert _canaries(lab) == []
