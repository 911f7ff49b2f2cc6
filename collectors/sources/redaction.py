"""Taking secrets out of what is kept: by the name of a key, the look of a text, the configuration's values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

REDACTED = "[redacted]"
# A shorter secret is replaced only where it stands alone: `lab` must not be taken out of `available`.
LONG = 8

_WORDS = (
    "passw(?:or)?d|passphrase|adminpass|secret|token|private_?key|user_?data|key_data|credential|api_?key|access_?key|"
    "auth_?key|transport_url|database_connection"
)
_KEY = re.compile(rf"(?i){_WORDS}|(?:^|[_.:-])(?:pass|pwd|psk|community)$")
_IN_TEXT = rf"[\w.:-]*(?:{_WORDS}|\bpass|\bpwd|\bpsk)[\w]*"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_ASSIGNED = (
    # "password": "…", ["psk", "…"], password='…'
    re.compile(rf"(?i)(?P<key>(?P<q>[\"']?){_IN_TEXT}(?P=q)\s*[:=,]\s*)(?P<value>{_QUOTED})"),
    # password=…, password: …
    re.compile(rf"(?i)(?P<key>\b{_IN_TEXT}\s*(?:=|: )\s*)(?P<value>(?!null\b|true\b|false\b)[^\s,;&\]}}<>\"'{{\[]+)"),
)
_IN_URL = re.compile(r"(?P<before>://[^/\s:@\"']*:)[^/\s@\"']+(?P<after>@)")
_PEM = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_ALONE = r"(?<![\w./-]){}(?![\w./-])"


class Redactor:
    """Takes secrets out of JSON values. The same value always gives the same result."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if secret}, key=lambda secret: (-len(secret), secret))
        patterns = [re.escape(s) if len(s) >= LONG else _ALONE.format(re.escape(s)) for s in known]
        self._known = re.compile("|".join(patterns)) if patterns else None

    def value(self, value: Any) -> Any:
        """The value without secrets: texts are looked through, values under a secret's name are taken out."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._under(str(key), inner) for key, inner in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, bytes):
            return [self.value(inner) for inner in value]
        return value

    def text(self, text: str) -> str:
        """The text without secrets."""
        text = self._known.sub(REDACTED, text) if self._known else text
        text = _PEM.sub(lambda match: f"-----BEGIN {match[1]}-----{REDACTED}", text)
        text = _IN_URL.sub(rf"\g<before>{REDACTED}\g<after>", text)
        for pattern in _ASSIGNED:
            text = pattern.sub(_without_value, text)
        return text

    def _under(self, key: str, value: Any) -> Any:
        if _KEY.search(key) and value not in (None, "", [], {}) and not isinstance(value, bool):
            return REDACTED
        return self.value(value)


def _without_value(match: re.Match[str]) -> str:
    value = match["value"]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{match['key']}{quote}{REDACTED}{quote}" if len(value) > 2 * len(quote) else match[0]
