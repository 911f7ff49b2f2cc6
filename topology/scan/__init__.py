"""A scan: read the cloud, write what changed, say how complete it is."""

from topology.scan.options import ScanOptions
from topology.scan.report import ScanReport
from topology.scan.run import scan

__all__ = ["ScanOptions", "ScanReport", "scan"]
