# SPDX-License-Identifier: MIT
"""What SPAWN can do beside starting a program: environments, waiting for the end, and accounts (rows F1, F3, F9)."""

import re

from glenda.shell import Shell


def test_an_environment(shell: Shell) -> None:
    """A child has the variables that its parent gives it, and the grandchildren inherit them."""
    def env(arguments: str) -> str:
        return re.sub(r"process \d+ exited with status 0\n$", "", shell.run(f"run env {arguments}".strip()))

    assert env("") == ""
    assert env("A=1 B=two=2 A=3 env") == "A=3\nB=two=2\n"
    assert env("A=1 env B=2 env C= env") == "A=1\nB=2\nC=\n"
    many = " ".join(f"V{i}={i}" for i in range(20))
    assert env(f"{many} env").split() == many.split()


def test_spawn_that_waits(shell: Shell) -> None:
    """`env` spawns with the flag Wait: it goes on when its child has ended, with the child's status."""
    assert shell.run("run env X=1 hello there").startswith("there\nprocess ")
    assert "env: crash did not end by itself\n" in shell.run("run env X=1 crash null")
    assert shell.run("run env X=1 nosuch").startswith("env: nosuch: NotFound bin/nosuch: the archive holds no file")
    before = shell.machine.monitor.clock()
    shell.run("run env X=1 spin 300", within=2)
    assert 0.3 <= shell.machine.monitor.clock() - before < 0.4
    shell.type("run env X=1 spin\r")        # both end with ^C
    shell.machine.expect("run env X=1 spin\n")
    shell.type("\x03")
    assert re.search(r"process \d+ was killed\n", shell.until_prompt())
    for row in shell.ps():
        if row.name == "spin":
            shell.run(f"kill {row.pid}")
    assert not {row.name for row in shell.ps()} & {"env", "spin"}


def test_an_account_can_change(shell: Shell) -> None:
    """The parent raises the child's limit: 256 pages, then 512. What is in use, or is not there, is refused."""
    shell.run("run budget")
    before = shell.memory()
    output = shell.run("run budget", within=1)
    for what, answer in {"less than it has": "OutOfMemory", "more than there is": "OutOfMemory",
                         "a stranger": "PermissionDenied", "itself": "PermissionDenied", "twice as much": "done"}.items():
        assert f"budget: {what}: {answer}\n" in output, output
    found = re.search(r"budget: the child had room for (\d+) pages, then for (\d+) more\n", output)
    assert found and 150 < int(found[1]) < 256 and int(found[2]) == 256, output
    assert shell.memory() == before
