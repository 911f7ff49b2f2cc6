"""The shipped topology with some ports that packets do not pass, on every kind of host; afterwards as it was."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.lab.lab_machine import CONTROLLER, Lab

_NEUTRON = f"http://{CONTROLLER}:9696/v2.0"
_SECONDS = 60.0
_FIREWALLS = 15.0  # until agents have changed the rules, which neutron does not tell

CLOSED: dict[str, Any] = {"security_groups": []}  # no rule: nothing out, nothing in
DOWN: dict[str, Any] = {"admin_state_up": False}
HINDRANCES = {
    "p-web4": CLOSED,  # Linux bridge
    "p-b2": CLOSED,  # Open vSwitch's own firewall
    "p-trunk2": CLOSED,  # a trunk, behind the hybrid firewall
    "p-web3": DOWN,  # Linux bridge
    "p-b1v": DOWN,  # Open vSwitch
}
ONLY_OWN_GROUP = "p-web1"  # the hybrid firewall lets in only members of the same group: nobody


@contextmanager
def hindrances(lab: Lab) -> Iterator[None]:
    """Ports are closed or down while the block runs."""
    ports = {port["name"]: port for port in _get(lab, "/ports")}
    default = next(
        group["id"]
        for group in _get(lab, "/security-groups")
        if (group["name"], group["project_id"]) == ("default", ports[ONLY_OWN_GROUP]["project_id"])
    )
    wanted = {**HINDRANCES, ONLY_OWN_GROUP: {"security_groups": [default]}}
    try:
        _change(lab, {ports[name]["id"]: values for name, values in wanted.items()})
        yield
    finally:
        _change(lab, {ports[name]["id"]: {key: ports[name][key] for key in wanted[name]} for name in wanted})


def _change(lab: Lab, wanted: dict[str, dict[str, Any]]) -> None:
    """Change ports by id, and wait until the agents have done so."""
    for id, values in wanted.items():
        _put(lab, f"/ports/{id}", {"port": values})
    states = {
        id: "ACTIVE" if values["admin_state_up"] else "DOWN"
        for id, values in wanted.items()
        if "admin_state_up" in values
    }
    end = time.monotonic() + _SECONDS
    while any(port["status"] != states.get(port["id"], port["status"]) for port in _get(lab, "/ports")):
        assert time.monotonic() < end, f"neutron does not bring ports to {states}"
        time.sleep(1)
    time.sleep(_FIREWALLS)


def _get(lab: Lab, path: str) -> list[dict[str, Any]]:
    answer: dict[str, list[dict[str, Any]]] = lab.api(f"9696/v2.0{path}", lab.token())
    return next(iter(answer.values()))


def _put(lab: Lab, path: str, body: dict[str, Any]) -> None:
    headers = {"X-Auth-Token": lab.token(), "Content-Type": "application/json"}
    request = urllib.request.Request(_NEUTRON + path, json.dumps(body).encode(), headers, method="PUT")  # noqa: S310  the lab's own API
    with urllib.request.urlopen(request) as answer:  # noqa: S310  the lab's own API
        answer.read()
