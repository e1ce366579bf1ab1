# SPDX-License-Identifier: MIT
"""F12: programs share the processors. Nobody takes more than a share, and all harts work."""

import re
import time
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import service

Boot = Callable[..., Machine]


def test_short_requests_beside_spinners(shell: Shell) -> None:
    """A hundred requests take less than a millisecond, whoever spins at the same priority."""
    alone = int(re.search(r"took (\d+) us", shell.run("run fair"))[1])
    output = shell.run("run fair 20", within=2)
    beside = re.fullmatch(r"fair: 100 requests beside 20 took (\d+) us\nprocess \d+ exited with status 0\n", output)
    assert beside, output
    assert alone <= int(beside[1]) < 1000


@pytest.mark.parametrize(("words", "answer"), [
    ("normal 5", "done"),               # programs begin at Normal 0
    ("normal 0", "done"),
    ("normal -1", "PermissionDenied"),
    ("interactive", "PermissionDenied"),
    ("system 120", "PermissionDenied"),
    ("batch", "done"),
    ("batch 0 20000", "done"),
    ("batch 0 20001", "PermissionDenied"),
    ("normal 0 5001", "PermissionDenied"),
    ("normal 0 1000000", "PermissionDenied"),
    ("normal 0 1000", "done"),
    ("normal 0 999", "BadRequest"),
    ("normal 0 1000001", "BadRequest"),
    ("normal 10", "BadRequest"),
    ("batch 1", "BadRequest"),
    ("system 240", "BadRequest"),
])
def test_nobody_gives_itself_more(shell: Shell, words: str, answer: str) -> None:
    assert shell.run(f"run sched 0 {words}").startswith(f"sched: {answer}\n")


@pytest.mark.parametrize(("kind", "turn"), [("batch", 20_000), ("normal", 5_000)])
def test_a_class_has_its_turns(with_services: Callable[..., Shell], kind: str, turn: int) -> None:
    """Two services of a class compute. Each runs for as long as the class says, before it is the other's turn."""
    shell = with_services("".join(service(name, "turns", f'args = ["12"]\nclass = "{kind}"') for name in ("one", "two")))
    log = shell.log_with("turns: number 12", within=3)
    turns = re.findall(r"(?:one|two): turns: number 12 took (\d+) us\n", log)
    assert len(turns) >= 1 and all(turn * 0.9 < int(microseconds) < turn * 1.1 for microseconds in turns), log


def test_only_descendants(shell: Shell) -> None:
    for pid in (1, 2, shell.pid("uart"), shell.pid("console")):
        assert shell.run(f"run sched {pid} batch").startswith("sched: PermissionDenied\n")
    assert shell.run("run sched 4000000000 batch").startswith("sched: NoSuchProcess\n")


def test_every_hart_works(machine: Boot) -> None:
    """Four programs that spin are on four harts. (They all were on hart 0.)"""
    guest = machine(harts=4)
    shell = Shell(guest, within=5)
    for _ in range(4):
        shell.run("run spin &", within=5)
    before = guest.counters.instructions()
    time.sleep(2)
    worked = [after - begin for begin, after in zip(before, guest.counters.instructions())]
    assert min(worked) > sum(worked) / 20, worked
    assert shell.run("run hello", within=5).startswith("hello, world\n")
