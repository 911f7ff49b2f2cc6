"""The file that a recording is: a zip of JSON files and a manifest (docs/recordings.md). Equal content, equal bytes."""

from __future__ import annotations

import json
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from collectors.sources.protocols import SourceError

FORMAT = "calipso-recording"
VERSION = 1
MANIFEST = "manifest"
# What an archive from a stranger may make us hold: files, bytes of one file, bytes of all.
MOST_PARTS = 100_000
LARGEST_PART = 512 * 1024 * 1024
LARGEST_WHOLE = 4 * 1024 * 1024 * 1024
# Text packs 1:50 at most; a file that is large and packs far better is made to fill the memory.
_UNSUSPECTED, _PACKING = 32 * 1024 * 1024, 200
# What Python's zip and JSON readers raise for bytes that are not what they should be.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError, NotImplementedError, RuntimeError)
_NAME = re.compile(r"(?:manifest|database|(?:api|hosts)/[A-Za-z0-9_.~%-]+)\.json")


class InvalidRecording(SourceError):
    """A file that is no recording, or one that cannot be read or written."""


def part_name(kind: str, name: str) -> str:
    """`hosts/cmp1`, whatever is in the name."""
    return f"{kind}/{quote(name, safe='')}"


def encoded(value: Any) -> bytes:
    """A value as the archive holds it: sorted keys, ASCII, so that any text survives."""
    return json.dumps(value, sort_keys=True, indent=1).encode("ascii") + b"\n"


def write_archive(path: Path, manifest: Mapping[str, Any], parts: Mapping[str, Callable[[], Any]]) -> None:
    """Write an archive, whole or not at all; only its owner may read it. Each part is made when its turn comes."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    head = {"format": FORMAT, "version": VERSION, **manifest}
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            _add(archive, MANIFEST, head)
            for part in sorted(parts):
                _add(archive, part, parts[part]())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _add(archive: zipfile.ZipFile, part: str, value: Any) -> None:
    info = zipfile.ZipInfo(f"{part}.json", date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o600 << 16
    archive.writestr(info, encoded(value), compresslevel=9)


class Archive:
    """An archive opened for reading. Nothing of it is ever unpacked to a disk."""

    def __init__(self, path: Path) -> None:
        """Open and check it. Raises InvalidRecording."""
        self._where = f"recording {path.name}"
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise InvalidRecording(
                self._where, f"{error.strerror}: {path}.", "Name a file of `calipso record`."
            ) from error
        except _DAMAGED as error:
            raise self._bad("it is not a zip file, or only a part of one") from error
        try:
            self._check()
            self.manifest: Mapping[str, Any] = self._manifest()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return f"{part}.json" in self._zip.NameToInfo

    def read(self, part: str) -> Any:
        """The JSON of a part. Raises InvalidRecording."""
        try:
            return json.loads(self._zip.read(f"{part}.json"))
        except KeyError as error:
            raise self._bad(f"it has no {part}") from error
        except (*_DAMAGED, OSError) as error:
            raise self._bad(f"{part} in it is damaged") from error

    def _check(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_WHOLE:
            raise self._bad("it holds more than any cloud has to say")
        if len({part.filename for part in parts}) != len(parts):
            raise self._bad("a file is in it twice")
        for part in parts:
            if not _NAME.fullmatch(part.filename):
                raise self._bad(f"{part.filename[:80]!r} in it is not part of a recording")
            bomb = part.file_size > max(_UNSUSPECTED, _PACKING * part.compress_size)
            if bomb or part.file_size > LARGEST_PART or part.flag_bits & 1:
                raise self._bad(f"{part.filename} in it is too large, or encrypted")

    def _manifest(self) -> Mapping[str, Any]:
        manifest = self.read(MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise self._bad("its manifest is not one of a recording")
        version = manifest.get("version")
        if version != VERSION:
            raise InvalidRecording(
                self._where,
                f"it has format version {version!r}; this program reads version {VERSION}.",
                "Update Calipso Graph, or record again with this one.",
            )
        return manifest

    def _bad(self, what: str) -> InvalidRecording:
        return InvalidRecording(self._where, f"{what}.", "Record again: calipso record ENV FILE.")
