"""Why the managed Neo4j does not start, read from what it logged."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.layout import Layout, Memory
from topology.settings import Settings

NEEDED_SPACE = 128 * 1024 * 1024
_FULL = 512 * 1024
_SHOWN_LINES = 5
_CONSOLE, _LOGS = "console.log", ("neo4j.log", "debug.log")


@dataclass(frozen=True, slots=True)
class _Cause:
    """A sign in the logs, and what to tell the person who sees it."""

    sign: re.Pattern[str]
    told: str


_LOUD = re.compile(r"\b(ERROR|WARN)\b|Exception|Caused by|^\w*Error\b")
_HARMLESS = re.compile(r"JvmChecker|Unknown channel option|QueryRouter|event loop group")
_FULL_DISK = _Cause(
    re.compile(r"No space left on device|Disk quota exceeded|There is not enough space"),
    "the disk of {home} is full; nothing is lost. Make room there, or set CALIPSO_DATA_DIR to a folder elsewhere",
)
_CAUSES = (
    _FULL_DISK,
    _Cause(
        re.compile(r"Address already in use|PortBindException"),
        "port {bolt_port} or {http_port} was taken by another program meanwhile. Try again: others are chosen then",
    ),
    _Cause(
        re.compile(r"UnsupportedClassVersionError"),
        "the Java that runs it is too old. Set CALIPSO_JAVA_HOME to the folder of a Java 17 or 21, or unset it",
    ),
    _Cause(
        re.compile(r"Invalid memory configuration|Could not reserve|insufficient memory|os::commit_memory|OutOfMemory"),
        "this machine does not have the memory that it asks for (heap {heap}, page cache {page_cache}). "
        "Set CALIPSO_NEO4J_HEAP and CALIPSO_NEO4J_PAGE_CACHE to less, or end other programs",
    ),
    _Cause(
        re.compile(r"Invalid (maximum|initial) heap size|Error evaluating value|Unrecognized (setting|VM option)"),
        "a setting is wrong. Check CALIPSO_NEO4J_HEAP ({heap}) and CALIPSO_NEO4J_PAGE_CACHE ({page_cache}): "
        "they are numbers followed by k, m or g",
    ),
    _Cause(
        re.compile(r"locked by another process|FileLockException|StoreLockException|Unable to obtain lock"),
        "another Neo4j that was not started by calipso uses the store in {home}. Stop that one",
    ),
    _Cause(
        re.compile(r"Permission denied|AccessDeniedException|Read-only file system"),
        "a file in {home} may not be read or written by this user; the lines below name it. Give it back to its owner",
    ),
    _Cause(
        re.compile(r"Failed to start DatabaseId|Error starting Neo4j database server"),
        "its store is damaged ({home}/data). Put a backup of {home} in its place; or move {home} away and scan again: "
        "what was discovered comes back, annotations and configured environments do not",
    ),
)


class LogMarks:
    """Where the logs ended before a start, so that only what this start said is read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._ends: Mapping[str, int] = {name: _size(layout.logs / name) for name in _LOGS}

    def said(self) -> list[str]:
        """The lines since then that tell of trouble: all of the console's (new with each start), and loud ones."""
        lines = [line for name in _LOGS for line in self._since(name) if _LOUD.search(line)]
        return [line.strip() for line in self._since(_CONSOLE) + lines if line.strip()]

    def _since(self, name: str) -> list[str]:
        try:
            with (self._layout.logs / name).open("rb") as log:
                log.seek(self._ends.get(name, 0))
                return log.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return []


def check_space(folder: Path) -> None:
    """Raises ServerError when the disk has no room: Neo4j would start, and then fail in the middle of something."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_SPACE:
        raise ServerError(
            f"Neo4j is not started: the disk of {folder} is full ({free // 2**20} of {NEEDED_SPACE // 2**20} MB free). "
            "Make room there, or set CALIPSO_DATA_DIR to a folder on another disk; nothing is lost."
        )


def known_cause(said: list[str], layout: Layout, settings: Settings, memory: Memory) -> str | None:
    """What is wrong, and what to do; None when the logs say nothing that is known."""
    found = next((cause for cause in _CAUSES if any(cause.sign.search(line) for line in said)), None)
    if shutil.disk_usage(layout.root).free < _FULL:
        found = _FULL_DISK  # the logs were on that disk too: what they say may be all that there was room for
    if found is None:
        return None
    return found.told.format(
        home=layout.home,
        bolt_port=memory.bolt_port,
        http_port=memory.http_port,
        heap=settings.neo4j_heap,
        page_cache=settings.neo4j_page_cache,
    )


def port_taken(said: list[str]) -> bool:
    """Whether a port was taken between its choice and its use."""
    return any("Address already in use" in line or "PortBindException" in line for line in said)


def hopeless(said: list[str]) -> bool:
    """Whether waiting is in vain: the server may go on running, yet its database will not come up."""
    return any("Failed to start DatabaseId" in line or "No space left on device" in line for line in said)


def last_lines(said: list[str]) -> str:
    """What tells most, for the end of an error message: the first line of trouble and the last ones."""
    told = [line for line in said if not _HARMLESS.search(line)] or ["(they say nothing)"]
    return "\n".join(line[:300] for line in dict.fromkeys(told[:1] + told[-_SHOWN_LINES:]))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
