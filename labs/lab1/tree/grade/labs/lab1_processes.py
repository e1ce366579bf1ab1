# SPDX-License-Identifier: MIT
"""programs_as_threads: a Process has a Tcb in place of registers of its own, and no program notices.

After exercise 1.8 there are no processes. Then the programs that need none are what is left to run.
"""

import re
from pathlib import Path

from glenda import structures
from glenda.session import expect, many_programs, session
from glenda.shell import Shell
from lab.script import Tree

# What programs print that the kernel starts as the first process, whatever the shell can do. The children of sleepers
# wake in the order of their times, not of their births. A nap that ends with the next tick takes up to 1 ms.
PROGRAMS = {"naps": "10 naps took [01] ms\n",
            "forktree": re.escape("*\n*0\n*00\n*01\n*1\n*10\n*11\n7 processes\n"),
            "sleepers": "slept 10 ms\nslept 20 ms\nslept 30 ms\n",
            "memory": r"(ok   .*\n|memory .* stopped: .*\n){12}"}
END = "kernel: the first process has ended\n"


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


def check_program(tree: Tree, program: str) -> None:
    machine = tree.boot(append=f"root=bin/{program}")
    machine.run_to_exit(within=1)
    output = machine.transcript.rpartition(" is up\n")[2]
    expect(output, PROGRAMS[program] + END, f"make qemu APPEND=root=bin/{program}")


def run(tree: Tree) -> None:
    if check_layout(tree.kernel):
        for program in PROGRAMS:
            check_program(tree, program)
    shell = Shell(tree.boot())
    session(shell)
    many_programs(shell)
