# SPDX-License-Identifier: MIT
"""K26: several harts, tested from inside. QEMU runs them in parallel, in the host's time.

With more harts than the host has processors a hart may have to wait for the host where another waits for it, so the
pace is the host's affair; what is asked for is not. `make soak` runs the stress on as many harts and as long as one asks.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda.machine import Machine
from glenda.paths import ROOT

SOURCES = ROOT / "user" / "tests"
LIMIT = 20.0                # s of guest time; the watch gives a slow host ten times as many

Boot = Callable[..., Machine]


def names_in(program: str) -> set[str]:
    source = (Path(SOURCES) / f"{program}.cc").read_text()
    return set(re.findall(r'\{"(\w+)",', source[source.index("Case kCases[]"):]))


def expect_all_pass(machine: Boot, program: str, harts: int, options: str = "") -> str:
    guest = machine(harts=harts, append=f"root=bin/{program} {options}".strip(), name=f"{program}-{harts}")
    guest.run_to_exit(within=LIMIT)
    transcript = guest.transcript
    failures = re.findall(r"^(?:FAIL|also|PANIC) .*$", transcript, re.MULTILINE)
    assert not failures, "\n" + "\n".join(failures)
    passed = set(re.findall(r"^ok (\w+)$", transcript, re.MULTILINE))
    assert passed == names_in(program)
    assert re.search(rf"^ktest: {len(passed)} passed, 0 failed$", transcript, re.MULTILINE)
    return transcript


@pytest.mark.parametrize("harts", [2, 4])
def test_smp(machine: Boot, harts: int) -> None:
    transcript = expect_all_pass(machine, "ktest_smp", harts)
    assert len(re.findall(r"^kernel: hart \d+ is up$", transcript, re.MULTILINE)) == harts


@pytest.mark.parametrize("harts", [2, 4])
def test_stress(machine: Boot, harts: int) -> None:
    """Every worker on every hart gets something done, and in the end all memory is back."""
    expect_all_pass(machine, "ktest_smp_stress", harts, "seconds=3")
