# SPDX-License-Identifier: MIT
"""K26: several harts, tested from inside. QEMU runs them in parallel, in the host's time.

Two harts only: with more harts than the host has processors, a hart whose turn it is at the kernel's lock may have to
wait for the host, and all others with it, so that these tests then take minutes. The stress program's pace depends on the
host even with two; it runs in test_kernel.py on one hart, and by `make soak` on as many and as long as one asks.
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


@pytest.mark.parametrize("harts", [2])
def test_smp(machine: Boot, harts: int) -> None:
    transcript = expect_all_pass(machine, "ktest_smp", harts)
    assert len(re.findall(r"^kernel: hart \d+ is up$", transcript, re.MULTILINE)) == harts
