"""What a word of the recording is in another cell, or another tenancy of a cell. Seeded, and never twice the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmarks.cloud.vocabulary import Vocabulary, stubs_of

MOST_TENANCIES = 40  # the networks that they share have so many addresses
_STRIDE = 64  # copies are numbered cell * _STRIDE + tenancy
_NUMBERS = 600  # more than the recording's tunnels' numbers lie apart
_INSTANCES = 0x1000
_FIRST, _LAST = 2, 254  # addresses of a network that instances and routers get
_CELLS_FROM = 11  # addresses of cells begin at 11.0.0.0
_GROUPS = ("33:33:", "01:00:5e:", "01:80:c2:", "ff:ff:", "00:00:00:00:")
_EVERYWHERE = ("0.", "127.", "169.254.", "255.")
_BROADCAST = ".255"
_IS_ADDRESS, _IS_MAC = re.compile(r"(\d+\.){3}\d+"), re.compile(r"..(:..){5}")

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """One tenancy of one cell; what is of a whole cell is in its tenancy 0."""

    cell: int
    tenancy: int

    @property
    def number(self) -> int:
        """Another for each copy; 0 for the recording itself."""
        return self.cell * _STRIDE + self.tenancy


class Renaming:
    """Gives the words of copies. Cell 0 and tenancy 0 keep those of the recording."""

    def __init__(self, vocabulary: Vocabulary, seed: int = 0) -> None:
        self._levels, self._shared, self._seed = vocabulary.levels, vocabulary.shared, seed
        self._first: dict[int, Words] = {}

    def words(self, cell: int, tenancy: int) -> Words:
        """Each word of the recording, as it is in a tenancy of a cell."""
        return {**self._cells_words(cell), **self._tenancys_words(cell, tenancy)}

    def cell(self, cell: int, tenancies: int) -> Words:
        """Each word of cell 0 with all its tenancies, as it is in another cell."""
        found = dict(self._cells_words(cell))
        for tenancy in range(tenancies):
            if tenancy not in self._first:
                self._first[tenancy] = self._tenancys_words(0, tenancy)
            first = self._first[tenancy]
            found |= {first[word]: new for word, new in self._tenancys_words(cell, tenancy).items()}
        return found

    def _cells_words(self, cell: int) -> Words:
        return dict(_renamed(self._makers["cell"], Copy(cell, 0)))

    def _tenancys_words(self, cell: int, tenancy: int) -> Words:
        return dict(_renamed(self._makers["tenancy"], Copy(cell, tenancy)))

    @cached_property
    def _makers(self) -> Mapping[str, Mapping[str, Maker]]:
        """The words of each level with what makes them in a copy. Stubs of uuids come with these."""
        stubs = {stub for word in self._levels for stub in stubs_of(word)}
        found: dict[str, dict[str, Maker]] = {"cloud": {}, "cell": {}, "tenancy": {}}
        for word, level in self._levels.items():
            if word not in stubs:
                found[level][word] = self._maker(word)
        return found

    def _maker(self, word: str) -> Maker:
        bare = word.strip('"')
        if re.fullmatch(r"[0-9a-f]{8}", bare):
            return self._hexadecimal
        if _IS_ADDRESS.fullmatch(bare):
            return self._address
        if _IS_MAC.fullmatch(bare):
            return self._mac
        if bare.isdigit():
            return lambda word, copy: str(int(word) + copy.number * _NUMBERS)
        if re.fullmatch(r"[0-9a-f-]{32,36}|[0-9a-f]{8}-[0-9a-f]{1,2}", bare):
            return self._uuid
        if re.fullmatch(r"instance-[0-9a-f]{8}", bare):
            return lambda word, copy: f"instance-{int(word[-8:], 16) + copy.number * _INSTANCES:08x}"
        return self._name

    def _name(self, word: str, copy: Copy) -> str:
        in_cell = self._levels[word] == "cell"
        new = word.strip('"') + (f"-{copy.cell}" if in_cell else f"-{copy.cell}-{copy.tenancy}")
        return f'"{new}"' if word.startswith('"') else new

    def _uuid(self, word: str, copy: Copy) -> str:
        digits = hashlib.blake2b(f"{self._seed}/{copy.number}/{word}".encode(), digest_size=16).hexdigest()
        if "-" not in word:
            return digits
        whole = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
        return whole[: len(word)]  # a stub is of something that only its host knows

    def _mac(self, word: str, copy: Copy) -> str:
        if word.startswith(_GROUPS):
            return word
        number = self._macs[word[6:]] + copy.number * len(self._macs)
        return word[:6] + ":".join(f"{number >> shift & 255:02x}" for shift in (24, 16, 8, 0))

    def _address(self, word: str, copy: Copy) -> str:
        network, _, _ = word.rpartition(".")
        if copy.tenancy and word in self._owned.get(network, ()):
            own = self._owned[network]
            word = f"{network}.{self._free[network][(copy.tenancy - 1) * len(own) + own.index(word)]}"
        first, second, rest = word.split(".", 2)
        if copy.cell and f"{first}.{second}" in self._blocks:
            number = copy.cell * len(self._blocks) + self._blocks[f"{first}.{second}"]
            return f"{_CELLS_FROM + number // 256}.{number % 256}.{rest}"
        return word

    def _hexadecimal(self, word: str, copy: Copy) -> str:
        """An address as the switch writes it into the name of a tunnel."""
        new = self._address(".".join(str(byte) for byte in bytes.fromhex(word)), copy)
        return bytes(int(number) for number in new.split(".")).hex()

    @cached_property
    def _addresses(self) -> list[str]:
        return sorted(word for word in self._levels if _IS_ADDRESS.fullmatch(word))

    @cached_property
    def _owned(self) -> Mapping[str, list[str]]:
        """The addresses that a tenancy has on each shared network."""
        owned = [w for w in self._addresses if self._levels[w] == "tenancy" and not w.endswith(_BROADCAST)]
        return {network: [w for w in owned if w.startswith(f"{network}.")] for network in self._shared}

    @cached_property
    def _free(self) -> Mapping[str, list[int]]:
        """The last numbers of addresses that the recording does not use in each shared network."""
        return {
            network: [number for number in range(_FIRST, _LAST) if f"{network}.{number}" not in self._levels]
            for network in self._shared
        }

    @cached_property
    def _blocks(self) -> Mapping[str, int]:
        """The first two numbers of all addresses that are not the cloud's own, nor the same everywhere."""
        found = {w for w in self._addresses if self._levels[w] != "cloud" and not w.startswith(_EVERYWHERE)}
        return {block: number for number, block in enumerate(sorted({w.rsplit(".", 2)[0] for w in found}))}

    @cached_property
    def _macs(self) -> Mapping[str, int]:
        """The last four bytes of all MAC addresses: a tap has those of its port."""
        found = {word[6:] for word in self._levels if _IS_MAC.fullmatch(word)}
        return {word: number for number, word in enumerate(sorted(found))}


Maker = Callable[[str, Copy], str]


def _renamed(makers: Mapping[str, Maker], copy: Copy) -> Iterator[tuple[str, str]]:
    for word, maker in makers.items():
        new = maker(word, copy) if copy.number else word
        yield word, new
        yield from zip(stubs_of(word), stubs_of(new), strict=True)
