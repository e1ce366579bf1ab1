# SPDX-License-Identifier: MIT
"""The whole system, on the student's Factotum: the prompt, programs, and what is left when they have ended."""

from glenda.errors import GuestDeadline, GuestIdle
from glenda.shell import Shell


def run(tree) -> None:
    with tree.boot() as machine:
        try:
            shell = Shell(machine)
        except (GuestDeadline, GuestIdle):
            raise AssertionError("the shell's prompt does not come") from None
        assert shell.run("run hello").startswith("hello, world\n"), "`run hello` does not say hello"
        before = shell.memory()
        for _ in range(3):
            assert shell.run("run hello").startswith("hello, world\n"), "`run hello` does not say hello again"
        after = shell.memory()
        assert before.free == after.free, f"of the memory, {before.free - after.free} KiB are lost when three programs have ended"
        names = {row.name for row in shell.ps()}
        assert {"9ball", "factotum", "unicorn", "uart", "console"} <= names, f"`ps` lists {', '.join(sorted(names))}"
        said = shell.run("run crash")
        assert "stopped: " in said or "crash" in said, f"`run crash` prints {said!r}"
        assert shell.run("run hello").startswith("hello, world\n"), "after a crash, `run hello` does not say hello"
