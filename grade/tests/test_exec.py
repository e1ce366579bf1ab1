# SPDX-License-Identifier: MIT
"""EXEC: another program in the same process (user/apps/execs.cc)."""

from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import service


def test_another_program_in_the_same_process(shell: Shell) -> None:
    """The pid stays, and a capability in a slot; the console waits for the same child."""
    output = shell.run("run execs")
    assert output.startswith("execs: the same process, with its slots\n") and output.endswith("exited with status 7\n")
    assert shell.run("run execs hello a b").startswith("a\nb\n")
    before = shell.memory()
    shell.run("run execs")
    assert shell.memory() == before


def test_what_is_refused_changes_nothing(shell: Shell) -> None:
    """No such program, no program, no memory: the caller goes on with its memory, and nothing is lost."""
    assert shell.run("run execs fail", within=2).startswith("execs: NotFound, BadExecutable, OutOfMemory\n")


def test_a_thousand_programs_lose_nothing(shell: Shell) -> None:
    assert shell.run("run execs many 1000", within=2).startswith("execs: 1000 programs, 0 pages lost\n")


@pytest.mark.parametrize("harts", [1, 4])
def test_one_of_several_threads_calls(machine: Callable[..., Machine], harts: int) -> None:
    """The others end, whether they run or wait; the caller's Tcb is the process's from then on."""
    shell = Shell(machine(harts=harts, icount=harts == 1), within=2)
    wanted = "execs: the same process, with its slots\nexecs: with threads: 7\n"
    assert shell.run("run execs threads", within=2).startswith(wanted)
    before = shell.memory()
    assert shell.run("run execs threads", within=2).startswith(wanted)
    assert shell.memory() == before


def test_a_busy_program_becomes_another(with_services: Callable[..., Shell]) -> None:
    """It was counted among those that compute on its hart, and the next program starts on another."""
    shell = with_services(service("audit", "audit", 'args = ["execs busy"]\npower = true'), within=4, harts=4)
    assert "audit: after execs busy: fine\n" in shell.log_with("audit: after execs busy: ", within=4)
