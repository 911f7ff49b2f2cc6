"""All that keeps a graph true by events, as processes that can be killed: and started again, as a supervisor would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.api.processes import ROOT, wait_for
from tests.events.rabbitmq import RabbitMq
from topology.neo4j_server import ManagedServer
from topology.settings import Settings
from workers.broker import stop_broker

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "listener": ("listen",),
    "worker": ("worker", "--concurrency", "1"),
    "clock": ("beat",),
}


@dataclass
class Processes:
    """`calipso` commands in process groups of their own, their broker, the cloud's broker, and Neo4j."""

    variables: Mapping[str, str]
    folder: Path
    settings: Settings
    rabbit: RabbitMq
    neo4j: ManagedServer
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start all that does not run."""
        if self.rabbit.process is None:
            self.rabbit.start()
        self.neo4j.start()
        for name, words in COMMANDS.items():
            if name not in self.running or self.running[name].poll() is not None:
                with (self.folder / f"{name}.log").open("ab") as log:
                    self.running[name] = subprocess.Popen(
                        [sys.executable, "-m", "cli.main", *words],
                        cwd=ROOT, env=dict(self.variables), stdout=log, stderr=log, start_new_session=True,
                    )  # fmt: skip

    def said(self) -> str:
        """The end of what each says."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)

    @property
    def harms(self) -> Mapping[str, Callable[[], None]]:
        """What may happen to them."""
        return {
            "listener killed": lambda: self.kill("listener"),
            "worker killed": lambda: self.kill("worker"),
            "clock killed": lambda: self.kill("clock"),
            "the cloud's broker killed": self.rabbit.stop,
            "Redis killed": self._kill_redis,
            "Neo4j killed": self._kill_neo4j,
            "Neo4j stopped": self._stop_neo4j,
        }

    def kill(self, name: str) -> None:
        """End it with SIGKILL, with all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def _kill_redis(self) -> None:
        """The workers' own broker; whoever needs it starts it."""
        with suppress(OSError, ValueError, psutil.Error):
            psutil.Process(int((self.settings.data_dir / "broker" / "redis.pid").read_text())).kill()

    def _kill_neo4j(self) -> None:
        state = self.neo4j.status()
        assert state is not None
        psutil.Process(state.pid).kill()
        wait_for(lambda: not psutil.pid_exists(state.pid))

    def _stop_neo4j(self) -> None:
        self.neo4j.stop()

    def end(self) -> None:
        """End all of them."""
        for name in self.running:
            self.kill(name)
        stop_broker(self.settings)


@contextmanager
def all_processes(
    variables: Mapping[str, str], folder: Path, settings: Settings, rabbit: RabbitMq, neo4j: ManagedServer
) -> Iterator[Processes]:
    """All of them, running, until the end of the block."""
    with ExitStack() as stack:
        made = Processes(variables, folder, settings, rabbit, neo4j)
        stack.callback(made.end)
        made.start()
        yield made
