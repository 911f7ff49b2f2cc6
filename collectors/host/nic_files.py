"""What the kernel's files say of NICs: the hardware behind them, speed, duplex, bonds and their members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.host.files import read_files
from collectors.host.output import Output, ask, whole_number
from collectors.sources.protocols import HostShell
from graph_schema.commands import NIC_FILES

_DEVICE = re.compile(r"/sys/class/net/(?P<device>[^/]+)/(?P<file>.+)")
_BONDS = "/proc/net/bonding/"
_MODES = {
    "load balancing (round-robin)": "balance-rr",
    "fault-tolerance (active-backup)": "active-backup",
    "load balancing (xor)": "balance-xor",
    "fault-tolerance (broadcast)": "broadcast",
    "IEEE 802.3ad Dynamic link aggregation": "802.3ad",
    "transmit load balancing": "balance-tlb",
    "adaptive load balancing": "balance-alb",
}


@dataclass(frozen=True, slots=True)
class DeviceFiles:
    """The files of one device. `hardware`: a device of a bus is behind it; `virtual_function`: of an SR-IOV NIC."""

    hardware: bool = False
    virtual_function: bool = False
    driver: str | None = None
    speed: int | None = None
    duplex: str | None = None


@dataclass(frozen=True, slots=True)
class BondFile:
    """One bond: its mode, and its members with their burnt-in addresses."""

    mode: str | None = None
    members: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NicFiles:
    """All of them, by device."""

    devices: Mapping[str, DeviceFiles]
    bonds: Mapping[str, BondFile]

    def device(self, name: str) -> DeviceFiles:
        """The files of the device; without any, nothing is known of it."""
        return self.devices.get(name, DeviceFiles())

    def permanent_mac(self, name: str) -> str | None:
        """Burnt-in address of a bond's member."""
        return next((bond.members[name] for bond in self.bonds.values() if name in bond.members), None)


def fetch_nic_files(shell: HostShell) -> Output:
    """All of them in one command. Raises CommandFailed, Unreachable."""
    return ask(shell, NIC_FILES)


def parse_nic_files(output: Output) -> NicFiles:
    """The files by device. Raises Malformed."""
    by_device: dict[str, dict[str, list[str]]] = {}
    bonds: dict[str, BondFile] = {}
    for path, lines in read_files(output).items():
        if match := _DEVICE.fullmatch(path):
            by_device.setdefault(match["device"], {})[match["file"]] = lines
        elif path.startswith(_BONDS):
            bonds[path.removeprefix(_BONDS)] = _bond(lines)
    return NicFiles({device: _device(files) for device, files in by_device.items()}, bonds)


def _device(files: Mapping[str, list[str]]) -> DeviceFiles:
    uevent = files.get("device/uevent", [])
    drivers = [line.removeprefix("DRIVER=") for line in uevent if line.startswith("DRIVER=")]
    speed = whole_number(files.get("speed", [""])[0])
    duplex = files.get("duplex", [""])[0]
    return DeviceFiles(
        hardware="device/uevent" in files,
        virtual_function="device/physfn/uevent" in files,
        driver=drivers[0] if drivers else None,
        # -1, or its unsigned form in older kernels: the driver does not say.
        speed=speed if speed and speed < 2**32 - 1 else None,
        duplex=duplex if duplex in ("full", "half") else None,
    )


def _bond(lines: list[str]) -> BondFile:
    mode, member = None, None
    members: dict[str, str | None] = {}
    for line in lines:
        key, _, value = line.strip().partition(": ")
        if key == "Bonding Mode":
            mode = next((name for words, name in _MODES.items() if value.startswith(words)), value)
        elif key == "Slave Interface":
            member = value
            members[member] = None
        elif key == "Permanent HW addr" and member is not None:
            members[member] = value.lower()
    return BondFile(mode, members)
