"""Where the managed Neo4j keeps its things, and what is remembered about the one that runs."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from topology.neo4j_server.errors import ServerError
from topology.settings import Settings


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of the server last started."""

    pid: int
    bolt_port: int
    http_port: int
    stays: bool  # it was asked to stay; otherwise it ends with the last command that uses it


class Layout:
    """All paths of one managed Neo4j: the folder `neo4j` of the data folder, for its owner only."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.data_dir.expanduser().absolute() / "neo4j"
        self.home = self.root / "home"
        self.configuration = self.home / "conf" / "neo4j.conf"
        self.arguments = self.home / "conf" / "java.arguments"  # the class path, too long for a command line
        self.store = self.home / "data" / "databases"
        self.logs = self.home / "logs"
        self.console = self.logs / "console.log"
        self.program_dir = (settings.neo4j_program_dir or self.root / "program").expanduser().absolute()
        self.operation_lock = self.root / "operation.lock"  # held while somebody starts or stops the server
        self.server_lock = self.root / "server.lock"  # held by the server process itself, as long as it lives
        self.users_lock = self.root / "users.lock"  # shared by the commands that use a server
        self._password = self.root / "password"
        self._memory = self.root / "server.json"

    def make(self) -> None:
        """Make the folders, readable by their owner only. Raises ServerError where that can not be."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
            for folder in (self.configuration.parent, self.logs, self.home / "data" / "dbms"):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(
                f"Neo4j's folder {self.root} can not be made: {error.strerror}. "
                "Set CALIPSO_DATA_DIR to a folder that you may write to and that has room."
            ) from error

    def memory(self) -> Memory | None:
        """What was remembered last; None when nothing was, or when it can not be read."""
        try:
            return Memory(**json.loads(self._memory.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def remember(self, memory: Memory) -> None:
        """Write it down for the processes that come later."""
        _write_private(self._memory, json.dumps(asdict(memory)))

    def password(self) -> str:
        """The password of the server's user, made at the first call. Raises ServerError when it is lost."""
        try:
            return self._password.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            if self.store.exists():
                raise ServerError(
                    f"the password of the managed Neo4j is lost: {self._password} is missing, and the store beside it "
                    "was made with it. Bring that file back from a backup, or move the folder away and scan again."
                ) from None
        made = secrets.token_urlsafe(24)
        _write_private(self._password, made + "\n")
        return made


def _write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only from its first byte on."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
