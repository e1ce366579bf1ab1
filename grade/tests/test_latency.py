# SPDX-License-Identifier: MIT
"""K27: how long the kernel keeps interrupts off is bounded, and the measurement of it can be trusted."""

from collections.abc import Callable

import pytest

from bench.anchors import ANCHORS
from bench.latency import measure, run_program
from glenda.guests import build
from glenda.latency import TO_EXIT, TO_POLL, WAY_OUT, Probe, Worst
from glenda.machine import Machine

GOAL = ANCHORS["worst_irq_latency"][3]


def check(worst: Worst, limit: int) -> None:
    """Fails, with the operation, if an interrupt may have to wait longer than `limit` instructions."""
    assert worst.bound <= limit, f"{worst.bound} instructions with interrupts off, in {worst.report()}"


@pytest.fixture(scope="module")
def worst() -> Worst:
    return measure()


def test_latency_is_bounded(worst: Worst) -> None:
    check(worst, GOAL)


def test_all_kinds_were_measured(worst: Worst) -> None:
    """Thousands of calls, polls, and operations that gave way; and the invariant checker, which does not count."""
    assert worst.counts[TO_EXIT] > 1_000_000 and worst.counts[TO_POLL] > 10_000 and worst.counts[WAY_OUT] > 20
    assert worst.skipped > 50
    assert all(stretch.instructions > 0 for stretch in worst.stretches)


def test_a_violation_is_named() -> None:
    """With a limit that is too low the same check fails, and names the operation: clearing the memory of new objects."""
    worst = run_program("root=bin/ktest_retype")
    with pytest.raises(AssertionError, match=r"instructions with interrupts off, in invoke_untyped retype \(.*memset"):
        check(worst, 1000)


def test_known_stretches(machine: Callable[..., Machine]) -> None:
    """A bare guest whose stretches have known lengths, see guests/latency.c."""
    kernel = build("latency")
    with Probe(kernel, poll="poll", pause="pause", skip="debug", text=("_start", "user")) as probe:
        guest = machine(kernel=kernel, initrd=None, extra=probe.arguments)
        guest.run_to_exit()
        worst = probe.read()
    to_poll, way_out, to_exit = (stretch.instructions for stretch in worst.stretches)
    assert 6000 <= to_poll < 6020
    assert 1000 <= way_out < 1020
    assert to_exit == 20_008
    assert worst.bound == to_exit
    assert worst.counts == (4, 1, 4) and worst.skipped == 1
    assert worst.report() == "trap (long_operation 20003, trap 5)"
