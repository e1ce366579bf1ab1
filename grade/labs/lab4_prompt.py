# SPDX-License-Identifier: MIT
"""The whole system: it boots to the prompt, runs programs, survives the end of a driver and of Unicorn, and goes off."""

import re

from glenda.errors import GuestDeadline, GuestIdle
from glenda.shell import Shell


def run(tree) -> None:
    with tree.boot() as machine:
        try:
            shell = Shell(machine)
        except (GuestDeadline, GuestIdle):
            raise AssertionError("the shell's prompt does not come") from None
        assert shell.run("run hello").startswith("hello, world\n"), "`run hello` does not say hello"
        names = {row.name for row in shell.ps()}
        assert {"9ball", "factotum", "unicorn", "uart", "console"} <= names, f"`ps` lists {', '.join(sorted(names))}"
        shell.run(f"kill {shell.pid('uart')}")
        assert shell.run("run hello", within=2.0).startswith("hello, world\n"), "after the end of its driver the terminal is dead"
        try:
            shell.press(f"kill {shell.pid('unicorn')}", within=5.0)
        except (GuestDeadline, GuestIdle):
            raise AssertionError("after the end of Unicorn, and with it of all drivers, the prompt does not come again") from None
        assert shell.run("run hello", within=2.0).startswith("hello, world\n"), "with the second Unicorn the terminal is dead"
        services = shell.run("services")
        assert re.search(r"^unicorn +up +\d+ +1$", services, re.MULTILINE), "`services` does not show that Unicorn is up again"
        shell.type("shutdown\r")
        assert machine.run_to_exit(within=2.0) == 0
