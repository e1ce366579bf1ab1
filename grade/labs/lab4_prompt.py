# SPDX-License-Identifier: MIT
"""The whole system: it boots to the prompt, runs programs, and goes off."""

from glenda.shell import Shell


def run(tree) -> None:
    with tree.boot() as machine:
        shell = Shell(machine)
        assert shell.run("run hello").startswith("hello, world\n"), "`run hello` does not say hello"
        names = {row.name for row in shell.ps()}
        assert {"9ball", "factotum", "unicorn", "uart", "console"} <= names, f"`ps` lists {', '.join(sorted(names))}"
        shell.run(f"kill {shell.pid('uart')}")
        assert shell.run("run hello", within=2.0).startswith("hello, world\n"), "after the end of its driver the terminal is dead"
        shell.type("shutdown\r")
        assert machine.run_to_exit(within=2.0) == 0
