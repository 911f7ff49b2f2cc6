"""How object types are shown: in which order, colour and sign. Trees, legends and style sheets derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph_schema.model import SchemaError
from graph_schema.registry import OBJECT_TYPES


@dataclass(frozen=True, slots=True)
class Look:
    """Colour as #rrggbb, a sign of one or two characters that stands for the icon where only text can, and a size."""

    color: str
    sign: str
    diameter: int = 50

    @property
    def text_color(self) -> str:
        """Black or white, whichever reads better on the colour."""
        red, green, blue = (int(self.color[i : i + 2], 16) for i in (1, 3, 5))
        return "#000000" if red * 299 + green * 587 + blue * 114 > 140_000 else "#ffffff"

    @property
    def border_color(self) -> str:
        """The colour, darker by a quarter."""
        return "#" + "".join(f"{int(self.color[i : i + 2], 16) * 3 // 4:02x}" for i in (1, 3, 5))


# In the order of trees and legends: places, owners, what runs, its wiring downwards, the logical network.
LOOKS: Mapping[str, Look] = {
    "region": Look("#4c6a92", "🌐", 70),
    "availability_zone": Look("#6f8bb0", "▦", 60),
    "aggregate": Look("#90a4bf", "☰", 50),
    "host": Look("#2f4b6e", "🖥", 70),
    "project": Look("#8a6d3b", "📁", 60),
    "instance": Look("#e07b39", "▣", 65),
    "vservice": Look("#b5533c", "⚙", 55),
    "vnic": Look("#f2b134", "⊷", 40),
    "vconnector": Look("#c9c24a", "⧉", 45),
    "vedge": Look("#7cb342", "⇄", 60),
    "otep": Look("#3f8f6b", "◎", 45),
    "host_pnic": Look("#2a7f9e", "▤", 50),
    "switch_pnic": Look("#4a6b8a", "▥", 45),
    "switch": Look("#34495e", "⬢", 65),
    "network": Look("#7e57c2", "☁", 65),
    "subnet": Look("#a58bd6", "◫", 45),
    "port": Look("#c27ba0", "◉", 40),
    "router": Look("#ad3f8f", "✣", 60),
    "floating_ip": Look("#d65db1", "⇅", 45),
    "security_group": Look("#b03a48", "🛡", 50),
    "network_agent": Look("#8d99a6", "⚑", 40),
}
DISPLAY_ORDER: Mapping[str, int] = {name: place for place, name in enumerate(LOOKS)}


def _check() -> None:
    if different := LOOKS.keys() ^ OBJECT_TYPES.keys():
        raise SchemaError(f"presentation: {', '.join(sorted(different))}: each object type has one look, no other has")


_check()
