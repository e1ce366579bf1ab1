# SPDX-License-Identifier: MIT
"""F12: programs share the processors. Nobody takes more than a share, and all harts work."""

import os
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
    """Two services of a class compute. Each runs for as long as the class says, before it is the other's turn. Nothing is
    typed meanwhile: what the console does for it would make a turn longer."""
    more = f'args = ["12"]\nclass = "{kind}"\nconsole = true'
    shell = with_services("".join(service(name, "turns", more) for name in ("one", "two")))
    shell.saw("turns: number 12 took .*\n", within=3)
    microseconds = int(re.search(r"turns: number 12 took (\d+) us\n", shell.machine.transcript)[1])
    assert turn * 0.9 < microseconds < turn * 1.1


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


def worked(shell: Shell, command: str) -> tuple[str, list[int]]:
    """The output of a command, and the instructions of each hart meanwhile."""
    before = shell.machine.instructions()
    output = shell.run(command, within=60)
    return output, [after - begin for begin, after in zip(before, shell.machine.instructions())]


def test_four_workers_are_on_four_harts(machine: Boot) -> None:
    """Each does as much as one does that is alone, and no hart does the work of two. Counted in instructions, so it needs no
    four processors. But harts that wait for the kernel's lock count, too: with 2 processors and much else to do, 1.41 times."""
    shell = Shell(machine(harts=4), within=5)
    _, one = worked(shell, "run workers 1 100")
    _, four = worked(shell, "run workers 4 100")
    assert max(four) <= 1.8 * max(one) and min(four) >= 0.7 * max(one), (one, four)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 4, reason="four harts need four processors to be four times as fast")
def test_four_workers_take_no_longer_than_one(machine: Boot) -> None:
    shell = Shell(machine(harts=4), within=5)
    one, four = (int(re.match(r"workers: \d took (\d+) ms\n", shell.run(f"run workers {n} 300", within=60))[1])
                 for n in (1, 4))
    assert four <= 1.4 * one
