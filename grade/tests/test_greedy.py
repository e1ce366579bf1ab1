# SPDX-License-Identifier: MIT
"""Churn and greed: what is done a thousand times, or ten thousand, costs no more at the end and leaves nothing. And whatever
one program takes of memory, processes, objects, the processor or the log, the terminal comes back at once, `ps` and `kill` work.
"""

import re

import pytest

from glenda.shell import Shell


@pytest.mark.parametrize("times", [1000, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("thing", ["spawn", "fork", "thread", "map", "object"])
def test_churn(shell: Shell, thing: str, times: int) -> None:
    """Shows F3."""
    output = shell.run(f"run churn {thing} {times}", within=10)
    found = re.match(rf"churn: {times} {thing}: the first hundred (\d+), the last hundred (\d+), (-?\d+) KiB gone\n", output)
    assert found, output
    assert int(found[2]) == pytest.approx(int(found[1]), rel=0.01)
    assert int(found[3]) == 0


def test_what_is_given_back_is_gone(shell: Shell) -> None:
    """A heap that shrinks keeps the rest, and its page faults. Shows F5."""
    output = shell.run("run shrink")
    assert re.match(r"shrink: two pages are left\nshrink \(pid \d+\) stopped: store page fault at address 0x\w+000,", output), output


@pytest.mark.parametrize("program", ["hog", "bomb", "forks bomb", "flood 1000000", "objects 1000000", "maps keep", "spin",
                                     "churn map 1000000", "churn spawn 1000000"])
def test_greed(shell: Shell, program: str) -> None:
    """It runs in the background when the serial driver is killed. Unicorn waits 100 ms before it starts the next.

    Shows F3.
    """
    shell.run(f"run {program} &")
    name = program.partition(" ")[0]
    for _ in range(20):         # the guest's clock goes on only as long as somebody waits for it
        shell.type("mem\r")     # not run(): the program may print something in between
        shell.until_prompt(within=0.3)
    shell.run(f"kill {shell.pid('uart')}", within=0.3)
    assert "starting" not in shell.run("services", within=0.3)
    rows = {row.pid: row.name for row in shell.ps()}
    victim = min((pid for pid, other in rows.items() if other == name), default=None)
    if victim is None:
        return                  # it has had enough
    shell.type(f"kill {victim}\r")
    shell.until_prompt(within=0.3)
    assert victim not in [row.pid for row in shell.ps()]


def test_a_bomb_takes_only_what_is_left(shell: Shell) -> None:
    """Processes that start themselves have all memory but what is kept for services, which come back any number of times."""
    living = {row.name for row in shell.ps()}
    shell.run("run bomb &")
    assert any(len(shell.ps()) > 300 for _ in range(200)), "a bomb does not go off"
    for _ in range(3):
        shell.run(f"kill {shell.pid('uart')}", within=1)
    assert {row.name for row in shell.ps()} == living | {"bomb"}
