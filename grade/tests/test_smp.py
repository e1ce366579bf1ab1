# SPDX-License-Identifier: MIT
"""K26: tests from inside on several harts. QEMU runs them in parallel, in the host's time.

With more harts than the host has processors, a hart that another waits for may itself wait for the host. So the speed
depends on the host, but the results do not. `make soak` runs the stress test with any number of harts, for any time.
"""

import re
from collections.abc import Callable

import pytest

from glenda import ktest
from glenda.machine import Machine

PROGRAMS = sorted(path.stem for path in ktest.SOURCES.glob("ktest_smp_*.cc") if path.stem != "ktest_smp_stress")
LIMIT = 20.0                # s of guest time; the watch allows a slow host ten times as much real time

Boot = Callable[..., Machine]


@pytest.mark.parametrize("harts, options", [(4, ""), *(pytest.param(harts, "long=1", marks=pytest.mark.long) for harts in (2, 4))])
@pytest.mark.parametrize("program", PROGRAMS)
def test_smp(machine: Boot, program: str, harts: int, options: str) -> None:
    transcript = ktest.run(machine, program, options, within=LIMIT, harts=harts)
    ktest.expect_all_pass(transcript, program)
    assert len(re.findall(r"^kernel: hart \d+ is up$", transcript, re.MULTILINE)) == harts


@pytest.mark.parametrize("harts", [pytest.param(2, marks=pytest.mark.long), 4])
def test_stress(machine: Boot, harts: int) -> None:
    """Every worker on every hart completes operations, and in the end all memory is free."""
    transcript = ktest.run(machine, "ktest_smp_stress", "seconds=3", within=LIMIT, harts=harts)
    ktest.expect_all_pass(transcript, "ktest_smp_stress")
