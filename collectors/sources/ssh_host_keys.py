"""Whether a host is the one that it was: its host key, checked against pins of first use or known_hosts."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import paramiko

from collectors.sources.protocols import Refused

Checking = Literal["pin", "strict", "ignore"]

log = logging.getLogger(__name__)


class HostKeys(Protocol):
    """One way of checking host keys."""

    def prepare(self, client: paramiko.SSHClient) -> None:
        """Make a client check its host's key when it connects."""
        ...

    def changed(self, where: str, error: paramiko.BadHostKeyException, port: int) -> Refused:
        """What to say of a key that is another one than it was."""
        ...


def host_keys(checking: Checking, *, pins: Path, known_hosts: Path | None = None) -> HostKeys:
    """The way that the section asks for; `pins` is the file that first uses are remembered in."""
    if checking == "strict":
        return KnownHosts(known_hosts)
    if checking == "ignore":
        log.warning("SSH host keys are not checked (host_keys: ignore): anyone on the way can pose as a host.")
        return Unchecked()
    return Pins(pins)


class Pins(paramiko.MissingHostKeyPolicy):
    """The key of a host's first use is remembered in a file in the format of known_hosts; another one is an error."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self, client: paramiko.SSHClient) -> None:
        """Load the pins that there are, and remember the key of a host without one."""
        if self._path.exists():
            client.get_host_keys().load(str(self._path))
        client.set_missing_host_key_policy(self)

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Pin the key. Raises BadHostKeyException where another process pinned another one meanwhile."""
        del client
        with self._locked():
            known = paramiko.HostKeys(str(self._path)).lookup(hostname)
            for pinned in known.values() if known is not None else ():
                if pinned != key:
                    raise paramiko.BadHostKeyException(hostname, key, pinned)
                return
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{hostname} {key.get_name()} {key.get_base64()}\n")
        log.info("SSH host key of %s pinned: %s", hostname, key.fingerprint)

    def changed(self, where: str, error: paramiko.BadHostKeyException, port: int) -> Refused:
        """Both fingerprints, and how to accept the new key."""
        name = error.hostname if port == paramiko.config.SSH_PORT else f"[{error.hostname}]:{port}"
        return Refused(
            where,
            f"its host key has changed: pinned {error.expected_key.fingerprint}, now {error.key.fingerprint}. "
            "Nothing was sent to it.",
            f"If the host was installed anew, accept its key: ssh-keygen -R '{name}' -f '{self._path}', then again. "
            "If not, someone is in between.",
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, of all threads and processes."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class KnownHosts(paramiko.MissingHostKeyPolicy):
    """Only hosts of a known_hosts file, the user's and the machine's where none is named."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def prepare(self, client: paramiko.SSHClient) -> None:
        """Load known_hosts; a host that is not in it is refused."""
        if self._path is not None:
            client.load_system_host_keys(str(self._path))
        else:
            client.load_system_host_keys()
            if (machine := Path("/etc/ssh/ssh_known_hosts")).exists():
                client.get_host_keys().load(str(machine))
        client.set_missing_host_key_policy(self)

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Refuse the host. Raises Refused."""
        del client
        raise Refused(
            f"ssh {hostname}",
            f"its host key {key.fingerprint} is not in {self._path or 'known_hosts'}. Nothing was sent to it.",
            "Compare it with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub) and add it: ssh-keyscan; "
            "or `host_keys: pin`.",
        )

    def changed(self, where: str, error: paramiko.BadHostKeyException, port: int) -> Refused:
        """Both fingerprints."""
        del port
        return Refused(
            where,
            f"its host key is {error.key.fingerprint}, known_hosts has {error.expected_key.fingerprint}. "
            "Nothing was sent to it.",
            f"If the host was installed anew, correct {self._path or 'known_hosts'}. If not, someone is in between.",
        )


class Unchecked(paramiko.MissingHostKeyPolicy):
    """No check, for throw-away labs."""

    def prepare(self, client: paramiko.SSHClient) -> None:
        """Accept any key."""
        client.set_missing_host_key_policy(self)

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Accept it."""

    def changed(self, where: str, error: paramiko.BadHostKeyException, port: int) -> Refused:
        """Never asked: nothing is known that could change."""
        del port
        return Refused(where, str(error))
