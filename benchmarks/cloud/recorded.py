"""The recording that everything is multiplied from, opened and sorted by whose things its answers tell of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote
from zipfile import ZipFile

Level = Literal["cloud", "cell", "tenancy"]
"""What there is once in the cloud, once in each cell, and once for each copy of the projects in a cell."""

_HOSTS, _API = "hosts/", "api/"
_OF_THE_CLOUD = frozenset({"admin", "service"})
_OF_CELLS = frozenset({"hypervisors", "services", "agents", "aggregates"})
_OF_PROJECTS = frozenset(
    {
        "projects",
        "servers",
        "networks",
        "subnets",
        "ports",
        "routers",
        "floatingips",
        "security_groups",
        "trunks",
    }
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording of one region: its manifest, the listings of its API by key, and what each host answered."""

    manifest: Mapping[str, Any]
    api_part: str
    api: list[dict[str, Any]]
    hosts: Mapping[str, list[dict[str, Any]]]

    @property
    def listings(self) -> Mapping[str, list[dict[str, Any]]]:
        """The items of each listing by its key."""
        return {entry["ask"][3]: entry["answer"] for entry in self.api if entry["ask"][0] == "listing"}

    @property
    def controllers(self) -> frozenset[str]:
        """Hosts that run services of the cloud, and neither instances nor networks."""
        computing = {one["host"] for one in self.listings["services"] if one["binary"] == "nova-compute"}
        networking = {one["host"] for one in self.listings["agents"]}
        return frozenset({one["host"] for one in self.listings["services"]} - computing - networking)

    def items(self) -> Iterator[tuple[Level, dict[str, Any]]]:
        """Every listed thing that has an identity of its own, and how often there is one like it."""
        for key, listed in self.listings.items():
            for item in listed if key in _OF_CELLS | _OF_PROJECTS else ():
                yield self._level(key, item), item
                if key == "servers":  # of the cloud, though only its servers name them
                    yield "cloud", {"user_id": item["user_id"], "image": item["image"]}

    def _level(self, key: str, item: Mapping[str, Any]) -> Level:
        if key in _OF_CELLS:
            return "cloud" if item.get("host") in self.controllers else "cell"
        of_the_cloud = {one["id"] for one in self.listings["projects"] if one["name"] in _OF_THE_CLOUD}
        if item.get("project_id", item["id"]) not in of_the_cloud:
            return "tenancy"
        return "cloud" if key in ("projects", "security_groups") else "cell"


def shipped_recording() -> Path:
    """The recording of the lab that the demo is made of."""
    return Path(str(files("demo") / "recording.zip"))


def open_recorded(path: Path | None = None) -> Recorded:
    """A recording of one region; the shipped one unless told."""
    with ZipFile(path or shipped_recording()) as archive:
        parts = {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}
    (api_part,) = [name for name in parts if name.startswith(_API)]
    hosts = {unquote(name.removeprefix(_HOSTS)): part for name, part in parts.items() if name.startswith(_HOSTS)}
    return Recorded(parts["manifest"], api_part, parts[api_part], hosts)
