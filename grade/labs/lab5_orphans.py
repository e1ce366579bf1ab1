# SPDX-License-Identifier: MIT
"""What becomes of the children of a process that has ended."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_waits", ["orphans", "stopped_orphan"])
    run_cases(tree, "lab5_waits", ["driver_ends"], power=False, devices=True)
