"""Command line of the topologies: build demo|SEED, change SEED, clear [SEED], tenants SEED, workload SEED [NUMBER]."""

from __future__ import annotations

import argparse
import os
import sys

from lab.cloud import workload
from lab.cloud.build import Builder
from lab.cloud.changes import change
from lab.cloud.clear import clear
from lab.cloud.connection import Cloud, CloudError
from lab.cloud.demo import DEMO
from lab.cloud.plan import Plan
from lab.cloud.random_plan import prefix, random_plan
from lab.cloud.variant import for_ovn


def plan_of(name: str) -> Plan:
    """`demo`, or the random plan of a seed; what of it the variant of this lab can have."""
    plan = DEMO if name == "demo" else random_plan(int(name))
    return for_ovn(plan) if os.environ.get("LAB_VARIANT") == "ovn" else plan


def main(arguments: list[str] | None = None) -> int:
    """Do it; 1 with the cloud's words where it refuses."""
    parser = argparse.ArgumentParser(prog="topologies", description=__doc__)
    parser.add_argument("action", choices=["build", "change", "clear", "tenants", "workload"])
    parser.add_argument("topology", nargs="?", help="demo, or a seed")
    parser.add_argument("number", nargs="?", type=int, default=200, help="operations of a workload")
    chosen = parser.parse_args(arguments)
    cloud = Cloud()
    try:
        if chosen.action == "clear" and chosen.topology is None:
            clear(cloud, lambda _: True, everything=True)
        elif chosen.action == "clear":
            clear(cloud, lambda name: name.startswith(prefix(int(chosen.topology))))
        elif chosen.action == "build":
            Builder(plan_of(chosen.topology or "demo"), cloud).build()
        elif chosen.action == "tenants":
            workload.prepare(int(chosen.topology), cloud)
        else:
            seed = int(chosen.topology)
            series = workload.run(seed, chosen.number, cloud) if chosen.action == "workload" else change(seed, cloud)
            for line in series:
                print(line, flush=True)
    except CloudError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
