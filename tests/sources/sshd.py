"""Real sshd on loopback ports, in a mount namespace of its own: users, sudo and keys are the test's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.ports import free_port

OPERATOR, PASSWORD = "operator", "Tr0ub4dor&3 $(id)'"
PASSPHRASE = "a phrase"
HERE_ONLY = "known-to-this-host-only"


@dataclass
class SshHost:
    """A host to log in to as root or as the operator, with the key or (the operator) the password."""

    folder: Path
    port: int
    options: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def key(self) -> Path:
        return self.folder / "id_ed25519"

    @property
    def locked_key(self) -> Path:
        return self.folder / "id_locked"

    def fingerprint(self) -> str:
        told = subprocess.run(
            ["ssh-keygen", "-lf", self.folder / "host_key"], check=True, capture_output=True, text=True
        )
        return told.stdout.split()[1]

    def allow(self, *rules: str) -> None:
        """What sudo lets the operator do."""
        (self.folder / "sudoers").write_text("\n".join(["root ALL=(ALL) ALL", *rules]) + "\n")

    def new_host_key(self) -> None:
        """Install the host anew, as it were."""
        self.stop()
        _keygen(self.folder / "host_key")
        self.start()

    def start(self) -> None:
        config = self.folder / "sshd_config"
        settings = {
            "Port": str(self.port),
            "ListenAddress": "127.0.0.1",
            "HostKey": str(self.folder / "host_key"),
            "AuthorizedKeysFile": "/run/authorized_keys",
            "PidFile": "none",
            "UsePAM": "no",
            "StrictModes": "no",
            "PermitRootLogin": "yes",
            "PasswordAuthentication": "yes",
        }
        config.write_text("".join(f"{key} {value}\n" for key, value in (settings | dict(self.options)).items()))
        binds = [
            f"mount --bind {self.folder / name} /etc/{name}"
            for name in ("passwd", "shadow", "group", "sudoers", "hosts")
        ]
        # sshd reads the keys as the user who logs in, who may not look into the test's folder.
        run = ["mount -t tmpfs -o mode=755 tmpfs /run", "mkdir /run/sshd", "touch /run/authorized_keys"]
        keys = f"mount --bind {self.folder / 'authorized_keys'} /run/authorized_keys"
        script = " && ".join([*run, keys, *binds, f"exec /usr/sbin/sshd -D -e -f {config}"])
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", script], stderr=log
            )
        self._wait()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def _wait(self) -> None:
        for _ in range(100):
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail(f"sshd does not listen: {(self.folder / 'log').read_text()[-2000:]}")


@contextmanager
def ssh_host(folder: Path, **options: str) -> Iterator[SshHost]:
    """A host with these options of sshd_config, for the length of a block."""
    lacking = [name for name in ("/usr/sbin/sshd", "sudo", "unshare", "openssl") if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)} (apt-get install openssh-server sudo)")
    if os.geteuid() != 0:
        pytest.skip("users and sudo of a test's own need root")
    folder.mkdir(parents=True)
    _users(folder)
    _keygen(folder / "host_key")
    _keygen(folder / "id_ed25519")
    _keygen(folder / "id_locked", PASSPHRASE)
    public = [(folder / f"{name}.pub").read_text() for name in ("id_ed25519", "id_locked")]
    (folder / "authorized_keys").write_text("".join(public))
    host = SshHost(folder, free_port(), options)
    host.start()
    try:
        yield host
    finally:
        host.stop()


def _users(folder: Path) -> None:
    hashed = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, check=True, capture_output=True, text=True
    ).stdout.strip()
    (folder / "passwd").write_text(
        "root:x:0:0::/tmp:/bin/sh\nsshd:x:4241:65534::/run/sshd:/usr/sbin/nologin\n"
        f"{OPERATOR}:x:4242:4242::/tmp:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n"
    )
    (folder / "shadow").write_text(f"root:*:19000:0:99999:7:::\n{OPERATOR}:{hashed}:19000:0:99999:7:::\n")
    (folder / "group").write_text(f"root:x:0:\n{OPERATOR}:x:4242:\nnogroup:x:65534:\n")
    (folder / "sudoers").write_text("root ALL=(ALL) ALL\n")
    (folder / "hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()} {HERE_ONLY}\n")
    for name, mode in (("passwd", 0o644), ("shadow", 0o600), ("group", 0o644), ("sudoers", 0o440)):
        (folder / name).chmod(mode)


def _keygen(path: Path, passphrase: str = "") -> None:
    for old in (path, path.with_name(f"{path.name}.pub")):
        old.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", path], check=True)
