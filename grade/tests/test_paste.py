# SPDX-License-Identifier: MIT
"""U3: whatever is typed or pasted arrives, also if nobody reads it now, or the serial driver ends meanwhile."""

import re

import pytest

from glenda.shell import PROMPT, Shell

LINE = "kill {:05}x\r"      # a command that prints the same short line each time
ANSWER = "usage: kill PID\n"


def paste(shell: Shell, lines: int) -> str:
    """Types so many different lines at once, and a last one. Returns what the console has printed when that is done."""
    begin = len(shell.machine.transcript)
    shell.type("".join(LINE.format(number) for number in range(lines)) + "run hello the end\r")
    shell.machine.expect(r"^the\nend\nprocess \d+ exited with status 0\n", within=20)
    return shell.machine.transcript[begin:]


def missing(text: str, lines: int) -> list[int]:
    """The lines that the console has not executed once, and in their order."""
    came = [int(number) for number in re.findall(rf"kill (\d+)x\n{ANSWER}", text)]
    return [number for number in range(lines) if came.count(number) != 1] or [
        number for number, other in zip(came, range(lines)) if number != other]


@pytest.mark.parametrize("size", [16 * 1024, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_paste_at_the_prompt(shell: Shell, size: int) -> None:
    lines = size // len(LINE.format(0))
    assert missing(paste(shell, lines), lines) == []


@pytest.mark.parametrize("size", [8 * 1024, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_paste_while_a_program_runs(shell: Shell, size: int) -> None:
    """More than the driver keeps: then the terminal has to wait."""
    lines = size // len(LINE.format(0))
    shell.type("run spin 3000\r")
    shell.machine.expect("run spin 3000\n")
    assert missing(paste(shell, lines), lines) == []


def test_control_c_behind_a_paste(shell: Shell) -> None:
    """It ends the program, and discards what was typed before it, as ever."""
    shell.type("run spin\r")
    shell.machine.expect("run spin\n")
    shell.type("x" * 20_000 + "\x03")
    shell.machine.expect("process 7 was killed\n", within=1)
    shell.machine.expect(f"^{PROMPT}")
    shell._from = len(shell.machine.transcript)     # pylint: disable=protected-access
    assert shell.run("run hello") == "hello, world\nprocess 8 exited with status 0\n"


def test_lines_typed_while_the_driver_restarts(shell: Shell) -> None:
    """The driver ends by the first line; the others are on their way, or wait in the terminal."""
    begin = len(shell.machine.transcript)
    shell.type("kill 5\r" + "".join(LINE.format(number) for number in range(20)) + "run hello the end\r")
    shell.machine.expect(r"^the\nend\nprocess \d+ exited with status 0\n", within=20)
    assert missing(shell.machine.transcript[begin:], 20) == []


def test_lines_read_ahead_while_a_program_runs_outlive_the_driver(shell: Shell) -> None:
    """The driver has them all, because ^C might be among them, when the second line ends it."""
    begin = len(shell.machine.transcript)
    shell.type("run spin 3000\rkill 5\r" + "".join(LINE.format(number) for number in range(500)) + "run hello the end\r")
    shell.machine.expect(r"^the\nend\nprocess \d+ exited with status 0\n", within=20)
    assert missing(shell.machine.transcript[begin:], 500) == []
