# SPDX-License-Identifier: MIT
"""shell_session: what works in the first tree of lab 1 works in every later one."""

from glenda.session import session
from glenda.shell import Shell
from lab.script import Tree


def run(tree: Tree) -> None:
    machine = tree.boot()
    session(Shell(machine))
    machine.sendline("shutdown")
    assert machine.run_to_exit(within=0.5) == 0
