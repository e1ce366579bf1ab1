# SPDX-License-Identifier: MIT
"""FORK: what parent and child share, how they part, and what becomes of those who fork too much (user/apps/forks.cc)."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell


def test_what_one_writes_the_other_does_not_see(shell: Shell) -> None:
    """Data, bss, stack, heap and a map."""
    assert shell.run("run forks") == ("child: 1 1 1 1 1\nchild: 2 2 2 2 2\nparent: 1 1 1 1 1\n"
                                      "parent: the child ended with 7\nprocess 7 exited with status 0\n")
    before = shell.memory()
    shell.run("run forks")
    assert shell.memory() == before


def test_pages_are_shared_until_one_writes(shell: Shell) -> None:
    """Counted with MEMORY_INFO: nothing for reading, exactly one page for each page that is written."""
    shell.run("run forks")          # Factotum's tables have room for a child now
    output = shell.run("run forks pages")
    assert "forks: fork took few pages, reading 0, writing to 100 pages 100\n" in output, output
    assert "forks: the parent has its 512 pages back\n" in output


def test_ranges_after_a_fork(shell: Shell) -> None:
    """MUNMAP, MPROTECT and SBRK change one of the two alone."""
    output = shell.run("run forks ranges")
    assert "forks: a write to what the parent protected: write to read-only memory\n" in output, output
    assert "forks: a read of what it unmapped: load page fault\n" in output
    assert output.endswith("exited with status 0\n")


def test_a_thousand_forks_lose_nothing(shell: Shell) -> None:
    shell.run("run forks")
    output = shell.run("run forks many 1000", within=2)
    assert "forks: 1000 children, 0 pages lost, the last cost as much as the second\n" in output, output


@pytest.mark.parametrize("harts", [1, 4])
def test_forks_of_forks(machine: Callable[..., Machine], harts: int) -> None:
    shell = Shell(machine(harts=harts, icount=harts == 1), within=2)
    shell.run("run forks nest 20", within=2)
    before = shell.memory()
    for depth in (1, 20):
        assert f"forks: {depth} deep: {depth + 2}\n" in shell.run(f"run forks nest {depth}", within=2)
    assert shell.memory() == before


def test_a_parent_that_ends_first(shell: Shell) -> None:
    """9Ball adopts the grandchild, which still has what it inherited."""
    shell.type("run forks orphan\r")
    assert shell.machine.expect("grandchild: still 1, my parent is now 1\n", within=1)


def test_a_fork_that_cannot_be_promised(shell: Shell) -> None:
    """A child may write to all that it inherits. If there is not that much memory, FORK fails and nothing changes."""
    shell.run("run forks")
    assert shell.run("run forks full", within=2).startswith("forks: OutOfMemory, then half as much was possible\n")


def test_a_fork_bomb_goes_off_alone(shell: Shell) -> None:
    """Meanwhile the driver is killed and comes back. Afterwards all memory is free, except that of larger tables."""
    shell.run("run forks nest 1")
    before = shell.memory()
    bomb = shell.machine.monitor.clock()
    shell.run("run forks bomb &")
    shell.run("kill 5", within=2)
    while "exited with status 0" not in shell.run("mem", within=2):
        assert shell.machine.monitor.clock() < bomb + 30, "it does not end"
    assert shell.memory().free == pytest.approx(before.free, abs=4096)
    assert shell.run("run forks nest 3").startswith("forks: 3 deep: 5\n")


def test_forks_that_stay(shell: Shell) -> None:
    """All memory is promised to them, so nobody's programs can be started. The services come back all the same."""
    shell.run("run forks hold &")
    began = shell.machine.monitor.clock()
    while "out of memory" not in shell.run("run hello", within=2):
        assert shell.machine.monitor.clock() < began + 10
    for name, within in (("uart", 1), ("console", 1), ("uart", 1)):
        pid = re.search(rf"{name}:? started as process (\d+)\n(?!.*{name}:? started)", shell.run("log", within=2), re.DOTALL)
        shell.run(f"kill {pid[1]}", within=within)
        assert "out of memory" in shell.run("run hello")
    assert shell.run("log").count("started as process") >= 5
