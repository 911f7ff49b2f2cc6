"""Ways to make a host of the lab fail, and to repair it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.lab.lab_machine import Lab

# A false program misbehaves for SSH sessions only: the agents of the host keep the real one.
WRAPPER = """#!/bin/bash
real=/run/lab/real/{program}
[ -n "$SSH_CONNECTION" ] || exec -a {program} $real "$@"
{behaviour}
"""
_WHOLE = '$real "$@" >/tmp/whole.$$; '
BEHAVIOURS = {
    "truncated": _WHOLE + "head -c $(($(stat -c %s /tmp/whole.$$) / 2)) /tmp/whole.$$; rm /tmp/whole.$$",
    "cut-after-a-line": _WHOLE + "head -n $(($(wc -l </tmp/whole.$$) / 2)) /tmp/whole.$$; rm /tmp/whole.$$",
    "garbage": "echo '}}{{ \\x00 <html> ;;; 5: eth0@:'",
    "silent": "exit 0",
    "failing": "echo 'Permission denied' >&2; exit 1",
    "missing": "echo 'bash: {program}: command not found' >&2; exit 127",
    "hanging": "sleep 60",
    "torn": '$real "$@" | head -c 200; pkill -9 -f "sshd: root@"',  # the sessions of this host, not its listener
}


@contextlib.contextmanager
def false_program(lab: Lab, host: str, program: str, behaviour: str) -> Iterator[None]:
    """While in this block, `program` on the host misbehaves for whoever comes over SSH."""
    text = WRAPPER.format(program=program, behaviour=behaviour.replace("{program}", program))
    lab.run(
        host,
        f"""set -e
        path=$(readlink -f "$(command -v {program})"); mkdir -p /run/lab/real /run/lab/false
        [ -e /run/lab/real/{program} ] || cp -p "$path" /run/lab/real/{program}
        cat >/run/lab/false/{program} <<'FALSE'\n{text}FALSE
        chmod 755 /run/lab/false/{program}; mount --bind /run/lab/false/{program} "$path" """,
    )
    try:
        yield
    finally:
        # Lazily: a session that the fault has cut off may still be running the false program.
        lab.run(host, f'umount -l "$(readlink -f "$(command -v {program})")"')


@contextlib.contextmanager
def ssh_refused(lab: Lab, host: str) -> Iterator[None]:
    """Nobody listens on the host's port 22."""
    lab.command("sshd", host, "stop")
    try:
        yield
    finally:
        lab.command("sshd", host, "start")


@contextlib.contextmanager
def packets_dropped(lab: Lab, host: str) -> Iterator[None]:
    """A firewall drops what goes to the host's port 22."""
    lab.run(host, "iptables -I INPUT -p tcp --dport 22 -j DROP")
    try:
        yield
    finally:
        lab.run(host, "iptables -D INPUT -p tcp --dport 22 -j DROP")


@contextlib.contextmanager
def packets_rejected(lab: Lab, host: str) -> Iterator[None]:
    """A firewall refuses what goes to the host's port 22."""
    lab.run(host, "iptables -I INPUT -p tcp --dport 22 -j REJECT --reject-with icmp-admin-prohibited")
    try:
        yield
    finally:
        lab.run(host, "iptables -D INPUT -p tcp --dport 22 -j REJECT --reject-with icmp-admin-prohibited")


@contextlib.contextmanager
def sshd_frozen(lab: Lab, host: str) -> Iterator[None]:
    """The host's sshd accepts connections (the kernel does) and says nothing."""
    lab.run(host, 'kill -STOP "$(cat /run/lab/sshd.pid)"')
    try:
        yield
    finally:
        lab.run(host, 'kill -CONT "$(cat /run/lab/sshd.pid)"')


@contextlib.contextmanager
def other_host_key(lab: Lab, host: str) -> Iterator[None]:
    """The host has another key than the one that was seen."""
    key = "/etc/ssh/ssh_host_ed25519_key"
    lab.run(host, f"mkdir -p /run/lab/keys; mv {key} {key}.pub /run/lab/keys/; ssh-keygen -q -t ed25519 -N '' -f {key}")
    lab.command("sshd", host, "stop")
    lab.command("sshd", host, "start")
    try:
        yield
    finally:
        lab.run(host, f"mv /run/lab/keys/* {key.rsplit('/', 1)[0]}/")
        lab.command("sshd", host, "stop")
        lab.command("sshd", host, "start")


@contextlib.contextmanager
def unplugged(lab: Lab, host: str) -> Iterator[None]:
    """The host's management NIC is down, from the outside: it dies for everybody."""
    lab.command("wrap", "ip", "link", "set", f"v-{host}-0", "down")
    try:
        yield
    finally:
        lab.command("wrap", "ip", "link", "set", f"v-{host}-0", "up")
