"""Addresses and address ranges: what lies inside, found by the full-text index and compared exactly in the graph."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from topology.errors import InvalidConfiguration
from topology.search.words import beginning, phrase
from topology.shapes import JsonObject

_HEXTET, _NIBBLE, _OCTET = 16, 4, 8


@dataclass(frozen=True, slots=True)
class Range:
    """A range of addresses; one address is a range of one."""

    network: IPv4Network | IPv6Network

    @property
    def is_one(self) -> bool:
        """Whether it is one address only."""
        return self.network.prefixlen == self.network.max_prefixlen

    def __str__(self) -> str:
        return str(self.network.network_address) if self.is_one else str(self.network)

    def parameters(self) -> JsonObject:
        """What the graph compares with: first and last address with all their digits, so that they sort as text."""
        v4 = isinstance(self.network, IPv4Network)
        return {
            "low": _digits(self.network.network_address.exploded),
            "high": _digits(self.network.broadcast_address.exploded),
            "length": self.network.prefixlen,
            "separator": "." if v4 else ":",
            "other": ":" if v4 else ".",
            "width": 3 if v4 else 4,
            "zeros": "0" * (12 if v4 else 32),
        }

    def words(self, field: str) -> str:
        """The full-text query for what may have an address inside, by one property."""
        if self.is_one:
            return f"{field}:{phrase(str(self))}"
        if isinstance(self.network, IPv4Network):
            return f"{field}:/{_octets(self.network)}/"
        return _hextets(self.network, field)


def as_range(text: str) -> Range | None:
    """An address, or a range in CIDR notation (bits of the host do not matter); None for anything else.

    Raises InvalidConfiguration for an IPv6 range that is too wide to be looked for.

    >>> str(as_range("10.1.1.7/24")), str(as_range("FD00::0:1")), as_range("web/24")
    ('10.1.1.0/24', 'fd00::1', None)
    """
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    found = Range(network)
    if isinstance(network, IPv6Network) and not found.is_one and _beginning(network) is None:
        raise InvalidConfiguration(
            f"search: {text}: this range is too wide to be looked for. Give one that begins with more."
        )
    return found


def _digits(exploded: str) -> str:
    if ":" in exploded:
        return exploded.replace(":", "")
    return "".join(part.zfill(3) for part in exploded.split("."))


def _octets(network: IPv4Network) -> str:
    r"""A regular expression for the addresses inside: octets that are given, a choice, and any.

    >>> _octets(IPv4Network("10.1.4.0/23"))
    '10\\.1\\.(4|5)\\.[0-9]+'
    """
    pairs = zip(network.network_address.packed, network.broadcast_address.packed, strict=True)
    return r"\.".join(_octet(low, high) for low, high in pairs)


def _octet(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return "[0-9]+" if high - low == 2**_OCTET - 1 else f"({'|'.join(map(str, range(low, high + 1)))})"


def _hextets(network: IPv6Network, field: str) -> str:
    begins = _beginning(network)
    assert begins is not None
    if begins.endswith(".*"):
        return f"{field}:/{begins}/"
    return beginning(field, begins)


def _beginning(network: IPv6Network) -> str | None:
    """How every address inside begins when it is written short; a regular expression below 16 bits; None if unknown.

    >>> _beginning(IPv6Network("fd00:b::/64")), _beginning(IPv6Network("fe80::/10")), _beginning(IPv6Network("::/8"))
    ('fd00:b', 'fe[89ab].*', None)
    """
    digits, length = network.network_address.exploded, network.prefixlen
    if digits.startswith("0000"):
        return None
    if length >= _HEXTET:
        return _written(digits, length)
    # Leading zeros are not written: a first group with fewer than four digits could begin with anything.
    return None if digits[0] == "0" or length < _NIBBLE else _nibbles(digits, length)


def _written(digits: str, length: int) -> str:
    given = digits.split(":")[: length // _HEXTET]
    # From the first zero on, the short notation may leave out any number of groups.
    told = given[: given.index("0000")] if "0000" in given else given
    return ":".join(group.lstrip("0") for group in told)


def _nibbles(digits: str, length: int) -> str:
    whole, rest = divmod(length, _NIBBLE)
    low = int(digits[whole], 16) if rest else 0
    choice = "".join(f"{digit:x}" for digit in range(low, low + 2 ** (_NIBBLE - rest))) if rest else ""
    return digits[:whole] + (f"[{choice}]" if choice else "") + ".*"
