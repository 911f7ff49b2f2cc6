"""One section being tried: its steps, how long each took, and the kind of what failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeVar

from collectors.sources.protocols import CommandFailed, Malformed, NotOffered, Refused, SourceError, Unreachable

T = TypeVar("T")
Kind = Literal[
    "name", "refused", "timeout", "unreachable", "tls", "credentials", "rights", "version", "clock", "host_key",
    "missing", "configuration",
]  # fmt: skip
# Words in what the sources say, and the kind of failure that they tell. The first that fits.
_TOLD: tuple[tuple[str, Kind], ...] = (
    ("TLS", "tls"),
    ("certificate", "tls"),
    ("host key", "host_key"),
    ("does not resolve", "name"),
    ("refused by", "credentials"),
    ("connection refused", "refused"),
    ("no answer within", "timeout"),
    ("timed out", "timeout"),
    ("not allowed", "rights"),
    ("sudo", "rights"),
    ("forbids", "rights"),
)
_BY_CLASS: tuple[tuple[type[SourceError], Kind], ...] = (
    (Refused, "credentials"),
    (Unreachable, "unreachable"),
    (NotOffered, "version"),
    (Malformed, "version"),
    (CommandFailed, "rights"),
)


class Failed(SourceError):
    """A step that failed, of a kind that is known."""

    def __init__(self, kind: Kind, what: str, remedy: str, where: str = "") -> None:
        super().__init__(where, what, remedy)
        self.kind = kind


class Stopped(Exception):
    """A step failed without which the others make no sense."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried. `kind` says what kind of failure it is."""

    step: str
    status: Literal["ok", "warning", "failed"]
    seconds: float
    told: str
    kind: Kind | None = None
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How trying one section went; `target` is its name."""

    target: str
    seconds: float
    steps: tuple[Step, ...]

    @property
    def status(self) -> str:
        """failed, warning or ok: the gravest of its steps."""
        there = {step.status for step in self.steps}
        return next((status for status in ("failed", "warning") if status in there), "ok")

    def as_json(self) -> dict[str, Any]:
        """How answers show it."""
        return {**asdict(self), "status": self.status, "steps": [asdict(step) for step in self.steps]}


@dataclass(slots=True)
class Attempt:
    """Collects the steps of one section."""

    steps: list[Step] = field(default_factory=list)

    def need(self, name: str, work: Callable[[], T], told: Callable[[T], str], *, kind: Kind | None = None) -> T:
        """Do what all that follows needs; `kind` is that of a failure where it is known. Raises Stopped."""
        begun = time.monotonic()
        try:
            done = work()
        except SourceError as error:
            problem = error.problem
            what = f"{problem.where}: {problem.what}" if problem.where else problem.what
            self._add(Step(name, "failed", _since(begun), what, kind or kind_of(error), problem.remedy))
            raise Stopped from error
        self._add(Step(name, "ok", _since(begun), told(done)))
        return done

    def check(self, name: str, work: Callable[[], T], told: Callable[[T], str]) -> T | None:
        """Do something that the rest does not need; None when it failed."""
        try:
            return self.need(name, work, told)
        except Stopped:
            return None

    def warn(self, name: str, kind: Kind, told: str, remedy: str) -> None:
        """Something that works, and that somebody should look at."""
        self._add(Step(name, "warning", 0.0, told, kind, remedy))

    def broken(self, error: Exception) -> None:
        """What nobody has foreseen: the test still tells what it has found."""
        what = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        remedy = "The log of the worker (or of this command) tells where; please report it."
        self._add(Step("unforeseen", "failed", 0.0, what, "unreachable", remedy))

    def _add(self, step: Step) -> None:
        self.steps.append(step)


def kind_of(error: SourceError) -> Kind:
    """What kind of failure a source's error is."""
    if isinstance(error, Failed):
        return error.kind
    what = error.problem.what
    by_words = (kind for words, kind in _TOLD if words in what)
    by_class = (kind for known, kind in _BY_CLASS if isinstance(error, known))
    return next(by_words, next(by_class, "unreachable"))


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)
