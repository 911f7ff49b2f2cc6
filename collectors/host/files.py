"""Small files of a host, read many at once by grep: `path:line`, the last file being one that is always there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.host.output import Output


def read_files(output: Output) -> Mapping[str, list[str]]:
    """Path → its lines, for each file that could be read. Raises Malformed where the last one is missing: cut off."""
    files: dict[str, list[str]] = {}
    for path, line in _entries(output):
        files.setdefault(path, []).append(line)
    last = [*output.command.words, *output.command.patterns][-1]
    if last not in files or list(files)[-1] != last:
        raise output.malformed(f"it does not end with {last}: it is not whole.")
    return files


def _entries(output: Output) -> Iterator[tuple[str, str]]:
    for entry in output.lines():
        path, colon, line = entry.partition(":")
        if not colon or not path.startswith("/"):
            raise output.malformed(f"not a file and its line: {entry[:80]!r}.")
        yield path, line
