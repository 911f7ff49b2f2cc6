"""Clouds of any size, multiplied from the recording of the real lab that the demo ships.

The lab's cloud is taken for a cell: its hosts, and what its projects have on them. A larger cloud is several cells
beside each other, in each of which the projects, with all they own, are there several times on the same hosts. What
belongs to the cloud as a whole (region, zones, the controller, the administrator's project) stays one.
"""
