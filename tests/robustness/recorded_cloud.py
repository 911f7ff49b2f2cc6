"""The cloud of the demo's recording, alive: its APIs over HTTP, its hosts over SSH, and able to change.

What scans it is the product as it is: `calipso scan`, a worker's task, through sockets to the end.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import paramiko

from graph_schema.commands import COMMANDS
from tests.sources.http_cloud import PASSWORD, HttpCloud, http_cloud

Answers = dict[str, Mapping[str, Any]]
_PLACES = {"compute": "/compute/v2.1", "identity": "/identity/v3", "network": "/network/v2.0"}
_RECORDING = Path(__file__).parents[2] / "demo" / "recording.zip"
_NOT_FOUND = {"stdout": "", "stderr": "not found\n", "status": 127}


@dataclass
class RecordedCloud:
    """The cloud: `api` answers for its services, `hosts` for each host's command lines.

    Hosts may be `unreachable`, or `cut_off` in the middle of what they say.
    """

    api: HttpCloud
    hosts: dict[str, Answers]
    ports: dict[str, int] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    cut_off: set[str] = field(default_factory=set)
    commands: int = 0
    _original: str = ""

    @property
    def asked(self) -> int:
        """How many questions the cloud was asked, ever."""
        return len(self.api.asked) + self.commands

    @property
    def sections(self) -> tuple[Mapping[str, Any], ...]:
        """The environment's configuration that leads here."""
        login = {"auth_url": f"{self.api.url}/identity/v3", "user": "admin", "pwd": PASSWORD, "region": "RegionOne"}
        hosts = {host: f"127.0.0.1:{port}" for host, port in self.ports.items()}
        shells = {"user": "root", "pwd": PASSWORD, "host_keys": "ignore", "hosts": hosts, "via": "direct"}
        return {"name": "OpenStack", **login}, {"name": "CLI", **shells}

    def slow(self, pause: float) -> None:
        """Think for so many seconds before each answer."""
        self.api.pause = pause

    def change(self) -> None:
        """Something of everything: instances and what is theirs gone, others renamed, tap devices with another MTU."""
        self._original = self._original or self._state()
        servers, ports = self._listing("servers/detail"), self._listing("ports")
        gone = {server["id"] for server in servers[::4]}
        ports_gone = {port["id"] for port in ports if port["device_id"] in gone}
        self._keep("servers/detail", [server for server in servers if server["id"] not in gone])
        self._keep("ports", [port for port in ports if port["id"] not in ports_gone])
        floating = self._listing("floatingips")
        self._keep("floatingips", [one for one in floating if one["port_id"] not in ports_gone])
        for server in self._listing("servers/detail")[::2]:
            server["name"] += " renamed"
        for group in self._listing("security-groups")[::2]:
            group["description"] = "another"
        for answers in list(self.hosts.values())[::2]:
            for line, answer in answers.items():
                answers[line] = {**answer, "stdout": answer["stdout"].replace('"mtu":1450', '"mtu":1400')}

    def mend(self) -> None:
        """Nothing is wrong with any answer any more."""
        self.api.behave()
        self.unreachable.clear()
        self.cut_off.clear()

    def restore(self) -> None:
        """As it was recorded."""
        if self._original:
            listings, self.hosts = json.loads(self._original)
            self.api.listings.update({path: (key, items) for path, (key, items) in listings.items()})

    def _state(self) -> str:
        return json.dumps((self.api.listings, self.hosts))

    def _listing(self, name: str) -> list[Any]:
        return self.api.listings[self._path(name)][1]

    def _keep(self, name: str, items: list[Any]) -> None:
        path = self._path(name)
        self.api.listings[path] = (self.api.listings[path][0], items)

    def _path(self, name: str) -> str:
        return next(path for path in self.api.listings if path.endswith(f"/{name}"))


@contextmanager
def recorded_cloud(recording: Path = _RECORDING) -> Iterator[RecordedCloud]:
    """The cloud on loopback ports of its own."""
    with ZipFile(recording) as archive, http_cloud() as api, ExitStack() as stack:
        hosts = {name.removeprefix("hosts/").removesuffix(".json"): name for name in archive.namelist()}
        hosts = {host: name for host, name in hosts.items() if name.startswith("hosts/")}
        api.listings = dict(_listings(json.loads(archive.read("api/RegionOne.json"))))
        cloud = RecordedCloud(api, {host: _answers(json.loads(archive.read(name))) for host, name in hosts.items()})
        key = paramiko.ECDSAKey.generate()
        for host in hosts:
            cloud.ports[host] = stack.enter_context(_sshd(cloud, host, key))
        yield cloud


def _listings(told: Sequence[Any]) -> Iterator[tuple[str, tuple[str, list[Any]]]]:
    for entry in told:
        if entry["ask"][0] == "listing":
            _, service, path, key = entry["ask"]
            yield f"{_PLACES[service]}/{path.partition('?')[0]}", (key, entry["answer"])


def _answers(told: Sequence[Any]) -> Answers:
    return {
        COMMANDS[e["ask"][1]].line(e["ask"][2]): e["answer"] for e in told if e["ask"][0] == "run" and "answer" in e
    }


@contextmanager
def _sshd(cloud: RecordedCloud, host: str, key: paramiko.PKey) -> Iterator[int]:
    """Answers as one host; the port it is at."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, cloud, host, key), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, cloud: RecordedCloud, host: str, key: paramiko.PKey) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, cloud, host, key), daemon=True).start()


def _serve(client: socket.socket, cloud: RecordedCloud, host: str, key: paramiko.PKey) -> None:
    transport = paramiko.Transport(client)
    transport.daemon = True
    transport.add_server_key(key)
    with suppress(paramiko.SSHException, EOFError, OSError):  # who asked may be killed at any time
        transport.start_server(server=_Host(cloud, host))
        transport.join()
    transport.close()


class _Host(paramiko.ServerInterface):
    """What one host lets who knows the password do: the recorded commands."""

    def __init__(self, cloud: RecordedCloud, host: str) -> None:
        self._cloud, self._host = cloud, host

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == ("root", PASSWORD) and self._host not in self._cloud.unreachable
        return paramiko.common.AUTH_SUCCESSFUL if good else paramiko.common.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command.decode()), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, line: str) -> None:
        channel.recv(1)  # until the asker has said that it says no more: before, it may not know that the command runs
        self._cloud.commands += 1
        time.sleep(self._cloud.api.pause)
        answer = self._cloud.hosts[self._host].get(line, _NOT_FOUND)
        with suppress(OSError, EOFError, paramiko.SSHException):
            if self._host in self._cloud.cut_off:
                channel.sendall(answer["stdout"].encode()[: len(answer["stdout"]) // 2])
                channel.get_transport().close()
                return
            channel.sendall(answer["stdout"].encode())
            channel.sendall_stderr(answer["stderr"].encode())
            channel.send_exit_status(answer["status"])
            channel.close()
