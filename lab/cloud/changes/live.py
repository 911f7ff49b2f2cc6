"""The live random topology, as the changes see it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from lab.cloud.connection import Cloud
from lab.cloud.random_plan import OVS_HOSTS, prefix

SETTLE_SECONDS = 90


class Live:
    """What there is of a seed's topology (of one `tenant`, if it is given), and dice to pick from it."""

    def __init__(self, seed: int, cloud: Cloud, tenant: str = "") -> None:
        self.dice, self.cloud = random.Random(f"changes of {seed}{tenant}"), cloud
        mine = f"{prefix(seed)}{tenant}"
        self.projects = {p["id"]: p["name"] for p in cloud.get("identity", "/projects") if p["name"].startswith(mine)}
        self.aggregate = f"{mine}aggregate"
        self.count = 0

    def wait(self) -> None:
        """Until no server is being changed."""
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end and any(s["OS-EXT-STS:task_state"] for s in self.servers()):
            time.sleep(1)

    def wait_for(self, server: dict[str, Any], *states: str) -> str:
        """Until the server is in one of the states, or went wrong; the state that it is in."""
        end = time.monotonic() + SETTLE_SECONDS
        state = ""
        while time.monotonic() < end and state not in (*states, "ERROR"):
            time.sleep(1)
            state = self.cloud.get("compute", f"/servers/{server['id']}")["status"]
        return state

    def servers(self, *states: str) -> list[dict[str, Any]]:
        """Its servers in one of the states, or all; in a stable order."""
        servers = self.cloud.get("compute", "/servers/detail?all_tenants=1&limit=1000")
        mine = [s for s in servers if s["tenant_id"] in self.projects]
        return sorted((s for s in mine if not states or s["status"] in states), key=lambda s: str(s["name"]))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What its projects have of a kind of neutron's, in a stable order."""
        mine = [o for o in self.cloud.get("network", f"/{kind}") if o["project_id"] in self.projects]
        return sorted(mine, key=lambda o: (self.projects[o["project_id"]], str(o.get("name", o["id"]))))

    def ports(self, owned: Callable[[str], bool]) -> list[dict[str, Any]]:
        """Its ports whose device owner is such."""
        return [p for p in self.of("ports") if owned(p["device_owner"])]

    def pick(self, things: list[dict[str, Any]]) -> dict[str, Any] | None:
        """One of them by the dice."""
        return self.dice.choice(things) if things else None

    def running(self) -> list[dict[str, Any]]:
        """Its servers that run on hosts with Open vSwitch, which may move."""
        return [s for s in self.servers("ACTIVE") if s["OS-EXT-SRV-ATTR:host"] in OVS_HOSTS]

    def name(self, what: str) -> str:
        """A new name."""
        self.count += 1
        return f"{what} changed {self.count}"

    def act(self, server: dict[str, Any], action: dict[str, Any]) -> None:
        """An action of nova's on a server."""
        self.cloud.post("compute", f"/servers/{server['id']}/action", action)
