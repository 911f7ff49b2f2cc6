"""What one thread reads again, no other reads at the same time."""

from __future__ import annotations

from graph_schema.events import Refresh
from topology.events.requests import Claims, Due

ONE, OTHER = (Due(Refresh("host", host), 1, 0, 0) for host in ("cmp1", "cmp2"))


def test_what_is_being_read_is_left_to_who_reads_it() -> None:
    claims = Claims()

    with claims.made([ONE]) as first, claims.made([ONE, OTHER]) as second:
        assert (first, second) == ([ONE], [OTHER])
    with claims.made([ONE, OTHER]) as after:
        assert after == [ONE, OTHER]
