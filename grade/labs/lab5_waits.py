# SPDX-License-Identifier: MIT
"""Ends and waits, in either order."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_waits", ["waits_first", "ends_first", "any_child", "one_of_them", "no_hang", "any_end",
                                   "memory_returns", "killed_large", "two_waiters", "notified"])
    run_cases(tree, "lab5_waits", ["notified_while_waiting", "never_born"])
