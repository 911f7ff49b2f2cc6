"""What came of trying a section, as sets and lists that a test compares."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collectors.connection_tests import KnownHost, Result, try_section

# RFC 6761: it never resolves.
NOWHERE = "broker.invalid"


def tried(section: dict[str, Any], folder: Path, known: Sequence[KnownHost] = ()) -> Result:
    return try_section(section, known=known, pins=folder / "pins")


def failures(result: Result) -> list[tuple[str, str | None]]:
    """Step and kind of all that failed; what is said never is empty."""
    failed = [step for step in result.steps if step.status == "failed"]
    assert all(step.told and step.remedy for step in failed)
    return [(step.step, step.kind) for step in failed]


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
