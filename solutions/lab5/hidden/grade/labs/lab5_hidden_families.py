# SPDX-License-Identifier: MIT
"""Processes that part in other ways than the public tests, at the prompt: what one maps and protects is not the other's."""

from glenda.shell import Shell

COMMANDS = (("run forks", "parent: the child ended with 7\n"),
            ("run forks ranges", "forks: a write to what the parent protected:"),
            ("run forks ranges", "forks: a read of what it unmapped:"),
            ("run forks nest 9", "forks: 9 deep: 11\n"),
            ("run forks full", "forks: OutOfMemory, then half as much was possible\n"),
            ("run threads run 30", "threads: 30 have counted to"))


def run(tree) -> None:
    with tree.boot(memory="96M") as machine:
        shell = Shell(machine)
        for _ in range(2):
            before = shell.memory()
            for command, wanted in COMMANDS:
                said = shell.run(command, within=5.0)
                assert wanted in said, f"`{command}` prints {said.strip()!r}, without {wanted.strip()!r}"
                assert "wrong" not in said, f"`{command}` prints {said.strip()!r}"
        after = shell.memory()
        assert before.free == after.free, f"of the memory, {before.free - after.free} KiB are lost"
