"""A RabbitMQ of the tests' own, on loopback, with its node's name, ports, cookie and data in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import amqp
import pytest
from kombu import Connection

from tests.ports import free_port

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's own, without the wrapper that changes the user
USER = PASSWORD = "guest"
START_SECONDS = 90.0


@dataclass
class RabbitMq:
    """A server that can be stopped and started again, with what it keeps."""

    folder: Path
    memory: str = "200MB"
    port: int = field(default_factory=free_port)
    epmd_port: int = field(default_factory=free_port)
    node: str = field(default_factory=lambda: f"calipso-test-{uuid4().hex[:8]}@localhost")
    process: subprocess.Popen[bytes] | None = None
    names: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.names is None:  # Erlang's server of names: else one would be started that outlives the tests
            words = [shutil.which("epmd") or "epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"]
            self.names = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM)],
                env=os.environ | self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"RabbitMQ did not start: {(self.folder / 'out.log').read_text()[-2000:]}")
            time.sleep(0.2)

    def _environment(self) -> dict[str, str]:
        config = self.folder / "rabbitmq.conf"
        config.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nvm_memory_high_watermark.absolute = {self.memory}\n"
            "disk_free_limit.absolute = 50MB\nlog.console = true\nlog.file = false\n"
        )
        plugins = self.folder / "enabled_plugins"
        plugins.write_text("[].\n")
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_BASE": str(self.folder),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(config.with_suffix("")),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_CRASH_DUMP": str(self.folder / "erl_crash.dump"),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def answers(self) -> bool:
        try:
            with self.connection() as connection:
                connection.connect()
        except (OSError, amqp.exceptions.AMQPError):
            return False
        return True

    def connection(self) -> Connection:
        return Connection(
            hostname="127.0.0.1", port=self.port, userid=USER, password=PASSWORD, connect_timeout=5, transport="amqp"
        )

    def stop(self) -> None:
        """At once, as with a power cut: nothing is said to anybody."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, 9)
            self.process.wait()
            self.process = None

    def end(self) -> None:
        self.stop()
        if self.names is not None:
            self.names.kill()
            self.names.wait()


@contextmanager
def rabbitmq(folder: Path, memory: str = "200MB") -> Iterator[RabbitMq]:
    """A broker; who publishes more than it has `memory` for is held up."""
    if not PROGRAM.exists():
        pytest.skip("RabbitMQ is not installed (Debian's rabbitmq-server)")
    folder.mkdir(parents=True, exist_ok=True)
    server = RabbitMq(folder, memory)
    try:
        server.start()
        yield server
    finally:
        server.end()
