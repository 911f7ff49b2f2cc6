"""The sections of an environment's configuration: their keys, which of them are secrets and which name files.

Encryption at rest, redaction, the resolving of paths and the check for typing errors are derived from these.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

ValueKind = Literal["text", "integer", "number", "boolean", "words", "mapping"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section. A `secret` is kept encrypted and shown to nobody; a `path` names a file."""

    name: str
    description: str
    kind: ValueKind = "text"
    secret: bool = False
    path: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One section. An `open` one may hold keys that are not declared here."""

    name: str
    purpose: str
    keys: tuple[Key, ...]
    open: bool = False


_HOST = Key("host", "Name or address.")
_PORT = Key("port", "TCP port.", "integer")
_USER = Key("user", "Who logs in.")
_PWD = Key("pwd", "Password.", secret=True)
_PASSWORD = Key("password", "The same as pwd.", secret=True)

OPENSTACK = Section(
    "OpenStack",
    "The cloud's APIs",
    (
        Key("auth_url", "Keystone's URL, http://HOST:5000/v3."),
        Key("host", "Keystone's host, where there is no auth_url."),
        Key("port", "Keystone's port, where there is no auth_url (5000).", "integer"),
        _USER,
        _PWD,
        _PASSWORD,
        Key("project", "Project to log in to (admin)."),
        Key("admin_project", "The same as project."),
        Key("user_domain", "Domain of the user (Default)."),
        Key("project_domain", "Domain of the project (Default)."),
        Key("application_credential_id", "Application credential, instead of user and pwd."),
        Key("application_credential_name", "Its name, where the id is not given; then user is its owner."),
        Key("application_credential_secret", "Secret of the application credential.", secret=True),
        Key("admin_token", "A keystone token, used where there is no password.", secret=True),
        Key("cloud", "Name of a cloud in clouds.yaml, instead of all the above."),
        Key("clouds_file", "The clouds.yaml, where it is not in a usual place.", path=True),
        Key("region", "Region or regions to discover; all of the catalog where it is not given.", "words"),
        Key("interface", "Which URLs of the catalog to use.", choices=("public", "internal", "admin")),
        Key("endpoints", "Service type → URL, where the catalog's cannot be reached from here.", "mapping"),
        Key("verify", "Whether TLS certificates are verified (true).", "boolean"),
        Key("cacert", "Certificates to trust.", path=True),
        Key("cert", "Client certificate.", path=True),
        Key("key", "Key of the client certificate.", path=True),
        Key("timeout", "Seconds to wait for an answer (60).", "number"),
    ),
)
MYSQL = Section(
    "mysql",
    "The services' databases, read only",
    (
        _HOST,
        Key("port", "TCP port (3306).", "integer"),
        _USER,
        _PWD,
        _PASSWORD,
        Key("schema", "Database of nova, where its name does not tell."),
        Key("databases", "Service (nova, nova_api, neutron, keystone) → name or names of its databases.", "mapping"),
        Key("connect_timeout", "Seconds to wait for the connection (10).", "number"),
        Key("timeout", "Seconds to wait for an answer (60).", "number"),
        Key("ssl", "Whether the connection must be encrypted.", "boolean"),
        Key("ssl_ca", "Certificates to trust.", path=True),
        Key("ssl_cert", "Client certificate.", path=True),
        Key("ssl_key", "Key of the client certificate.", path=True),
        Key("ssl_verify", "Whether the certificate is verified (true).", "boolean"),
    ),
)
CLI = Section(
    "CLI",
    "The hosts, over SSH",
    (
        Key("host", "The master host, that the others are reached through."),
        Key("port", "TCP port (22).", "integer"),
        Key("user", "Who logs in (root)."),
        _PWD,
        _PASSWORD,
        Key("key", "Private key.", path=True),
        Key("passphrase", "Passphrase of the private key.", secret=True),
        Key("agent", "Whether the SSH agent's keys are tried.", "boolean"),
        Key("via", "Through the master host, or directly.", choices=("direct", "master")),
        Key(
            "hosts", "Host → address or address:port, where its name or nova's host_ip does not lead to it.", "mapping"
        ),
        Key(
            "host_keys",
            "pin: remember on first use, a change is an error; strict: known_hosts only; ignore: do not check.",
            choices=("pin", "strict", "ignore"),
        ),
        Key("known_hosts", "The known_hosts file, where it is not the user's own.", path=True),
        Key("sudo_password", "Password that sudo asks for, where it asks.", secret=True),
        Key("tty", "Whether sudo needs a terminal (requiretty).", "boolean"),
        Key("connect_timeout", "Seconds to wait for the connection (15).", "number"),
        Key("timeout", "Seconds that a command may take (60).", "number"),
        Key("keep_alive", "Seconds between signs of life (15).", "integer"),
    ),
)
AMQP = Section(
    "AMQP",
    "Notifications of the services",
    (
        _HOST,
        Key("hosts", "Several brokers, each as host or host:port: when one goes, the next is tried.", "words"),
        Key("port", "TCP port (5672; 5671 with TLS).", "integer"),
        _USER,
        _PWD,
        _PASSWORD,
        Key("vhost", "Virtual host (/)."),
        Key("ssl", "Whether the connection is encrypted.", "boolean"),
        Key("tls", "The same as ssl.", "boolean"),
        Key("ssl_ca", "Certificates to trust.", path=True),
        Key("ssl_cert", "Client certificate.", path=True),
        Key("ssl_key", "Key of the client certificate.", path=True),
        Key("ssl_verify", "Whether the certificate is verified (true).", "boolean"),
        Key("region", "Region whose services notify there, where the environment has several."),
        Key("exchanges", "Exchanges of the services (nova, neutron, keystone, openstack).", "words"),
        Key("topics", "Topics of their notifications (notifications, versioned_notifications).", "words"),
        Key("queue_length", "Messages that the broker keeps for us at most (50000).", "integer"),
        Key("queue_expires", "Seconds that the broker keeps our queue while nobody listens (3600).", "integer"),
    ),
    open=True,
)
ACI = Section("ACI", "The fabric's controller", (_HOST, _PORT, _USER, _PWD, _PASSWORD), open=True)
KUBERNETES = Section(
    "Kubernetes", "A Kubernetes cluster", (_HOST, _PORT, _USER, Key("token", "Token.", secret=True)), open=True
)
MONITORING = Section(
    "Monitoring",
    "The monitoring system",
    (
        Key("rabbitmq_pass", "Password of its RabbitMQ.", secret=True),
        Key("ssh_password", "Password of its host.", secret=True),
    ),
    open=True,
)
NFV_PROVIDER = Section(
    "NFV_provider", "The NFV provider", (_HOST, _PWD, Key("nfv_token", "Token.", secret=True)), open=True
)

SECTIONS: Mapping[str, Section] = {
    section.name: section for section in (OPENSTACK, MYSQL, CLI, AMQP, ACI, KUBERNETES, MONITORING, NFV_PROVIDER)
}
SECRET_KEYS = frozenset(key.name for section in SECTIONS.values() for key in section.keys if key.secret)
PATH_KEYS = frozenset(key.name for section in SECTIONS.values() for key in section.keys if key.path)

_FITS: Mapping[ValueKind, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str | int | float) and not isinstance(value, bool), "a text"),
    "integer": (lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0, "a whole number"),
    "number": (lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value > 0, "a number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "words": (lambda value: isinstance(value, str) or _are_texts(value), "a word or a list of words"),
    "mapping": (lambda value: isinstance(value, Mapping) and _are_texts(list(value)), "a mapping of names"),
}


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def mistakes(section: Mapping[str, Any]) -> list[str]:
    """What is wrong with a section, each mistake as a sentence that never quotes a value; [] when nothing is."""
    declared = SECTIONS.get(str(section.get("name")))
    if declared is None:
        return [f"No section is named {section.get('name')!r}; there are: {', '.join(SECTIONS)}."]
    keys = {key.name: key for key in declared.keys}
    found = []
    for name, value in section.items():
        if name == "name" or value is None:
            continue
        if (key := keys.get(name)) is not None:
            found += _mistake(key, value)
        elif not declared.open:
            found.append(f"Unknown key {name!r}.{_meant(str(name), keys)}")
    return found


def _mistake(key: Key, value: Any) -> list[str]:
    fits, wanted = _FITS[key.kind]
    if not fits(value):
        return [f"{key.name} must be {wanted}."]
    if key.choices and value not in key.choices:
        return [f"{key.name} must be one of {', '.join(key.choices)}."]
    return []


def _meant(word: str, known: Mapping[str, Key]) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f" Is {close[0]} meant?" if close else f" There are: {', '.join(known)}."


def without_secrets(section: Mapping[str, Any]) -> dict[str, Any]:
    """The section without its secrets."""
    return {name: value for name, value in section.items() if name not in SECRET_KEYS}


def secrets_of(section: Mapping[str, Any]) -> list[str]:
    """The secrets of a section, as texts."""
    return [str(value) for name, value in section.items() if name in SECRET_KEYS and value not in (None, "")]
