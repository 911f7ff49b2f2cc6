"""The event listener under load: a burst during a scan against a bare consumer, and a long stream.

    python -m benchmarks.events burst [--events 10000] [--rounds 2]
    python -m benchmarks.events soak  [--events 200000] [--rate 200]

The lab's recorded notifications are told of the objects of a multiplied cloud (20 tenancies in one cell: 2,655 objects
on 8 hosts), which lives: its APIs answer over HTTP, its hosts over SSH, so `calipso listen` reads again what it is told
of. RabbitMQ is one of its own; it has to be installed, and the tools of the tests with it.

`burst`: in turns, the listener and a consumer that does one write for each message get the same number of
notifications at once, each while the environment is scanned again and again. Printed: notifications in a second of
both, their ratio, and the listener's memory.

`soak`: notifications at a steady rate; 200 times the listener's memory, threads, files, connections and queues are
looked at. Printed: for each the slope of its line over the run with the 95 % bounds, and whether it is level.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from benchmarks.events_bare import EXCHANGE, QUEUE, bare_consumer
from benchmarks.events_level import Line, line_through
from benchmarks.events_scene import Sampler, Scene, asking, listening, memory_of, publishing, scanning, scene, until
from benchmarks.measuring import print_table
from benchmarks.server import measured_server

_BOLT = "CALIPSO_NEO4J_URI"
_LOOKS = 200  # at the listener in a soak
_STEP = 50  # notifications between looks at the clock
_AHEAD = 3000  # messages that may wait at the broker before a soak's publisher pauses


def main() -> None:
    """Do one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["burst", "soak"])
    parser.add_argument("--events", type=int, help="so many notifications (burst: 10000; soak: 200000)")
    parser.add_argument("--rounds", type=int, default=2, help="burst: how often each side has its turn")
    parser.add_argument("--rate", type=int, default=200, help="soak: notifications in a second")
    parser.add_argument("--tenancies", type=int, default=20, help="how often the lab's projects are in the cloud")
    arguments = parser.parse_args()
    with measured_server() as server, scene(server, arguments.tenancies) as made:
        if arguments.what == "burst":
            burst(made, arguments.events or 10_000, arguments.rounds)
        else:
            soak(made, arguments.events or 200_000, arguments.rate)


def burst(made: Scene, events: int, rounds: int) -> None:
    """Both sides in turns, and what came of it."""
    rows = []
    rates: dict[str, list[float]] = {"bare": [], "listener": []}
    with listening(made) as listener, bare_consumer(made) as written, scanning(made) as scans:
        quiet(made)
        for turn in range(rounds):
            for side in ("bare", "listener"):
                begun, memory = scans.value, [memory_of(listener)]
                heard = (lambda: written.value) if side == "bare" else made.heard
                with Sampler(lambda: memory.append(memory_of(listener)), 0.2):  # noqa: B023  # ended with the turn
                    seconds = _absorbed(made, events, turn, side, heard)
                rates[side].append(events / seconds)
                memory_told = [memory[0], max(memory)] if side == "listener" else ["", ""]
                rows.append([f"{side}, round {turn + 1}", seconds, events / seconds, *memory_told, scans.value - begun])
                quiet(made)
    print_table(["", "seconds", "notifications/s", "MB before", "MB at most", "scans ended meanwhile"], rows)
    ratio = sum(rates["listener"]) / sum(rates["bare"])
    print(f"the listener has {ratio:.2f} times the rate of the bare consumer (wanted: 0.5)")


def _absorbed(made: Scene, events: int, turn: int, side: str, heard: Callable[[], int]) -> float:
    """Seconds from the first of a burst until all of it is written and acknowledged."""
    notifications = list(made.stream.notifications(events, first_copy=turn * 1000))
    before, exchange, queue = heard(), EXCHANGE if side == "bare" else None, QUEUE if side == "bare" else made.queue
    began = time.perf_counter()
    with publishing(made, exchange) as publish_one:
        for one in notifications:
            publish_one(one)
    with asking(made, queue) as waits:
        until(lambda: heard() - before >= events and waits() == 0, f"{side} has not heard all")
    return time.perf_counter() - began


def quiet(made: Scene) -> None:
    """Wait until all is read again, but no longer than a minute: the poll asks for more every minute."""
    deadline = time.monotonic() + 60.0
    while made.to_read_again() and time.monotonic() < deadline:
        time.sleep(0.5)


def soak(made: Scene, events: int, rate: int) -> None:
    """A steady stream, with looks at the listener all the while."""
    looks: list[list[float]] = []
    with listening(made) as listener:
        quiet(made)
        ports = made.broker.port, int(made.server.address[_BOLT].rpartition(":")[2])
        queue, before, began = made.queue, made.heard(), time.monotonic()

        def look() -> None:
            told = [time.monotonic() - began, memory_of(listener), listener.num_threads(), listener.num_fds()]
            looks.append([*told, *_connections(listener, ports), waits(), made.to_read_again()])

        with asking(made, queue) as waits, Sampler(look, events / rate / _LOOKS):
            _stream(made, queue, events, rate)
            until(lambda: made.heard() - before >= events, "the listener has not heard all")
        seconds = time.monotonic() - began
    print(f"{events:,} notifications in {seconds:.0f} s, {events / seconds:.0f} in a second; {len(looks)} looks")
    _print_lines(looks)


def _stream(made: Scene, queue: str, events: int, rate: int) -> None:
    """Publish at this rate, and never so far ahead that the queue would overflow."""
    began, sent = time.monotonic(), 0
    with publishing(made) as publish_one, asking(made, queue) as waits:
        for one in made.stream.notifications(events):
            publish_one(one)
            sent += 1
            if sent % _STEP == 0:
                time.sleep(max(0.0, began + sent / rate - time.monotonic()))
                until(lambda: waits() < _AHEAD, "the listener does not keep up")


def _connections(process: psutil.Process, ports: tuple[int, int]) -> list[int]:
    remote = [one.raddr.port for one in process.net_connections("tcp") if one.raddr]
    return [remote.count(port) for port in ports]


_LOOKED_AT = (
    "memory, MB", "threads", "open files", "connections to the broker", "connections to Neo4j",
    "waiting at the broker", "waiting to be read again",
)  # fmt: skip


def _print_lines(looks: Sequence[Sequence[float]]) -> None:
    times = [look[0] for look in looks]
    lines = {name: line_through(times, [look[at + 1] for look in looks]) for at, name in enumerate(_LOOKED_AT)}
    heads = ["", "at first", "by quarters", "mean", "most", "change over the run", "95 % bounds", "verdict"]
    print_table(heads, [[name, *_told(line)] for name, line in lines.items()])
    growing = [name for name, line in lines.items() if not line.level]
    print("all level: no slope that is not noise" if not growing else f"NOT level: {', '.join(growing)}")


def _told(line: Line) -> list[Any]:
    bounds = f"{line.change - line.bound:+.1f} to {line.change + line.bound:+.1f}"
    quarters = " ".join(f"{mean:,.0f}" for mean in line.quarters)
    return [line.first, quarters, line.mean, line.most, line.change, bounds, "level" if line.level else "GROWS"]


if __name__ == "__main__":
    main()
