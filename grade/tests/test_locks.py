# SPDX-License-Identifier: MIT
"""F11: threads that wait for each other count exactly, on one hart and on four; futexes, time-outs and sleeps, too."""

from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]


@pytest.mark.parametrize(("harts", "rounds"), [(1, "200 3"), (4, "20")])
def test_counts_are_exact(machine: Boot, harts: int, rounds: str) -> None:
    """Mutex, Semaphore, Condition, Once, the heap and futexes, with 20 threads."""
    shell = Shell(machine(harts=harts), within=5)
    for _ in range(2):
        output = shell.run(f"run locks {rounds}", within=20)
        assert output.startswith("locks: all counts are exact\n"), output


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
