"""Impact: what is cut off, degraded, or without redundancy when objects fail. The graph stays as it is."""

from topology.impact.answer import Affected, Impact
from topology.impact.effects import EFFECTS, SHOWN, Cause, Effect
from topology.impact.find import ImpactLimits, find_impact
from topology.impact.report import markdown

__all__ = ["EFFECTS", "SHOWN", "Affected", "Cause", "Effect", "Impact", "ImpactLimits", "find_impact", "markdown"]
