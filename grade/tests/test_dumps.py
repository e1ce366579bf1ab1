# SPDX-License-Identifier: MIT
"""K17: the kernel's dumps and GDB show what a thread waits for. user/tests/ktest_dumps.cc makes the threads."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from test_gdb import Debugged, rows

from glenda import ktest
from glenda.machine import Machine

PROGRAM = "ktest_dumps"
DIRECT_MAP = 0xffff_ffc0_0000_0000
REGISTERS = ("pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
             "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()

Boot = Callable[..., Machine]


class Wait(NamedTuple):
    """What is shown for one thread. In the texts, {name} is the address of the object that the program calls `name`."""
    state: str
    priority: int
    dump: str
    gdb: str


WAITS = {
    "inactive": Wait("Inactive", 101, "", "-"),
    "ready": Wait("Ready", 7, "", "its turn"),
    "sender": Wait("BlockedSend", 101, ", at endpoint {entry}", "endpoint {entry}"),
    "caller": Wait("BlockedCall", 255, ", at endpoint {entry}", "endpoint {entry}"),
    "faulting": Wait("BlockedFault", 101, ", at endpoint {entry}", "endpoint {entry}"),
    "receiver": Wait("BlockedRecv", 101, ", at endpoint {exit}", "endpoint {exit}"),
    "server": Wait("BlockedRecv", 101, ", at endpoint {exit}, with reply {unused_reply}", "endpoint {exit}"),
    "waiter": Wait("BlockedRecv", 101, ", at notification {bell}", "notification {bell}"),
    "client": Wait("BlockedCall", 101, ", with reply {call_reply}", "the reply, in {call_reply}"),
    "faulted": Wait("BlockedFault", 101, ", with reply {fault_reply}", "the reply, in {fault_reply}"),
}


def places(transcript: str) -> dict[str, str]:
    """The kernel's address of each object."""
    found = re.findall(r"^place (\w+) (0x[0-9a-f]+)$", transcript, re.MULTILINE)
    return {name: f"{int(address, 16) + DIRECT_MAP:#x}" for name, address in found}


def dumps(transcript: str) -> dict[str, tuple[str, dict[str, int]]]:
    """The first line and the registers of each dump, by thread name."""
    found = re.findall(r"^(thread (\S+): .*)\n((?:  .*\n)+)", transcript, re.MULTILINE)
    assert len(found) == len({name for _, name, _ in found})
    return {name: (line, {register: int(value, 16) for register, value in re.findall(r"(\w+) +(0x[0-9a-f]+)", rest)})
            for line, name, rest in found}


@pytest.mark.parametrize("options", ["", "fastpath=off"])
def test_dumps(machine: Boot, options: str) -> None:
    transcript = ktest.run(machine, PROGRAM, options, within=5)
    ktest.expect_all_pass(transcript, PROGRAM)
    found, at = dumps(transcript), places(transcript)
    assert {name: line for name, (line, _) in found.items()} == {
        name: f"thread {name}: {wait.state}, priority {wait.priority}{wait.dump.format(**at)}"
        for name, wait in WAITS.items()}
    assert all(set(registers) == set(REGISTERS) for _, registers in found.values())
    assert found["inactive"][1] == {"pc": 0x1234} | {name: 0x1111 * n for n, name in enumerate(REGISTERS) if n > 0}
    for name in ("sender", "receiver", "server", "waiter", "caller", "client"):
        assert found[name][1]["a7"] >> 63 == 1, f"{name} is in a system call"


def test_gdb(machine: Boot) -> None:
    """The same threads in GDB, while they wait."""
    system = Debugged(machine, append=f"root=bin/{PROGRAM}", extra=["-S"], icount=False)
    answers = system.gdb(f"program {PROGRAM}", "tbreak all_are_in_place", "continue", "threads", "thread-info server")
    found = {row[2]: row for row in rows(answers["threads"])}
    at = places(system.machine.transcript)
    assert {name: (row[3], int(row[4]), row[6]) for name, row in found.items() if name != "root"} == {
        name: (wait.state, wait.priority, wait.gdb.format(**at)) for name, wait in WAITS.items()}
    assert (found["root"][3], found["root"][6]) == ("Ready", "running")
    assert f"reply {at['unused_reply']}: in root slot" in answers["thread-info server"]
    assert system.machine.run_to_exit() == 0
