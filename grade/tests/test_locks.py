# SPDX-License-Identifier: MIT
"""F11: threads that wait for each other count exactly, on one hart and on four; futexes, time-outs and sleeps, too."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]


@pytest.mark.parametrize(("harts", "rounds"), [(1, "200 3"), (4, "200")])
def test_counts_are_exact(machine: Boot, harts: int, rounds: str) -> None:
    """Mutex, Semaphore, Condition, Once, the heap and futexes, with 20 threads."""
    shell = Shell(machine(harts=harts), within=5)
    for _ in range(2):
        output = shell.run(f"run locks {rounds}", within=20)
        assert output.startswith("locks: all counts are exact\n"), output


def test_counts_of_four_harts_are_exact(machine: Boot) -> None:
    """Four threads that never rest, on four harts, count with a mutex, a semaphore and a condition. How far they come
    depends on the host, but not one count is lost."""
    shell = Shell(machine(harts=4), within=5)
    for _ in range(10):         # a busy host may not let all of its guest's harts run: then there is nothing to see
        before = shell.machine.instructions()
        output = shell.run("run exact 4 2000", within=20)
        worked = [after - begin for begin, after in zip(before, shell.machine.instructions())]
        counts = re.match(r"exact: (\d+) of (\d+) with a mutex, (\d+) of (\d+) with a semaphore, "
                          r"(\d+) of (\d+) with a condition\n", output).groups()
        assert len(set(counts)) == 1 and int(counts[0]) > 100, output
        if min(worked) > sum(worked) / 20:
            break
    else:
        raise AssertionError(f"never did all four harts work: {worked}")


def test_a_word_of_memory_that_is_gone(shell: Shell) -> None:
    """Who waits there waits until the time is up, and is not counted by those who wake others in the memory that came
    after it."""
    assert shell.run("run futex gone", within=30).startswith(
        "futex: same place, 0 were woken, the waiter ended with 0\n")


@pytest.mark.parametrize("harts", [1, 4])
def test_processes_that_share_a_word(machine: Boot, harts: int) -> None:
    """Each of five adds 100 under a lock in shared memory; four are woken, none twice."""
    shell = Shell(machine(harts=harts), within=5)
    output = shell.run("run futex", within=10)
    assert output.startswith("futex: 5 processes have added up 500, and 4 were woken\n"), output
