"""The hosts of the cloud over SSH, directly or through a master host: one connection each, declared commands only."""

from __future__ import annotations

import logging
import re
import secrets
import shlex
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from weakref import WeakSet

import paramiko

from collectors.sources.protocols import (
    NOT_INSTALLED,
    CommandResult,
    HostShell,
    Refused,
    SourceError,
    Unreachable,
    accepted,
)
from collectors.sources.ssh_command import Answering, Line
from collectors.sources.ssh_connection import Access, Address, connected
from collectors.sources.ssh_kept import KeptConnections
from collectors.sources.ssh_names import addresses, resolves
from collectors.sources.ssh_sessions import Sessions, is_alive
from graph_schema.commands import HOST_NAMES, Command

# Without a handler Python would print paramiko's tracebacks beside our own messages.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

# Where programs of the administrator are, which other users' shells do not look for.
_SYSTEM_PATH = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" '

# Seconds after which a master host that did not answer is asked again.
MASTER_AGAIN = 30.0

_NO_SUDO = re.compile(r"sudo: (command )?not found")
# What sudo itself says instead of the command; that it cannot resolve the host's own name is only a remark.
_BY_SUDO = re.compile(r"sudo: (?!unable to resolve)|Sorry, |\S+ is not (in the sudoers file|allowed to)")


