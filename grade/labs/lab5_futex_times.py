# SPDX-License-Identifier: MIT
"""Waits that end by themselves, and words that processes share."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_futex", ["timeouts", "shared", "separate", "wrong", "private_copies", "untouched"])
