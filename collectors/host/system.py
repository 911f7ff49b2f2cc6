"""Operating system, kernel and machine type of a host."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.contracts import HostCollector, HostSite
from collectors.host.files import read_files
from collectors.host.output import Output, ask
from collectors.sources.protocols import HostShell
from graph_schema.commands import MACHINE, SYSTEM
from graph_schema.object_types import HOST
from graph_schema.records import Attributes

_RELEASE, _KERNEL, _ARCHITECTURE = "/etc/os-release", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/arch"


@dataclass(frozen=True, slots=True)
class RawSystem:
    """The files, and what uname says where the kernel (before 6.1) has no file for the machine type."""

    files: Output
    machine: Output | None


def fetch(shell: HostShell, _: HostSite) -> RawSystem:
    """One command, two on older kernels. Raises CommandFailed, Unreachable."""
    files = ask(shell, SYSTEM)
    return RawSystem(files, None if f"\n{_ARCHITECTURE}:" in "\n" + files.stdout else ask(shell, MACHINE))


def parse(raw: RawSystem) -> Iterator[Attributes]:
    """What it adds to the host. A host without /etc/os-release has no `os_name`. Raises Malformed."""
    files = read_files(raw.files)
    machine = files[_ARCHITECTURE] if raw.machine is None else raw.machine.lines()
    if not machine:
        raise raw.files.malformed("nothing says the machine type.")
    yield HOST.attributes(
        "ssh",
        raw.files.host,
        os_name=_os_name(files.get(_RELEASE, [])),
        kernel=files[_KERNEL][0],
        architecture=machine[0],
    )


def _os_name(lines: list[str]) -> str | None:
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    named = values.get("PRETTY_NAME") or values.get("NAME")
    return _unquoted(named) if named else None


def _unquoted(value: str) -> str:
    try:
        return "".join(shlex.split(value)) if value[:1] in "'\"" else value
    except ValueError:
        return value


COLLECTOR = HostCollector("system", fetch, parse)