@dataclass(frozen=True, slots=True)
class Sudo:
    """How `user` becomes root: with a password if sudo asks for one, on a terminal if it wants one."""

    user: str
    password: str | None = field(default=None, repr=False)
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How hosts are reached: their addresses where something better is known, and through which host.

    Not `through` the master, it is still asked for addresses of hosts whose names lead nowhere from here.
    """

    hosts: Mapping[str, str] = field(default_factory=dict)
    master: str | None = None
    port: int = 22
    through: bool = True


class SshHosts:
    """A ShellSource. `connections` and `commands` count by host what was used.

    A connection is kept open for `keep` seconds after its use.
    """

    def __init__(
        self, access: Access, reach: Reach, sudo: Sudo | None = None, *, timeout: float = 60.0, keep: float = 0.0
    ) -> None:
        self._access, self._reach, self._timeout = access, reach, timeout
        self._as = None if access.user == "root" else sudo or Sudo(access.user)
        self._lock = threading.Lock()
        self._master: paramiko.SSHClient | None = None
        self._master_error: SourceError | None = None
        self._master_asked = 0.0
        self._open: WeakSet[paramiko.SSHClient] = WeakSet()
        self._kept = KeptConnections(keep)
        self._closed = False
        self._names_lock = threading.Lock()
        self._names: Mapping[str, str] | None = None
        self.connections: Counter[str] = Counter()
        self.commands: Counter[str] = Counter()

    @property
    def has_master(self) -> bool:
        """Whether hosts are reached through a master host."""
        return self._reach.master is not None and self._reach.through

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        """A shell on the host, until the block ends. Raises Refused, Unreachable."""
        where = self.address_of(host, address)
        is_master = self._is_master(where)
        sessions = Sessions(lambda: self._connection(host, where), self._timeout)
        try:
            sessions.open(self._kept.take((host, where)))
            yield SshShell(host, sessions, self._as, self.commands)
        finally:
            if not is_master:
                self._kept.give((host, where), sessions)

    def address_of(self, host: str, address: str) -> Address:
        """Where the host is: as the section says (by id or short name), else `address`, else as the master says."""
        said = self._reach.hosts.get(host) or self._reach.hosts.get(host.partition(".")[0])
        if said is None and self._reach.master is not None and not self.has_master and not resolves(address):
            said = self._names_of_master().get(address)
        return Address.parse(said or address, self._reach.port)

    def master(self) -> paramiko.SSHClient:
        """The connection to the master host, made once. Raises Refused, Unreachable."""
        with self._lock:
            if self._master_error is not None and time.monotonic() - self._master_asked < MASTER_AGAIN:
                raise self._master_error
            if self._master is None or not is_alive(self._master):
                try:
                    self._master = connected(self._access, self._master_address(), "the master host")
                except SourceError as error:
                    # Every host would wait for it in turn: what is true for one is for a while true for all.
                    self._master_error, self._master_asked = error, time.monotonic()
                    raise
                self._master_error = None
                self.connections["master"] += 1
                self._open.add(self._master)
            return self._master

    def close(self) -> None:
        """End every connection, those in use too; no new one is made."""
        self._closed = True
        self._kept.close()
        for client in list(self._open):
            with suppress(Exception):  # whatever is wrong with one, the others are closed too
                client.close()

    def _connection(self, host: str, address: Address) -> paramiko.SSHClient:
        if self._closed:
            raise Unreachable(f"ssh {host}", "the source is closed.")
        if self._is_master(address):
            return self.master()
        client = connected(self._access, address, host, through=self.master() if self.has_master else None)
        self.connections[host] += 1
        self._open.add(client)
        return client

    def _is_master(self, address: Address) -> bool:
        return self._reach.master is not None and address == self._master_address()

    def _names_of_master(self) -> Mapping[str, str]:
        """What the master knows of names, asked once; nothing where it cannot be asked."""
        with self._names_lock:
            if self._names is None:
                sessions = Sessions(self.master, self._timeout)
                try:
                    sessions.open()
                    shell = SshShell("master", sessions, self._as, self.commands)
                    self._names = addresses(shell.result(HOST_NAMES).stdout, str(self._reach.master))
                except SourceError:
                    self._names = {}  # the host's own failure then says that its name does not resolve
            return self._names

    def _master_address(self) -> Address:
        return Address.parse(self._reach.master or "", self._reach.port)


class SshShell:
    """A HostShell over one connection, several commands at once. Each is run once, however many ask for it.

    `sudo` is None where we are root; `counted` counts the commands.
    """

    concurrent = True

    def __init__(self, host: str, sessions: Sessions, sudo: Sudo | None, counted: Counter[str]) -> None:
        self._host, self._sessions, self._sudo, self._counted = host, sessions, sudo, counted
        self._lock = threading.Lock()
        self._told: dict[tuple[str, tuple[str, ...]], Future[CommandResult]] = {}

    @property
    def host(self) -> str:
        """Id of the host."""
        return self._host

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        """Standard output of a declared command. Raises CommandFailed for a status that it does not accept."""
        return accepted(self.result(command, arguments), command, self._host)

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        """Its whole result; asked again, the same without running it. Raises SourceError."""
        key, mine = (command.name, tuple(arguments)), Future[CommandResult]()
        with self._lock:
            told = self._told.setdefault(key, mine)
        if told is mine:
            try:
                told.set_result(self._run(command, arguments))
            except BaseException as error:  # noqa: BLE001  # whoever waits for it has to be told of anything
                told.set_exception(error)
        return told.result()

    def _run(self, command: Command, arguments: Sequence[str]) -> CommandResult:
        where = f"ssh {self._host}: {' '.join(command.words)}"
        words = command.line(arguments)
        if self._sudo is None:
            return self._execute(Line(words), where)
        if not command.root:
            return self._execute(Line(_SYSTEM_PATH + words), where)
        result = self._execute(_as_root(words, self._sudo), where)
        try:
            return _of_sudo(result, where, self._sudo.user)
        except Refused:
            # A rule for one program allows nothing where sudo does not find it: then sudo wants a password instead.
            if self._execute(Line(_SYSTEM_PATH + command.presence), where).status == 0:
                raise
            return CommandResult(result.stdout, result.stderr, NOT_INSTALLED)

    def _execute(self, line: Line, where: str) -> CommandResult:
        with self._lock:
            self._counted[self._host] += 1
        return self._sessions.run(line, where)


def _as_root(words: str, sudo: Sudo) -> Line:
    if sudo.password is None:
        return Line(f"LC_ALL=C sudo -n {words}", sudo.terminal)
    prompt = f"calipso-{secrets.token_hex(6)}:"
    answering = Answering(prompt.encode(), sudo.password)
    return Line(f"LC_ALL=C sudo -S -p {shlex.quote(prompt)} {words}", sudo.terminal, answering)


def _of_sudo(result: CommandResult, where: str, user: str) -> CommandResult:
    """The command's own result; where sudo spoke instead of it, its meaning. Raises Refused."""
    if result.status == 0:
        return result
    if result.status == NOT_INSTALLED and _NO_SUDO.search(result.stderr):
        raise Refused(where, f"sudo is not installed, and {user} is not root.", "Log in as root, or install sudo.")
    said = [line for line in result.stderr.splitlines() if _BY_SUDO.match(line)]
    if not said or result.stdout.strip() not in ("", result.stderr.strip()):
        return result
    if "command not found" in said[-1]:
        return CommandResult(result.stdout, result.stderr, NOT_INSTALLED)
    raise Refused(
        where,
        f"sudo does not let {user} run it: {said[-1]}.",
        "Allow it in sudoers (NOPASSWD), give sudo_password, or `tty: true` where sudo wants a terminal.",
    )
