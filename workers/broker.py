"""Where tasks wait: the configured broker, else a private Redis on a unix socket, else files."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from topology.errors import TopologyError
from topology.neo4j_server.locks import FileLock
from topology.settings import Settings
from workers.file_transport import SCHEME

# The longest path that a unix socket may have, with room for the terminating byte.
SOCKET_PATH_LIMIT = 100
_START_SECONDS = 10.0


class BrokerUnavailable(TopologyError):
    """The private broker did not start."""


@dataclass(frozen=True, slots=True)
class Broker:
    """How Celery reaches its broker and its results."""

    url: str
    result_backend: str
    transport_options: Mapping[str, Any] = field(default_factory=dict)


def find_broker(settings: Settings) -> Broker:
    """The broker to use; a private Redis is started when it is the one and does not run yet."""
    if settings.broker_url:
        return Broker(settings.broker_url, settings.result_backend or settings.broker_url)
    folder = settings.data_dir / "broker"
    socket = folder / "redis.sock"
    if program := _redis_for(socket):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _start_redis(program, folder, socket)
        url = f"redis+socket://{socket}"
        return Broker(url, url)
    return _files(folder)


def _redis_for(socket: Path) -> str | None:
    """The program of the private Redis; None where there is none, or no socket can be there."""
    return shutil.which("redis-server") if len(str(socket)) < SOCKET_PATH_LIMIT else None


def does_not_run(settings: Settings) -> bool:
    """Whether the private Redis is the broker, and does not run."""
    socket = settings.data_dir / "broker" / "redis.sock"
    return not settings.broker_url and _redis_for(socket) is not None and not _answers(socket)


def _files(folder: Path) -> Broker:
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.05,
    }
    return Broker(f"{SCHEME}://", f"db+sqlite:///{folder / 'results.sqlite'}", options)


def _start_redis(program: str, folder: Path, socket: Path) -> None:
    if _answers(socket):
        return
    lock = FileLock(folder / "start.lock")
    try:
        lock.take(patience=_START_SECONDS)
        # A second one would take the socket from the first, which nobody could reach or end any more.
        if not _lives(folder / "redis.pid"):
            _run_redis(program, folder, socket)
        _wait_for(socket, folder)
    finally:
        lock.close()


def _run_redis(program: str, folder: Path, socket: Path) -> None:
    subprocess.run(
        [
            program, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "600", "--daemonize", "yes",
            "--dir", str(folder), "--pidfile", str(folder / "redis.pid"), "--logfile", str(folder / "redis.log"),
            "--appendonly", "yes",
        ],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30,
    )  # fmt: skip


def _wait_for(socket: Path, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(socket):
        if time.monotonic() > deadline:
            raise BrokerUnavailable(
                f"redis-server did not start; {folder / 'redis.log'} tells why. Or set CALIPSO_BROKER_URL to a broker."
            )
        time.sleep(0.1)


def _answers(socket: Path) -> bool:
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=2, retry=_once()) as client:
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False


def _once() -> Retry:
    """What does not run does not answer: to ask again, as the library would, only takes seconds."""
    return Retry(NoBackoff(), 0)


def runs_privately(settings: Settings) -> bool:
    """Whether the private Redis runs."""
    return not settings.broker_url and _answers(settings.data_dir / "broker" / "redis.sock")


def stop_broker(settings: Settings) -> bool:
    """Stop the private Redis. False when none runs."""
    socket = settings.data_dir / "broker" / "redis.sock"
    if settings.broker_url or not _answers(socket):
        return False
    with (
        redis.Redis(unix_socket_path=str(socket), socket_timeout=5, retry=_once()) as client,
        suppress(redis.exceptions.RedisError),
    ):
        client.shutdown(save=True)
    pid_file, deadline = socket.with_name("redis.pid"), time.monotonic() + 5
    while _lives(pid_file):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(pid_file: Path) -> bool:
    """Whether the Redis that wrote the file runs; the number may be another program's by now."""
    try:
        process = psutil.Process(int(pid_file.read_text()))
        return process.name() == "redis-server" and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return False
