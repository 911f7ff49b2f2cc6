"""Notifications of a multiplied cloud: the lab's recorded ones, told of its objects, in as many copies as wanted.

In each copy every recorded id stands for one object of the cloud, the same in all notifications of the copy; what the
recording deletes stands for something short-lived that only this copy has, and only one copy in ten tells of it.
Objects are told as the cloud's API tells them, in the recorded form, under another name each time: so each has
something to write, and reading again brings the old name back.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

Item = dict[str, Any]
RECORDED = Path(__file__).parents[1] / "tests" / "data" / "events" / "zed.jsonl"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
# The listing that a payload's object is of, and that an id under a key is of.
_CARRIED = {
    "port": "ports", "network": "networks", "subnet": "subnets", "router": "routers", "floatingip": "floatingips",
    "security_group": "security_groups", "trunk": "trunks",
}  # fmt: skip
_NAMED = {
    "port_id": "ports", "port_uuid": "ports", "network_id": "networks", "floating_network_id": "networks",
    "subnet_id": "subnets", "router_id": "routers", "security_group_id": "security_groups",
    "security_groups": "security_groups", "trunk_id": "trunks", "tenant_id": "projects", "project_id": "projects",
    "uuid": "servers", "instance_id": "servers", "device_id": "servers",
}  # fmt: skip
_INSTANCE = {"tenant_id": "tenant_id", "host": "OS-EXT-SRV-ATTR:host", "node": "OS-EXT-SRV-ATTR:host"}
_NOVA = "nova_object.data"
_FIRST_REVISION = 1000
# One copy in so many tells of what is short-lived; in the others only what lasts is told of.
_WITH_SHORT_LIVED = 10


class Notification(NamedTuple):
    """What a service sends: where to, and the body in its envelope."""

    exchange: str
    routing_key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Recorded:
    exchange: str
    routing_key: str
    message: Item
    text: str


class Stream:
    """The notifications of a cloud, given by its listings (key → items)."""

    def __init__(self, listings: Mapping[str, list[Item]]) -> None:
        self._listings = {key: [item for item in items if item.get("id")] for key, items in listings.items()}
        self._by_id = {key: {item["id"]: item for item in items} for key, items in self._listings.items()}
        self._recorded = list(_read())
        self._kinds, self._departed = _kinds_of([one.message for one in self._recorded])
        self._lasting = [one for one in self._recorded if self._departed.isdisjoint(_ID.findall(one.text))]

    def notifications(self, number: int, first_copy: int = 0) -> Iterator[Notification]:
        """So many, copy after copy."""
        for made in count(first_copy):
            ids = self._ids(made)
            for one in self._recorded if made % _WITH_SHORT_LIVED == 0 else self._lasting:
                yield self._told(one, ids, made)
                number -= 1
                if number == 0:
                    return

    def _ids(self, number: int) -> Mapping[str, str]:
        """The recorded ids, as they are in a copy."""
        found: dict[str, str] = {}
        seen: dict[str, int] = defaultdict(int)
        for id, kind in self._kinds.items():
            items = self._listings.get(kind or "", [])
            if not items or id in self._departed:
                found[id] = _another(id, number)
                continue
            found[id] = items[(number * 7 + seen[kind or ""]) % len(items)]["id"]
            seen[kind or ""] += 1
        return found

    def _told(self, one: _Recorded, ids: Mapping[str, str], number: int) -> Notification:
        message = json.loads(_ID.sub(lambda match: ids.get(match[0], match[0]), one.text))
        message["message_id"] = _another(message["message_id"], number)
        message["timestamp"] = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        payload = message["payload"]
        for key, listing in _CARRIED.items():
            if isinstance(payload.get(key), dict):
                payload[key] = self._carried(payload[key], listing, number)
        instance = payload.get(_NOVA, payload)
        if (server := self._by_id["servers"].get(_server_of(instance))) is not None:
            self._tell_instance(instance, server, number)
        body = {"oslo.version": "2.0", "oslo.message": json.dumps(message)}
        return Notification(one.exchange, one.routing_key, json.dumps(body).encode())

    def _carried(self, told: Item, listing: str, number: int) -> Item:
        known = self._by_id.get(listing, {}).get(told.get("id"), {})
        name = {"name": f"{known.get('name') or 'n'}-{number}"} if "name" in told else {}
        counted = {"revision_number": _FIRST_REVISION + number} if "revision_number" in told else {}
        return {**told, **{key: known[key] for key in told if key in known}, **name, **counted}

    def _tell_instance(self, told: Item, server: Item, number: int) -> None:
        told |= {key: server.get(name) for key, name in _INSTANCE.items() if key in told}
        told |= {"display_name": f"{server['name']}-{number}", "updated_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def _read() -> Iterator[_Recorded]:
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        text = told["body"]["oslo.message"]
        yield _Recorded(told["exchange"], told["routing_key"], json.loads(text), text)


def _server_of(payload: Item) -> str:
    return str(payload.get("uuid") or payload.get("instance_id"))


def _another(id: str, number: int) -> str:
    """An id that only this copy has, in the form of the recorded one."""
    made = UUID(bytes=blake2b(f"{id}/{number}".encode(), digest_size=16).digest(), version=4)
    return str(made) if "-" in id else made.hex


def _kinds_of(messages: list[Item]) -> tuple[dict[str, str | None], set[str]]:
    """Every recorded id with the listing that it is of (None where nothing tells), and those that are deleted."""
    kinds: dict[str, str | None] = {}
    departed: set[str] = set()
    for message in messages:
        for key, id in _ids_in(message["payload"], ""):
            kinds[id] = kinds.get(id) or _NAMED.get(key)
        for key, listing in _CARRIED.items():
            carried = message["payload"].get(key)
            if isinstance(carried, dict) and carried.get("id"):
                kinds[carried["id"]] = listing
        if ".delete" in message["event_type"]:
            departed |= _deleted_by(message)
    return kinds, departed


def _deleted_by(message: Item) -> set[str]:
    payload = message["payload"]
    carried = [payload[key]["id"] for key in _CARRIED if isinstance(payload.get(key), dict)]
    named = [payload.get(f"{key}_id") for key in _CARRIED]
    instance = payload.get(_NOVA, payload)
    return {id for id in [*carried, *named, instance.get("uuid"), payload.get("instance_id")] if isinstance(id, str)}


def _ids_in(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _ids_in(inside, name)
    elif isinstance(value, list):
        for inside in value:
            yield from _ids_in(inside, key)
    elif isinstance(value, str):
        yield from ((key, id) for id in _ID.findall(value))
