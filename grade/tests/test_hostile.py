# SPDX-License-Identifier: MIT
"""Hostile clients: whatever a process asks of a server, nobody else suffers, and nothing is lost.

`hostile` (user/hostile) sends random messages with random capabilities, the same for each seed. Those that wait for ever
are killed in mid-call. Afterwards the prompt works, all memory is back, Factotum's audit and the kernel's find nothing.
`make soak` goes on with other seeds.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.paths import ROOT
from glenda.shell import Shell

Boot = Callable[..., Machine]
INIT = (ROOT / "user" / "init.toml").read_text()
AUDIT = '\n[[service]]\nname = "audit"\npath = "bin/audit"\nneeds = ["console"]\npower = true\nrestart = "never"\n'
WRONG = "the kernel's invariants do not hold"


@pytest.fixture
def boot(machine: Boot, tmp_path: Path) -> Callable[..., Shell]:
    """Boots a system with the service `audit`, and more services. The end of the test audits it and switches it off."""
    started: list[Shell] = []

    def start(services: str = "", **options: object) -> Shell:
        image = images.variant(tmp_path / "initrd.cpio", replace={"init.toml": INIT + AUDIT + services})
        started.append(Shell(machine(initrd=image, **options), within=2))
        started[-1].run("run empty", within=2)
        return started[-1]

    yield start
    for shell in started:
        finish(shell)


def finish(shell: Shell) -> None:
    """The books of Factotum and of the kernel are in order."""
    shell.run("start audit", within=2)
    shell.run("run spin 20", within=2)
    assert re.findall(r"audit: after the start: (.*)", shell.run("log", within=5))[-1] == "fine"
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=2) == 0
    assert WRONG not in shell.machine.transcript


def attack(shell: Shell, target: str, seed: int, count: int) -> set[int]:
    """Returns the methods that have answered without an error."""
    output = shell.run(f"run hostile {target} {seed} {count}", within=60)
    found = re.search(rf"hostile: (\d+) messages to {target}, (\d+) answered without error, (\d+) lives, (\d+) killed in "
                      r"mid-call\nhostile: methods:([ \d]*)\n", output)
    assert found and int(found[1]) >= count, output[-2000:]
    return {int(method) for method in found[5].split()}


def in_use(shell: Shell) -> int:
    """KiB in use by processes. What Factotum's tables have grown by for many processes at once stays."""
    shell.ps()      # the console keeps the last list
    memory = shell.memory()
    return memory.total - memory.free - memory.tables


# Methods that everybody may use must have succeeded, or the attacker no longer gets past the first checks.
EVERYBODY = {"factotum": {1, 3, 4, 6, 7, 8, 14, 16, 17, 18, 20, 21, 22, 23, 27}, "9ball": {3, 4, 7}, "serial": {1}}


@pytest.mark.parametrize("target, count", [("factotum", 100_000), ("9ball", 100_000), ("serial", 20_000)])
def test_random_messages(boot: Callable[..., Shell], target: str, count: int) -> None:
    shell = boot()
    before = in_use(shell)
    assert attack(shell, target, 1, count) >= EVERYBODY[target]
    assert in_use(shell) == before
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "uart", "console"]
    assert shell.run("run hello").startswith("hello, world\n")


@pytest.mark.parametrize("target", ["factotum", "9ball"])
def test_random_messages_on_four_harts(boot: Callable[..., Shell], target: str) -> None:
    """Attackers and their children run on any hart, and are killed at any moment."""
    shell = boot(harts=4, icount=False)
    before = in_use(shell)
    attack(shell, target, 2, 10_000)
    assert in_use(shell) == before


def test_a_hostile_service(boot: Callable[..., Shell]) -> None:
    """A service may do more: register, look up, be ready, take the log. Stopped in the end, it leaves nothing behind."""
    shell = boot('\n[[service]]\nname = "hostile"\npath = "bin/hostile"\nargs = ["9ball", "3", "100000", "now"]\n'
                 'provides = "uart"\nuses = ["serial", "uart"]\nlogger = true\nrestart = "never"\n')
    shell.run("run spin 500", within=5)
    assert shell.run("run hello", within=2).startswith("hello, world\n")
    if "hostile" in [row.name for row in shell.ps()]:
        shell.run("stop hostile", within=5)
    shell.run("run spin 50", within=5)
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "uart", "console"]


def test_an_attack_is_repeatable(machine: Boot) -> None:
    """A failure can be reproduced: the same seed gives the same output, another seed does not."""
    once, again, other = (Shell(machine(harts=1)).run(f"run hostile factotum {seed} 2000", within=5) for seed in (9, 9, 10))
    assert once == again != other


def test_a_thousand_callers_that_wait(boot: Callable[..., Shell]) -> None:
    """Each holds one of Factotum's Reply objects. The next is served all the same, and everything is given back."""
    shell = boot(memory="512M")
    assert shell.run("run nest 1000", within=20).startswith("nest: 1001 processes\n")
    before = shell.memory().free                # the tables for so many processes stay
    assert shell.run("run nest 1000", within=20).startswith("nest: 1001 processes\n")
    assert shell.memory().free == before


def test_callers_that_die_while_they_wait(boot: Callable[..., Shell]) -> None:
    """^C ends the first of 300, each of which waits for the next. The others are nobody's then, and end one by one."""
    shell = boot()
    before = in_use(shell)
    for _ in range(5):
        shell.type("run nest 300\r")
        shell.machine.expect("run nest 300\n")
        shell.type("\x03")
        shell.until_prompt(within=2)
    until = shell.machine.monitor.clock() + 5
    while len(shell.ps()) != 4:
        assert shell.machine.monitor.clock() < until, shell.ps()
    assert in_use(shell) == before
