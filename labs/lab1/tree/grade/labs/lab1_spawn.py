# SPDX-License-Identifier: MIT
"""spawn: the shell starts programs where fork and exec are switched off."""

import re

from glenda.session import expect, session
from glenda.shell import Shell
from lab.script import Tree

MANY = 70       # programs, one after the other: each gives back what it had


def run(tree: Tree) -> None:
    shell = Shell(tree.boot(append="processes=off"))
    session(shell)
    for _ in range(MANY):
        expect(shell.run("hello"), "hello, world\nhello exited with status 0\n", "hello")
    jobs = [shell.run("spin 10 &").split()[0] for _ in range(3)]
    assert len(set(jobs)) == 3, f"three programs at a time are called {', '.join(jobs)}"
    ended = re.findall(r"^(\[\d+\]) exited with status 0$", shell.run("wait"), re.MULTILINE)
    assert sorted(ended) == sorted(jobs), f"of the jobs {', '.join(jobs)} these ended: {', '.join(ended) or 'none'}"
