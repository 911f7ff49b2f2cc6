"""A program: writes down which packets every device of every host of a lab sees, until its input ends.

It enters each host's network namespaces, named ones too, and listens there on all devices at once. One line of JSON for
each packet that frames.py knows; the last line tells how many the kernel dropped. Run by recording.py, as root, where
the lab's namespaces are.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.lab.packets.frames import packet_in

_EVERYTHING = 0x0003  # ETH_P_ALL
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_FORCED_BUFFER, _TIMESTAMP, _FILTER = 33, 35, 26  # SO_RCVBUFFORCE, SO_TIMESTAMPNS, SO_ATTACH_FILTER
_PACKET, _STATISTICS = 263, 6  # SOL_PACKET, PACKET_STATISTICS
_BUFFER = 32 << 20
_LONGEST = 640  # bytes of a frame that are looked at: enough for the headers of a fetch in a tunnel
_OUTGOING = 4
_libc = ctypes.CDLL(None, use_errno=True)

# Of IPv4's TCP the kernel hands over only what goes to web servers: the hosts' own talk is much, and of no interest.
_INSTRUCTIONS = (  # classic BPF: code, jump if true, jump if false, k
    (0x28, 0, 0, 12),  # the frame's type
    (0x15, 0, 5, 0x0800),
    (0x30, 0, 0, 23),  # the protocol
    (0x15, 0, 3, 6),
    (0x28, 0, 0, 36),  # the port that it goes to
    (0x15, 1, 0, 80),
    (0x15, 0, 1, 8080),
    (0x06, 0, 0, _LONGEST),
    (0x06, 0, 0, 0),
)


def main(lab: Path) -> None:
    """Listen until standard input ends; `listening` is said once nothing is missed any more."""
    listeners = list(_listeners(lab))
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        for listener in listeners:
            selector.register(listener[2], selectors.EVENT_READ, listener)
        print("listening", flush=True)  # noqa: T201
        while _write(selector.select()):
            pass
        selector.unregister(sys.stdin)
        _write(selector.select(timeout=0))
    print(json.dumps({"dropped": sum(_dropped(listener[2]) for listener in listeners)}), flush=True)  # noqa: T201


def _listeners(lab: Path) -> Iterator[tuple[str, str, socket.socket]]:
    """Host, namespace ("": its root one) and a socket there."""
    for host in sorted((lab / "run" / "hosts").iterdir()):
        pid = (host / "pid").read_text().strip()
        yield host.name, "", _socket_in(Path("/proc", pid, "ns", "net"))
        named = Path("/proc", pid, "root", "run", "netns")
        for namespace in sorted(named.iterdir()) if named.is_dir() else ():
            yield host.name, namespace.name, _socket_in(namespace)


def _socket_in(namespace: Path) -> socket.socket:
    """A socket belongs to the namespace that it was made in, for ever."""
    own, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(namespace, os.O_RDONLY)
    try:
        _enter(there)
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
        _enter(own)
    finally:
        os.close(own)
        os.close(there)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, _FORCED_BUFFER, _BUFFER)
    made.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in _INSTRUCTIONS)
    kept = ctypes.create_string_buffer(program)
    made.setsockopt(socket.SOL_SOCKET, _FILTER, struct.pack("HxxxxxxP", len(_INSTRUCTIONS), ctypes.addressof(kept)))
    return made


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "setns")


def _write(ready: list[tuple[selectors.SelectorKey, int]]) -> bool:
    """What has come in; False when there is to be no more."""
    for key, _ in ready:
        if key.data is None:
            return False
        host, namespace, source = key.data
        for device, outgoing, seen, frame in _received(source):
            packet = packet_in(frame)
            if packet is not None:
                place = {"host": host, "namespace": namespace, "device": device, "outgoing": outgoing, "time": seen}
                print(json.dumps({**place, **asdict(packet)}))  # noqa: T201
    return True


def _received(source: socket.socket) -> Iterator[tuple[str, bool, int, bytes]]:
    while True:
        try:
            frame, extra, _, address = source.recvmsg(_LONGEST, socket.CMSG_SPACE(16))
        except BlockingIOError:
            return
        except OSError:  # a device of the namespace went down or away; the socket goes on
            continue
        seconds, nanoseconds = next(struct.unpack("qq", value) for _, kind, value in extra if kind == _TIMESTAMP)
        yield address[0], address[2] == _OUTGOING, seconds * 1_000_000_000 + nanoseconds, frame


def _dropped(source: socket.socket) -> int:
    _, dropped = struct.unpack("II", source.getsockopt(_PACKET, _STATISTICS, 8))
    return int(dropped)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
