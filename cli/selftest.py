"""`calipso test`: the project's tests, with what they need."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.session import USAGE, fail, say

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-test.lock"
MAX_WORKERS = 4

# Programs that tests start for themselves (never a service of the machine), and Debian's packages that bring them.
PROGRAMS = {
    "ip": "iproute2",
    "mariadbd": "mariadb-server",
    "openssl": "openssl",
    "ovs-vsctl": "openvswitch-switch",
    "rabbitmq-server": "rabbitmq-server",
    "redis-server": "redis-server",
    "ssh-agent": "openssh-client",
    "sshd": "openssh-server",
    "sudo": "sudo",
    "virsh": "libvirt-clients",
}
# While this says no, what is installed does not start services on the user's machine.
_NO_SERVICES = Path("/usr/sbin/policy-rc.d")


def test(
    context: typer.Context,
    prepare: Annotated[bool, typer.Option("--prepare", help="Install what the tests need, and end.")] = False,  # noqa: PT028  # a command, no test
) -> None:
    """Run the tests, after installing what they need where that is allowed; further words go to pytest.

    What cannot run here is skipped and named at the end; with CI=true that is a failure.
    """
    if not LOCK.exists():
        fail(f"the tests are not in an installed package but in a checkout: there is no {LOCK}.", USAGE)
    install_test_tools()
    install_programs()
    if not prepare:
        raise typer.Exit(run_tests(context.args))


def run_tests(words: list[str]) -> int:
    """Run pytest, on several processors unless the words say how; returns its exit code."""
    workers = str(min(MAX_WORKERS, os.cpu_count() or 1))
    several = [] if any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in words) else ["-n", workers]
    command = [sys.executable, "-m", "pytest", *several, "--dist", "worksteal", *words]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def install_test_tools() -> None:
    """Install the locked test tools into the virtual environment that runs this; only when the lock has changed."""
    stamp = Path(sys.prefix) / "test-tools-made-from"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say("calipso: installing the test tools")
    quiet = ["--quiet", "--disable-pip-version-check", "--progress-bar=off"]
    pip = [sys.executable, "-m", "pip", "install", *quiet, "--require-hashes", "--no-deps", "--requirement", str(LOCK)]
    if subprocess.run(pip, check=False).returncode != 0:
        fail("the test tools could not be installed. Check the way to the package index; then try again.", USAGE)
    stamp.write_text(wanted, encoding="ascii")


def install_programs() -> None:
    """Install the Debian packages of programs that are missing, when that is allowed; else name them."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program, path=path) is None})
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(f"calipso: some tests will be skipped. For them: sudo apt-get install {' '.join(missing)}")
        return
    say(f"calipso: installing {', '.join(missing)}")
    _install(missing)


def _install(packages: list[str]) -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    mine = not _NO_SERVICES.exists()
    if mine:
        _NO_SERVICES.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        _NO_SERVICES.chmod(0o755)
    try:
        for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
            subprocess.run(
                ["apt-get", *words],
                env=os.environ | quiet,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=False,
            )
    finally:
        if mine:
            _NO_SERVICES.unlink()
