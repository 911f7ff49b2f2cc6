"""The lab as a test sees it: its hosts, its databases, its APIs, its topologies."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "lab" / "openstack-lab.sh"
CONTROLLER = "10.20.0.11"


class LabError(Exception):
    """A command of the lab failed; its words."""


@dataclass(frozen=True)
class Lab:
    """A lab that is up. `folder` is its $LAB."""

    folder: Path

    def command(self, *arguments: str, stdin: str = "", seconds: float = 900) -> str:
        """A command of `openstack-lab.sh`; its standard output. Raises LabError."""
        done = subprocess.run(
            [str(SCRIPT), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            env={**os.environ, "LAB": str(self.folder)},
        )
        if done.returncode:
            raise LabError(f"openstack-lab.sh {' '.join(arguments)[:200]}: {done.returncode} {done.stderr[-2000:]}")
        return done.stdout

    def run(self, host: str, script: str, seconds: float = 120) -> str:
        """A shell script inside a host, not over SSH: what the product does there is not counted with it."""
        return self.command("run", host, "bash", "-s", stdin=script, seconds=seconds)

    @property
    def hosts(self) -> dict[str, str]:
        """Name → management address."""
        lines = (self.folder / "run" / "hosts.txt").read_text().splitlines()
        return {name: address for address, name in (line.split() for line in lines)}

    def sql(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query on the controller's MariaDB, as the database itself makes JSON of them."""
        names = query.split(" from ", 1)[0].removeprefix("select ").split(", ")
        columns = [
            (name.rsplit(" as ", 1)[-1].rsplit(".", 1)[-1].strip("`"), name.rsplit(" as ", 1)[0]) for name in names
        ]
        pairs = ", ".join(f"'{name}', {expression}" for name, expression in columns)
        text = self.command(
            "run", "ctl1", "mariadb", "--default-character-set=utf8mb4", "-N", "--raw",
            stdin=f"select json_object({pairs}) from {query.split(' from ', 1)[1]};",
        )  # fmt: skip
        return [json.loads(line) for line in text.splitlines()]

    def token(self) -> str:
        """A token of the administrator."""
        user = {"name": "admin", "domain": {"id": "default"}, "password": "lab"}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
        request = urllib.request.Request(
            f"http://{CONTROLLER}:5000/v3/auth/tokens", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return str(answer.headers["X-Subject-Token"])

    def api(self, url: str, token: str) -> Any:
        """One GET of the administrator."""
        headers = {"X-Auth-Token": token, "OpenStack-API-Version": "compute 2.92"}
        request = urllib.request.Request(f"http://{CONTROLLER}:{url}", headers=headers)
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)
