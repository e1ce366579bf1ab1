# SPDX-License-Identifier: MIT
"""A driver gets its own device, all of it, and nothing else."""

from lab6_system import in_place_of_unicorn


def run(tree) -> None:
    in_place_of_unicorn(tree, "lab6_delegation", "prepared", "granted", "kept")
