"""Environment variants: what a cloud is made of, and which combinations are known to work.

An unlisted combination is tried with a warning, never refused: what is discovered depends on what hosts and services
answer, not on a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# What neutron's own configuration calls a driver, and the word of this product's vocabulary.
_DRIVER_WORDS = {"openvswitch": "ovs", "linuxbridge": "lxb", "sriovnicswitch": "sriov", "fd.io vpp": "vpp"}
# Drivers that go with any other: they bring no virtual switch, and no kind of segment, of their own.
_COMPANIONS = frozenset({"l2population", "baremetal", "flat", "local"})


@dataclass(frozen=True, slots=True)
class EnvironmentVariant:
    """What one environment is: the words of its configuration that choose clique types."""

    name: str
    distribution: str = ""
    distribution_version: str = ""
    mechanism_drivers: Sequence[str] = ()
    type_drivers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """A combination that is known to work: any of its drivers, on any of its versions."""

    distribution: str
    versions: tuple[str, ...]
    mechanism_drivers: tuple[str, ...]
    type_drivers: tuple[str, ...]
    scan: bool = True
    listen: bool = True
    monitor: bool = True
    origin: str = "OPNFV Calipso 1.2"


# The lab of this project, where each release is compared with what kernel, switches and services say.
_LAB = "this project's lab"

VARIANTS: tuple[Variant, ...] = (
    Variant("Debian", ("zed",), ("OVS", "LXB"), ("vxlan", "vlan", "flat"), origin=_LAB),
    Variant("Apex", ("Euphrates",), ("OVS",), ("vxlan",)),
    Variant("Mercury", ("10307", "10239"), ("OVS",), ("vlan",), monitor=False),
    Variant("Mercury", ("11190", "10918"), ("OVS",), ("vlan",)),
    Variant("Devstack", ("Mitaka",), ("VPP",), ("vlan", "vxlan")),
    Variant("Mirantis", ("6.0", "7.0", "8.0", "9.0", "9.1", "10.0"), ("OVS",), ("vlan", "vxlan")),
    Variant("RDO", ("Liberty", "Mitaka"), ("OVS",), ("vlan", "vxlan")),
    Variant("RDO", ("Mitaka",), ("VPP",), ("vlan", "vxlan")),
    Variant("Stratoscale", ("2.1.6",), ("OVS",), ("vlan",), listen=False),
)


def driver_word(driver: str) -> str:
    """A driver in lower case and in this product's word.

    >>> driver_word("openvswitch")
    'ovs'
    """
    word = driver.strip().casefold()
    return _DRIVER_WORDS.get(word, word)


def leading(drivers: Sequence[str]) -> tuple[str, ...]:
    """The drivers without those that go with any other.

    >>> leading(["openvswitch", "l2population"])
    ('openvswitch',)
    """
    return tuple(driver for driver in drivers if driver_word(driver) not in _COMPANIONS)


def same_word(one: str, other: str) -> bool:
    """Whether two names of distributions or versions are one, whatever their case."""
    return one.strip().casefold() == other.strip().casefold()


def check(distribution: str, version: str, mechanism_drivers: Sequence[str], type_drivers: Sequence[str]) -> str | None:
    """A warning where the combination is not a listed one; None where it is."""
    listed = [v for v in VARIANTS if same_word(v.distribution, distribution)]
    if not listed:
        known = ", ".join(sorted({v.distribution for v in VARIANTS}))
        return _warning(f"distribution {distribution or '(none given)'} is not a listed one ({known})")
    of_version = [v for v in listed if any(same_word(known, version) for known in v.versions)]
    if not of_version:
        known = ", ".join(sorted({known for v in listed for known in v.versions}))
        return _warning(f"{distribution} version {version or '(none given)'} is not a listed one ({known})")
    for kind, given, known_words in (
        ("mechanism driver", mechanism_drivers, {driver_word(d) for v in of_version for d in v.mechanism_drivers}),
        ("type driver", type_drivers, {driver_word(d) for v in of_version for d in v.type_drivers}),
    ):
        unlisted = [d for d in leading(given) if driver_word(d) not in known_words]
        if unlisted:
            return _warning(f"{distribution} {version} with {kind} {', '.join(unlisted)} is not a listed combination")
    return None


def _warning(what: str) -> str:
    return f"{what}: it is tried all the same, and the scan's report names what it could not read."
