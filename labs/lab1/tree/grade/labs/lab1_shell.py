# SPDX-License-Identifier: MIT
"""shell_session: what works in the first tree of lab 1 works in every later one."""

from pathlib import Path

from glenda.machine import Machine
from glenda.session import session
from glenda.shell import Shell


def run(tree: Path) -> None:
    with Machine(name="shell_session") as machine:
        shell = Shell(machine)
        session(shell)
        machine.sendline("shutdown")
        assert machine.run_to_exit(within=0.5) == 0
