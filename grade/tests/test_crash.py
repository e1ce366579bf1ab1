# SPDX-License-Identifier: MIT
"""Programs that crash: each is reported, terminated and cleaned up, and no other program is affected."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from glenda import images, paths, symbols
from glenda.errors import GuestDeadline
from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]
CRASH = paths.BUILD / "user" / "crash.elf"          # with debug information; its symbols are those of bin/crash


class Kind(NamedTuple):
    """The expected report. `where`: the function; it has no symbol if the jump to it was the crash."""
    what: str
    address: str
    where: str


KINDS = {
    "page-fault": Kind("store page fault at address", "0x700000000", "write_to"),
    "null": Kind("store page fault at address", "0x0", "write_to"),
    "illegal": Kind("illegal instruction", "0xffffffff", "illegal_instruction"),
    "misaligned": Kind("misaligned access at address", r"0x\w+[13579bdf]", "misaligned_atomic"),
    "stack": Kind("stack overflow at address", r"0x3f\w{8}", "stack_overflow"),
    "exec-data": Kind("jump into memory without code at address", r"0x\w+", ""),
    "write-list": Kind("write to read-only memory at address", r"0x18\w{8}", "write_to"),    # row F13
    "write-text": Kind("write to read-only memory at address", r"0x1\w{4}", "write_to"),
}


def test_every_kind_is_tested(shell: Shell) -> None:
    assert re.findall(r"^  (\S+) ", shell.run("run crash"), re.MULTILINE) == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_report(shell: Shell, name: str) -> None:
    """Shows F1, F14."""
    kind = KINDS[name]
    output = shell.run(f"run crash {name}")
    report = re.match(rf"crash \(pid 7\) stopped: {kind.what} ({kind.address}), pc (0x\w+) (in|called from) (\S+)\n",
                      output)
    assert report, output
    address, pc, word, place = report.groups()
    if kind.where:
        function, _, offset = place.partition("+")
        assert word == "in" and function.endswith(f"::{kind.where}")
        # The report has the same symbol that the host's tools find.
        assert re.fullmatch(rf"{pc} \(\w*{kind.where}[\w.]*\+{offset}\)", symbols.name(CRASH, int(pc, 16)))
    else:
        assert pc == address and word == "called from" and re.fullmatch(r"(main|\S+::\S+)\+0x\w+", place)
    if name == "write-text":
        assert "page_fault" in symbols.name(CRASH, int(address, 16))
    assert re.search(r"^  ra 0x[0-9a-f]{16}  sp 0x[0-9a-f]{16}  gp ", output, re.MULTILINE)
    assert output.endswith(f"process 7 crashed: {kind.what.removesuffix(' at address')}\n")

    assert shell.run("run hello again") == "again\nprocess 8 exited with status 0\n"
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]


def test_report_from_the_background(shell: Shell) -> None:
    """The report appears at once, and the exit status before the next prompt."""
    shell.run("run crash null &")
    assert shell.saw(r"crash \(pid 7\) stopped: store page fault at address 0x0,.*\n(  .*\n){4}")
    shell.type("\r")
    assert shell.until_prompt().endswith("process 7 crashed: store page fault\n")
    assert shell.run("run hello") == "hello, world\nprocess 8 exited with status 0\n"


def test_a_crash_does_not_disturb_others(shell: Shell) -> None:
    shell.run("run memtest 8 &")
    for name in KINDS:
        shell.type(f"run crash {name}\r")
        shell.machine.expect(r"^process \d+ crashed: .*\n")
    assert shell.saw(r"memtest: 8 MiB written and checked, 8\d\d\d KiB resident\n", within=2)


def test_nothing_is_lost_in_crashes(shell: Shell) -> None:
    """Free memory is the same after three rounds of all crashes as after one, and after 20 runs of hello.

    Shows F3, F14.
    """
    for name in ("hello", *(f"crash {kind}" for kind in KINDS), "memtest 2"):
        shell.run(f"run {name}")
    before = shell.memory()
    for _ in range(20):
        shell.run("run hello")
    assert shell.memory() == before
    for _ in range(3):
        for name in KINDS:
            assert "crashed" in shell.run(f"run crash {name}")
    assert shell.memory() == before
    for _ in range(10):
        shell.run("run nosuch")
        assert "status 1" in shell.run("run memtest 4000")
        shell.run("run memtest 1")
    assert shell.memory() == before


def test_nothing_is_lost_with_harts(machine: Boot) -> None:
    shell = Shell(machine(harts=4, icount=False), within=2)
    for name in ("hello", *(f"crash {kind}" for kind in KINDS), "memtest 2"):
        shell.run(f"run {name}", within=2)
    before = shell.memory()
    for name in KINDS:
        assert KINDS[name].what in shell.run(f"run crash {name}", within=2)
        assert shell.run("run hello", within=2).startswith("hello, world\n")
    assert shell.memory() == before


# --- memory -----------------------------------------------------------------------------------------------

def test_memtest_touches_lazily(shell: Shell) -> None:
    """Shows F4."""
    output = shell.run("run memtest 8")
    found = re.fullmatch(r"memtest: 8 MiB reserved, (\d+) KiB resident\n"
                         r"memtest: 8 MiB written and checked, (\d+) KiB resident\n"
                         r"process 7 exited with status 0\n", output)
    assert found, output
    before, after = int(found[1]), int(found[2])
    assert before < 100 and 8 * 1024 <= after - before < 8 * 1024 + 64


def test_memtest_of_too_much_fails_cleanly(shell: Shell) -> None:
    shell.run("run memtest 1")
    memory = shell.memory()
    for number, mib in enumerate([memory.free // 1024 + 1, 1000, 100_000, 10_000_000], start=8):
        assert shell.run(f"run memtest {mib}") == (f"memtest: cannot reserve {mib} MiB: out of memory\n"
                                                   f"process {number} exited with status 1\n")
        assert shell.memory() == memory
    assert shell.run("run hello").startswith("hello, world\n")


def test_memtest_of_almost_all(shell: Shell) -> None:
    """All memory that is promised can be used, down to the last page, and all of it is freed."""
    shell.run("run memtest 1")
    memory = shell.memory()
    promised = memory.reserved - (memory.total - memory.free - memory.tables)       # to others, which may still use it
    most = (memory.free - promised - 1024) // 1024                                  # 1 MiB: the program, its tables
    for _ in range(2):
        assert f"memtest: {most} MiB written and checked" in shell.run(f"run memtest {most}", within=3)
        assert shell.memory().free == pytest.approx(memory.free, abs=4)


def test_two_memtests_at_once(shell: Shell) -> None:
    shell.run("run memtest 2")
    memory = shell.memory()
    shell.type("run memtest 8 &\rrun memtest 8 &\r")
    shell.until_prompt()
    shell.until_prompt()
    assert shell.saw(r"(?s)(memtest: 8 MiB written and checked, 82\d\d KiB resident\n.*){2}", within=2)
    shell.type("run spin 20\r")        # long enough for both to end
    shell.until_prompt()
    ends = re.findall(r"^process (\d+) exited with status 0$", shell.machine.transcript, re.MULTILINE)
    assert sorted(ends) == ["10", "7", "8", "9"]
    assert shell.memory().free == pytest.approx(memory.free, abs=16)


def test_a_memtest_that_does_not_fit(shell: Shell) -> None:
    """It is refused, takes nothing, and one that fits then runs."""
    memory = shell.memory()
    most = int(memory.free / 1024)
    assert f"memtest: cannot reserve {most + 1} MiB: out of memory\nprocess 7 exited with status 1\n" in shell.run(
        f"run memtest {most + 1}")
    assert shell.memory().free == pytest.approx(memory.free, abs=16)
    assert f"memtest: {most * 6 // 10} MiB written and checked" in shell.run(f"run memtest {most * 6 // 10}", within=3)


# --- damaged programs -------------------------------------------------------------------------------------

def test_damaged_programs_are_refused_or_ended(machine: Boot, tmp_path: Path) -> None:
    """40 copies of hello with 1 to 4 wrong bytes in the headers: each is refused, crashes or runs, twice.

    Shows F2.
    """
    chance = random.Random(3)
    good = (paths.INITRD_TREE / "bin" / "hello").read_bytes()
    headers = 64 + 56 * good[56]

    def damaged() -> bytes:
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(headers)] = chance.choice([0, 1, 0x7f, 0x80, 0xff, chance.randrange(256)])
        return bytes(data)

    programs = {f"bin/d{number}": damaged() for number in range(40)}
    shell = Shell(machine(initrd=images.variant(tmp_path / "initrd.cpio", replace=programs)))
    shell.run("run hello")
    refused = 0
    for number in [*range(40)] * 2:
        if number == 0:
            before = shell.memory()     # the second round's counts: by then the headers of all programs are kept
        shell.type(f"run d{number}\r")
        try:
            output = shell.until_prompt(within=0.05)
        except GuestDeadline:
            shell.type("\x03")
            output = shell.until_prompt(within=0.1)
        if "no program that can run here" in output:
            refused += 1
            assert re.search(rf"^bin/d{number}: .+ \(at byte 0x\w+\)\n", output, re.MULTILINE), output
        else:
            assert re.search(r"^process \d+ (exited|crashed|was killed)", output, re.MULTILINE), output
    assert refused >= 40
    assert shell.memory() == before
    assert shell.run("run hello").startswith("hello, world\n")
