# SPDX-License-Identifier: MIT
"""K28: a million random system calls from hostile threads, a twentieth of them in `make check` and all in `make check-long`.
The kernel survives and all its invariants hold.

Targeted attacks (ktest_hostile_calls, ktest_hostile_registers, ktest_self_destruction, ktest_leaks) run with the other
programs in test_kernel.py. For more calls and other seeds: `make fuzz-calls CALLS=100000000 SEED=7`.
"""

import re

import pytest

from fuzz.calls import SUMMARY, run

SEEDS = [(1, 50_000), *(pytest.param(seed, 250_000, marks=pytest.mark.long) for seed in (1, 2, 3, 4))]

# Each method that victims can call must have succeeded at least once, or the fuzzer no longer gets past the checks.
METHODS = {"Untyped": 2, "CNode": 7, "Tcb": 13, "Frame": 4, "PageTable": 2, "VSpace": 3, "Timer": 3, "IrqControl": 1,
           "IrqHandler": 3}


@pytest.mark.parametrize(("seed", "calls"), SEEDS)
def test_random_calls(seed: int, calls: int) -> None:
    reason, transcript = run(seed, calls, name=f"test_fuzz-{seed}")
    assert not reason, f"{reason}\nrepeat it: make fuzz-calls CALLS={calls} SEED={seed}"
    assert int(SUMMARY.search(transcript)[3]) >= calls // 10_000    # checks of all invariants
    succeeded = set(re.findall(r"^kfuzz: (\w+) method (\d+): \d+$", transcript, re.MULTILINE))
    expected = {(kind, str(method)) for kind, count in METHODS.items() for method in range(1, count + 1)}
    assert expected <= succeeded


@pytest.mark.parametrize("calls", [300, pytest.param(3_000, marks=pytest.mark.long)])
def test_random_calls_on_four_harts(calls: int) -> None:
    """The fuzzer puts its hostile threads on random harts, so they race for the kernel and are stopped while they run. On a few
    processors they wait for each other most of the time."""
    reason, transcript = run(1, calls, name="test_fuzz-harts", harts=4)
    assert not reason, f"{reason}\nrepeat it: make fuzz-calls CALLS={calls} SEED=1 SMP=4"
    assert "kernel: hart 3 is up\n" in transcript


def test_a_seed_is_one_run() -> None:
    """A failure can be reproduced: the same seed gives the same output, another seed does not."""
    once, again, other = (run(seed, 5_000, name=f"test_fuzz-replay-{n}")[1]
                          for n, seed in enumerate((99, 99, 100)))
    start = once.index("kfuzz: seed")
    assert once[start:] == again[start:]
    assert other[other.index("kfuzz: world"):] != once[once.index("kfuzz: world"):]
