# SPDX-License-Identifier: MIT
"""Tests of the kernel from inside: each program of user/tests runs as the root task and prints one line per test."""

import re
import subprocess
from collections.abc import Callable

import pytest

from glenda import ktest, qemu, steps
from glenda.machine import Machine
from glenda.paths import KERNEL, ROOT

KERNEL_WITHOUT_FAST_PATH = KERNEL.with_name("glenda-no-fast-path.elf")
LIMIT = 15.0                # s of guest time; the slowest program needs about a third

# Together these programs provoke every error. NOT_PROVOKED has the errors that cannot be provoked, with the reason.
PROVOKERS = ("ktest_errors", "ktest_methods", "ktest_memory", "ktest_devices")
NOT_PROVOKED: dict[str, str] = {}

Boot = Callable[..., Machine]


@pytest.mark.parametrize("options", ["", pytest.param("fastpath=off", marks=pytest.mark.long)])
@pytest.mark.parametrize("program", ktest.PROGRAMS)
def test_kernel(machine: Boot, program: str, options: str) -> None:
    ktest.expect_all_pass(ktest.run(machine, program, options, within=LIMIT), program)


@pytest.mark.parametrize("program", ["ktest_ipc", "ktest_transfer", "ktest_faults", "ktest_waits", "ktest_scheduling"])
def test_without_the_fast_path(machine: Boot, program: str) -> None:
    """K23: the kernel is complete with its fast path left out of the program, and not only turned off."""
    ktest.expect_all_pass(ktest.run(machine, program, within=LIMIT, kernel=KERNEL_WITHOUT_FAST_PATH), program)


def test_the_fast_path_is_left_out() -> None:
    """The kernel above has none of its functions."""
    names = [set(subprocess.run(["riscv64-linux-gnu-nm", "--demangle", kernel], check=True, capture_output=True,
                                text=True).stdout.split()) for kernel in (KERNEL, KERNEL_WITHOUT_FAST_PATH)]
    inside = "glenda::fast_signal(glenda::Tcb&)", "glenda::fast_fault_reply(glenda::Tcb&)"
    assert any(name in names[0] for name in inside)
    assert not any(name in names[1] for name in inside)


@pytest.mark.long
def test_registers_through_100000_preemptions(machine: Boot) -> None:
    """K5: the run above has 5,000 preemptions."""
    transcript = ktest.run(machine, "ktest_registers", "preemptions=100000", within=LIMIT)
    ktest.expect_all_pass(transcript, "ktest_registers")


def test_huge_frames(machine: Boot) -> None:
    """K14: a mapping of 1 GiB. Clearing the memory takes most of the time.

    The test needs an Untyped of 2 GiB. With 6 GiB there is one wherever QEMU puts the device tree.
    """
    ktest.expect_all_pass(ktest.run(machine, "ktest_huge_frames", within=LIMIT, memory="6G"), "ktest_huge_frames")


def errors_of_the_abi() -> set[str]:
    source = (ROOT / "lib" / "abi" / "error.h").read_text()
    body = re.search(r"enum class Error[^{]*\{(.*?)\};", source, re.DOTALL)[1]
    names = re.findall(r"^\s*(\w+)(?: = \d+)?,", body, re.MULTILINE)
    return set(names) - {"Ok", "Count"}


def test_every_error_is_provoked(machine: Boot) -> None:
    """Shows L1."""
    provoked: set[str] = set()
    for program in PROVOKERS:
        transcript = ktest.run(machine, program, within=LIMIT)
        provoked |= set(re.search(r"^provoked:(.*)$", transcript, re.MULTILINE)[1].split())
    expected = errors_of_the_abi()
    assert len(expected) > 20
    assert provoked & NOT_PROVOKED.keys() == set(), "remove these from NOT_PROVOKED"
    assert provoked == expected - NOT_PROVOKED.keys()


def test_unhandled_faults_are_reported(machine: Boot) -> None:
    """K24: the kernel reports in one line which thread stopped, why and where. The others continue."""
    transcript = ktest.run(machine, "ktest_faults", within=LIMIT)
    for victim, what, detail in (("page", "page fault", "address 0x1800123450, cause 13"),
                                 ("illegal", "exception", "address 0xffffffff, cause 2"),
                                 ("syscall", "unknown system call", ""),
                                 ("deleted", "page fault", "address 0x1800000000"),
                                 ("refused", "page fault", "address 0x1800000000")):
        report = re.search(rf"^kernel: thread victim-{victim} stopped: (.*)\n", transcript, re.MULTILINE)
        assert report is not None, f"no report on victim-{victim}"
        assert report[1].startswith(f"{what} with no handler, pc 0x") and detail in report[1]
        assert re.search(r", ra 0x[0-9a-f]+, ", report[1])


def test_vector_registers_are_out_of_reach(machine: Boot) -> None:
    """The firmware enables vector registers if there are any. The kernel does not save them, so it disables them."""
    transcript = ktest.run(machine, "ktest_vector", within=LIMIT, extra=["-cpu", "rv64,sstc=false,v=true"])
    ktest.expect_all_pass(transcript, "ktest_vector")


def test_machine_without_floating_point(machine: Boot) -> None:
    """An illegal instruction is an ordinary fault there too; the kernel must not access registers that do not exist."""
    without = "f=false,d=false" + (",zfa=false" if qemu.version() >= (8, 1) else "")    # Zfa needs F
    transcript = ktest.run(machine, "ktest_faults", within=LIMIT, extra=["-cpu", f"rv64,sstc=false,{without}"])
    ktest.expect_all_pass(transcript, "ktest_faults")


def test_runs_are_deterministic(machine: Boot) -> None:
    """A program is in the same state after the same number of instructions, from the start of a run to its end."""
    runs = []
    for number in range(2):
        guest = machine(append="root=bin/ktest_ipc", name=f"deterministic-{number}", harts=1, exact=True, held_at=20_000)
        runs.append(steps.run(guest, 20_000, "ktest: "))
        guest.run_to_exit(within=LIMIT)
    assert "ok ipc_sending\n" in runs[0][-1].transcript
    assert runs[0] == runs[1]
