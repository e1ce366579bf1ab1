# SPDX-License-Identifier: MIT
"""Tests of the harness itself with the bare guests in tests/guests: small S-mode programs without Glenda.

Shows Z4.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glenda import guests, paths, plugins, qemu, steps, watch
from glenda.counters import Counters
from glenda.errors import GuestDeadline, GuestExited, GuestIdle, GuestStuck, KernelPanic
from glenda.machine import PANIC_SILENCE, Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]
A_BLOCK = 1000         # instructions, at the most, that a hart executes before it looks at its limit again


@pytest.fixture
def boot(machine: Boot) -> Boot:
    """Builds and boots the guest called `name`."""
    def start(name: str, **options: object) -> Machine:
        return machine(kernel=guests.build(name), initrd=None, **options)
    return start


@pytest.fixture
def busy_host() -> Iterator[None]:
    """Twice as many busy processes as this computer has processors."""
    loads = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    yield
    for load in loads:
        load.kill()
        load.wait()


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Of each wait that has ended: how many instructions the guest had executed, and its limit. A guest that spins is held
    there until the wait ends; afterwards it runs on, as far as the host lets it."""
    found: list[tuple[int, int]] = []
    set_limit = Counters.limit

    def limit(counters: Counters, count: int) -> None:
        if count == 0:
            found.append((counters.total(), counters._words[1]))    # pylint: disable=protected-access
        set_limit(counters, count)
    monkeypatch.setattr(Counters, "limit", limit)
    return found


def test_conversation(boot: Boot) -> None:
    guest = boot("echo")
    guest.expect(r"^hello\n> ")
    guest.sendline("one")
    assert guest.expect(r"you said: (.*)\n> ")[1] == "one"
    guest.sendline("two")
    assert guest.expect(r"you said: (.*)\n> ")[1] == "two"
    guest.sendline("quit")
    assert guest.run_to_exit() == 0
    assert "\r" not in guest.transcript
    assert guest.transcript.endswith("hello\n> you said: one\n> you said: two\n> you said: quit\n")


def test_control_a_reaches_the_guest(boot: Boot) -> None:
    guest = boot("echo")
    guest.expect("> ")
    guest.sendline("\x01x")
    guest.expect("you said: \x01x\n")


def test_more_input_than_the_uart_holds(boot: Boot) -> None:
    guest = boot("echo")
    lines = [f"this is line {number} of many" for number in range(50)]
    guest.expect("> ")
    guest.send("".join(line + "\r" for line in lines))
    for line in lines:
        guest.expect(f"you said: {line}\n", within=0.1)


def test_failure_is_an_exit_status(boot: Boot) -> None:
    guest = boot("echo")
    guest.expect("> ")
    guest.sendline("fail")
    assert guest.run_to_exit() == 7


def test_a_guest_that_has_switched_off_has_no_time_to_use(boot: Boot) -> None:
    """QEMU 7.2 goes off at once. With a later one the hart runs on until the main thread has noticed, and is held before."""
    for more in (100, 1000):
        guest = boot("late_off", exact=True, held_at=100_000_000 + more)
        assert guest.run_to_exit(within=0.1 + more / 1e9, from_power_on=True) == 0


def test_exit_is_recognised(boot: Boot) -> None:
    guest = boot("nap")
    with pytest.raises(GuestExited, match=r"status 0.*'never'(?s:.*)good morning"):
        guest.expect("never", within=31)


def test_deadline_is_in_guest_time(boot: Boot, ends: list[tuple[int, int]], busy_host: None) -> None:
    guest = boot("spin")
    guest.expect("^spinning\n")
    before = guest.instructions()[0]
    with pytest.raises(GuestDeadline, match=r"'more'\n    hart 0 is at .*main(?s:.*)\| spinning"):
        guest.expect("more", within=0.4)
    held, limit = ends[-1]
    assert limit - 0.4e9 >= before and limit <= held < limit + A_BLOCK
    assert guest.log.read_text().endswith("spinning\n")


def test_two_waits_each_have_their_time(boot: Boot, ends: list[tuple[int, int]]) -> None:
    guest = boot("spin")
    guest.expect("^spinning\n")
    for _ in range(2):
        before = guest.instructions()[0]
        with pytest.raises(GuestDeadline):
            guest.expect("more", within=0.1)
        held, limit = ends[-1]
        assert limit - 0.1e9 >= before and limit <= held < limit + A_BLOCK


def test_deadline_of_a_guest_that_only_ticks(boot: Boot) -> None:
    guest = boot("tick")
    guest.expect("^ticking\n")
    begin = time.monotonic()
    with pytest.raises(GuestDeadline, match="asleep"):
        guest.expect("more", within=20)
    assert time.monotonic() - begin < 60


def test_input_to_a_busy_guest_does_not_use_its_time(boot: Boot, busy_host: None) -> None:
    guest = boot("echo")
    guest.expect("> ")
    for word in ("a", "b", "c", "d"):
        time.sleep(0.05)
        guest.sendline(word)
        guest.expect(f"you said: {word}\n", within=0.001)


def test_idle_is_detected(boot: Boot) -> None:
    guest = boot("idle")
    guest.expect("^idle\n")
    with pytest.raises(GuestIdle):
        guest.expect("more")


def test_a_guest_that_executes_nothing_is_noticed(boot: Boot) -> None:
    guest = boot("unmapped")
    with pytest.raises(GuestStuck, match="not mapped"):
        guest.expect("more", within=20)
    begin = time.monotonic()
    guest.freeze()
    assert guest.monitor.human("info registers") and time.monotonic() - begin < 10


