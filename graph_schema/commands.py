"""Every command that the product runs on a host: read-only, fixed words, nothing of a user's in it.

The words are quoted one by one when a command is sent, except those marked as patterns, which the login shell of the
host expands. Patterns stand only in commands that need no root, so that the list can be granted as it is in a sudoers
file.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph_schema.model import SchemaError

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """One remote command. `many` is the word repeated, joined by `; `, for each argument (a uuid) in one go."""

    name: str
    words: tuple[str, ...]
    purpose: str
    root: bool = False
    patterns: tuple[str, ...] = ()
    many: str = ""
    fallback_for: str = ""
    accepts: tuple[int, ...] = field(default=(0,))

    def __post_init__(self) -> None:
        if self.root and self.patterns:
            raise SchemaError(f"command {self.name}: a pattern can not stand in a command that needs root")

    def line(self, arguments: Sequence[str] = (), *, sudo: bool = False) -> str:
        """The command line to send. Raises SchemaError for an argument that is not a uuid, or one too many."""
        words = list(self.words)
        if self.many:
            for argument in arguments:
                if not UUID.fullmatch(argument):
                    raise SchemaError(f"command {self.name}: {argument!r} is not a uuid")
            words.append("; ".join(self.many.format(argument) for argument in arguments))
        elif arguments:
            raise SchemaError(f"command {self.name}: it takes no arguments")
        prefix = "sudo -n " if self.root and sudo else ""
        return prefix + " ".join([*map(shlex.quote, words), *self.patterns])

    @property
    def presence(self) -> str:
        """The line that prints where the command's program is, if it is installed: needs no rights."""
        return f"command -v {shlex.quote(self.words[0])}"


# Files are read with grep, which says of each line what file it is from. It leaves with 1 or 2 where a file is not
# there or cannot be read (the speed of a link that is down, say); what it printed counts. The last file is there on
# every Linux: without its line the output was cut off.
_END = "/proc/sys/kernel/osrelease"

SYSTEM = Command(
    "system",
    ("grep", "-sH", "", "/etc/os-release", "/proc/sys/kernel/arch", _END),
    "operating system, kernel and machine type",
    accepts=(0, 1, 2),
)
MACHINE = Command(
    "machine", ("uname", "-m"), "machine type, where the kernel has no file for it", fallback_for="system"
)
HOST_NAMES = Command("host_names", ("getent", "hosts"), "names in the hosts file of the CLI section's own host")
INTERFACES = Command("interfaces", ("ip", "-j", "-d", "addr", "show"), "all interfaces of the root namespace")
INTERFACES_TEXT = Command(
    "interfaces_text", ("ip", "-d", "addr", "show"), "the same on hosts whose ip has no JSON", fallback_for="interfaces"
)
NAMESPACES = Command("namespaces", ("ip", "netns", "list"), "named network namespaces and their ids", root=True)
NAMESPACE_INTERFACES = Command(
    "namespace_interfaces",
    ("ip", "-all", "netns", "exec", "ip", "-j", "-d", "addr", "show"),
    "all interfaces of all named namespaces",
    root=True,
)
NAMESPACE_INTERFACES_TEXT = Command(
    "namespace_interfaces_text",
    ("ip", "-all", "netns", "exec", "ip", "-d", "addr", "show"),
    "the same on hosts whose ip has no JSON",
    root=True,
    fallback_for="namespace_interfaces",
)
FORWARDING = Command("forwarding", ("bridge", "-j", "fdb", "show"), "forwarding entries, tunnels' far ends among them")
FORWARDING_TEXT = Command(
    "forwarding_text",
    ("bridge", "fdb", "show"),
    "the same on hosts whose bridge has no JSON",
    fallback_for="forwarding",
)
NIC_FILES = Command(
    "nic_files",
    ("grep", "-sH", ""),
    "hardware, speed and duplex of each NIC; bonds and their members",
    accepts=(0, 1, 2),
    patterns=(
        "/sys/class/net/*/device/uevent",
        "/sys/class/net/*/device/physfn/uevent",
        "/sys/class/net/*/speed",
        "/sys/class/net/*/duplex",
        "/proc/net/bonding/*",
        _END,
    ),
)
# Only columns that do not change by themselves, and that every version since 2.0 has.
OVS = Command(
    "ovs",
    (
        *("ovs-vsctl", "--timeout=20", "--format=json"),
        *("--", "--columns=ovs_version", "list", "Open_vSwitch"),
        *("--", "--columns=name,datapath_type,ports", "list", "Bridge"),
        *("--", "--columns=_uuid,name,interfaces,tag,trunks", "list", "Port"),
        *("--", "--columns=_uuid,name,type,options,external_ids,link_state", "list", "Interface"),
    ),
    "bridges, ports and tunnels of Open vSwitch",
    root=True,
)
# What virsh is connected to comes last, so that a list that was cut off is told from a short one.
DOMAINS = Command(
    "domains", ("virsh", "--readonly", "list --all --uuid; uri"), "uuids of the host's domains", root=True
)
# Status 1: the last domain that was asked for is gone since it was listed. Each one's definition is looked for.
DOMAIN_XML = Command(
    "domain_xml",
    ("virsh", "--readonly"),
    "definitions of all domains",
    root=True,
    many="dumpxml {}",
    accepts=(0, 1),
)

COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        SYSTEM, MACHINE, HOST_NAMES, INTERFACES, INTERFACES_TEXT, NAMESPACES, NAMESPACE_INTERFACES,
        NAMESPACE_INTERFACES_TEXT, FORWARDING, FORWARDING_TEXT, NIC_FILES, OVS, DOMAINS, DOMAIN_XML,
    )
}  # fmt: skip


# Where distributions keep programs.
_FOLDERS = ("/usr/bin", "/usr/sbin", "/bin", "/sbin")
# What has a meaning in a sudoers file.
_SPECIAL = re.compile(r"([,:=\\])")


def sudoers(user: str) -> str:
    """The sudoers lines that let `user` run the commands that need root, without a password, and nothing else."""
    lines = [f"# What Calipso Graph reads on a host as root, for /etc/sudoers.d/{user} (mode 0440)."]
    for command in COMMANDS.values():
        if command.root:
            program, *words = command.words
            arguments = " ".join([*(_SPECIAL.sub(r"\\\1", word) for word in words), *_repeated(command)])
            places = ", ".join(f"{folder}/{program} {arguments}" for folder in _FOLDERS)
            lines += [f"# {command.purpose}", f"{user} ALL=(root) NOPASSWD: {places}"]
    return "\n".join(lines) + "\n"


def _repeated(command: Command) -> list[str]:
    return [command.many.replace("{}", "*")] if command.many else []
