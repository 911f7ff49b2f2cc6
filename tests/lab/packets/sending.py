"""Guests send: all of them at once, each some of its flows at a time. What came back is told by the guest itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.lab.lab_machine import SCRIPT, Lab
from tests.lab.packets.console import Console
from tests.lab.packets.frames import HEADER
from tests.lab.packets.population import Flow, Guest, names_of, setup_of

PINGS = 3
_AT_ONCE = 10  # of one guest: it has one slow processor
_SECONDS = 600.0
# The guest's serial port, joined to standard input and output.
_JOIN = 'tty=$(virsh ttyconsole "$0") || exit; cat "$tty" & reader=$!; cat >"$tty"; kill $reader'
_FUNCTIONS = (
    f"p() {{ ping -q -c {PINGS} -W 3 -s $1 -I $2 $3 >/dev/null 2>&1 && echo @$1 || :; }}",
    f'f() {{ timeout 7 wget -q -O /dev/null --header "{HEADER}: $1" http://$2:$3/ 2>/dev/null && echo @$1 || :; }}',
)


@dataclass
class Consoles:
    """The serial ports of all guests."""

    by_guest: Mapping[str, Console]

    def ping(self, flows: Iterable[Flow]) -> set[int]:
        """Have them sent; the marks of those that were answered."""
        return self._send(flows, lambda flow, nic: f"p {flow.mark} $n{nic} {flow.target}")

    def fetch(self, flows: Iterable[Flow], port: int) -> set[int]:
        """Have each guest fetch a page from the target; the marks of those that got it."""
        return self._send(flows, lambda flow, _: f"f {flow.mark} {flow.target} {port}")

    def configure(self, guests: Iterable[Guest]) -> None:
        """Have the guests configure their interfaces."""
        self._all({guest.id: list(setup_of(guest)) for guest in guests})

    def _send(self, flows: Iterable[Flow], command: Callable[[Flow, int], str]) -> set[int]:
        jobs: dict[str, list[str]] = {}
        counted: dict[str, int] = {}
        for flow in flows:
            lines = jobs.setdefault(flow.guest.id, [*names_of(flow.guest), *_FUNCTIONS])
            lines.append(f"{command(flow, flow.guest.nics.index(flow.nic))} &")
            counted[flow.guest.id] = counted.get(flow.guest.id, 0) + 1
            if counted[flow.guest.id] % _AT_ONCE == 0:
                lines.append("wait")
        return {int(mark) for mark in self._all({guest: [*lines, "wait"] for guest, lines in jobs.items()})}

    def _all(self, scripts: Mapping[str, list[str]]) -> list[str]:
        with ThreadPoolExecutor(max_workers=len(scripts) or 1) as pool:
            running = [pool.submit(self.by_guest[guest].run, lines, _SECONDS) for guest, lines in scripts.items()]
            return [line for each in running for line in each.result()]


@contextmanager
def consoles(lab: Lab, guests: Iterable[Guest]) -> Iterator[Consoles]:
    """The serial ports of the guests that have one; each has answered."""
    with ExitStack() as stack:
        variables = {"LAB": str(lab.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        opened = {
            guest.id: stack.enter_context(
                Console(guest.name, [str(SCRIPT), "run", guest.host, "sh", "-c", _JOIN, guest.id], variables)
            )
            for guest in guests
            if guest.on_hypervisor
        }
        with ThreadPoolExecutor(max_workers=len(opened) or 1) as pool:
            list(pool.map(Console.wait_until_it_answers, opened.values()))
        yield Consoles(opened)
