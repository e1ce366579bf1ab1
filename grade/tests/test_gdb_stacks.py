# SPDX-License-Identifier: MIT
"""`break-panic` stops at every report that begins with PANIC; callers are named by their calls, also those of a thread
that waits."""

import re
from collections.abc import Callable
from pathlib import Path

from test_gdb import PROMPT, Debugged, run_gdb

from glenda.machine import Machine
from glenda.paths import KERNEL, ROOT

Boot = Callable[..., Machine]
CASE = "root=bin/ktest_cspaces nonce=1 case=cspaces_cycles"


def stops(machine: Boot, *damage: str) -> str:
    """Where the system is after the kernel was damaged."""
    answers = Debugged(machine, append=CASE, extra=["-S"], icount=False).gdb(
        "break-panic", "tbreak glenda::check_invariants", "continue", *damage, "info source", "continue")
    return answers["continue"]


def test_a_broken_invariant(machine: Boot) -> None:
    """Its report goes on: the checker returns. So it is none of `panic`."""
    assert "Breakpoint 3, glenda::report_violation (" in stops(
        machine, "set variable glenda::root_slots[1].first_child = &glenda::root_slots[1]")


def test_a_trap_in_the_kernel(machine: Boot) -> None:
    assert "Breakpoint 2, glenda::kernel_trap (" in stops(machine, "set variable $pc = 0x123450")


def test_an_assertion(machine: Boot) -> None:
    assert "Breakpoint 1, glenda::panic (" in stops(machine, "set variable $pc = glenda::panic")


def test_every_report_is_known() -> None:
    """Whoever prints PANIC is one of those functions."""
    printing = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "kernel").rglob("*.cc"))
                if "PANIC: " in path.read_text(encoding="utf-8")]
    assert printing == ["kernel/check/check_call.cc", "kernel/debug/print.cc", "kernel/entry/entry.cc"]
    answer = run_gdb(f"file {KERNEL}", "break-panic")["break-panic"]
    assert sorted(re.findall(r"file (kernel/\S+),", answer)) == printing


def test_the_stack_of_a_thread_that_waits(machine: Boot) -> None:
    """It is whole, and the hart gets back what is its own: the system goes on."""
    system = Debugged(machine, icount=False)
    system.machine.expect(PROMPT)
    state = "info registers pc sp satp"
    answers = system.gdb("program uart", state, "thread-backtrace uart", f"{state} fp", "thread-backtrace nobody")
    assert re.search(r"^#\d+ .*Server::receive \(.*\n(?:.*\n)*#\d+ .*main \(.*\) at user/uart/main.cc:\d+$",
                     answers["thread-backtrace uart"], re.MULTILINE)
    assert answers[f"{state} fp"].startswith(answers[state]) and "no thread has the number" in answers["thread-backtrace nobody"]
    system.machine.sendline("run hello there")
    system.machine.expect("^there\n")


NAMES = """
import symbols, thread
class Root: name = "root"
functions = sorted(symbols._functions(symbols.KERNEL, 0))
behind = next(second[0] for first, second in zip(functions, functions[1:]) if first[1] and first[0] + first[1] == second[0])
print(thread.Thread.place(Root, behind), thread.Thread.call_before(Root, behind))
"""


def test_a_return_address_belongs_to_its_call(tmp_path: Path) -> None:
    """`panic` never returns, so the address after its call may be another function's."""
    script = tmp_path / "names.py"
    script.write_text(NAMES)
    next_one, caller = re.findall(r"<(.+?)>", run_gdb(f"source {script}")[f"source {script}"])
    assert "+" not in next_one and "+0x" in caller and not caller.startswith(next_one)
