# SPDX-License-Identifier: MIT
"""shell_session: what works in the first tree of lab 1 works in every later one."""

from glenda.session import many_programs, session
from glenda.shell import Shell
from lab.script import Tree


def run(tree: Tree) -> None:
    machine = tree.boot()
    shell = Shell(machine)
    session(shell)
    many_programs(shell)
    machine.sendline("shutdown")
    assert machine.run_to_exit(within=0.5) == 0
