"""The server's process: started apart from whoever starts it, found again by anybody, ended cleanly."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence

import psutil

from topology.neo4j_server.configuration import MAIN_CLASS, home_argument
from topology.neo4j_server.errors import ServerError
from topology.neo4j_server.layout import Layout
from topology.neo4j_server.locks import FileLock, is_held

_PAUSE = 0.05
_LOOKED_AT = 2.0  # others who look whether the lock is held hold it for an instant
# A shell starts it in the background and ends at once: the server is nobody's child, so no parent has to reap it, and
# no signal of a terminal reaches it.
_IN_BACKGROUND = 'umask 077; log="$1"; shift; "$@" </dev/null >"$log" 2>&1 & echo $!'


def spawn(layout: Layout, command: Sequence[str]) -> int:
    """Start the server; it holds the server lock for as long as it lives. Returns its process id.

    Raises ServerError when a server that can not be seen from here holds the lock.
    """
    lock = FileLock(layout.server_lock)
    try:
        if not lock.take(patience=_LOOKED_AT):
            raise ServerError(
                f"another Neo4j runs on {layout.home}, and it can not be seen from here: it is of another machine, "
                "container or user. Stop it there, or set CALIPSO_DATA_DIR to another folder."
            )
        started = subprocess.run(
            ["/bin/sh", "-c", _IN_BACKGROUND, "sh", str(layout.console), *command],
            pass_fds=(lock.descriptor,),
            start_new_session=True,
            cwd=layout.home,
            env=os.environ | {"NEO4J_HOME": str(layout.home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
    finally:
        lock.close()
    return int(started.stdout)


def find(layout: Layout) -> psutil.Process | None:
    """The living server of this data folder, whoever started it."""
    if not is_held(layout.server_lock):
        return None
    memory = layout.memory()
    if memory and (remembered := named(memory.pid)) and _serves(remembered, layout):
        return remembered
    return next((found for found in psutil.process_iter() if _serves(found, layout)), None)


def is_alive(process: psutil.Process | None) -> bool:
    """Whether it still runs; one that nobody has reaped yet does not."""
    try:
        return process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(process: psutil.Process, layout: Layout, patience: float = 60.0) -> bool:
    """Ask it to end, and make it when it has not after `patience` seconds; whether it did so when asked.

    Raises ServerError when we may not end it.
    """
    try:
        process.terminate()
        if _gone(process, layout, patience):
            return True
        process.kill()
        _gone(process, layout, patience)
    except psutil.NoSuchProcess:
        pass
    except psutil.AccessDenied as error:
        raise ServerError(f"Neo4j (process {process.pid}) belongs to another user, who has to stop it.") from error
    return False


def _gone(process: psutil.Process, layout: Layout, patience: float) -> bool:
    """Wait for its end: the process is dead, and so is the last of its threads, which gives back the lock."""
    deadline = time.monotonic() + patience
    while is_alive(process) or is_held(layout.server_lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def named(pid: int) -> psutil.Process | None:
    """The process of that id; None when there is none."""
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _serves(process: psutil.Process, layout: Layout) -> bool:
    try:
        arguments = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return MAIN_CLASS in arguments and home_argument(layout) in arguments and is_alive(process)
