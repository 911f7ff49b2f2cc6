"""Real processes of the command line on loopback, with settings and a data folder of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tests.conftest import Neo4jAddress

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0


def variables(data_dir: Path, neo4j: Neo4jAddress, **more: str) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("CALIPSO_")},
        "CALIPSO_DATA_DIR": str(data_dir),
        "CALIPSO_NEO4J_URI": neo4j.bolt_uri,
        "CALIPSO_NEO4J_USER": neo4j.user,
        "CALIPSO_NEO4J_PASSWORD": neo4j.password,
        "PYTHONUNBUFFERED": "1",
        "CALIPSO_BEAT_ENVIRONMENTS": "-",  # the clock of one test leaves what others share the database with alone
        **more,
    }


@dataclass(frozen=True)
class Running:
    """A command that runs; what it says goes to `log`."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def url(self) -> str:
        """Where its API is, as it says."""
        return str(wait_for(lambda: re.findall(r"API is at (http://\S+)/api/v1,", self.said()), self.said)[-1])


@contextmanager
def command(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[Running]:
    """`calipso` with these arguments, ended with Ctrl-C; it must not need more."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdout=output,
            stderr=output,
        )
    try:
        yield Running(process, log)
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()


def calipso(arguments: list[str], environment: Mapping[str, str]) -> str:
    """What a command prints, which must go well."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments], cwd=ROOT, env=dict(environment), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def ask(url: str, token: str | None = None, method: str = "GET", body: Any = None) -> tuple[int, Any]:
    """Status and answer over HTTP; status 0 when nobody answers."""
    request = Request(url, method=method, data=None if body is None else json.dumps(body).encode())  # noqa: S310  # ours
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urlopen(request, timeout=30) as response:  # noqa: S310  # ours
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.load(response) if is_json else response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, json.load(error)
    except (URLError, ConnectionError):
        return 0, None


def wait_for(what: Callable[[], Any], explain: Callable[[], str] = str, seconds: float = PATIENCE) -> Any:
    """The first true value that `what` gives."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, explain()
        time.sleep(0.1)
    return found
