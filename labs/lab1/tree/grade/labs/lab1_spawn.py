# SPDX-License-Identifier: MIT
"""spawn: the shell starts programs where fork and exec are switched off, and a start that fails leaves nothing behind."""

import re

from glenda.pages import expect_pages, free_pages
from glenda.session import HELLO, expect, many_programs, session
from glenda.shell import Shell
from lab.script import Tree
from lab.submission import tag

MEMORY = "32M"      # of the machine, for all of it is taken
ONE_LINE = ".+\n"   # why a program could not be started
CASES = ("start_memory", "start_handles", "start_threads")      # of the program lab1_start


def as_many_as_there_is_room_for(shell: Shell) -> None:
    """Programs that run at the same time: at least three, each with a number of its own; and each of them ends."""
    jobs: list[str] = []
    while found := re.fullmatch(r"(\[\d+\]) runs in the background\n", said := shell.run("rest 40 &")):
        jobs.append(found[1])
    assert len(jobs) >= 3 and re.fullmatch(ONE_LINE, said), f"after {len(jobs)} programs at a time the shell says {said!r}"
    assert len(set(jobs)) == len(jobs), f"programs that run at the same time are called {', '.join(jobs)}"
    ended = re.findall(r"^(\[\d+\]) exited with status 0$", shell.run("wait"), re.MULTILINE)
    assert sorted(ended) == sorted(jobs), f"of the jobs {', '.join(jobs)} these ended: {', '.join(ended) or 'none'}"


def starts_that_fail(tree: Tree) -> None:
    """The program lab1_start, which has run.cc in it, and takes away what a start needs."""
    machine = tree.boot(append=f"root=bin/lab1_start processes=off nonce={tree.nonce}", memory=MEMORY)
    machine.run_to_exit(within=2)
    wrong = re.search(r"^FAIL \w+: (.*)$", machine.transcript, re.MULTILINE)
    assert not wrong, wrong[1]
    passed = re.findall(r"^ok (\w+) (\w+)$", machine.transcript, re.MULTILINE)
    assert passed == [(name, tag(tree.nonce, name)) for name in CASES], f"lab1_start has not run all of {', '.join(CASES)}"


def run(tree: Tree) -> None:
    shell = Shell(tree.boot(append="processes=off"))
    session(shell)
    many_programs(shell)
    expect(shell.run("forktree"), r"\*\nthread \d+ stopped: unknown system call 0, .*\nforktree was stopped\n", "forktree")
    expect(shell.run("hello"), HELLO, "hello")
    before = free_pages(shell.machine)
    as_many_as_there_is_room_for(shell)
    expect_pages(shell.machine, before, "programs in the background")
    starts_that_fail(tree)
