"""Every packet of the flows, as the lab's devices saw it while some work was done."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.lab_machine import SCRIPT, Lab
from tests.lab.packets.frames import Packet

REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True)
class Sighting:
    """A packet on a device. `outgoing`: the kernel sends it there; else it comes in by it. `time` is in nanoseconds."""

    host: str
    namespace: str
    device: str
    outgoing: bool
    time: int
    packet: Packet


@dataclass
class Recording:
    """What was seen, in the order of the kernel's clock."""

    sightings: list[Sighting] = field(default_factory=list)
    dropped: int = 0


@contextmanager
def recording(lab: Lab) -> Iterator[Recording]:
    """Listens on all devices of all hosts while the block runs; afterwards the recording is filled."""
    made = Recording()
    process = subprocess.Popen(
        [str(SCRIPT), "wrap", sys.executable, "-m", "tests.lab.packets.recorder", str(lab.folder)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"LAB": str(lab.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        first = process.stdout.readline()
        assert first == "listening\n", first
        lines: list[str] = []  # read while it runs: a pipe holds little
        reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()))
        reader.start()
        try:
            yield made
        finally:
            process.stdin.close()
            reader.join()
    _fill(made, lines)


def _fill(made: Recording, lines: list[str]) -> None:
    *seen, last = [json.loads(line) for line in lines]
    made.dropped = last["dropped"]
    made.sightings = sorted((_sighting(row) for row in seen), key=lambda sighting: sighting.time)


def _sighting(row: dict[str, Any]) -> Sighting:
    place = {name: row.pop(name) for name in ("host", "namespace", "device", "outgoing", "time")}
    tunnel = row.pop("tunnel")
    packet = Packet(**{**row, "macs": tuple(row["macs"])}, tunnel=tuple(tunnel) if tunnel else None)
    return Sighting(**place, packet=packet)
