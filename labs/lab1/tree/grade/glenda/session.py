# SPDX-License-Identifier: MIT
"""Commands for the shell of lab 1, with what they should print."""

import re

from .errors import GuestDeadline
from .pages import expect_pages, free_pages
from .shell import Shell

MANY = 70       # programs, one after the other: more than there are places for threads, spaces or processes
SHORT = 60      # characters of a wrong output in the line that says so
HELLO = "hello, world\nhello exited with status 0\n"


def expect(output: str, pattern: str, command: str) -> None:
    """Asserts that the whole output of `command` matches."""
    seen = repr(output)
    in_short = seen if len(seen) <= SHORT else f"{seen[:SHORT]} and so on"
    assert re.fullmatch(pattern, output), f"`{command}` prints {in_short}\nall of it:     {seen}\nshould match:  {pattern!r}"


def session(shell: Shell) -> None:
    """Commands that any kernel of this lab runs."""
    def check(command: str, pattern: str) -> None:
        expect(shell.run(command), pattern, command)

    check("hello", HELLO)
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
    expect(output, HELLO, "hello")
    check("wait", rf"{re.escape(started.split()[0])} exited with status 0\n")
    shell.type("argz\b")
    shell.type("s x\x7fy")
    shell.machine.sendline()
    expect(shell.until_prompt().partition("\n")[2], "1: y\nargs exited with status 1\n", "args y")


def many_programs(shell: Shell) -> None:
    """After a session: programs one after the other, and each gives back what it had. Those that end badly, too."""
    before = free_pages(shell.machine)
    for _ in range(MANY):
        expect(shell.run("hello"), HELLO, "hello")
    expect_pages(shell.machine, before, f"{MANY} times `hello`")
    for command in ("crash null", "nothing", "args x"):
        shell.run(command)
        expect_pages(shell.machine, before, f"`{command}`")
