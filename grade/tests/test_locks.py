# SPDX-License-Identifier: MIT
"""F11: threads that wait for each other count exactly, on one hart and on four; futexes, time-outs and sleeps, too."""

from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]


@pytest.mark.parametrize("harts", [1, 4])
def test_counts_are_exact(machine: Boot, harts: int) -> None:
    """Mutex, Semaphore, Condition, Once, the heap and futexes, with 20 threads."""
    shell = Shell(machine(harts=harts), within=5)
    for pid in (1, 2):
        output = shell.run("run locks", within=20)
        assert output == f"locks: all counts are exact\nprocess {4 + pid} exited with status 0\n"
