# SPDX-License-Identifier: MIT
"""K26: several harts, tested from inside. QEMU runs them in parallel, in the host's time.

With more harts than the host has processors a hart may have to wait for the host where another waits for it, so the
pace is the host's affair; what is asked for is not. `make soak` runs the stress on as many harts and as long as one asks.
"""

import re
from collections.abc import Callable

import pytest

from glenda import ktest
from glenda.machine import Machine

PROGRAMS = sorted(path.stem for path in ktest.SOURCES.glob("ktest_smp_*.cc") if path.stem != "ktest_smp_stress")
LIMIT = 20.0                # s of guest time; the watch gives a slow host ten times as many

Boot = Callable[..., Machine]


@pytest.mark.parametrize("harts", [2, 4])
@pytest.mark.parametrize("program", PROGRAMS)
def test_smp(machine: Boot, program: str, harts: int) -> None:
    transcript = ktest.run(machine, program, within=LIMIT, harts=harts)
    ktest.expect_all_pass(transcript, program)
    assert len(re.findall(r"^kernel: hart \d+ is up$", transcript, re.MULTILINE)) == harts


@pytest.mark.parametrize("harts", [2, 4])
def test_stress(machine: Boot, harts: int) -> None:
    """Every worker on every hart gets something done, and in the end all memory is back."""
    transcript = ktest.run(machine, "ktest_smp_stress", "seconds=3", within=LIMIT, harts=harts)
    ktest.expect_all_pass(transcript, "ktest_smp_stress")
