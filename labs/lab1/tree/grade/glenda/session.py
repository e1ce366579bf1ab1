# SPDX-License-Identifier: MIT
"""Commands for the shell of lab 1, with what they should print."""

import re

from .errors import GuestDeadline
from .shell import Shell


def expect(output: str, pattern: str, command: str) -> None:
    """Asserts that the whole output of `command` matches."""
    assert re.fullmatch(pattern, output), f"`{command}` should print {pattern!r}, and prints {output!r}"


def session(shell: Shell) -> None:
    """Commands that any kernel of this lab runs."""
    def check(command: str, pattern: str) -> None:
        expect(shell.run(command), pattern, command)

    check("hello", "hello, world\nhello exited with status 0\n")
    check("args one two  three", "1: one\n2: two\n3: three\nargs exited with status 3\n")
    check("crash null", ".* stopped: store page fault .*\ncrash was stopped\n")
    check("crash text", ".* stopped: store page fault .*\ncrash was stopped\n")
    check("crash illegal", ".* stopped: illegal instruction.*\ncrash was stopped\n")
    check("nothing", "nothing: there is no such program\n(.*\n)?")
    started = shell.run("spin 100 &")
    expect(started, r"\[\d+\] runs in the background\n", "spin 100 &")
    try:
        output = shell.run("hello", within=0.05)        # long before the other ends
    except GuestDeadline:
        raise AssertionError("while `spin 100` runs in the background, `hello` should run, too: it has not in 50 ms") from None
    expect(output, "hello, world\nhello exited with status 0\n", "hello")
    check("wait", rf"{re.escape(started.split()[0])} exited with status 0\n")
    shell.type("argz\b")
    shell.type("s x\x7fy")
    shell.machine.sendline()
    expect(shell.until_prompt().partition("\n")[2], "1: y\nargs exited with status 1\n", "args y")
