# SPDX-License-Identifier: MIT
"""hidden_programs: the shell loads a program whole, whatever it is, and passes on arguments and status."""

from glenda.session import expect
from glenda.shell import Shell
from lab.script import Tree

WHOLE = "constants true, variables true, zeros true, own true, end true\n"
ROUNDS = 6


def run(tree: Tree) -> None:
    shell = Shell(tree.boot(append="processes=off"))
    for arguments, status in (("", 0), ("1 23 456", 123456), ("7", 7), ("0 1 0 2 0", -1020), ("300", 300)):
        command = f"layout {arguments}".strip()
        expect(shell.run(command), f"{WHOLE}layout exited with status {status}\n", command)
    for _ in range(ROUNDS):
        jobs = [shell.run(f"spin {milliseconds} &").split()[0] for milliseconds in (40, 20, 1, 30, 10)]
        expect(shell.run("crash illegal"),
               r"(.*\n)*.* stopped: illegal instruction.*\n(.*\n)*crash was stopped\n", "crash illegal")
        shell.run("wait")
        said = shell.machine.transcript
        lost = [job for job in jobs if f"{job} exited with status 0\n" not in said]
        assert not lost, f"of five programs in the background, {lost[0]} never ended"
