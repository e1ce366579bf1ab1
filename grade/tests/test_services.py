# SPDX-License-Identifier: MIT
"""Services that end are started again by their rule, after ever longer pauses."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import INIT, service

Boot = Callable[..., Machine]
OFF = "9ball: the system cannot go on: switching the machine off\n"


def test_the_driver_is_started_anew(shell: Shell) -> None:
    assert shell.run("kill 5") == ""
    for line in ["process 5 was killed", "starts again in 100 ms", "bin/uart started as process 7", "process 7 serves serial"]:
        assert f"unicorn: serial@10000000: {line}\n" in shell.run("log")
    assert [row[:5] for row in shell.ps()] == [(1, 0, "9ball", "wait", 250), (2, 1, "factotum", "run", 240),
                                               (3, 1, "unicorn", "wait", 210), (4, 3, "rtc", "wait", 200),
                                               (7, 3, "uart", "wait", 200), (6, 1, "console", "run", 100)]
    assert shell.run("run hello a") == "a\nprocess 8 exited with status 0\n"
    shell.type("run spin\r")        # the new driver handles ^C
    shell.machine.expect("run spin\n")
    shell.type("\x03")
    assert shell.until_prompt().endswith("process 9 was killed\n")


def test_the_console_is_started_anew(shell: Shell) -> None:
    """Shows F8."""
    shell.run("run spin &")
    assert shell.run("kill 6") == "Glenda: type help for the commands; Ctrl-A X leaves QEMU.\n"
    rows = {row.name: row for row in shell.ps()}
    assert rows["console"].pid == 8 and rows["console"].parent == 1
    assert rows["spin"].parent == 1, "an orphan is not adopted"
    assert shell.run("kill 7") == ""
    assert "spin" not in [row.name for row in shell.ps()]
    log = shell.run("log")
    for line in ["console: process 6 was killed", "console: starts again in 100 ms", "console: started as process 8"]:
        assert f"9ball: {line}\n" in log
    assert shell.run("run hello") == "hello, world\nprocess 9 exited with status 0\n"


DOUBLED = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 6.4, 6.4]     # s
ALIKE = [0.1] * 9


@pytest.mark.parametrize("name, expected", [("console", DOUBLED), ("uart", ALIKE)])
def test_who_ends_often_starts_again(machine: Boot, name: str, expected: list[float]) -> None:
    """A service waits ever longer; a driver that was at work and was killed has not failed. Either gets back everything it
    had: free memory is the same after the second end as after the ninth. Shows B8."""
    shell = Shell(machine(harts=1))
    pauses, memory = [], None
    for round in range(9):
        before = shell.machine.monitor.clock()
        shell.run(f"kill {shell.pid(name)}", within=8)
        pauses.append(shell.machine.monitor.clock() - before)
        if round == 2:
            memory = shell.memory()
    assert pauses == pytest.approx(expected, rel=0.05)
    assert shell.memory() == memory
    assert shell.run("run hello").startswith("hello, world\n")


def test_ends_with_several_harts(machine: Boot) -> None:
    shell = Shell(machine(harts=4, icount=False), within=2)
    for name in ("uart", "console", "uart"):
        shell.run(f"kill {shell.pid(name)}", within=4)
        assert shell.run("run hello", within=2).startswith("hello, world\n")


def test_a_program_that_prints_without_a_driver(machine: Boot) -> None:
    """While there is no driver, output waits for the next one."""
    shell = Shell(machine(harts=1))
    shell.type("run memtest 30 &\rkill 5\r")
    shell.until_prompt()
    shell.until_prompt()
    assert shell.saw(r"memtest: 30 MiB written and checked")
    shell.type("\r")
    shell.until_prompt()
    assert "memtest" not in shell.run("log", within=1)


@pytest.mark.parametrize("rule, restarts", [("always", True), ("on-failure", True), ("never", False)])
def test_the_rule_for_killed_services(machine: Boot, tmp_path: Path, rule: str, restarts: bool) -> None:
    """Shows B4, B8."""
    head, _, tail = INIT.rpartition('restart = "always"')
    config = f'{head}restart = "{rule}"{tail}'
    guest = machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": config}))
    shell = Shell(guest)
    if restarts:
        shell.run("kill 6")
        assert shell.pid("console") == 7
    else:
        shell.type("kill 6\r")
        guest.expect(r"^\[.*\] 9ball: console: process 6 was killed\n")
        guest.expect(r"^9ball: no service is left that could take commands\n")
        assert guest.run_to_exit(within=0.1) == 0
        assert guest.transcript.endswith(OFF)


def test_a_service_that_ends_at_once_is_left_alone_in_the_end(with_services: Callable[..., Shell]) -> None:
    """The service does not provide what it declares. 9Ball gives up after five starts. Shows B8."""
    shell = with_services(service("dud", "hello", 'provides = "dud"\nrestart = "always"'))
    log = shell.log_with("dud: does not run", within=3)
    assert log.count("9ball: dud: started as process ") == 5
    assert [int(pause) for pause in re.findall(r"dud: starts again in (\d+) ms\n", log)] == [100, 200, 400, 800]
    assert "9ball: dud: does not run: it has ended 5 times before it was up\n" in log
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]


def test_a_service_that_crashes_is_reported(with_services: Callable[..., Shell]) -> None:
    """It declares that it provides something, so 9Ball gives up. Otherwise an idle machine's clock would never stop.

    Shows B9.
    """
    config = service("bad", "crash", 'args = ["null"]\nprovides = "bad"\nrestart = "on-failure"')
    shell = with_services(config)
    log = shell.log_with("bad: does not run", within=3)
    assert len(re.findall(r"9ball: bad: process \d+ crashed: store page fault\n", log)) == 5
    assert len(re.findall(r"crash \(pid \d+\) stopped: store", shell.machine.transcript)) == 5
    assert shell.run("run hello").startswith("hello, world\n")


def test_a_service_that_is_done_stays_away(with_services: Callable[..., Shell]) -> None:
    """`on-failure`, the default: an exit with status 0 is not a failure."""
    shell = with_services(service("once", "hello", 'args = ["once"]'))
    log = shell.log_with("once: process ", within=0.5)
    assert re.search(r"9ball: once: process \d exited with status 0\n", log)
    assert re.search(r"\] once: once\n", log), "its output is not in the log"
    shell.run("run spin 150", within=1)
    assert shell.run("log").count("once: started as process ") == 1


def test_a_missing_service_does_not_stop_the_others(with_services: Callable[..., Shell]) -> None:
    shell = with_services(service("gone", "gone") + service("next", "hello", 'needs = ["gone"]'))
    log = shell.run("log")
    assert "9ball: gone: cannot start: bin/gone: the archive holds no file of that name" in log
    assert "9ball: next: does not run: it needs gone\n" in log
    assert shell.run("run hello").startswith("hello, world\n")
