"""What a command printed on a host, and reading its JSON key by key, so that a wrong answer says where it is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from collectors.sources.protocols import JSON, NOT_INSTALLED, CommandResult, HostShell, Malformed, accepted
from graph_schema.commands import Command

_T = TypeVar("_T")
_DIGITS = 18  # more than any number of the kernel's that is looked at
_REMEDY = "What is known of the host is kept. Run the command there to see what it prints."
# What a shell or sudo says of a program that is missing, and the tools of a socket that is not there or not served.
_ABSENT = re.compile(r"command not found|No such file or directory|Connection refused|no connection driver available")


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed, kept with the question, so that a parser can say where it is wrong."""

    host: str
    command: Command
    stdout: str
    stderr: str = ""

    def malformed(self, what: str) -> Malformed:
        """What to raise where the output is not what the command promises."""
        return Malformed(f"host {self.host}: {' '.join(self.command.words)}", what, _REMEDY)

    def lines(self) -> list[str]:
        """Its lines. Raises Malformed where the last one does not end."""
        if self.stdout and not self.stdout.endswith("\n"):
            raise self.malformed(f"the output ends in the middle of a line: {self.stdout[-60:]!r}.")
        # Not splitlines(): a name may hold other characters that end a line for Python.
        return self.stdout.split("\n")[:-1]

    def documents(self) -> Iterator[JSON]:
        """The JSON documents that stand one after the other. Raises Malformed."""
        decoder, position = json.JSONDecoder(), 0
        while position < len(self.stdout):
            if self.stdout[position].isspace():
                position += 1
                continue
            try:
                document, position = decoder.raw_decode(self.stdout, position)
            except (ValueError, RecursionError) as fault:
                raise self.malformed(f"it is not whole JSON: {fault}.") from None
            yield document

    def objects(self) -> Iterator[Fields]:
        """The objects of the one JSON list that it holds. Raises Malformed, also for an empty output."""
        documents = list(self.documents())
        if len(documents) != 1 or not isinstance(documents[0], list):
            raise self.malformed("it is not one JSON list.")
        for item in documents[0]:
            if not isinstance(item, dict):
                raise self.malformed(f"an element of the list is {type(item).__name__}, not an object.")
            if item:  # older versions print {} for what a filter left out
                yield Fields(self, item)


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of an output. Each reader raises Malformed for a value of another kind; null is as missing."""

    output: Output
    values: Mapping[str, JSON]

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.optional_text(key)
        if value is None:
            raise self.output.malformed(f"an object has no {key!r}.")
        return value

    def optional_text(self, key: str) -> str | None:
        """A text, or None."""
        return self._optional(key, str)

    def number(self, key: str) -> int | None:
        """A whole number, or None."""
        return self._optional(key, int)

    def texts(self, key: str) -> list[str]:
        """A list of texts; empty where it is missing."""
        items = self._optional(key, list) or []
        if not all(isinstance(item, str) for item in items):
            raise self.output.malformed(f"{key!r} holds something that is not a text.")
        return items

    def inner(self, key: str) -> Fields:
        """The object inside, empty where it is missing."""
        return Fields(self.output, self._optional(key, dict) or {})

    def objects(self, key: str) -> list[Fields]:
        """The objects inside; none where it is missing."""
        items = self._optional(key, list) or []
        if not all(isinstance(item, dict) for item in items):
            raise self.output.malformed(f"{key!r} holds something that is not an object.")
        return [Fields(self.output, item) for item in items]

    def _optional(self, key: str, kind: type[_T]) -> _T | None:
        value = self.values.get(key)
        # For Python a truth value is a number, in JSON it is not.
        if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
            return value
        raise self.output.malformed(f"{key!r} is {type(value).__name__}, not {kind.__name__}.")


def whole_number(text: str | None) -> int | None:
    """A number as it is printed, or None for anything else."""
    return int(text) if text and len(text) <= _DIGITS and text.isascii() and text.isdigit() else None


def ask(shell: HostShell, command: Command, arguments: Sequence[str] = ()) -> Output:
    """What the command prints. Raises CommandFailed for a status that it does not accept, Unreachable."""
    result = shell.result(command, arguments)
    return Output(shell.host, command, accepted(result, command, shell.host), result.stderr)


def ask_if_there(shell: HostShell, command: Command, *, expected: bool) -> Output | None:
    """As `ask`; None where nobody `expected` it and it is not installed or what it speaks with does not run."""
    if not expected and _absent(shell.result(command)):
        return None
    return ask(shell, command)


def _absent(result: CommandResult) -> bool:
    return result.status == NOT_INSTALLED or (result.status != 0 and bool(_ABSENT.search(result.stderr)))
