# SPDX-License-Identifier: MIT
"""When a driver has ended, nobody has anything of its device, which itself knows nothing of it any more."""

from lab6_system import in_place_of_unicorn


def run(tree) -> None:
    in_place_of_unicorn(tree, "lab6_delegation", "taken_back", "reset")