def test_a_guest_that_gets_nowhere_is_noticed(boot: Boot, monkeypatch: pytest.MonkeyPatch) -> None:
    """It executes instructions, so slowly that its 20 s would take hours. Else it would be this computer's fault at last."""
    monkeypatch.setattr(watch, "PACE_WINDOW", 1.0)
    guest = boot("crawl")
    with pytest.raises(GuestStuck, match="gets nowhere"):
        guest.expect("more", within=20)


def test_input_wakes_an_idle_guest(boot: Boot) -> None:
    guest = boot("echo")
    guest.expect("> ")
    with pytest.raises(GuestIdle):
        guest.expect("more")
    guest.sendline("still there")
    guest.expect("you said: still there\n")


def test_timer_at_the_end_of_time_is_explained(boot: Boot) -> None:
    guest = boot("endless")
    with pytest.raises(GuestIdle, match="end of time"):
        guest.expect("more")


def test_clock_stands_still_while_the_guest_waits_for_input(boot: Boot) -> None:
    guest = boot("echo")
    guest.expect("> ")
    before = guest.monitor.clock()
    time.sleep(0.5)
    assert guest.monitor.clock() - before < 0.01
    guest.sendline("sleep")
    ticks = int(guest.expect(r"^slept (\d+)\n", within=2)[1])
    assert 10_000_000 <= ticks < 10_000_100


def test_sleep_takes_guest_time_but_no_wall_time(boot: Boot) -> None:
    guest = boot("nap")
    guest.expect("^good night\n")
    begin = time.monotonic()
    guest.expect("^good morning\n", within=31)
    assert guest.run_to_exit() == 0
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize("harts", [1, 2])
def test_panic_fails_at_once(boot: Boot, harts: int) -> None:
    """The last line completes the report, so the harness does not wait for silence after it."""
    guest = boot("panic", harts=harts)
    guest.expect("^all is well\n")
    begin = time.monotonic()
    with pytest.raises(KernelPanic, match="PANIC: the cat is on fire\n  at main\n  at _start\nregisters: none\nEND PANIC\n"):
        guest.expect("never", within=100)
    assert time.monotonic() - begin < PANIC_SILENCE


def test_panic_whose_report_breaks_off(boot: Boot) -> None:
    """The guest is not idle, but it prints no more."""
    guest = boot("panic_cut")
    guest.expect("^all is well\n")
    begin = time.monotonic()
    with pytest.raises(KernelPanic, match="PANIC: the cat is on fire\n  at main\n  at"):
        guest.run_to_exit(within=100)
    assert time.monotonic() - begin < PANIC_SILENCE + 5


def test_panic_can_be_what_a_test_wants(boot: Boot) -> None:
    guest = boot("panic")
    guest.expect("^all is well\n")
    guest.expect("^PANIC: the cat is on (.*)\n")
    guest.expect("^registers: none\n")


@pytest.mark.parametrize("guest_name,last_words", [("count", "round 199 at"), ("nap", "good morning")])
def test_same_run_each_time(boot: Boot, guest_name: str, last_words: str) -> None:
    runs, transcripts = [], set()
    for _ in range(3):
        with boot(guest_name, exact=True, held_at=500_000) as guest:
            time.sleep(0.2)         # a slow host: the guest is held meanwhile
            runs.append(steps.run(guest, 500_000, last_words))
            guest.run_to_exit(within=10)
            transcripts.add(guest.transcript)
    assert len(runs[0]) > 10 and runs[0] == runs[1] == runs[2]
    assert len(transcripts) == 1


def test_counting_several_at_once_is_exact(machine: Boot, tmp_path: Path) -> None:
    """Another plugin counts them one by one meanwhile, through page faults, system calls and accesses to devices."""
    for source in (paths.ROOT / "grade/plugin").iterdir():
        shutil.copy(source, tmp_path)
    (tmp_path / "traps.h").write_text("#include <stdint.h>\nstatic inline int may_trap(uint32_t word) { return word | 1; }\n")
    plugin, page = tmp_path / "deadline.so", tmp_path / "page"
    subprocess.run(["gcc", *plugins.FLAGS, tmp_path / "deadline.c", "-o", plugin], check=True)
    page.write_bytes(bytes(Counters.SIZE))
    shell = Shell(machine(harts=1, exact=True, extra=["-plugin", qemu.option(file=plugin, page=page, exact="on")]))
    for command in ("run hello", "run crash null", "run forks pages", "run memtest 8"):
        shell.run(command)
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit() == 0
    one_by_one = int.from_bytes(page.read_bytes()[64:72], "little")
    assert shell.machine.instructions() == [one_by_one] and one_by_one > 40_000_000


def test_steps_show_a_run_that_differs(boot: Boot) -> None:
    """The same guest on a machine with more memory, whose firmware prints and does more."""
    runs = []
    for memory in ("128M", "1G"):
        with boot("count", memory=memory, exact=True, held_at=500_000) as guest:
            runs.append(steps.run(guest, 500_000, "round 199 at"))
    assert runs[0] != runs[1]


def test_several_harts(boot: Boot) -> None:
    guest = boot("echo", harts=2)
    guest.expect("> ")
    assert len(guest.instructions()) == 2 and min(guest.instructions()) > 0
    guest.sendline("quit")
    assert guest.run_to_exit() == 0
