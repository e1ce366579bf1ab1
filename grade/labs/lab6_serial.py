# SPDX-License-Identifier: MIT
"""The serial line in both directions, by interrupt: every byte arrives, and when there is nothing to do, nothing is done."""

from glenda.errors import GuestDeadline, GuestIdle
from lab6_system import shell_of

LINES = 256         # of 64 bytes
DEAREST = 100       # instructions for a byte that goes out, with those of the program that prints it; the solution needs 35
LINE = "{:08}: the quick brown fox jumps over the lazy dog again, as\n".format


def run(tree) -> None:
    shell = shell_of(tree)
    assert shell.run("run hello").startswith("hello, world\n"), "`run hello` does not say hello"
    at_rest(shell)
    out(shell)
    back(shell)
    at_rest(shell)


def at_rest(shell) -> None:
    """With an interrupt that is on in vain, the machine would never be idle."""
    try:
        shell.machine.expect("nothing is printed", within=0.3)
    except GuestIdle:
        return
    except GuestDeadline:
        raise AssertionError("at the prompt, with nothing to do, the machine is busy: is an interrupt on in vain?") from None


def out(shell) -> None:
    taken = []
    for lines in (LINES, LINES, 2 * LINES):     # the first also loads the program
        before = shell.machine.instructions()[0]
        text = shell.run(f"run text {lines}", within=10)
        taken.append(shell.machine.instructions()[0] - before)
        assert text.startswith("".join(map(LINE, range(lines)))), "bytes that a program prints are lost, or come in another order"
    cost = (taken[2] - taken[1]) / (LINES * 64)
    assert cost <= DEAREST, f"a byte out takes {cost:.0f} instructions; {DEAREST} are plenty"


def back(shell) -> None:
    """What is typed comes back, line by line."""
    shell.type("run repeat\r")
    shell.machine.expect("run repeat\n")
    begin = len(shell.machine.transcript)
    shell.type("".join(LINE(number).replace("\n", "\r") for number in range(LINES)) + "\x04")
    shell.until_prompt(within=20)
    text = shell.machine.transcript[begin:]
    assert text.startswith("".join(map(LINE, range(LINES)))), "bytes that are typed are lost, or come in another order"
