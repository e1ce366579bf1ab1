# SPDX-License-Identifier: MIT
"""F6: a process changes any part of its address space, and is charged for it."""

import re

import pytest

from glenda.shell import Shell


def test_any_part_of_the_address_space_can_change(shell: Shell) -> None:
    """Contents, rights, holes and their ends; and that everything is given back in the end. Shows F6."""
    assert shell.run("run maps").startswith("maps: all as it should be\n")
    before = shell.memory()
    assert shell.run("run maps").startswith("maps: all as it should be\n")
    assert shell.memory() == before


@pytest.mark.parametrize("what, crash", [
    ("read", "read of protected memory"), ("write", "write to read-only memory"),
    ("jump", "jump into memory without code"), ("hole", "store page fault"),
])
def test_what_a_map_forbids(shell: Shell, what: str, crash: str) -> None:
    """Shows F6."""
    output = shell.run(f"run maps {what}")
    assert re.search(rf"^maps \(pid \d+\) stopped: {crash} at address 0x8\w{{8}}, pc 0x\w+", output, re.MULTILINE), output


def test_four_thousand_regions(shell: Shell) -> None:
    """The 4,096th is there, the next is refused. What the list of regions takes stays charged until the process ends.

    Shows F6.
    """
    shell.run("run maps")
    before = shell.memory()
    output = shell.run("run maps many", within=5)
    found = re.match(r"maps: (\d+) of another kind, then TooMany; (\d+) KiB more are charged\n", output)
    assert found and 2040 <= int(found[1]) <= 2048 and int(found[2]) <= 260, output
    assert shell.memory() == before


def test_all_memory_in_one_map(shell: Shell) -> None:
    shell.run("run maps")
    before = shell.memory()
    assert re.match(r"maps: had \d\d+ MiB\n", shell.run("run maps full", within=5))
    assert shell.memory().reserved == before.reserved


def test_every_charge_is_refused_once(shell: Shell) -> None:
    """Children in accounts of 1 to 250 pages map memory, change parts of it, and make an object: that works, or is refused,
    and nothing is lost. Shows F3."""
    shell.run("run maps poor 250", within=5)
    before = shell.memory()
    output = shell.run("run maps poor 250", within=5)
    runs = re.search(r"maps: ran in (\d+) small accounts, 0 wrong\n", output)
    assert runs and 0 < output.count("maps: has an object\n") < int(runs[1]), output
    assert shell.memory() == before
