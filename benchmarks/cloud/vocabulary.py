"""Every id, name and address that a recording holds, and whether it is of the cloud, of a cell or of a tenancy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.cloud.recorded import Level, Recorded

# Names that mean the same everywhere, whoever has something of that name.
_COMMON_NAMES = frozenset({"", "default", "admin", "service"})
_UUID_LENGTH, _STUBS = 36, (10, 11)
_OVS_ROWS = slice(2, 4)  # ports and interfaces, after the switch itself and its bridges

_HEX, _PAIR = "[0-9a-f]", "[0-9a-f]{2}"
_UUID = rf"{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}"
_ID = rf"(?<!{_HEX}){_HEX}{{32}}(?!{_HEX})"
_MAC = rf"(?<![0-9a-f:]){_PAIR}(?::{_PAIR}){{5}}(?![0-9a-f:])"
_ADDRESS = r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
_STUB = rf"{_HEX}{{8}}-{_HEX}{{1,2}}(?![0-9a-f-])"  # what a device's name has of the id of its port or network
_INSTANCE = rf"instance-{_HEX}{{8}}"
_TUNNEL = rf"(?<=vxlan-)(?:{_HEX}{{8}}|\d+)(?!{_HEX})"  # its far end's address, or its number
_NUMBER = r'(?<=segmentation_id": )\d+|(?<="vni": )\d+|(?<="id": )\d+'
_ON_XML = r"(?<=<nova:name>)[^<]+"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a recording by level, and the pattern that finds them in any text of it or made from it."""

    levels: Mapping[str, Level]
    pattern: re.Pattern[str]
    shared: frozenset[str]
    """Beginnings (three numbers) of the addresses of networks that all tenancies of a cell use."""

    def split(self, text: str) -> list[str]:
        """The text in pieces: every second one is a word that may have another form in a copy."""
        return self.pattern.split(text)

    def of_tenancy(self, text: str) -> bool:
        """Whether something in the text belongs to a tenancy."""
        return any(self.levels.get(word) == "tenancy" for word in self.pattern.findall(text))


def vocabulary_of(recorded: Recorded) -> Vocabulary:
    """The vocabulary of a recording."""
    names = _names(recorded)
    pattern = _pattern(names, recorded.hosts)
    levels: dict[str, Level] = {host: "cloud" if host in recorded.controllers else "cell" for host in recorded.hosts}
    for name, level in names.items():
        levels |= {f'"{name}"': level, name: level}
    numbers = {str(n["provider:segmentation_id"]): "tenancy" for n in recorded.listings["networks"] if _tunnelled(n)}
    found = Vocabulary(levels, pattern, frozenset(_shared(recorded)))
    for level, text in _texts(recorded, found):
        for word in pattern.findall(text):
            if not word.isdigit() or word in numbers:
                for each in (word, *stubs_of(word)):
                    levels.setdefault(each, level)
    return found


def stubs_of(word: str) -> list[str]:
    """What names of devices have of a uuid; nothing of any other word."""
    uuid = len(word) == _UUID_LENGTH and word[8] == word[23] == "-"
    return [word[:length] for length in _STUBS] if uuid else []


def _texts(recorded: Recorded, so_far: Vocabulary) -> Iterator[tuple[Level, str]]:
    """All texts with their level, those first whose words are not to be taken for another level's."""
    cloud: Level = "cloud"
    items = list(recorded.items())
    yield cloud, json.dumps([entry for entry in recorded.api if entry["ask"] == ["endpoints"]])
    yield from ((cloud, text) for host in recorded.controllers for text in _answers(recorded, host))
    for wanted in ("cloud", "cell", "tenancy"):
        yield from ((level, json.dumps(item)) for level, item in items if level == wanted)
    others = [host for host in recorded.hosts if host not in recorded.controllers]
    for host in others:
        yield from (("tenancy", text) for text in _pieces(recorded.hosts[host]) if so_far.of_tenancy(text))
    yield from (("cell", text) for host in others for text in _answers(recorded, host))


def _answers(recorded: Recorded, host: str) -> Iterator[str]:
    for entry in recorded.hosts[host]:
        yield entry["answer"].get("stdout") or json.dumps(entry["answer"])


def _pieces(answers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What a host says of one device or one namespace, piece by piece."""
    for entry in answers:
        match entry["ask"]:
            case ["run", "interfaces", _]:
                yield from map(json.dumps, json.loads(entry["answer"]["stdout"]))
            case ["run", "namespace_interfaces", _]:
                yield from re.split(r"(?m)^(?=netns: )", entry["answer"]["stdout"])
            case ["run", "ovs", _]:
                for table in entry["answer"]["stdout"].splitlines()[_OVS_ROWS]:
                    yield from map(json.dumps, json.loads(table)["data"])


def _names(recorded: Recorded) -> Mapping[str, Level]:
    """Names that people gave. One that several levels have is of the first of them."""
    found: dict[str, Level] = {}
    for wanted in ("cell", "tenancy"):
        for level, item in recorded.items():
            name = str(item.get("name") or "")
            if level == wanted and name not in _COMMON_NAMES and not re.search(_ID, name):
                found.setdefault(name, level)
    return found


def _pattern(names: Iterable[str], hosts: Iterable[str]) -> re.Pattern[str]:
    quoted = '"(?:' + "|".join(map(re.escape, sorted(names, reverse=True))) + r')(?:-\d+-\d+)?"'
    places = r"(?<![\w.-])(?:" + "|".join(map(re.escape, sorted(hosts, reverse=True))) + r")(?![\w-])"
    words = (quoted, _UUID, _ID, _MAC, _ADDRESS, _INSTANCE, _TUNNEL, _STUB, _NUMBER, _ON_XML, places)
    return re.compile("(" + "|".join(words) + ")")


def _tunnelled(network: Mapping[str, Any]) -> bool:
    return bool(network["provider:network_type"] == "vxlan")


def _shared(recorded: Recorded) -> Iterator[str]:
    for level, item in recorded.items():
        if level == "cell" and "cidr" in item and item["ip_version"] == 4:
            yield item["cidr"].rpartition(".")[0]
