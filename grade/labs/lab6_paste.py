# SPDX-License-Identifier: MIT
"""Whatever is typed arrives, also while nobody reads it, and while one driver ends and the next one starts."""

import re

from glenda.errors import GuestDeadline
from lab6_system import STOPS, shell_of

LINE = "kill {:05}x\r"      # a command that prints the same short line each time
ANSWER = "usage: kill PID\n"


def run(tree) -> None:
    shell = shell_of(tree)
    paste(shell, "at the prompt", 400)
    paste(shell, "while a program runs", 700, "run spin 50\r")
    uart = shell.pid("uart")
    paste(shell, "while the driver ends", 30, f"kill {uart}\r")
    assert shell.pid("uart") != uart, "the serial line has no other driver"
    uart = shell.pid("uart")
    paste(shell, "and the driver ends before anybody reads", 200, f"run spin 50\rkill {uart}\r")
    interrupted(shell)


def paste(shell, when: str, lines: int, before: str = "") -> None:
    """Types so many different lines at once."""
    begin = len(shell.machine.transcript)
    shell.type(before + "".join(LINE.format(number) for number in range(lines)) + "run hello the end\r")
    try:
        shell.machine.expect(r"^the\nend\nprocess \d+ exited with status 0\n", within=20)
    except STOPS:
        raise AssertionError(f"a paste {when}: its end does not arrive") from None
    shell.until_prompt()
    text = shell.machine.transcript[begin:]
    came = [int(number) for number in re.findall(rf"kill (\d+)x\n{ANSWER}", text)]
    missing = [number for number in range(lines) if number not in came]
    assert not missing, f"a paste {when}: of {lines} lines {len(missing)} are lost, the first is number {missing[0]}"
    assert came == list(range(lines)), f"a paste {when}: lines come twice, or in another order"


def interrupted(shell) -> None:
    """^C reaches a program that does not read."""
    shell.type("run spin\r")
    shell.machine.expect("run spin\n")
    try:
        shell.machine.expect("nothing is printed", within=0.1)
    except GuestDeadline:
        pass
    shell.type("some text\x03")
    try:
        assert shell.until_prompt(within=1).endswith("was killed\n")
    except STOPS:
        raise AssertionError("^C does not reach a program that computes") from None
