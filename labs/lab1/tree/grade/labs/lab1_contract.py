# SPDX-License-Identifier: MIT
"""contract: there is no Process any more, and a program that asks for one stops, alone."""

from glenda import structures
from glenda.session import expect, session
from glenda.shell import Shell
from lab.script import Tree

TYPES = ("Process", "ProcessState", "OpenFile")
# Parts of names: functions and variables of a kernel that has processes.
SYMBOLS = ("PROC_TABLE", "process_table", "fork", "exec_program", "sbrk", "mmap")


def run(tree: Tree) -> None:
    types = [name for name in TYPES if structures.find(tree.kernel, name) is not None]
    assert not types, f"the kernel still has the type {types[0]}"
    left = [symbol for symbol in sorted(tree.kernel_symbols()) for name in SYMBOLS if name in symbol]
    assert not left, f"the kernel still has {left[0]}"
    shell = Shell(tree.boot())
    session(shell)
    for program in ("forktree", "memory", "sleepers"):
        expect(shell.run(program), rf"(.*\n)?.* stopped: unknown system call \d+.*\n{program} was stopped\n", program)
    expect(shell.run("hello"), "hello, world\nhello exited with status 0\n", "hello")
