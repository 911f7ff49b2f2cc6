"""Connecting and logging in to one host over SSH; every way in which that fails, in words."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

import paramiko

from collectors.sources.protocols import Refused, SourceError, Unreachable
from collectors.sources.ssh_host_keys import HostKeys

TRIES = 3
_ADDRESS = re.compile(r"\[(?P<v6>[^\]]+)\](:(?P<port6>\d+))?|(?P<host>[^:]+):(?P<port>\d+)")
_FORBIDDEN = 1  # administratively prohibited, RFC 4254 5.1


@dataclass(frozen=True, slots=True)
class Address:
    """Where a host listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, port: int) -> Address:
        """`name`, `name:port`, `address`, `[v6 address]:port`; a bare v6 address too."""
        found = _ADDRESS.fullmatch(text)
        if found is None:
            return cls(text, port)
        return cls(found["v6"] or found["host"], int(found["port6"] or found["port"] or port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Access:
    """Who logs in and how. `described` names the means in messages: `key id_ed25519`."""

    user: str
    host_keys: HostKeys
    described: str
    key: paramiko.PKey | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    agent: bool = False
    own_keys: bool = False
    connect_timeout: float = 15.0
    keep_alive: int = 15
    backoff: float = 0.5


def load_key(path: Path, passphrase: str | None) -> paramiko.PKey:
    """The private key in a file. Raises Refused with what is wrong with it."""
    where = f"key {path.name}"
    for password in (passphrase.encode() if passphrase else None, None):
        try:
            return paramiko.PKey.from_path(path, password)  # type: ignore[arg-type]  # it takes bytes, not what it says
        except OSError as error:
            raise Refused(where, f"{error.strerror}: {path}.", "Correct `key` of the CLI section.") from error
        except TypeError as error:
            if "not encrypted" not in str(error):
                raise Refused(where, "it needs a passphrase.", "Give `passphrase` in the CLI section.") from error
        except (ValueError, paramiko.SSHException) as error:
            raise Refused(
                where, "not a private key, or the passphrase is wrong.", "Check key and passphrase."
            ) from error
    raise AssertionError("a key that is not encrypted needs no passphrase")


def connected(
    access: Access, address: Address, host: str, *, through: paramiko.SSHClient | None = None
) -> paramiko.SSHClient:
    """A client that is logged in, over a channel of `through` if given. Raises Refused, Unreachable.

    A connection that is refused or dropped (a busy sshd does that) is tried again; silence is not.
    """
    where = f"ssh {host} ({address})"
    for attempt in range(TRIES):
        began = time.monotonic()
        try:
            return _connected(access, address, where, through)
        except (paramiko.SSHException, EOFError, OSError) as error:
            problem = _typed(error, where, access, address)
            silent = time.monotonic() - began >= access.connect_timeout or isinstance(error, socket.gaierror)
            if not isinstance(problem, Unreachable) or silent or attempt == TRIES - 1:
                raise problem from error
        time.sleep(access.backoff * 2**attempt)
    raise AssertionError("the last try raises")


def _connected(access: Access, address: Address, where: str, through: paramiko.SSHClient | None) -> paramiko.SSHClient:
    client = paramiko.SSHClient()
    access.host_keys.prepare(client)
    try:
        client.connect(
            address.host,
            port=address.port,
            username=access.user,
            password=access.password,
            pkey=access.key,
            allow_agent=access.agent,
            look_for_keys=access.own_keys,
            sock=_socket(access, address) if through is None else _channel(access, address, where, through),
            timeout=access.connect_timeout,
            banner_timeout=access.connect_timeout,
            auth_timeout=access.connect_timeout,
            channel_timeout=access.connect_timeout,
        )
    except BaseException:
        client.close()
        raise
    transport = client.get_transport()
    if transport is not None:
        transport.set_keepalive(access.keep_alive)
    return client


def _socket(access: Access, address: Address) -> socket.socket:
    connection = socket.create_connection((address.host, address.port), access.connect_timeout)
    # Without it each command waits 40 ms: the end of the one before is not acknowledged at once.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A host that dies answers nothing at all: then the signs of life that we send end the connection.
    patience = int((access.keep_alive + access.connect_timeout) * 1000)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
    return connection


def _channel(access: Access, address: Address, where: str, through: paramiko.SSHClient) -> paramiko.Channel:
    transport = through.get_transport()
    if transport is None or not transport.is_active():
        raise Unreachable(where, "the connection to the master host was lost.", "Check the master host.")
    target = (address.host, address.port)
    return transport.open_channel("direct-tcpip", target, ("127.0.0.1", 0), timeout=access.connect_timeout)


def _typed(error: Exception, where: str, access: Access, address: Address) -> SourceError:
    if isinstance(error, paramiko.BadHostKeyException):
        return access.host_keys.changed(where, error, address.port)
    if isinstance(error, paramiko.AuthenticationException):
        return Refused(
            where,
            f'authentication refused for "{access.user}" with {access.described}.',
            "Check user and key (or pwd) of the CLI section, and the host's authorized_keys.",
        )
    if isinstance(error, paramiko.ChannelException):
        return _through_master(error, where)
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return Refused(where, f"no common algorithm: {error}.", "The host's sshd is too old: update it.")
    return Unreachable(
        where, f"{_why(error, access)}.", "Check the address (`hosts` of the CLI section), sshd, firewall."
    )


def _through_master(error: paramiko.ChannelException, where: str) -> SourceError:
    if error.code == _FORBIDDEN:
        return Refused(
            where,
            "the master host forbids forwarding.",
            "Set AllowTcpForwarding yes in its sshd_config, or `via: direct`.",
        )
    return Unreachable(
        where,
        "the master host cannot connect to it.",
        "Check that it runs, and its address (`hosts` of the CLI section).",
    )


def _why(error: Exception, access: Access) -> str:
    if isinstance(error, socket.gaierror):
        return "its name does not resolve"
    if isinstance(error, TimeoutError):
        return f"no answer within {access.connect_timeout:g} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    text = str(error).strip(". ")
    return text[:1].lower() + text[1:] if text else "the connection was closed"
