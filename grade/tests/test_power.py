# SPDX-License-Identifier: MIT
"""From power-on to the prompt, and to power-off, as a person at the console sees it."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import PROMPT, Shell

BANNER = "Glenda: a capability microkernel for RISC-V 64\n"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"

Boot = Callable[..., Machine]


def test_boot_in_order(machine: Boot) -> None:
    """Shows B2."""
    guest = machine(harts=1)
    milestones = [r"^OpenSBI ", f"^{BANNER}", r"^kernel: hart 0 is up\n",
                  r"^9ball: \d+ MiB of memory.*, 1 hart, initrd", r"^9ball: factotum: is up\n",
                  r"^9ball: unicorn: started as process 3\n", r"^unicorn: serial@10000000: process 5 serves serial\n",
                  r"^Glenda: type help .*Ctrl-A X leaves QEMU\.\n", f"^{PROMPT}"]
    for milestone in milestones:
        guest.expect(milestone, within=0.1)
    assert guest.instructions()[0] < 0.1e9
    assert guest.transcript.count(BANNER) == 1
    assert guest.transcript.count(PROMPT) == 1 and guest.transcript.endswith(PROMPT)


@pytest.mark.parametrize("harts", [1, 2, 4, 8])
def test_boot_with_harts(machine: Boot, harts: int) -> None:
    """Without -icount, as in `make qemu`."""
    shell = Shell(machine(harts=harts, icount=False), within=2)
    text = shell.machine.transcript
    assert sorted(re.findall(r"^kernel: hart (\d) is up$", text, re.MULTILINE)) == [str(hart) for hart in range(harts)]
    assert re.search(rf"^9ball: .*, {harts} harts?, initrd", text, re.MULTILINE)
    assert text.count(BANNER) == 1
    assert shell.run("run hello a b") == "a\nb\nprocess 7 exited with status 0\n"
    assert "process 8 crashed: store page fault\n" in shell.run("run crash null")
    assert "8 MiB written and checked" in shell.run("run memtest 8", within=2)
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=2) == 0


@pytest.mark.parametrize("mib", [64, 128, 512, 2048])
def test_boot_with_memory(machine: Boot, mib: int) -> None:
    """Shows B1, B3."""
    shell = Shell(machine(memory=f"{mib}M"))
    line = re.search(r"^9ball: (\d+) MiB of memory in .*, initrd (\d+) KiB$", shell.machine.transcript, re.MULTILINE)
    found, initrd = int(line[1]), int(line[2]) / 1024
    assert mib - 5 <= found + initrd <= mib         # the firmware's and the kernel's part
    memory = shell.memory()
    assert found - 4 <= memory.total / 1024 <= found    # 9Ball's own, and what devices reach
    assert memory.free > 0.85 * memory.total
    assert "40 MiB written and checked" in shell.run("run memtest 40", within=2)
    assert shell.memory().free == pytest.approx(memory.free, abs=8)


def test_shutdown(shell: Shell) -> None:
    """Shows B10."""
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=0.1) == 0
    assert shell.machine.transcript.endswith("shutdown\n9ball: switching the machine off\n")


def test_reboot_resets_the_machine(shell: Shell) -> None:
    """QEMU runs with -no-reboot, so a reset ends it. Shows B10."""
    shell.type("reboot\r")
    assert shell.machine.run_to_exit(within=0.1) == 0
    assert shell.machine.transcript.endswith("reboot\n9ball: starting the machine again\n")


def test_reboot_boots_again(machine: Boot) -> None:
    """The later option undoes -no-reboot. Shows B10."""
    shell = Shell(machine(extra=["-action", "reboot=reset"]))
    shell.run("run spin &")
    shell.type("reboot\r")
    shell.until_prompt()
    assert shell.machine.transcript.count(BANNER) == 2
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=0.1) == 0


def test_the_same_session_each_time(machine: Boot) -> None:
    """Shows Z4."""
    transcripts = set()
    for _ in range(3):
        shell = Shell(machine(harts=1))
        for command in ["help", "ps", "mem", "run hello a b", "run crash stack", "run memtest 3", "bogus", "kill 99",
                        "run spin 5", "kill 5", "kill 6", "ps", "mem"]:
            shell.run(command)
        shell.type(f"run hello ac{LEFT}b{UP}{DOWN}\r")
        shell.until_prompt()
        shell.type("shutdown\r")
        assert shell.machine.run_to_exit() == 0
        transcripts.add(shell.machine.transcript)
    assert len(transcripts) == 1
