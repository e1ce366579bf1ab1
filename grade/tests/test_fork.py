# SPDX-License-Identifier: MIT
"""Row F7: FORK, what parent and child share, how they part, and what becomes of those who fork too much (user/apps/forks.cc)."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell


def test_what_one_writes_the_other_does_not_see(shell: Shell) -> None:
    """Data, bss, stack, heap and a map."""
    assert shell.run("run forks").startswith("child: 1 1 1 1 1\nchild: 2 2 2 2 2\nparent: 1 1 1 1 1\n"
                                                 "parent: the child ended with 7\nprocess 7 exited with status 0\n")
    before = shell.memory()
    shell.run("run forks")
    assert shell.memory() == before


@pytest.mark.parametrize("harts", [1, 4])
def test_pages_are_shared_until_one_writes(machine: Callable[..., Machine], harts: int) -> None:
    """Counted with MEMORY_INFO: nothing for reading, exactly one page for each page that is written."""
    shell = Shell(machine(harts=harts), within=5)
    shell.run("run forks", within=2)        # Factotum's tables have room for a child now
    output = shell.run("run forks pages", within=5)
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


@pytest.mark.parametrize("times", [100, pytest.param(1000, marks=pytest.mark.long)])
def test_forks_on_four_harts_lose_nothing(machine: Callable[..., Machine], times: int) -> None:
    shell = Shell(machine(harts=4), within=5)
    shell.run("run forks many 10", within=5)
    assert f"forks: {times} children, 0 pages lost, " in shell.run(f"run forks many {times}", within=20)


def test_a_parent_that_ends_first(shell: Shell) -> None:
    """9Ball adopts the grandchild, which still has what it inherited."""
    shell.type("run forks orphan\r")
    assert shell.machine.expect("grandchild: still 1, my parent is now 1\n", within=1)


def test_a_fork_that_cannot_be_promised(shell: Shell) -> None:
    """A child may write to all that it inherits. If there is not that much memory, FORK fails and nothing changes."""
    shell.run("run forks")
    assert shell.run("run forks full", within=2).startswith("forks: OutOfMemory, then half as much was possible\n")


@pytest.mark.long
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
    """They have all the memory that a further one would need. The services come back all the same."""
    pids = [shell.pid(name) for name in ("uart", "console")]
    shell.run("run forks hold &")
    began = shell.machine.monitor.clock()
    while (now := shell.memory()).reserved < 0.97 * (now.total - now.tables):
        assert shell.machine.monitor.clock() < began + 10, now
    for pid in pids:
        shell.run(f"kill {pid}", within=1)
        assert shell.memory().reserved > 0.9 * now.reserved
    log = shell.run("log")
    assert all(log.count(f"{name} started as process") + log.count(f"{name}: started as process") == 2
               for name in ("uart", "console")), log


# --- memory objects (user/apps/shared.cc) -----------------------------------------------------------------

def test_memory_that_several_processes_map(shell: Shell) -> None:
    """F6: through FORK, and through a capability that a program is started with."""
    output = shell.run("run shared")
    assert "shared: with a child by FORK\n" in output, output
    assert "shared: with a program by its capability; 2 of 8 pages are there\n" in output
    before = shell.memory()
    shell.run("run shared")
    assert shell.memory() == before


def test_a_private_map_of_shared_memory(shell: Shell) -> None:
    assert shell.run("run shared private").startswith("shared: a private map keeps what it writes\n")


def test_memory_outlives_its_capability(shell: Shell) -> None:
    """It goes with the last part of the last map. The first object ever makes room in a table of Factotum's."""
    shell.run("run shared many 1")
    assert shell.run("run shared closed").startswith("shared: 0 pages are lost\n")


def test_hostile_use_of_objects(shell: Shell) -> None:
    """Offsets out of range, forged badges, capabilities of another kind, and calls on the object itself."""
    assert shell.run("run shared hostile").startswith(
        "past the end: BadRequest, BadRequest, BadRequest; not a page: BadRequest\n"
        "the last page: done\n"
        "another endpoint with such a badge: BadRequest; Factotum's own: BadRequest; a notification: BadRequest\n"
        "a call on the object: NoSuchProcess\n"
        "no pages: BadRequest; too many: OutOfMemory, OutOfMemory\n")


def test_ten_thousand_objects(shell: Shell) -> None:
    assert "shared: 10000 objects, 0 pages lost\n" in shell.run("run shared many 10000", within=3)


def test_a_large_object_ends_in_slices(shell: Shell) -> None:
    """Factotum answers before it has freed all 64 MiB, and who is short of memory then gets what is still to be freed."""
    shell.run("run shared large", within=2)
    before = shell.memory()
    output = shell.run("run shared large", within=2)
    found = re.match(r"shared: Factotum has answered after (\d+) instructions\nprocess \d+ exited with status 0\n", output)
    assert found and int(found[1]) < 50_000, output
    assert shell.memory() == before


def test_every_charge_is_refused_once(shell: Shell) -> None:
    """Children in accounts of 1 to 250 pages fork: that works, or is refused, and nothing is lost. Shows F3."""
    shell.run("run forks poor 250", within=5)
    before = shell.memory()
    output = shell.run("run forks poor 250", within=5)
    runs = re.search(r"forks: ran in (\d+) small accounts, 0 wrong\n", output)
    assert runs and 0 < output.count("forks: had a child\n") < 2 * int(runs[1]), output
    assert shell.memory() == before
