"""The configuration of the managed Neo4j, its command line, and its first password."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from topology.neo4j_server import class_archive
from topology.neo4j_server.layout import Layout
from topology.neo4j_server.ports import LOOPBACK
from topology.settings import Settings

USER = "neo4j"
MAIN_CLASS = "org.neo4j.server.CommunityEntryPoint"
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.lang")  # packages of java.base that Neo4j reaches into
_HASH_ITERATIONS = 1024


def write_configuration(layout: Layout, settings: Settings, bolt_port: int, http_port: int) -> None:
    """Write neo4j.conf anew: what is in it comes from the settings, so edits there do not last."""
    bolt, http = f"{LOOPBACK}:{bolt_port}", f"{LOOPBACK}:{http_port}"
    values = {
        "server.default_listen_address": LOOPBACK,
        "server.bolt.listen_address": bolt,
        "server.bolt.advertised_address": bolt,
        "server.http.listen_address": http,
        "server.http.advertised_address": http,
        "server.https.enabled": "false",
        "server.memory.pagecache.size": settings.neo4j_page_cache,
        # The log of transactions serves recovery after a crash only; without these it takes gigabytes of a laptop.
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.size": "64M",
        "db.tx_log.rotation.retention_policy": "256M size",
        "db.logs.query.enabled": "OFF",
        # Nothing tells anybody outside that this server exists.
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        # The stores are closed before the Bolt server's two waits (5 s each): they only make stopping slow.
        "internal.server.bolt.thread_pool_shutdown_wait_time": "200ms",
        "internal.server.bolt.connection_shutdown_wait_time": "200ms",
    }
    layout.configuration.write_text(
        "# Written by calipso at every start.\n" + "".join(f"{key}={value}\n" for key, value in values.items()),
        encoding="utf-8",
    )


def command(layout: Layout, settings: Settings, java: Path, jars: Path) -> list[str]:
    """The program and its arguments. No secret is in them: others on the machine can read them."""
    class_path = sorted(jars.glob("*.jar"))
    layout.arguments.write_text(f'-cp "{_quoted(":".join(map(str, class_path)))}"\n', encoding="utf-8")
    return [
        str(java),
        *class_archive.options(layout.program_dir, java, class_path, layout.home),
        f"-Xmx{settings.neo4j_heap}",
        "-XX:+UseG1GC",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.awt.headless=true",
        "-Dlog4j2.disable.jmx=true",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
        f"@{layout.arguments}",
        MAIN_CLASS,
        home_argument(layout),
        f"--config-dir={layout.configuration.parent}",
    ]


def _quoted(text: str) -> str:
    """Inside the quotes of a file of Java's arguments."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def home_argument(layout: Layout) -> str:
    """The argument by which a running server is known to be of this data folder."""
    return f"--home-dir={layout.home}"


def write_first_password(layout: Layout, password: str) -> None:
    """Leave the user and the salted hash of the password where Neo4j takes them from when it makes its system database.

    The same file as `neo4j-admin dbms set-initial-password` writes, without a second Java process and with no password
    in any process's arguments. Once the store is there, Neo4j does not read it again.
    """
    if layout.store.exists():
        return
    salt = secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(_HASH_ITERATIONS - 1):
        digest = hashlib.sha256(digest).digest()
    file = layout.home / "data" / "dbms" / "auth.ini"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
        written.write(f"{USER}:SHA-256,{digest.hex()},{salt.hex()},{_HASH_ITERATIONS}:\n")
