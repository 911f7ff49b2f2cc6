"""A guest's serial port: shell commands go in, what they print comes out."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Iterable
from itertools import count
from types import TracebackType
from typing import Self

_AT_ONCE = 1000  # characters: a terminal's input buffer holds 4095
_PATIENCE = 30.0
_STARTING = 120.0
_MARK = "@"  # begins the lines that are meant for the test; the guest prints others by itself


class Console:
    """One guest's serial port, reached by a program that joins it to its own input and output."""

    def __init__(self, name: str, command: list[str], variables: dict[str, str] | None = None) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace", env=variables
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._numbers = count(1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._reader.join()

    def wait_until_it_answers(self) -> None:
        """A guest that still starts, or whose serial port was not open, answers later."""
        end = time.monotonic() + _STARTING
        while time.monotonic() < end:
            try:
                self._ask([], 3)
            except AssertionError:
                continue
            return
        raise AssertionError(
            f"{self.name} does not answer on its serial port: is it of the image that the lab makes now?"
        )

    def run(self, lines: Iterable[str], seconds: float = _PATIENCE) -> list[str]:
        """Have a script done; the lines that it printed with a mark at their beginning, without the mark."""
        self._ask([": >/tmp/script"])
        part: list[str] = []
        for line in lines:
            if sum(map(len, part)) + len(line) > _AT_ONCE:
                self._append(part)
                part = []
            part.append(line)
        self._append(part)
        return self._ask(["sh /tmp/script"], seconds)

    def _append(self, lines: list[str]) -> None:
        self._ask(["cat >>/tmp/script <<'END'", *lines, "END"])

    def _ask(self, lines: list[str], seconds: float = _PATIENCE) -> list[str]:
        done = f"done-{next(self._numbers)}"
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{line}\n" for line in [*lines, f"echo {_MARK}{done}"]))
        self._process.stdin.flush()
        answers: list[str] = []
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{self.name}: no end within {seconds:.0f} s; it said {answers[-3:]}") from None
            if line == done:
                return answers
            answers.append(line)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                if line.startswith(_MARK):
                    self._lines.put(line.strip().removeprefix(_MARK))
