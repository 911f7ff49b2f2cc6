"""The far ends of a host's kernel tunnels, from its forwarding tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from collectors.host.interfaces import speaks_json
from collectors.host.output import Fields, Output, ask_if_there
from collectors.sources.protocols import HostShell
from graph_schema.commands import FORWARDING, FORWARDING_TEXT

# Entries that are set and stay. What was learnt comes and goes with the packets.
_LASTING = frozenset(("permanent", "static", "noarp"))


def fetch_forwarding(shell: HostShell, *, expected: bool) -> Output | None:
    """All forwarding entries, in one command; None where nobody `expected` tunnels and bridge is not installed.

    Raises CommandFailed, Unreachable.
    """
    return ask_if_there(shell, FORWARDING if speaks_json(shell) else FORWARDING_TEXT, expected=expected)


def parse_forwarding(output: Output) -> Mapping[str, list[str]]:
    """Tunnel device → the addresses that its lasting entries lead to, sorted. Raises Malformed."""
    if not output.stdout.strip():
        raise output.malformed("it is empty: every NIC has entries.")
    told = _of_json if output.stdout.lstrip().startswith("[") else _of_text
    far_ends: dict[str, set[str]] = {}
    for device, address in told(output):
        if _is_of_a_host(output, address):
            far_ends.setdefault(device, set()).add(address)
    return {device: sorted(addresses) for device, addresses in sorted(far_ends.items())}


def _is_of_a_host(output: Output, address: str) -> bool:
    try:
        return not ip_address(address).is_multicast  # a group: who is in it is not known here
    except ValueError:
        raise output.malformed(f"not an address: {address[:60]!r}.") from None


def _of_json(output: Output) -> Iterator[tuple[str, str]]:
    for entry in output.objects():
        far_end = entry.optional_text("dst")
        if far_end and _lasts(entry):
            yield entry.text("ifname"), far_end


def _lasts(entry: Fields) -> bool:
    return bool({entry.optional_text("state"), *entry.texts("flags")} & (_LASTING | {"extern_learn"}))


def _of_text(output: Output) -> Iterator[tuple[str, str]]:
    # fa:16:3e:90:41:29 dev vxlan-1154 dst 10.21.0.32 self permanent
    for line in output.lines():
        words = line.split()
        if len(words) < 3 or words[1] != "dev":
            raise output.malformed(f"not a forwarding entry: {line[:80]!r}.")
        if "dst" in words[:-1] and set(words) & (_LASTING | {"extern_learn"}):
            yield words[2], words[words.index("dst") + 1]
