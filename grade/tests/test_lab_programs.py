# SPDX-License-Identifier: MIT
"""What the grader asks of the programs of user/tests, with the real kernel: single cases, signed results, and a check of
the kernel's invariants after each case."""

import re
from collections.abc import Callable

import pytest
from test_gdb import Debugged

from glenda import ktest, paths
from glenda.errors import KernelPanic
from glenda.machine import Machine
from lab import boot, config, submission, verdict
from lab.setting import Setting
from lab.verdict import Kind, Run, Stop

PROGRAM = "ktest_cspaces"
NONCE = "0123456789abcdef"
CHECKER = "glenda::check_invariants"

Boot = Callable[..., Machine]


def run(machine: Boot, options: str) -> list[str]:
    transcript = ktest.run(machine, PROGRAM, options, within=5)
    return re.findall(r"^(?:ok|FAIL|ktest:) .*$", transcript, re.MULTILINE)


def test_single_cases(machine: Boot) -> None:
    """In the order of the program, whatever the order of the option."""
    assert run(machine, "case=cspaces_every_bit,cspaces_cycles") == [
        "ok cspaces_cycles", "ok cspaces_every_bit", "ktest: 2 passed, 0 failed"]
    assert run(machine, "case=cspaces_cycles_") == ["ktest: 0 passed, 0 failed"]


def test_signed_results(machine: Boot) -> None:
    signed = submission.tag(NONCE, "cspaces_cycles")
    assert re.fullmatch(r"[0-9a-f]{16}", signed) and signed != submission.tag(NONCE, "cspaces_cycle")
    assert run(machine, f"nonce={NONCE} case=cspaces_cycles") == [f"ok cspaces_cycles {signed}", "ktest: 1 passed, 0 failed"]


def test_the_tag_as_the_contract_has_it() -> None:
    """Worked out by hand: FNV-1a of ":" is 0xaf63a74c8601827d, from its definition."""
    value = (0xcbf29ce484222325 ^ ord(":")) * 0x100000001b3 % 2**64
    for factor in (0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53):
        value = (value ^ value >> 33) * factor % 2**64
    assert submission.tag("", "") == f"{value ^ value >> 33:016x}"


def test_without_cleaning_up(machine: Boot) -> None:
    """cleanup=off: nothing is revoked. The memory of the cases before is then still used."""
    assert run(machine, "cleanup=off case=cspaces_cycles") == ["ok cspaces_cycles", "ktest: 1 passed, 0 failed"]
    revokes = [hits(machine, options) for options in ("case=cspaces_cycles", "cleanup=off case=cspaces_cycles")]
    assert revokes[0] > 0 and revokes[1] == 0


def hits(machine: Boot, options: str) -> int:
    """How often glenda::revoke_slot is called until the program prints its summary."""
    system = Debugged(machine, append=f"root=bin/{PROGRAM} {options}", extra=["-S"], icount=False)
    answer = system.gdb("break glenda::revoke_slot", "continue")["continue"]
    return answer.count("Breakpoint 1, ")


def checked(machine: Boot, options: str, *commands: str) -> tuple[bool, Machine]:
    """Whether the kernel checks its invariants. `commands`: for GDB, at the first check."""
    system = Debugged(machine, append=f"root=bin/{PROGRAM} {options}", extra=["-S"], icount=False)
    answers = system.gdb(f"tbreak {CHECKER}", "continue", *commands)
    return "Temporary breakpoint 1, " in answers["continue"], system.machine


@pytest.mark.parametrize("options, expected", [(f"nonce={NONCE}", True), ("", False)])
def test_the_kernel_is_checked_when_it_is_graded(machine: Boot, options: str, expected: bool) -> None:
    assert checked(machine, f"{options} case=cspaces_cycles")[0] == expected


def test_a_broken_invariant_has_a_name_of_its_own(machine: Boot) -> None:
    """The derivation tree is damaged after the test's own checks have passed."""
    damage = "set variable glenda::root_slots[1].first_child = &glenda::root_slots[1]"
    was_checked, system = checked(machine, f"nonce={NONCE} case=cspaces_cycles", damage)
    assert was_checked
    with pytest.raises(KernelPanic):
        system.run_to_exit(within=5)
    test = config.Test("t", "2.2", 1, "boot", program=PROGRAM, cases=("cspaces_cycles",))
    found = verdict.of_boot(test, Run(system.transcript, Stop.PANIC), NONCE, "5 s")
    assert found.kind == Kind.BROKEN and found.reason.startswith("an invariant of the kernel is broken: ")
    assert found.reason.endswith(", in case cspaces_cycles")


def test_an_idle_system_tells_where_its_threads_wait() -> None:
    """The whole system at its prompt: nothing is armed, and nobody types."""
    (paths.RESULTS / "idle").mkdir(parents=True, exist_ok=True)
    setting = Setting(paths.ROOT, paths.RESULTS / "idle", paths.KERNEL, paths.INITRD, NONCE)
    found = boot.run(setting, config.Test("idle", "3.1", 1, "boot", program="9ball", limit=0.5)).verdict
    assert found.kind == Kind.HANG and found.reason.startswith("idle: ")
    assert re.search(r"^thread root: BlockedRecv, endpoint 0x\w+\n  \w+(?:::\w+)*  user/9ball/\w+\.cc:\d+$",
                     "\n".join(found.details), re.MULTILINE), found.details
    assert any(re.fullmatch("thread console: BlockedCall, the reply, in 0x\\w+", each) for each in found.details)


@pytest.mark.parametrize("console, kind", [
    ("kernel: thread root stopped: page fault\nkernel: thread helper stopped: exception\n", Kind.ENDED),
    ("kernel: thread helper stopped: page fault\n", Kind.HANG),
    ("thread 2 stopped: page fault\n", Kind.ENDED),                 # as lab 1 says it
    ("thread 2 stopped: page fault\n1 of 2 done\n", Kind.HANG),     # others went on
])
def test_a_stopped_program_is_no_hang(console: str, kind: Kind) -> None:
    test = config.Test("t", "2.2", 1, "boot", program=PROGRAM)
    where = "  twice  user/tests/t.cc:7"        # of the thread root
    found = verdict.of_boot(test, Run(f"Glenda\n{console}", Stop.IDLE, [where]), NONCE, "5 s")
    assert found.kind == kind and (kind == Kind.HANG or found.reason == "the test's own thread stopped: page fault")
    assert found.details[0] == where
