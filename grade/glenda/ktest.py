# SPDX-License-Identifier: MIT
"""The programs of user/tests. Each runs as the root task, prints one line per test and switches the machine off."""

import re
from collections.abc import Callable
from pathlib import Path

from .machine import Machine
from .paths import ROOT

SOURCES = ROOT / "user" / "tests"
# Programs that run on any machine: not the one that prints facts for test_boot.py, nor the one that needs 6 GiB, nor those
# that need virtio devices (test_virtio.py).
PROGRAMS = sorted({path.stem for path in SOURCES.glob("ktest_*.cc")} - {"ktest_boot", "ktest_huge_frames"}
                  - {path.stem for path in SOURCES.glob("ktest_virtio_*.cc")})
# Programs that depend on an exact clock, which only a machine with one hart has (qemu.py), or that count all events of
# the kernel.
ON_ONE_HART = {"ktest_zombies", "ktest_devices", "ktest_fast_path", "ktest_latency", "ktest_registers",
               "ktest_scheduling", "ktest_smp_stress", "ktest_timers",
               "ktest_trace_ring"}
SUMMARY = re.compile(r"^ktest: (\d+) passed, (\d+) failed$", re.MULTILINE)


def names_in(program: str, sources: Path = SOURCES) -> set[str]:
    """The names in the program's list of tests, from its source: so that none is lost on the way."""
    source = (sources / f"{program}.cc").read_text()
    return set(re.findall(r'\{"(\w+)",', source[source.index("Case kCases[]"):]))


def run(boot: Callable[..., Machine], program: str, options: str = "", *, within: float, **machine: object) -> str:
    """Runs the program to its end and returns the transcript. `options` go on the kernel's command line, `machine` to
    Machine."""
    if program in ON_ONE_HART:
        machine.setdefault("harts", 1)
    guest = boot(append=f"root=bin/{program} {options}".strip(), **machine)
    guest.run_to_exit(within=within)
    return guest.transcript


def expect_all_pass(transcript: str, program: str) -> None:
    """Asserts that every test of the program has run and passed, and that nothing else was reported."""
    __tracebackhide__ = True
    failures = re.findall(r"^(?:FAIL|also|PANIC) .*$", transcript, re.MULTILINE)
    assert not failures, "\n" + "\n".join(failures)
    passed = set(re.findall(r"^ok (\w+)$", transcript, re.MULTILINE))
    assert passed == names_in(program)
    summary = SUMMARY.search(transcript)
    assert summary is not None, "the program did not run to its end"
    assert (int(summary[1]), int(summary[2])) == (len(passed), 0)
