"""From an environment's configuration sections to its sources. What cannot be opened is told; the rest goes on."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from collectors.sources.database import Database, Login
from collectors.sources.openstack_login import open_cloud, regions_of
from collectors.sources.protocols import ApiSource, Refused, SourceError, Sources
from collectors.sources.ssh import Reach, SshHosts, Sudo
from collectors.sources.ssh_connection import Access, load_key
from collectors.sources.ssh_host_keys import host_keys
from graph_schema.records import Problem
from graph_schema.sections import mistakes

SectionValues = Mapping[str, Any]


class InvalidSection(SourceError):
    """A section that cannot be meant: an unknown key, a value of another kind, something missing."""


def check_sections(sections: Iterable[SectionValues]) -> list[Problem]:
    """Every mistake in the sections; [] when there is none. Values are never quoted."""
    found = []
    for section in sections:
        name = f"section {section.get('name')}"
        wrong = mistakes(section) or _missing(section)
        found += [Problem(name, mistake, "Correct the environment's configuration.") for mistake in wrong]
    return found


def open_sources(sections: Sequence[SectionValues], *, pins: Path, keep: float = 0.0) -> Sources:
    """The sources of an environment; `pins` is the file that keeps its hosts' SSH keys.

    A host's connection is kept open for `keep` seconds after its use, for who asks the same hosts again and again.
    A source that does not open is in `missing` with the reason. Raises InvalidSection for a mistake in a section.
    """
    if wrong := check_sections(sections):
        first = wrong[0]
        raise InvalidSection(first.where, " ".join(problem.what for problem in wrong), first.remedy)
    given = {section["name"]: section for section in sections}
    missing: dict[str, Problem] = {}

    def tried(name: str, opener: Callable[[SectionValues], Any]) -> Any:
        if name not in given:
            return None
        try:
            return opener(given[name])
        except SourceError as error:
            missing[name] = error.problem
            return None

    cloud = tried("OpenStack", open_cloud)
    database = tried("mysql", _open_database)
    shells = tried("CLI", lambda section: _open_shells(section, pins, keep))
    apis: Mapping[str, ApiSource] = cloud.apis if cloud is not None else {}
    regions = cloud.regions if cloud is not None else regions_of(given.get("OpenStack", {}))
    missing |= {f"OpenStack {region}": p for region, p in cloud.problems.items()} if cloud is not None else {}
    closers = [source.close for source in (cloud, database, shells) if source is not None]
    return Sources(apis, database, shells, missing, regions, closers)


def _missing(section: SectionValues) -> list[str]:
    """What the section needs besides, as sentences."""
    name = section["name"]
    if name == "OpenStack":
        return _missing_of_cloud(section)
    if name == "mysql" and not section.get("host"):
        return ["It needs host."]
    if name == "CLI" and section.get("via") == "master" and not section.get("host"):
        return ["Through a master host (via: master), it needs host."]
    return []


def _missing_of_cloud(section: SectionValues) -> list[str]:
    needs: list[str] = []
    if section.get("cloud"):
        return needs
    if not (section.get("auth_url") or section.get("host")):
        needs.append("It needs auth_url (or cloud, for a clouds.yaml).")
    credential = section.get("application_credential_secret")
    named = section.get("application_credential_id") or section.get("application_credential_name")
    if bool(credential) != bool(named):
        needs.append("An application credential needs its id (or name) and its secret.")
    if not credential and not section.get("admin_token") and not (section.get("user") and _password(section)):
        needs.append("It needs user and pwd, or an application credential.")
    if section.get("endpoints") and len(regions_of(section)) != 1:
        needs.append("With endpoints it needs the one region that they are of.")
    return needs


def _password(section: SectionValues) -> str | None:
    value = section.get("pwd", section.get("password"))
    return None if value is None else str(value)


def _text(section: SectionValues, key: str) -> str | None:
    value = section.get(key)
    return None if value in (None, "") else str(value)


def _open_database(section: SectionValues) -> Database:
    database = Database(login_of(section))
    try:
        database.databases()
    except SourceError:
        database.close()
        raise
    return database


def login_of(section: SectionValues) -> Login:
    """Where the mysql section's database is, and how to log in. Raises Refused for files of TLS that do not fit."""
    named = {service: [n] if isinstance(n, str) else list(n) for service, n in (section.get("databases") or {}).items()}
    if (schema := section.get("schema")) and "nova" not in named:
        named["nova"] = [str(schema)]
    return Login(
        host=str(section["host"]),
        port=section.get("port") or 3306,
        user=str(section.get("user") or ""),
        password=_password(section) or "",
        databases=named,
        connect_timeout=section.get("connect_timeout") or 10.0,
        timeout=section.get("timeout") or 60.0,
        tls=_tls(section),
    )


def _tls(section: SectionValues) -> ssl.SSLContext | None:
    asked = section.get("ssl")
    if asked is False or not (asked or section.get("ssl_ca") or section.get("ssl_cert")):
        return None
    try:
        context = ssl.create_default_context(cafile=section.get("ssl_ca"))
        if section.get("ssl_cert"):
            context.load_cert_chain(section["ssl_cert"], section.get("ssl_key"))
    except (OSError, ssl.SSLError) as error:
        raise Refused(
            "mysql", f"ssl_ca, ssl_cert or ssl_key: {error.strerror or error}.", "Correct the file."
        ) from error
    if section.get("ssl_verify") is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _open_shells(section: SectionValues, pins: Path, keep: float) -> SshHosts:
    shells = shells_of(section, pins, keep)
    if shells.has_master:
        try:
            shells.master()
        except SourceError:
            shells.close()
            raise
    return shells


def shells_of(section: SectionValues, pins: Path, keep: float = 0.0) -> SshHosts:
    """The hosts of the CLI section, none of them connected yet. Raises Refused for a key that cannot be used."""
    key, password = _text(section, "key"), _password(section)
    nothing = key is None and password is None
    agent = bool(section.get("agent", nothing))
    known_hosts = _text(section, "known_hosts")
    access = Access(
        user=_text(section, "user") or "root",
        host_keys=host_keys(
            section.get("host_keys") or "pin", pins=pins, known_hosts=Path(known_hosts) if known_hosts else None
        ),
        described=_described(key, password, agent),
        key=load_key(Path(key).expanduser(), _text(section, "passphrase")) if key else None,
        password=password,
        agent=agent,
        own_keys=nothing and agent,
        connect_timeout=section.get("connect_timeout") or 15.0,
        keep_alive=section.get("keep_alive") or 15,
    )
    host = _text(section, "host")
    through = section.get("via", "master" if host else "direct") == "master"
    hosts = {name: str(address) for name, address in (section.get("hosts") or {}).items()}
    sudo = Sudo(access.user, _text(section, "sudo_password"), bool(section.get("tty")))
    reach = Reach(hosts, host, section.get("port") or 22, through)
    return SshHosts(access, reach, sudo, timeout=section.get("timeout") or 60.0, keep=keep)


def _described(key: str | None, password: str | None, agent: bool) -> str:
    means = [
        f"key {Path(key).name}" if key else "",
        "the agent's keys" if agent else "",
        "a password" if password else "",
    ]
    return " or ".join(filter(None, means)) or "no key and no password"
