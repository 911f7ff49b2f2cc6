"""One command over an SSH connection: read to its end within limits, or not at all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import paramiko

from collectors.sources.protocols import CommandFailed, CommandResult, Malformed, Refused, Unreachable

# What a host may say at most, and how long opening a channel may take when we ask whether it is still there.
LARGEST_OUTPUT = 128 * 1024 * 1024
STILL_THERE = 10.0
_CHUNK = 128 * 1024
_GLANCE = 0.05  # seconds between looks at the error output while the other is silent
_NO_STATUS = -1


class NoSession(Exception):
    """The host answers, and opens no further session: as many are open as it allows, or it refuses any."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What to answer when a prompt comes: sudo's, with a password."""

    prompt: bytes
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A command line to send. `terminal`: it needs one, and its two outputs come as one."""

    text: str
    terminal: bool = False
    answering: Answering | None = None


def execute(
    transport: paramiko.Transport, line: Line, where: str, *, timeout: float, largest: int = LARGEST_OUTPUT
) -> CommandResult:
    """Run a line and read all that it prints.

    Raises NoSession where it could not begin, Unreachable where the connection is lost before the exit status came,
    CommandFailed where it does not end in `timeout` seconds, Malformed where it prints more than `largest` bytes,
    Refused where the answer is not taken.
    """
    deadline = time.monotonic() + timeout
    with _watched(transport, timeout + 2 * STILL_THERE):
        return _execute(transport, line, _Output(where, largest, line), where, deadline, timeout)


def _execute(
    transport: paramiko.Transport, line: Line, output: _Output, where: str, deadline: float, timeout: float
) -> CommandResult:
    channel = _session(transport, where, timeout)
    try:
        if line.terminal:
            channel.get_pty(width=500)
        channel.exec_command(line.text)
        if line.answering is None and not line.terminal:
            channel.shutdown_write()
        output.read(channel, deadline)
        return output.result(_status(channel, deadline, where, transport))
    except TimeoutError as error:
        raise _too_slow(transport, where, timeout) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise Unreachable(where, f"the connection was lost in the middle ({str(error) or 'closed'}).", _LOST) from error
    finally:
        with suppress(paramiko.SSHException, EOFError, OSError):
            channel.close()


def _session(transport: paramiko.Transport, where: str, seconds: float) -> paramiko.Channel:
    """A new session. Raises NoSession where the host says no; Unreachable where it says nothing, and hangs up."""
    begun = time.monotonic()
    try:
        return transport.open_session(timeout=seconds)
    except (paramiko.SSHException, EOFError, OSError) as error:
        # Of several sessions that are refused at once the library tells only one the reason.
        if transport.is_active() and time.monotonic() - begun < seconds:
            raise NoSession from error
        transport.close()  # else each further command would wait as long
        raise Unreachable(where, f"the connection was lost ({str(error) or 'closed'}).", _LOST) from error


class _Output:
    """What a command has printed so far."""

    def __init__(self, where: str, largest: int, line: Line) -> None:
        self._where, self._largest, self._line = where, largest, line
        self._out, self._err = bytearray(), bytearray()
        self._answered = False

    def read(self, channel: paramiko.Channel, deadline: float) -> None:
        """Read both outputs to their end. Raises TimeoutError."""
        open_out = open_err = True
        while open_out or open_err:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            channel.settimeout(min(remaining, _GLANCE))
            if open_out:
                open_out = self._take(channel.recv, self._out)
                if channel.recv_stderr_ready():
                    self._take(channel.recv_stderr, self._err)
            else:
                open_err = self._take(channel.recv_stderr, self._err)
            self._answer(channel)

    def _take(self, receive: Callable[[int], bytes], into: bytearray) -> bool:
        try:
            chunk = receive(_CHUNK)
        except TimeoutError:
            return True
        into += chunk
        if len(into) > self._largest:
            raise Malformed(self._where, f"it printed more than {self._largest // 1024} KiB.", "Look at the host: why?")
        return bool(chunk)

    def _answer(self, channel: paramiko.Channel) -> None:
        answering = self._line.answering
        if answering is None:
            return
        into = self._out if self._line.terminal else self._err
        at = into.find(answering.prompt)
        if at < 0:
            return
        if self._answered:
            raise Refused(self._where, "sudo refuses the password.", "Check sudo_password of the CLI section.")
        del into[: at + len(answering.prompt)]
        self._answered = True
        channel.settimeout(STILL_THERE)
        channel.sendall(answering.answer.encode() + b"\n")
        if not self._line.terminal:
            channel.shutdown_write()

    def result(self, status: int) -> CommandResult:
        """Both outputs as text. A terminal's line ends are made plain, and a failure's words are its error output."""
        out, err = (bytes(part).decode("utf-8", "replace") for part in (self._out, self._err))
        if self._line.terminal:
            out = out.replace("\r\n", "\n")
            if self._answered:
                out = out.removeprefix("\n")  # sudo ends the line of its prompt
            err = out if status else err
        return CommandResult(out, err, status)


_LOST = "Check the host and its network; what is known of it is kept."


def _status(channel: paramiko.Channel, deadline: float, where: str, transport: paramiko.Transport) -> int:
    """The exit status. Without one, what was printed cannot be taken for the whole."""
    if not channel.status_event.wait(max(0.0, deadline - time.monotonic())):
        raise TimeoutError
    if channel.exit_status != _NO_STATUS:
        return channel.exit_status
    if _is_there(transport):
        raise CommandFailed(where, "it was killed before its end.", "See the host's log: out of memory?")
    raise Unreachable(where, "the connection was lost before the command's end.", _LOST)


def _too_slow(transport: paramiko.Transport, where: str, timeout: float) -> CommandFailed | Unreachable:
    """A command that hangs is one thing, a host that is gone another, which would make us wait for each command."""
    if _is_there(transport):
        return CommandFailed(where, f"it did not end within {timeout:g} s.", "Run it on the host to see why it hangs.")
    transport.close()
    return Unreachable(where, f"no sign of life for {timeout:g} s.", _LOST)


@contextmanager
def _watched(transport: paramiko.Transport, seconds: float) -> Iterator[None]:
    """End the connection if even the library, which waits for some answers without limit, does not come back."""
    watchdog = threading.Timer(seconds, transport.close)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


def _is_there(transport: paramiko.Transport) -> bool:
    try:
        channel = _session(transport, "", STILL_THERE)
    except NoSession:
        return True  # it says no: it is there
    except Unreachable:
        return False
    with suppress(paramiko.SSHException, EOFError, OSError):
        channel.close()
    return True
