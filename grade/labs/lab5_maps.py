# SPDX-License-Identifier: MIT
"""Programs that cut holes into their memory, at the prompt."""

from glenda.shell import Shell

COMMANDS = (("run maps", "maps: all as it should be\n"),
            ("run maps hole", "store page fault"),
            ("run maps many", "of another kind, then TooMany"),
            ("run threads churn 20", "threads: 20 came and went"))


def run(tree) -> None:
    with tree.boot() as machine:
        shell = Shell(machine)
        run_all(shell)      # Factotum's own tables grow, and stay
        before = shell.memory()
        run_all(shell)
        after = shell.memory()
        assert before.free == after.free, f"of the memory, {before.free - after.free} KiB are lost"


def run_all(shell: Shell) -> None:
    for command, wanted in COMMANDS:
        said = shell.run(command, within=2.0)
        assert wanted in said, f"`{command}` prints {said.strip()!r}, without {wanted.strip()!r}"
        assert "wrong" not in said, f"`{command}` prints {said.strip()!r}"
