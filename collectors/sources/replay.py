"""A recording as sources: the same answers to the same questions, errors included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from collectors.sources.archive import Archive, InvalidRecording, part_name
from collectors.sources.protocols import (
    JSON,
    CommandFailed,
    CommandResult,
    HostShell,
    Malformed,
    NotOffered,
    Refused,
    SourceError,
    Sources,
    Unreachable,
    accepted,
)
from collectors.sources.recording import CONNECT, DATABASE
from graph_schema.commands import Command
from graph_schema.records import Problem

_KINDS = {kind.__name__: kind for kind in (Refused, Unreachable, Malformed, NotOffered, CommandFailed)}


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recording holds: the sources, and the environment's settings as they were, without secrets."""

    sources: Sources
    environment: Mapping[str, Any]
    recorded_at: datetime


def open_recording(path: Path) -> Recording:
    """Open an archive that a Recorder wrote; its sources' `close` closes it. Raises InvalidRecording."""
    archive = Archive(path)
    try:
        told = _Told(archive, path.name)
        sources = archive.manifest["sources"]
        return Recording(
            Sources(
                apis={region: ReplayedApi(region, told) for region in sources["apis"]},
                database=ReplayedDatabase(told) if sources["database"] else None,
                shells=ReplayedShells(told) if sources["shells"] else None,
                missing={name: Problem(**problem) for name, problem in sources["missing"].items()},
                regions=list(sources["regions"]),
                closers=(archive.close,),
            ),
            dict(archive.manifest["environment"]),
            datetime.fromisoformat(archive.manifest["recorded_at"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        archive.close()
        raise InvalidRecording(
            f"recording {path.name}", "its manifest is damaged.", "Record again: calipso record ENV FILE."
        ) from error


class _Told:
    """Answers by part and question."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._archive, self.where = archive, f"recording {name}"

    def part(self, part: str) -> Mapping[str, Mapping[str, Any]]:
        """Question → what was told, of a part. Raises InvalidRecording; {} where nothing was asked."""
        if not self._archive.has(part):
            return {}
        try:
            return {json.dumps(entry["ask"]): entry for entry in self._archive.read(part)}
        except (KeyError, TypeError) as error:
            raise InvalidRecording(self.where, f"{part} in it is damaged.", "Record again.") from error

    def answer(self, part: Mapping[str, Mapping[str, Any]], ask: Sequence[Any]) -> Any:
        """What was told. Raises the error that was told, or Malformed where it was not asked then."""
        told = part.get(json.dumps(list(ask)))
        if told is None:
            raise Malformed(
                self.where,
                f"it does not hold the answer to: {' '.join(str(word) for word in ask)}.",
                "It was not asked when this was recorded: record again with this program.",
            )
        if "error" in told:
            raise _error(told["error"])
        return told.get("answer")


class ReplayedApi:
    """An ApiSource from a recording."""

    def __init__(self, region: str, told: _Told) -> None:
        self._region, self._told = region, told
        self._part: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def region(self) -> str:
        """Name of the region."""
        return self._region

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """As it was told. Raises SourceError."""
        return dict(self._answer("endpoints"))

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """As it was told. Raises SourceError."""
        return list(self._answer("listing", service, path, key))

    def exists(self, service: str, path: str) -> bool:
        """As it was told. Raises SourceError, also where it was not asked then."""
        return bool(self._answer("exists", service, path))

    def _answer(self, *ask: str) -> Any:
        if self._part is None:
            self._part = self._told.part(part_name("api", self._region))
        return self._told.answer(self._part, ask)


class ReplayedDatabase:
    """A DatabaseSource from a recording."""

    def __init__(self, told: _Told) -> None:
        self._told = told
        self._part: Mapping[str, Mapping[str, Any]] | None = None

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """As it was told. Raises SourceError."""
        if self._part is None:
            self._part = self._told.part(DATABASE)
        return list(self._told.answer(self._part, ("rows", database, table, list(columns))))


class ReplayedShells:
    """A ShellSource from a recording."""

    def __init__(self, told: _Told) -> None:
        self._told = told

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        """The host as it answered then, wherever it was. Raises the error that connecting to it gave."""
        del address
        part = self._told.part(part_name("hosts", host))
        self._told.answer(part, (CONNECT,))
        yield ReplayedShell(host, part, self._told)


class ReplayedShell:
    """A HostShell from a recording."""

    concurrent = False

    def __init__(self, host: str, part: Mapping[str, Mapping[str, Any]], told: _Told) -> None:
        self._host, self._part, self._told = host, part, told

    @property
    def host(self) -> str:
        """Id of the host."""
        return self._host

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        """As the host answered. Raises SourceError."""
        return accepted(self.result(command, arguments), command, self._host)

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        """As the host answered. Raises SourceError."""
        told = self._told.answer(self._part, ("run", command.name, list(arguments)))
        try:
            return CommandResult(str(told["stdout"]), str(told["stderr"]), int(told["status"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed(self._told.where, f"{command.name} of {self._host} is damaged.", "Record again.") from error


def _error(told: Any) -> SourceError:
    try:
        kind = _KINDS.get(told["kind"], Unreachable)
        return kind(told["where"], told["what"], told["remedy"])
    except (KeyError, TypeError):
        return Malformed("recording", "an error in it is damaged.", "Record again.")
