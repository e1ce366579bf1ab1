# SPDX-License-Identifier: MIT
"""Hostile clients: whatever a process asks of a server, nobody else suffers, and nothing is lost.

`hostile` (user/hostile) sends random messages with random capabilities, the same for each seed. Those that wait for ever
are killed in mid-call. Afterwards the prompt works, all memory is back, Factotum's audit and the kernel's find nothing.
`make soak` goes on with other seeds.

Shows F3.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fuzz.hostile import MESSAGES, TARGETS, attack, finish, image, in_use, names
from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]

# Methods that everybody may use must have succeeded, or the attacker no longer gets past the first checks.
EVERYBODY = {"factotum": {1, 3, 4, 5, 6, 7, 8, 14, 16, 17, 18, 20, 21, 22, 23, 24, 25, 27}, "9ball": {3, 4, 7, 13}, "serial": {1},
             "unicorn": {1, 2}, "clock": {1}}


@pytest.fixture
def boot(machine: Boot, tmp_path: Path) -> Iterator[Callable[..., Shell]]:
    """Boots a system with the service `audit`, and more services. The end of the test audits it and switches it off."""
    started: list[Shell] = []

    def start(services: str = "", **options: object) -> Shell:
        initrd = image(tmp_path, services, options.get("harts", 1))
        started.append(Shell(machine(initrd=initrd, **options), within=2))
        started[-1].run("run empty", within=2)
        return started[-1]

    yield start
    for shell in started:
        finish(shell)


# Methods that need a permission, of init.toml or of Factotum, must never succeed.
NOBODY = {"factotum": {35, 36, 37}, "9ball": set(range(64)) - EVERYBODY["9ball"], "serial": {3, 4},
          "unicorn": {5, 6, 7, 9}, "clock": set()}


def wait_until(shell: Shell, condition: Callable[[], bool]) -> None:
    until = shell.machine.monitor.clock() + 5
    while not condition():
        assert shell.machine.monitor.clock() < until, shell.ps()


@pytest.mark.parametrize("messages", [MESSAGES // 10, pytest.param(MESSAGES, marks=pytest.mark.long)])
@pytest.mark.parametrize("target", TARGETS)
def test_random_messages(boot: Callable[..., Shell], target: str, messages: int) -> None:
    """A stranger can neither look up names nor register one, nor start or stop anything. Shows B7."""
    shell = boot()
    answered = attack(shell, target, 1, messages)
    assert answered >= EVERYBODY[target] and not answered & NOBODY[target]
    assert shell.run("run hello").startswith("hello, world\n")


@pytest.mark.parametrize("messages", [1000, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("target", ["factotum", "9ball"])
def test_random_messages_on_four_harts(boot: Callable[..., Shell], target: str, messages: int) -> None:
    """Attackers and their children run on any hart, and are killed at any moment."""
    attack(boot(harts=4, icount=False), target, 2, messages)


def test_a_hostile_service(boot: Callable[..., Shell]) -> None:
    """A service may do more: register, look up, be ready, take the log. Stopped in the end, it leaves nothing behind."""
    shell = boot('\n[[service]]\nname = "hostile"\npath = "bin/hostile"\nargs = ["9ball", "3", "100000", "now"]\n'
                 'provides = "uart"\nuses = ["devices"]\nlogger = true\nrestart = "never"\n')
    shell.run("run spin 500", within=5)
    assert shell.run("run hello", within=2).startswith("hello, world\n")
    if "hostile" in names(shell):
        shell.run("stop hostile", within=5)
    wait_until(shell, lambda: "hostile" not in names(shell))    # it may have asked for time to stop


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
    before, living = in_use(shell), names(shell)
    for _ in range(5):
        shell.type("run nest 300\r")
        shell.machine.expect("run nest 300\n")
        shell.type("\x03")
        shell.until_prompt(within=2)
    wait_until(shell, lambda: names(shell) == living)
    assert in_use(shell) == before
