"""Names of hosts as another host knows them, where they lead nowhere from here."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping


def resolves(name: str) -> bool:
    """Whether a name leads to an address from here; an address does."""
    try:
        return bool(socket.getaddrinfo(name, None))
    except OSError:
        return False


def addresses(hosts: str, own: str) -> Mapping[str, str]:
    r"""Name → address from the output of `getent hosts`; a name that loops back is the asked host's own, at `own`.

    >>> addresses("127.0.1.1 ctl1\\n10.20.0.21 net1 net1.example", "10.20.0.11")
    {'ctl1': '10.20.0.11', 'net1': '10.20.0.21', 'net1.example': '10.20.0.21'}
    """
    found: dict[str, str] = {}
    for line in hosts.splitlines():
        address, *names = line.split()[:64] or [""]
        try:
            loops = ipaddress.ip_address(address.partition("%")[0]).is_loopback
        except ValueError:
            continue
        for name in names:
            if not loops or name not in found:
                found[name] = own if loops else address
    return found
