"""A MariaDB of the test run's own, on a loopback port, with the services' databases as tests want them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.ports import free_port
from tests.sources.certificates import make_certificates


@dataclass(frozen=True, slots=True)
class MariaDb:
    """Where it listens, and how its administrator gets in."""

    port: int
    socket: str
    ca: Path

    def run(self, *statements: str) -> None:
        """Statements of the administrator."""
        with self.administrator() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def administrator(self) -> Any:
        return pymysql.connect(unix_socket=self.socket, user=_me(), autocommit=True)


@contextmanager
def mariadb(folder: Path) -> Iterator[MariaDb]:
    """A server with its data in `folder`, which ends with the block."""
    server = shutil.which("mariadbd") or shutil.which("mysqld")
    install = shutil.which("mariadb-install-db") or shutil.which("mysql_install_db")
    if server is None or install is None:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server")
    data, tls = folder / "data", folder / "tls"
    own = ["--no-defaults", f"--datadir={data}", f"--user={_me()}"]
    subprocess.run(
        [
            install,
            *own,
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={_me()}",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
    )
    make_certificates(tls)
    port = free_port()
    # A unix socket's path may have 107 characters only.
    place = Path(f"/tmp/calipso-{os.getpid()}-{port}.sock")
    log = folder / "log"
    listening = [f"--socket={place}", "--bind-address=127.0.0.1,127.0.0.2", f"--port={port}", "--skip-networking=0"]
    small = [f"--pid-file={folder / 'pid'}", f"--log-error={log}", "--innodb-buffer-pool-size=16M", "--skip-log-bin"]
    encrypted = [f"--ssl-ca={tls / 'ca.pem'}", f"--ssl-cert={tls / 'server.pem'}", f"--ssl-key={tls / 'server.key'}"]
    process = subprocess.Popen(
        [server, *own, *listening, *small, *encrypted], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        running = MariaDb(port, str(place), tls / "ca.pem")
        _wait(running, process, log)
        yield running
    finally:
        process.terminate()
        process.wait(30)


def _wait(database: MariaDb, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            pytest.fail(f"MariaDB ended: {log.read_text()[-2000:]}")
        # The socket is there when it listens; trying before leaves PyMySQL with an unclosed one.
        if Path(database.socket).exists():
            database.administrator().close()
            return
        time.sleep(0.1)
    pytest.fail(f"MariaDB does not answer: {log.read_text()[-2000:]}")


def _me() -> str:
    return pwd.getpwuid(os.getuid()).pw_name
