"""What all processes log: one line for each thing, as text or JSON, which says what it is about, and never a secret."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from collectors.sources.redaction import LONG, Redactor
from topology.settings import Settings

if TYPE_CHECKING:
    from topology.scan import ScanOptions, ScanReport

log = logging.getLogger("calipso.scan")
_LEVELS = {"warning": logging.WARNING, "error": logging.ERROR}
# What they say of every request or connection is of no use to who runs this; with `debug`, some of it is.
_TALKATIVE = ("amqp", "kombu", "keystoneauth", "openstack", "paramiko", "stevedore", "urllib3")
# What it warns of it does again, and what it does not get done in the end is told by who asked for it.
_ANXIOUS = ("neo4j",)
_as_json = False
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**what: str | None) -> Iterator[None]:
    """What is logged in the block is about this environment, scan, event or task."""
    known = _ABOUT.get()
    token = _ABOUT.set({**known, **{key: value for key, value in what.items() if value}})
    try:
        yield
    finally:
        _ABOUT.reset(token)


class _Secrets:
    """The secrets that this process knows: no record holds one of them."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._redactor = Redactor()
        self._lock = threading.Lock()

    def add(self, secrets: Iterable[str]) -> None:
        """Never to be logged. A short one may be a word like any other: it is known by what stands before it only."""
        with self._lock:
            more = self._known | {secret for secret in secrets if len(secret) >= LONG}
            if more != self._known:
                self._known, self._redactor = more, Redactor(more)

    def without(self, text: str) -> str:
        """The text without them."""
        return self._redactor.text(text)


_SECRETS = _Secrets()


def hide(secrets: Iterable[str]) -> None:
    """Never log these."""
    _SECRETS.add(secrets)


class _Text(logging.Formatter):
    """`2026-11-21 16:00:00,123 INFO environment=lab scan=… text`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library's name
        told = "".join(f"{key}={_word(value)} " for key, value in _about(record).items())
        # On one line: what follows on others is the trace of an error.
        return f"{record.asctime} {record.levelname} {told}{' '.join(record.message.split())}"

    def format(self, record: logging.LogRecord) -> str:
        return _SECRETS.without(super().format(record))


class _Json(logging.Formatter):
    """One JSON object on one line for each record."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": getattr(record, "of", self._process),
            "pid": record.process,
            "logger": record.name,
            "message": _SECRETS.without(record.getMessage()),
            **_about(record),
        }
        if record.exc_info:
            told["exception"] = _SECRETS.without(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False, default=str)


def _about(record: logging.LogRecord) -> Mapping[str, str]:
    return {**_ABOUT.get(), **getattr(record, "about", {})}


def _word(value: str) -> str:
    """The value as one word: what others have named must not look like a line or a field of our own."""
    plain = value.isprintable() and not set(value) & set(' "=')
    return value if plain else json.dumps(value)


def log_to_standard_error(settings: Settings, process: str) -> None:
    """Have everything that this process logs on standard error, as the settings say; what ends a thread, too."""
    hide(_of_settings(settings))
    global _as_json  # noqa: PLW0603  # how this process logs is decided once, when it begins
    _as_json = settings.log_format == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings, process))
    level = logging.getLevelName(settings.log_level.upper())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    of_pools = logging.getLogger("multiprocessing")  # Celery's pool has it pass nothing on
    of_pools.handlers, of_pools.propagate = [handler], False
    for name in _ANXIOUS:
        logging.getLogger(name).setLevel(logging.ERROR if level >= logging.INFO else logging.INFO)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(level + 10, logging.INFO if level < logging.INFO else logging.WARNING))
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda failed: _uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def logs_json() -> bool:
    """Whether this process logs JSON: then all that it says has to be."""
    return _as_json


def formatter(settings: Settings, process: str) -> logging.Formatter:
    """How the settings want records written."""
    return _Json(process) if settings.log_format == "json" else _Text()


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("calipso").critical("ended by an error", exc_info=(kind, error or kind(), trace))


def _of_settings(settings: Settings) -> Iterator[str]:
    yield settings.neo4j_password.get_secret_value()
    if settings.secret_key is not None:
        yield settings.secret_key.get_secret_value()
    for url in (settings.broker_url, settings.result_backend):
        if url and (password := urlsplit(url).password):
            yield password


def log_progress() -> Callable[[str, str], None]:
    """Where a scan's progress goes: a line in the log; the scan's options say which lines there are."""
    return lambda phase, line: log.info("%s: %s", phase, line)


def log_report(report: ScanReport, options: ScanOptions) -> None:
    """What went wrong in a scan, as far as its log level wants it said."""
    with about(environment=report.environment, scan=report.scan_id):
        for scope, problem in report.all_problems:
            level = "warning" if scope is None else "error"
            if options.says(level):
                log.log(_LEVELS[level], "%s%s", f"{scope.key} " if scope is not None else "", problem)
