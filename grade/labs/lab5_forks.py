# SPDX-License-Identifier: MIT
"""Forks on the booted system: what parent and child see, and how many pages that takes."""

from lab5_system import run_cases


def run(tree) -> None:
    run_cases(tree, "lab5_forks", ["values", "counts", "chain", "refused"])
