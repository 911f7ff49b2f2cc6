"""What a person types, as a full-text query: whole words, beginnings of words, middles of names, MAC addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address

from topology.store.encoding import valid_text

LONGEST_TEXT = 300
MOST_WORDS = 12
# Where the middle of a word is looked for too.
NAMES = ("name", "alias", "aliases")
_MAC_DIGITS, _UUID_DIGITS = 12, 32
_UUID_PARTS = (8, 4, 4, 4, 12)
_UUID_BEGINNING = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{0,27}")


def lucene(text: str) -> str:
    """The full-text query for a text: every word must be there, as a phrase or as beginnings of words.

    >>> lucene("web-1")
    '+("web-1"^4 OR (+web* +1*))'
    >>> lucene("10.1.1 OR")
    '+("10.1.1"^4 OR (+10.1.1*)) +("or"^4 OR (+or*))'
    """
    return " ".join(f"+({_word(word)})" for word in words_of(text))


def phrases(text: str) -> str:
    """The full-text query for whole words, all of which must be there.

    >>> phrases("web-1 a")
    '+"web-1"^4 +"a"^4'
    """
    return " ".join(f"+{phrase(word)}^4" for word in words_of(text))


def fuzzy(text: str) -> str:
    """The full-text query for words that are nearly those of the text.

    >>> fuzzy("wbe-1")
    'wbe~ 1~'
    """
    return " ".join(f"{part}~" for word in words_of(text) for part in re.findall(r"\w+", word))


def middles(text: str) -> str:
    """The full-text query for names that may hold all words of the text anywhere; empty where it can not tell.

    The index knows words only, so `hop-we` becomes `hop` and `we`: what is found must still be compared with the text.
    A MAC address or a uuid is not looked for inside names.

    >>> middles("hop-we"), middles("fa:16:3e")
    ('+(name:*hop* alias:*hop* aliases:*hop*) +(name:*we* alias:*we* aliases:*we*)', '')
    """
    if mac_beginning(text) or _UUID_BEGINNING.fullmatch(text):
        return ""
    runs = dict.fromkeys(run for word in words_of(text) for run in _runs(word))
    return " ".join(f"+({' '.join(f'{field}:*{run}*' for field in NAMES)})" for run in runs)


def phrase(word: str) -> str:
    r"""A word as the index cuts it up, its parts one after the other.

    >>> phrase('say "x"')
    '"say \\"x\\""'
    """
    return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"'


def beginning(field: str, hexadecimal: str) -> str:
    r"""The full-text query for a property that begins with some groups of a MAC or IPv6 address.

    The index cuts at colons, but not between two letters.

    >>> print(beginning("mac_address", "fa:16:3e"), beginning("ip_address", "fddd:beef"))
    (+mac_address:fa +mac_address:16 +mac_address:3e*) (+ip_address:fddd\:beef*)
    """
    *whole, last = (token.replace(":", r"\:") for token in re.split(r"(?<=\d):|:(?=\d)", hexadecimal))
    return "(" + " ".join([*(f"+{field}:{token}" for token in whole), f"+{field}:{last}*"]) + ")"


def words_of(text: str) -> list[str]:
    """The words that are looked for, in small letters."""
    return valid_text(text)[:LONGEST_TEXT].lower().split()[:MOST_WORDS]


def as_kept(word: str) -> str:
    """An IPv6 address or a uuid without dashes in the notation that the graph keeps; any other word as it is.

    >>> as_kept("FD00:B:0::1F"), as_kept("6CB98EF9EB2141E5B0174E5658B692DC"), as_kept("Web-1")
    ('fd00:b::1f', '6cb98ef9-eb21-41e5-b017-4e5658b692dc', 'Web-1')
    """
    if ":" in word:
        try:
            return str(IPv6Address(word))
        except ValueError:
            return word
    if re.fullmatch(rf"[0-9A-Fa-f]{{{_UUID_DIGITS}}}", word):
        return "-".join(_cut(word.lower(), _UUID_PARTS))
    return word.lower() if _UUID_BEGINNING.fullmatch(word) else word


def mac_beginning(text: str) -> str | None:
    """A MAC address, or at least two bytes of its beginning, as the graph keeps it; None where it is none.

    >>> mac_beginning("FA163e0b1c2d"), mac_beginning("fa16.3e0b"), mac_beginning("fa-16-3e"), mac_beginning("fa163e")
    ('fa:16:3e:0b:1c:2d', 'fa:16:3e:0b', 'fa:16:3e', None)
    """
    bare = text.strip().lower()
    digits = re.sub(r"[:.\-]", "", bare)
    whole = len(digits) == _MAC_DIGITS
    pairs = re.fullmatch(r"[0-9a-f]{2}([:\-][0-9a-f]{2}){1,5}|[0-9a-f]{4}(\.[0-9a-f]{4}){1,2}", bare)
    if not re.fullmatch(r"[0-9a-f]+", digits) or not (whole or pairs):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _word(word: str) -> str:
    whole = f"{phrase(word)}^4"
    # The analyzer keeps numbers with dots together and parts everything else.
    parts = [word] if re.fullmatch(r"[\d.]+", word) else re.findall(r"\w+", word)
    beginnings = " ".join(f"+{part}*" for part in parts)
    return f"{whole} OR ({beginnings})" if beginnings else whole


def _runs(word: str) -> list[str]:
    """Pieces of a word that the index never cuts: ASCII letters and digits together, other letters one by one."""
    plain = [run for run in re.findall(r"[a-z0-9_]+", word) if run.strip("_")]
    return plain or [sign for sign in word if sign.isalpha()]


def _cut(text: str, lengths: tuple[int, ...]) -> Iterator[str]:
    begin = 0
    for length in lengths:
        yield text[begin : begin + length]
        begin += length
