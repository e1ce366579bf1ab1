# SPDX-License-Identifier: MIT
"""What lab 6's page shows of the system is what a student sees who is that far, with the devices that `make qemu` has."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from glenda import devices
from glenda.errors import GuestDeadline, GuestIdle
from glenda.machine import Machine
from glenda.shell import PROMPT, Shell
from pages import block, make, student_tree

EXERCISES = [f"6.{number}" for number in range(1, 9)]
FIRST_PROMPT = "6.4"        # the exercise that brings it
# Words of a block of the page, and the last exercise that is solved.
BLOCKS = {
    "Exercise 6.2 is missing": "6.1",
    "Exercise 6.3 is missing": "6.2",
    "Exercise 6.4 is missing": "6.3",
    "glenda% devices": "6.4",
    "random: Deleted": "6.4",
    "c0bd3ad6cf1cc6e4ac7c9f7d5b1b9d4f": "6.5",
    "glenda% run disk check": "6.7",
    "glenda% run disk soak": "6.8",
}
# What differs from run to run: random numbers, and how far a program has come when somebody types.
VARIES = re.compile(r"\b[0-9a-f]{32}\b|\b\d+(?= rounds, )")

LATER = re.compile(r"glenda% disk: ")       # what a program in the background prints at the end


@pytest.fixture
def boot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    """The machine that `make qemu` starts in that tree, with a new disk."""
    solved = set(EXERCISES[:EXERCISES.index(request.param) + 1])
    folder = student_tree(6, solved)
    make(6, folder, "all")
    names = re.search(r"^DEVICES \?= (.*)$", (folder / "labs/06.mk").read_text(), re.MULTILINE)[1].split()
    disk = tmp_path / "disk.img"
    devices.make_disk(disk)
    with Machine(folder / "build/kernel/glenda.elf", folder / "build/initrd.cpio",
                 extra=devices.arguments(names, disk=disk)) as machine:
        yield machine


def think(machine: Machine) -> None:
    """As long as a person needs to find the next number: then a driver that was killed has a successor."""
    with contextlib.suppress(GuestDeadline, GuestIdle):
        machine.expect("nothing is printed", within=0.3)


def alike(lines: list[str]) -> list[str]:
    return [VARIES.sub("...", line.rstrip()) for line in lines]


@pytest.mark.parametrize(("words", "boot"), BLOCKS.items(), indirect=["boot"])
def test_block_is_what_the_console_shows(words: str, boot: Machine) -> None:
    expected = block(6, words)
    commands = [line.removeprefix(PROMPT) for line in expected if line.startswith(PROMPT) and not LATER.match(line)]
    if commands:
        shell = Shell(boot, within=2)
        for command in commands:
            if command != commands[0]:
                think(boot)
            shell.press(command, within=5)
        if LATER.match(expected[-1]):
            boot.expect(r"disk: .*\n", within=5)
    else:
        boot.run_to_exit(within=8)
    got, wanted = alike(boot.transcript.splitlines()), alike(expected)
    begins = [at for at, line in enumerate(got) if line == wanted[0]]
    assert any(got[at:at + len(wanted)] == wanted for at in begins), "\n".join(got)


@pytest.mark.parametrize("boot", EXERCISES[EXERCISES.index(FIRST_PROMPT):], indirect=True)
def test_prompt_comes_at_every_stopping_point_from_then_on(boot: Machine) -> None:
    """And each device that is there has a driver that is up, and stays so."""
    shell = Shell(boot, within=2)
    rows = shell.run("devices").splitlines()[1:]
    states = {row[24:].split()[-3]: row for row in rows}
    assert states.keys() == {"up", "empty"}, "\n".join(rows)
    assert all(row.endswith(" 0") for row in rows), "\n".join(rows)
