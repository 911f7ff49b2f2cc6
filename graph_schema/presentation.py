"""How object types are shown: in which order, colour and sign. Trees, legends and style sheets derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph_schema.model import SchemaError
from graph_schema.registry import OBJECT_TYPES


@dataclass(frozen=True, slots=True)
class Look:
    """Colour as #rrggbb, a sign that common fonts have and that stands for the icon where only text can, and a size."""

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
    "region": Look("#4c6a92", "⊕", 75),
    "availability_zone": Look("#6f8bb0", "▦", 65),
    "aggregate": Look("#90a4bf", "☰", 60),
    "host": Look("#2f4b6e", "⌂", 75),
    "project": Look("#8a6d3b", "▰", 65),
    "instance": Look("#e07b39", "▣", 70),
    "vservice": Look("#b5533c", "⚙", 60),
    "vnic": Look("#f2b134", "⊷", 50),
    "vconnector": Look("#c9c24a", "⋈", 55),
    "vedge": Look("#7cb342", "⇄", 65),
    "otep": Look("#3f8f6b", "◎", 55),
    "host_pnic": Look("#2a7f9e", "▤", 55),
    "switch_pnic": Look("#4a6b8a", "▥", 55),
    "switch": Look("#34495e", "⬢", 70),
    "network": Look("#7e57c2", "☁", 70),
    "subnet": Look("#a58bd6", "◫", 55),
    "port": Look("#c27ba0", "◉", 50),
    "router": Look("#ad3f8f", "✣", 65),
    "floating_ip": Look("#d65db1", "⇅", 60),
    "security_group": Look("#b03a48", "☂", 60),
    "network_agent": Look("#8d99a6", "⚑", 50),
}
DISPLAY_ORDER: Mapping[str, int] = {name: place for place, name in enumerate(LOOKS)}


def _check() -> None:
    if different := LOOKS.keys() ^ OBJECT_TYPES.keys():
        raise SchemaError(f"presentation: {', '.join(sorted(different))}: each object type has one look, no other has")


_check()
