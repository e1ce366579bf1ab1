# SPDX-License-Identifier: MIT
"""U3: the serial line, in bulk. What is typed and pasted is in test_paste.py."""

import pytest

from bench import drivers
from glenda.shell import Shell


LINE = "{:08}: the quick brown fox jumps over the lazy dog again, as\n".format


def test_a_megabyte_out(shell: Shell) -> None:
    lines = 2**20 // 64
    output = shell.run(f"run text {lines}", within=20)
    assert output.startswith("".join(map(LINE, range(lines)))) and output.endswith("exited with status 0\n")


@pytest.mark.parametrize("size", [2**15, pytest.param(2**20, marks=pytest.mark.long)])
def test_a_megabyte_in(shell: Shell, size: int) -> None:
    """A program repeats each line."""
    lines = size // 64
    shell.type("run repeat\r")
    shell.machine.expect("run repeat\n")
    begin = len(shell.machine.transcript)
    shell.type("".join(LINE(number).replace("\n", "\r") for number in range(lines)) + "\x04")
    shell.until_prompt(within=60)
    assert shell.machine.transcript[begin:].startswith("".join(map(LINE, range(lines))))


def test_a_byte_out_costs_little(shell: Shell) -> None:
    assert 5 < drivers.cost(shell, "serial_out") <= 40
