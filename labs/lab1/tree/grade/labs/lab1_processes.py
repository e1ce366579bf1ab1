# SPDX-License-Identifier: MIT
"""programs_as_threads: a Process has a Tcb in place of registers of its own, and no program notices.

After exercise 1.8 there are no processes. Then the programs that need none are what is left to run.
"""

import re
from pathlib import Path

from glenda import structures
from glenda.session import expect, session
from glenda.shell import Shell
from lab.script import Tree

TREE = "*\n*0\n*00\n*01\n*1\n*10\n*11\n7 processes\nforktree exited with status 0\n"
# The order of two children that sleep is that of the times, not of the births.
SLEEPERS = "slept 10 ms\nslept 20 ms\nslept 30 ms\nsleepers exited with status 0\n"


def check_layout(kernel: Path) -> bool:
    """Whether there are processes. Asserts that they are built on threads."""
    process = structures.find(kernel, "Process")
    if process is None:
        return False
    assert not process.of_type("Registers"), \
        f"Process::{process.of_type('Registers')[0]} holds registers: those of a thread belong into its Tcb"
    assert process.of_type("Tcb"), "Process has no Tcb, and no pointer to one"
    assert "state" not in process.fields or process.fields["state"].type != "ThreadState", \
        "Process::state is a thread's state, which its Tcb has too: one of them will be wrong"
    return True


def run(tree: Tree) -> None:
    has_processes = check_layout(tree.kernel)
    shell = Shell(tree.boot())
    if has_processes:
        expect(shell.run("forktree", within=1), re.escape(TREE), "forktree")
        expect(shell.run("sleepers", within=1), SLEEPERS, "sleepers")
        expect(shell.run("memory", within=1), r"(ok   .*\n|.* stopped: .*\n)+memory exited with status 0\n", "memory")
        expect(shell.run("forktree 5", within=2), r"(\*[01]*\n){63}63 processes\nforktree exited with status 0\n", "forktree 5")
    session(shell)
