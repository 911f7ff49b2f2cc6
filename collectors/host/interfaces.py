"""The network interfaces of a host's root namespace, from `ip` with JSON or, on older hosts, from its text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collectors.host.interface import Interface
from collectors.host.interfaces_json import interfaces_of_json
from collectors.host.interfaces_text import interfaces_of_text
from collectors.host.output import Output, ask
from collectors.sources.protocols import HostShell
from graph_schema.commands import INTERFACES, INTERFACES_TEXT

# Option "-j" is unknown, try "ip -help". / ip: unrecognized option: j
_NO_JSON = re.compile(r"\"-j\" is unknown|(unknown|unrecognized|invalid) option\W+j", re.IGNORECASE)


def speaks_json(shell: HostShell) -> bool:
    """Whether the host's iproute2 has JSON. One that has not refuses the option."""
    result = shell.result(INTERFACES)
    return result.status == 0 or not _NO_JSON.search(result.stderr)


def fetch_interfaces(shell: HostShell) -> Output:
    """All interfaces of the root namespace, in one command. Raises CommandFailed, Unreachable."""
    return ask(shell, INTERFACES if speaks_json(shell) else INTERFACES_TEXT)


def parse_interfaces(output: Output) -> Mapping[str, Interface]:
    """Name → interface. Every namespace has a loopback: without one the output is not whole. Raises Malformed."""
    # Versions between the two accept -j and print text.
    told = interfaces_of_json if output.stdout.lstrip().startswith(("[", "{")) else interfaces_of_text
    interfaces = {interface.name: interface for interface in told(output)}
    if not any("LOOPBACK" in interface.flags for interface in interfaces.values()):
        raise output.malformed("it has no loopback interface, which every namespace has: it is not whole.")
    return interfaces
