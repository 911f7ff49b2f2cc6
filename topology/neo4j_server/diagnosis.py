"""Why the managed Neo4j does not start, read from what it logged."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.layout import Layout
from topology.settings import Settings

NEEDED_SPACE = 128 * 1024 * 1024
_SHOWN_LINES = 5
_WATCHED = ("neo4j.log", "debug.log", "console.log")


@dataclass(frozen=True, slots=True)
class _Cause:
    """A sign in the logs, and what to tell the person who sees it."""

    sign: re.Pattern[str]
    told: str


_CAUSES = (
    _Cause(
        re.compile(r"No space left on device|Disk quota exceeded"),
        "the disk is full ({home}). Make room there, or set CALIPSO_DATA_DIR to a folder on another disk; nothing is lost",
    ),
    _Cause(
        re.compile(r"Address already in use|PortBindException"),
        "port {bolt_port} or {http_port} was taken by another program meanwhile. Try again: other ports are chosen then",
    ),
    _Cause(
        re.compile(r"UnsupportedClassVersionError"),
        "the Java that runs it is too old. Set CALIPSO_JAVA_HOME to the folder of a Java 17 or 21, or unset it",
    ),
    _Cause(
        re.compile(r"Could not reserve enough space|insufficient memory|Cannot allocate memory|OutOfMemoryError"),
        "this machine does not have the memory that it asks for (heap {heap}, page cache {page_cache}). "
        "Set CALIPSO_NEO4J_HEAP and CALIPSO_NEO4J_PAGE_CACHE to less, or end other programs",
    ),
    _Cause(
        re.compile(
            r"Invalid (maximum|initial) heap size|Unrecognized (setting|VM option)|Bad value '.*' for setting|Error evaluating value"
        ),
        "a setting is wrong. Check CALIPSO_NEO4J_HEAP ({heap}) and CALIPSO_NEO4J_PAGE_CACHE ({page_cache}): numbers with k, m or g",
    ),
    _Cause(
        re.compile(r"locked by another process|FileLockException|StoreLockException"),
        "another Neo4j that was not started by calipso uses the store in {home}. Stop that one",
    ),
    _Cause(
        re.compile(r"Permission denied|AccessDeniedException"),
        "a file in {home} may not be read or written by this user; the log line below names it. Give the folder back to its owner",
    ),
    _Cause(
        re.compile(
            r"Failed to start database|unable to start|StoreFailureException|UnderlyingStorageException|RecoveryException"
            r"|Error reading transaction logs|Failed to recover|corrupt|MetadataMismatch|UnableToOpen|StorageEngineFactory",
            re.IGNORECASE,
        ),
        "its store is damaged ({home}/data). Put a backup of the folder in its place; or move {home}/data away and scan again: "
        "what was discovered comes back, annotations and configured environments do not",
    ),
)


class LogMarks:
    """Where the logs ended before a start, so that only what this start said is read."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._ends: Mapping[str, int] = {name: _size(layout.logs / name) for name in _WATCHED if name != "console.log"}

    def said(self) -> str:
        """What the logs say since; the console's is of this start alone."""
        return "\n".join(self._since(name) for name in reversed(_WATCHED))

    def _since(self, name: str) -> str:
        try:
            with (self._layout.logs / name).open("rb") as log:
                log.seek(self._ends.get(name, 0))
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""


def check_space(folder: Path) -> None:
    """Raises ServerError when the disk has no room to work: Neo4j would start and then fail in the middle of something."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_SPACE:
        raise ServerError(
            f"Neo4j is not started: the disk of {folder} is full ({free // 2**20} MB free, {NEEDED_SPACE // 2**20} MB needed). "
            "Make room there, or set CALIPSO_DATA_DIR to a folder on another disk; nothing is lost."
        )


def known_cause(said: str, layout: Layout, settings: Settings, bolt_port: int, http_port: int) -> str | None:
    """What the logs say is wrong, and what to do; None when they say nothing that is known."""
    for cause in _CAUSES:
        if cause.sign.search(said):
            return cause.told.format(
                home=layout.home,
                bolt_port=bolt_port,
                http_port=http_port,
                heap=settings.neo4j_heap,
                page_cache=settings.neo4j_page_cache,
            )
    return None


def port_taken(said: str) -> bool:
    """Whether a port was taken between its choice and its use."""
    return bool(re.search(r"Address already in use|PortBindException", said))


def database_failed(said: str) -> bool:
    """Whether the server runs without its database: it will not come up by waiting."""
    return "Failed to start database" in said or "unable to start" in said.lower()


def last_errors(said: str) -> str:
    """The lines of the log that tell most, for the end of an error message."""
    lines = [line.strip() for line in said.splitlines() if re.search(r"ERROR|Exception|Caused by|Error", line)]
    if not lines:
        lines = [line.strip() for line in said.splitlines() if line.strip()][-_SHOWN_LINES:]
    return "\n".join(line[:300] for line in dict.fromkeys(lines[:1] + lines[-_SHOWN_LINES:]))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
