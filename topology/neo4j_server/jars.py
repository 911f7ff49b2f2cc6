"""The libraries that Neo4j is assembled from: locked, downloaded as published, verified.

`jars.lock` names every jar with its SHA-256, one on a line: `group:artifact:version[:classifier] sha256`. It is renewed
with `python -m topology.neo4j_server.jars` after changing ROOTS; what it then holds is to be reviewed like code.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from topology.neo4j_server.errors import ServerError

ROOTS = (
    "org.neo4j:neo4j-bootcheck:5.26.30",
    "org.neo4j.app:neo4j-server:5.26.30",
    "org.neo4j.client:neo4j-browser:5.24.0",
)
LOCK = "jars.lock"
_DOWNLOADS = 8

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Jar:
    """One published library."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Its name in the class path's folder; group and all, as two groups may publish the same artifact."""
        return "-".join(part for part in (self.group, self.artifact, self.version, self.classifier) if part) + ".jar"

    @property
    def coordinate(self) -> str:
        """As the lock and people write it."""
        return ":".join(part for part in (self.group, self.artifact, self.version, self.classifier) if part)


@cache
def locked() -> tuple[Jar, ...]:
    """Every jar of the shipped lock."""
    return tuple(read_lock((files(__package__) / LOCK).read_text(encoding="utf-8")))


def read_lock(text: str) -> Iterable[Jar]:
    """The jars of a lock's text; lines that start with # are remarks."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            coordinate, sha256 = line.split()
            group, artifact, version, *classifier = coordinate.split(":")
            yield Jar(group, artifact, version, classifier[0] if classifier else "", sha256)


def folder_of(program_dir: Path, jars: Iterable[Jar]) -> Path:
    """Where these very jars are kept: another lock is another folder, so an upgrade never mixes two."""
    digest = hashlib.sha256("".join(f"{jar.coordinate} {jar.sha256}\n" for jar in jars).encode()).hexdigest()
    return program_dir / digest[:16]


def damaged(folder: Path, jars: Iterable[Jar]) -> list[str]:
    """What is missing from the folder, or differs from the lock, or does not belong there."""
    jars = list(jars)
    wrong = [jar.coordinate for jar in jars if _sha256(folder / jar.file_name) != jar.sha256]
    known = {jar.file_name for jar in jars}
    strangers = [found.name for found in folder.glob("*") if found.name not in known] if folder.is_dir() else []
    return wrong + strangers


def assemble(program_dir: Path, jars: tuple[Jar, ...], progress: Progress) -> Path:
    """Download and verify all jars; return their folder. Nothing is there under its name before all of it is right.

    Raises ServerError when a library can not be had or is not the one that the lock names.
    """
    folder = folder_of(program_dir, jars)
    if folder.is_dir():
        if not (wrong := damaged(folder, jars)):
            return folder
        progress(f"Neo4j: {len(wrong)} of {len(jars)} libraries differ from the lock ({wrong[0]}); assembling anew")
        shutil.rmtree(folder)
    program_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program_dir, prefix="assembling-") as staging:
        ready = Path(staging, "jars")
        ready.mkdir()
        _download_all(jars, Path(staging, "downloads"), ready, progress)
        ready.rename(folder)
    return folder


def _download_all(jars: tuple[Jar, ...], downloads: Path, ready: Path, progress: Progress) -> None:
    progress(f"Neo4j: downloading {len(jars)} libraries (about 140 MB, once)")
    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        tasks = [pool.submit(_download, jar, downloads, ready) for jar in jars]
        try:
            for done, task in enumerate(as_completed(tasks), start=1):
                task.result()
                if done % 20 == 0 or done == len(jars):
                    progress(f"Neo4j: {done} of {len(jars)} libraries")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _download(jar: Jar, downloads: Path, ready: Path) -> None:
    from requests import RequestException  # jgo's client; heavy, and needed only here

    tries = Retrying(
        stop=stop_after_attempt(4),
        wait=wait_exponential(max=10),
        retry=retry_if_exception_type(RequestException),
        reraise=True,
    )
    try:
        fetched = tries(_fetch, jar, downloads)
    except (RequestException, RuntimeError) as error:
        raise ServerError(
            f"Neo4j can not be assembled: {jar.coordinate} was not to be had: {error}. "
            "Check this machine's way to the Maven repository (proxy, certificates), then: calipso neo4j install"
        ) from error
    except OSError as error:
        raise ServerError(
            f"Neo4j can not be assembled: {downloads}: {error.strerror or error}. "
            "It needs 300 MB there while it is assembled and 140 MB afterwards."
        ) from error
    if (found := _sha256(fetched)) != jar.sha256:
        raise ServerError(
            f"Neo4j is not assembled: {jar.coordinate} as downloaded has SHA-256 {found}, the lock says {jar.sha256}. "
            "Nothing of it is used. Something between here and the repository changes what is downloaded."
        )
    fetched.replace(ready / jar.file_name)


def _fetch(jar: Jar, downloads: Path) -> Path:
    """One download by jgo, in a folder of its own: what a broken attempt leaves is not taken for good by a second."""
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory(dir=_made(downloads)) as attempt:
        context = MavenContext(repo_cache=Path(attempt), timeout=60)
        found = context.project(jar.group, jar.artifact).at_version(jar.version).artifact(jar.classifier).resolve()
        return found.rename(downloads / jar.file_name)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def renew_lock(target: Path) -> int:
    """Resolve ROOTS with all that they need, and write the lock. For maintainers; returns the number of jars."""
    from jgo import resolve

    lines = []
    for found in resolve("+".join(ROOTS)):
        with found.resolve().open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        parts = (found.groupId, found.artifactId, found.version, found.classifier)
        lines.append(f"{':'.join(part for part in parts if part)} {digest}")
    head = "# Made by `python -m topology.neo4j_server.jars` from ROOTS there; do not edit.\n"
    written = target.with_suffix(".new")
    written.write_text(head + "\n".join(sorted(set(lines))) + "\n", encoding="utf-8")
    written.replace(target)
    return len(lines)


if __name__ == "__main__":
    print(renew_lock(Path(__file__).with_name(LOCK)), "jars locked")  # noqa: T201  # a maintainer's command
