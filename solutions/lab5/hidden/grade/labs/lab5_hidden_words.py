# SPDX-License-Identifier: MIT
"""Processes that share a lock and a gate of futexes, and threads that wait in every way when their process is killed."""

from glenda.shell import Shell


def run(tree) -> None:
    with tree.boot() as machine:
        shell = Shell(machine)
        said = shell.run("run futex", within=5.0)
        assert "exited with status 0" in said, f"`run futex` prints {said.strip()!r}"
        said = shell.run("run futex gone", within=5.0)
        assert "wrong" not in said, f"`run futex gone` prints {said.strip()!r}"
        hang_and_kill(shell)    # Factotum's own tables grow, and stay
        before = shell.memory()
        for _ in range(3):
            hang_and_kill(shell)
        after = shell.memory()
        assert before.free == after.free, f"of the memory, {before.free - after.free} KiB are lost"


def hang_and_kill(shell: Shell) -> None:
    shell.press("run threads hang 10 &")
    shell.press("run hello")    # meanwhile they begin to wait
    pid = next(row.pid for row in shell.ps() if row.name == "threads")
    shell.press(f"kill {pid}")
    shell.press("run hello")
    assert not [row for row in shell.ps() if row.name == "threads"], "a process that was killed is still there"
