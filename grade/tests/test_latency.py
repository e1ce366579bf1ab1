# SPDX-License-Identifier: MIT
"""K27: the time for which the kernel disables interrupts is bounded, and its measurement is correct."""

import re
from collections.abc import Callable

import pytest

from bench.anchors import ANCHORS
from bench.latency import measure, run_program
from glenda.guests import build
from glenda.latency import TO_EXIT, TO_POLL, WAY_OUT, Probe, Worst
from glenda.machine import Machine

GOAL = ANCHORS["worst_irq_latency"][3]


def check(worst: Worst, limit: int) -> None:
    """Fails and names the operation if an interrupt may have to wait for more than `limit` instructions."""
    assert worst.bound <= limit, f"{worst.bound} instructions with interrupts off, in {worst.report()}"


@pytest.fixture(scope="module")
def worst() -> Worst:
    return measure()


@pytest.mark.long
def test_latency_is_bounded(worst: Worst) -> None:
    check(worst, GOAL)


@pytest.mark.long
def test_all_kinds_were_measured(worst: Worst) -> None:
    """There were thousands of calls and polls, preempted operations, and runs of the checker, which are skipped."""
    assert worst.counts[TO_EXIT] > 1_000_000 and worst.counts[TO_POLL] > 10_000 and worst.counts[WAY_OUT] > 20
    assert worst.skipped > 50
    assert all(stretch.instructions > 0 for stretch in worst.stretches)


def test_a_violation_is_named() -> None:
    """With a limit that is too low, the same check fails and names the operation: clearing memory for new objects."""
    worst = run_program("root=bin/ktest_retype")
    with pytest.raises(AssertionError, match=r"instructions with interrupts off, in invoke_untyped retype \(.*memset"):
        check(worst, 1000)


def test_known_stretches(machine: Callable[..., Machine]) -> None:
    """A bare guest disables interrupts for known lengths, see guests/latency.c."""
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


def test_what_is_printed_in_pieces_is_whole(machine: Callable[..., Machine]) -> None:
    """While ktest_latency prints under frequent interrupts, every line appears once, in order and unbroken."""
    guest = machine(append="root=bin/ktest_latency")
    guest.run_to_exit()
    text = guest.transcript
    assert re.findall(r"^(\d\d)\.{116}$", text, re.MULTILINE) == [f"{number:02}" for number in range(80)]
    assert text.count("." * 117) == 0
    for name in (f"{kind}-{number}" for kind in ("alone", "bereft") for number in range(10)):
        stops = re.findall(rf"^kernel: thread {name} stopped: page fault with no handler, pc 0x1812345678, "
                           r"ra 0xfedcba9876543210, .*$", text, re.MULTILINE)
        assert len(stops) == 1, f"{len(stops)} lines say that {name} stopped"
        dumps = re.findall(rf"^thread {name}: Inactive.*\n((?:  .*\n)+)", text, re.MULTILINE)
        assert len(dumps) == 1, f"{len(dumps)} dumps of {name}"
        registers = re.findall(r"(\w+)\s+(0x[0-9a-f]+)", dumps[0])
        assert len(registers) == 32 and len({name for name, _ in registers}) == 32
        assert {value for _, value in registers} == {"0x1812345678", "0xfedcba9876543210"}
