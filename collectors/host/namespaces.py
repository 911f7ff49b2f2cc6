"""The named network namespaces of a host and what is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from collectors.host.interface import Interface
from collectors.host.interfaces import parse_interfaces, speaks_json
from collectors.host.output import Output, ask, whole_number
from collectors.side_by_side import both
from collectors.sources.protocols import HostShell
from graph_schema.commands import NAMESPACE_INTERFACES, NAMESPACE_INTERFACES_TEXT, NAMESPACES

_HEADER = re.compile(r"^netns: (.*)\n", re.MULTILINE)
_NAME_AND_ID = re.compile(r"(?P<name>.*?)(?: \(id: (?P<id>\d+)\))?")
_NO_NAMESPACE = re.compile(r'setting the network namespace "(.*)" failed: Invalid argument')


@dataclass(frozen=True, slots=True)
class Namespace:
    """A named namespace: its name, its id for the root namespace (None: it has none) and its interfaces by name."""

    name: str
    id: int | None
    interfaces: Mapping[str, Interface]


@dataclass(frozen=True, slots=True)
class RawNamespaces:
    """The list of namespaces, and the interfaces of each after a line with its name."""

    listing: Output
    interfaces: Output


def fetch_namespaces(shell: HostShell) -> RawNamespaces:
    """All named namespaces with their interfaces, in two commands. Raises CommandFailed, Unreachable."""
    inside = NAMESPACE_INTERFACES if speaks_json(shell) else NAMESPACE_INTERFACES_TEXT
    told = both(partial(ask, shell, NAMESPACES), partial(ask, shell, inside), concurrent=shell.concurrent)
    return RawNamespaces(*told)


def parse_namespaces(raw: RawNamespaces) -> Sequence[Namespace]:
    """The namespaces by name. Raises Malformed where the two answers do not name the same ones.

    A file in /run/netns that is no namespace (left there by something that died) is none.
    """
    bodies = _bodies(raw.interfaces)
    broken = set(_NO_NAMESPACE.findall(raw.interfaces.stderr))
    ids = _ids(raw.listing, bodies)
    if ids.keys() != bodies.keys():
        differing = sorted(ids.keys() ^ bodies.keys())
        raise raw.interfaces.malformed(
            f"it and `ip netns list` do not name the same namespaces ({', '.join(differing)[:200]}): "
            "one of them is not whole, or namespaces came or went in between."
        )
    return [
        Namespace(name, ids[name], parse_interfaces(body))
        for name, body in sorted(bodies.items())
        if body.stdout.strip() or name not in broken
    ]


def _bodies(output: Output) -> Mapping[str, Output]:
    parts = _HEADER.split("".join(line + "\n" for line in output.lines()))
    if parts[0].strip():
        raise output.malformed(f"it begins with {parts[0][:60]!r}, not with the name of a namespace.")
    return {
        name: Output(output.host, output.command, body.rstrip("\n") + "\n", output.stderr)
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def _ids(listing: Output, known: Mapping[str, object]) -> Mapping[str, int | None]:
    ids: dict[str, int | None] = {}
    for line in listing.lines():
        match = _NAME_AND_ID.fullmatch(line)
        if match is None or line in known:  # a name that looks like one with an id
            ids[line] = None
        else:
            ids[match["name"]] = whole_number(match["id"])
    return ids
