# SPDX-License-Identifier: MIT
"""What Factotum does in slices (user/factotum/slice.cc): how long others wait, and that to its caller it happens at once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import USES, service, with_line

THREADS = ("end", "exec", "wake", "due", "sched", "supply")
MEMORY = ("memory", "populate", "protect", "unmap", "replace")
SLICES, MORE_SLICES = ("fork", "killed 3", "unborn", "exec"), ("map", "sbrk", "refused")
GREETER = service("greeter", "greeter", 'provides = "greeting"\nprotocol = 48')


def check(output: str, most: int = 50, latest: int = 50) -> None:
    """Factotum serves others at least every 50,000 instructions (user/apps/late.cc)."""
    found = re.search(r"late: \w+: a sleeper was (\d+) us late, a request took (\d+) us\r?\n", output)
    assert found and int(found[1]) <= latest and int(found[2]) <= most, output


@pytest.mark.parametrize("what", [*(f"{what} 100" for what in THREADS), *(f"{what} 40" for what in MEMORY), "fork 24",
                                  *(pytest.param(f"{what} 890", marks=pytest.mark.long) for what in THREADS)])
def test_others_are_served_meanwhile(shell: Shell, what: str) -> None:
    """With so many threads, or MiB, in memory that is used for the first time, and again. (Of those that sleep until the same
    millisecond the sleeper may be one itself, and the last to have its turn.)"""
    for _ in range(2):
        check(shell.run(f"run late {what}", within=2), latest={"due 100": 100, "due 890": 200}.get(what, 50))


def test_others_are_served_while_many_slots_are_copied(shell: Shell) -> None:
    """FORK of a process with 4,096 slots, of which all are in use but the first 64. To make a CNode of that size is one
    call of the kernel, which clears 256 KiB."""
    shell.run("run late slots", within=2)
    before = shell.memory()
    output = shell.run("run late slots", within=2)
    assert output.startswith("late: 4032 slots were copied\n"), output
    check(output, 80, 80)
    assert shell.memory() == before


@pytest.mark.parametrize("many", [100, pytest.param(890, marks=pytest.mark.long)])
def test_a_service_for_many(machine: Callable[..., Machine], tmp_path: Path, many: int) -> None:
    """They have waited for it, and get it one after the other."""
    config = with_line(USES, USES.replace("[", '["greeting", ')) + GREETER
    shell = Shell(machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": config})), within=2)
    shell.run("stop greeter")
    shell.press(f"run late offer {many} &")
    shell.run("run spin 400", within=1)     # all of them wait
    shell.press("start greeter")
    assert shell.saw(r"late: offer: .*\n", within=2)
    late = re.search(r"late: offer: a sleeper was (\d+) us late", shell.machine.transcript)
    assert int(late[1]) <= 100      # it may wait not only for Factotum, but for those who read keys and start the service


@pytest.mark.parametrize("what", [*SLICES, *(pytest.param(what, marks=pytest.mark.long) for what in (*MORE_SLICES, "killed"))])
def test_it_happens_at_once(shell: Shell, what: str) -> None:
    """Whatever its other threads do meanwhile, and whoever kills it (user/apps/slices.cc). Nothing is lost."""
    shell.run(f"run slices {what}", within=4)       # Factotum's tables grow once
    before = shell.memory()
    assert shell.run(f"run slices {what}", within=4).startswith(f"slices: {what.split()[0]}: fine\n")
    assert shell.memory() == before


@pytest.mark.long
@pytest.mark.parametrize("commands", [
    [f"slices {what.split()[0]}" for what in (*SLICES, *MORE_SLICES)],
    [*(f"late {what} 300" for what in THREADS), *(f"late {what} 16" for what in MEMORY)],
], ids=["slices", "late"])
def test_the_books_are_right_afterwards(with_services: Callable[..., Shell], commands: list[str]) -> None:
    listed = ", ".join(f'"{command}"' for command in commands)
    shell = with_services(service("audit", "audit", f"args = [{listed}]\npower = true"), within=4)
    log = shell.log_with(f"audit: after {commands[-1]}: ", within=20)
    assert re.findall(r"\] audit: audit: after (.*)", log) == [f"{command}: fine" for command in ["the start", *commands]], log
