"""Keeping every raw answer of the sources while they are used, without secrets, in one archive."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from collectors.sources.archive import InvalidRecording, part_name, write_archive
from collectors.sources.protocols import (
    JSON,
    ApiSource,
    CommandResult,
    DatabaseSource,
    HostShell,
    ShellSource,
    SourceError,
    Sources,
    accepted,
)
from collectors.sources.redaction import Redactor
from graph_schema.commands import Command
from graph_schema.sections import PATH_KEYS, secrets_of, without_secrets

T = TypeVar("T")

DATABASE = "database"
CONNECT = "connect"


class Recorder:
    """Takes answers from any thread; writes the archive when it is closed, nothing when its block ends in an error.

    `environment` is the environment's settings, `configuration` (its sections, secrets in clear) among them.
    """

    def __init__(self, path: Path, environment: Mapping[str, Any], *, recorded_at: datetime | None = None) -> None:
        self._path, self._at = path, recorded_at or datetime.now(UTC)
        sections = environment.get("configuration") or ()
        settings = {**environment, "configuration": [_portable(section) for section in sections]}
        # A password that is also a name (nova/nova) cannot be taken out without the name, and is a secret to nobody.
        secrets = {secret for section in sections for secret in secrets_of(section)} - set(_texts(settings))
        self._redactor = Redactor(secrets)
        self._environment = self._redactor.value(settings)
        self._sources: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str]] = set()
        try:
            # Beside the archive: if that folder cannot be written to, it is known before the scan, not after.
            self._folder = tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise InvalidRecording(
                f"recording {path.name}", f"{error.strerror}: {path.parent}.", "Name a file in a folder that is there."
            ) from error
        self._parts: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.close()
        else:
            self._folder.cleanup()

    def describe(self, sources: Sources) -> None:
        """Remember which sources there are, and why others are missing."""
        self._sources = {
            "apis": sorted(sources.apis),
            "database": sources.database is not None,
            "shells": sources.shells is not None,
            "regions": list(sources.regions),
            "missing": {name: asdict(problem) for name, problem in (sources.missing or {}).items()},
        }

    def kept(self, part: str, ask: Sequence[Any], answer: Callable[[], T], shape: Callable[[T], Any]) -> T:
        """What `answer` gives or raises, kept under what was asked; the first answer to a question counts."""
        try:
            given = answer()
        except SourceError as error:
            self._keep(part, ask, {"error": {"kind": type(error).__name__, **asdict(error.problem)}})
            raise
        self._keep(part, ask, {"answer": shape(given)})
        return given

    def close(self) -> None:
        """Write the archive."""
        manifest = {
            "recorded_at": self._at.isoformat(),
            "environment": self._environment,
            "sources": self._redactor.value(self._sources),
        }
        parts = {part: partial(_sorted, path) for part, path in self._parts.items()}
        try:
            write_archive(self._path, manifest, parts)
        finally:
            self._folder.cleanup()

    def _keep(self, part: str, ask: Sequence[Any], told: Mapping[str, Any]) -> None:
        question = json.dumps(ask)
        line = json.dumps([question, {"ask": list(ask), **self._redactor.value(told)}])
        with self._lock:
            if (part, question) in self._seen:
                return
            self._seen.add((part, question))
            path = self._parts.setdefault(part, Path(self._folder.name) / str(len(self._parts)))
            with path.open("a", encoding="ascii") as file:
                file.write(line + "\n")


def _sorted(path: Path) -> list[Any]:
    """What was kept of a part, by question."""
    with path.open(encoding="ascii") as file:
        return [told for _, told in sorted((json.loads(line) for line in file), key=lambda entry: str(entry[0]))]


def recording(sources: Sources, recorder: Recorder) -> Sources:
    """The same sources, every answer of theirs being kept."""
    recorder.describe(sources)
    return replace(
        sources,
        apis={region: RecordingApi(api, recorder) for region, api in sources.apis.items()},
        database=RecordingDatabase(sources.database, recorder) if sources.database is not None else None,
        shells=RecordingShells(sources.shells, recorder) if sources.shells is not None else None,
    )


class RecordingApi:
    """An ApiSource whose answers are kept."""

    def __init__(self, source: ApiSource, recorder: Recorder) -> None:
        self._source, self._recorder = source, recorder
        self._part = part_name("api", source.region)

    @property
    def region(self) -> str:
        """Name of the region."""
        return self._source.region

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """As the source tells. Raises SourceError."""
        return self._recorder.kept(
            self._part, ("endpoints",), self._source.endpoints, lambda told: {k: list(v) for k, v in told.items()}
        )

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """As the source tells. Raises SourceError."""
        ask = ("listing", service, path, key)
        return self._recorder.kept(self._part, ask, lambda: self._source.listing(service, path, key), list)

    def exists(self, service: str, path: str) -> bool:
        """As the source tells. Raises SourceError."""
        ask = ("exists", service, path)
        return self._recorder.kept(self._part, ask, lambda: self._source.exists(service, path), bool)


class RecordingDatabase:
    """A DatabaseSource whose answers are kept."""

    def __init__(self, source: DatabaseSource, recorder: Recorder) -> None:
        self._source, self._recorder = source, recorder

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """As the source tells. Raises SourceError."""
        ask = ("rows", database, table, list(columns))
        return self._recorder.kept(DATABASE, ask, lambda: self._source.rows(database, table, columns), list)


class RecordingShells:
    """A ShellSource whose answers are kept."""

    def __init__(self, source: ShellSource, recorder: Recorder) -> None:
        self._source, self._recorder = source, recorder

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        """As the source connects. Raises Refused, Unreachable."""
        with ExitStack() as stack:
            shell = self._recorder.kept(
                part_name("hosts", host),
                (CONNECT,),
                lambda: stack.enter_context(self._source.connect(host, address)),
                lambda _: {"address": address},
            )
            yield RecordingShell(shell, self._recorder)


class RecordingShell:
    """A HostShell whose answers are kept."""

    def __init__(self, shell: HostShell, recorder: Recorder) -> None:
        self._shell, self._recorder = shell, recorder

    @property
    def host(self) -> str:
        """Id of the host."""
        return self._shell.host

    @property
    def concurrent(self) -> bool:
        """As the host is asked: what is kept is the same in any order."""
        return self._shell.concurrent

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        """As the host answers. Raises SourceError."""
        return accepted(self.result(command, arguments), command, self.host)

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        """As the host answers. Raises SourceError."""
        ask = ("run", command.name, list(arguments))
        return self._recorder.kept(
            part_name("hosts", self.host), ask, lambda: self._shell.result(command, arguments), asdict
        )


def _portable(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section without its secrets, and without files that are on this machine only."""
    return {key: value for key, value in without_secrets(section).items() if key not in PATH_KEYS}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)
