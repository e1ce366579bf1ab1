# SPDX-License-Identifier: MIT
"""Rows F9 and F14: exceptions become signals or reports, and a program can start stopped, or wait for a namespace."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell
from glenda.systems import service


def test_a_segmentation_fault_becomes_a_signal(shell: Shell) -> None:
    """The supervisor lets the child continue in its handler, on its own stack."""
    output = shell.run("run supervise segv", within=1)
    assert re.match(r"supervise: exception of \d+: store page fault 0x10, it is in state stop\nsupervise: answer: done\n"
                    r"child: SIGSEGV\nsupervise: the child exited with 11\n", output), output


def test_an_illegal_instruction_becomes_a_signal(shell: Shell) -> None:
    output = shell.run("run supervise ill", within=1)
    assert re.match(r"supervise: exception of \d+: illegal instruction 0x0, it is in state stop\nsupervise: answer: done\n"
                    r"child: SIGILL\nsupervise: the child exited with 4\n", output), output


def test_what_nobody_handles_is_reported(shell: Shell) -> None:
    """With the names of functions, as without a supervisor. While the event is open, nothing is printed."""
    output = shell.run("run supervise leave", within=1)
    lines = output.splitlines()
    assert lines[0].startswith("supervise: exception of ") and "stopped: store page fault" in lines[1], output
    assert re.match(r"supervise \(pid \d+\) stopped: store page fault at address 0x10, pc 0x\w+ in \w+\+0x", lines[1])
    assert "supervise: answer: done\nsupervise: the child ended by 2\n" in output


def test_a_supervisor_kills(shell: Shell) -> None:
    output = shell.run("run supervise kill", within=1)
    assert "answer: done\nsupervise: again: NoSuchProcess\nsupervise: the child ended by 1\n" in output, output
    assert "stopped:" not in output


def test_a_supervisor_that_ends(shell: Shell) -> None:
    """Its child goes on as if it had not been there: it crashes with a report, and does not stay stopped."""
    before = shell.ps()
    output = shell.run("run supervise gone", within=1)
    assert "stopped: store page fault at address 0x10" in output, output
    assert [row.name for row in shell.ps()] == [row.name for row in before]
    output = shell.run("run supervise release", within=1)
    assert "stopped: store page fault at address 0x10" in output and "supervise: the child ended by 2\n" in output, output


def test_a_parent_that_ends(shell: Shell) -> None:
    """Nobody else could let its child go on, which started stopped: so it does."""
    before = shell.ps()
    shell.run("run supervise orphan", within=1)
    assert shell.saw("child: runs\n")
    shell.press("")
    until = shell.machine.monitor.clock() + 0.5
    while [row.name for row in shell.ps()] != [row.name for row in before]:     # it is about to end
        assert shell.machine.monitor.clock() < until, shell.ps()


def test_debug(shell: Shell) -> None:
    """It starts stopped, and goes on when its parent says so; or is an event, if somebody takes those."""
    output = shell.run("run supervise debug", within=1)
    assert output.startswith("supervise: it is in state stop\nsupervise: answer: done\nchild: runs\n"
                             "supervise: the child exited with 0\n"), output
    assert re.search(r"supervise: debug of \d+: nothing 0x0, it is in state stop\nsupervise: answer: done\nchild: runs\n"
                     r"supervise: the child exited with 0\n", output), output


def test_a_namespace(shell: Shell) -> None:
    """Without anybody who gives it one, RFNOMNT is refused."""
    output = shell.run("run supervise nomount", within=1)
    assert re.match(r"supervise: nomount of \d+: nothing 0x0, it is in state stop\nsupervise: answer: done\nchild: runs\n",
                    output), output


def test_a_fork(shell: Shell) -> None:
    output = shell.run("run supervise fork", within=1)
    assert re.search(r"supervise: fork of \d+: nothing 0x0, it is in state stop\n", output), output
    assert output.count("child: parent\n") == 1 and output.count("child: forked\n") == 1, output


@pytest.mark.parametrize(("what", "events"), [
    ("exec", ["exec, 0x0", "there", "exit, 0x0", "the child exited with 0"]),
    ("killed", ["exec, 0x0", "the child ended by 1"]),
    ("exit", ["exit, 0x5", "the child exited with 5"]),
    ("thread", ["exit, 0x5", "the child exited with 5"]),
    ("stay", ["exit, 0x5", "child: goes on", "exit, 0x9", "the child exited with 9"]),
    ("gone", ["exit, 0x5"]),
    ("twice", ["exception, 0x700000000"] * 6 + ["the child ended by 1"])])
def test_an_observer(shell: Shell, what: str, events: list[str]) -> None:
    """It is told before another program begins, and before one ends; and may end it, or let it go on elsewhere."""
    before = shell.ps()
    lines = shell.run(f"run observe {what}", within=1).splitlines()
    assert [line.removeprefix("observe: ") for line in lines[:-1]] == events, lines
    assert lines[-1].endswith("exited with status 0")
    assert [row.name for row in shell.ps()] == [row.name for row in before]


def test_nobody_is_kept_from_being_killed(shell: Shell) -> None:
    """One that is about to end waits for an observer, who does not answer."""
    shell.press("run observe hold &")
    assert shell.saw("observe: exit, 0x5\n")
    shell.press("")
    observer, held = (row for row in shell.ps() if row.name == "observe")
    assert held.parent == observer.pid and held.state == "stop"
    shell.press(f"kill {held.pid}")
    assert shell.saw("observe: the child ended by 1\n")
    shell.press("run spin 20", within=1)
    assert "observe" not in {row.name for row in shell.ps()}


def test_an_observer_that_becomes_another_program(shell: Shell) -> None:
    """That has not asked for events, so the child may end at once, as if there were no observer."""
    shell.press("run observe other &")
    assert shell.saw("observe: exit, 0x5\n")
    shell.press("")
    until = shell.machine.monitor.clock() + 0.5
    while "spin" not in {row.name for row in shell.ps()}:
        assert shell.machine.monitor.clock() < until, shell.ps()
    child = next(row for row in shell.ps() if row.name == "observe")
    observer = next(row for row in shell.ps() if row.pid == child.parent)
    assert (observer.name, child.state) == ("spin", "zombie")


def test_a_child_of_one_that_ends_waits_for_its_observer(shell: Shell) -> None:
    """It started stopped, and its parent has ended; but somebody else has taken the event. Compare
    test_a_parent_that_ends, where nobody has."""
    output = shell.run("run observe grand", within=1)
    assert output.startswith("observe: debug, 0x0\nobserve: exit, 0x5\nobserve: the child exited with 5\n"), output
    assert "observe" not in {row.name for row in shell.ps()}


def test_events_queue_up(shell: Shell) -> None:
    """Twenty children are stopped before the first is answered: no queue is full, and none is lost."""
    output = shell.run("run supervise twenty", within=2)
    assert output.count("child: SIGSEGV\n") == 20 and output.count("the child exited with 11\n") == 20, output
    pids = re.findall(r"exception of (\d+)", output)
    assert len(set(pids)) == 20 and pids == sorted(pids, key=int)


def test_no_memory_is_lost(shell: Shell) -> None:
    """Nothing is left of supervisors, and of those that were stopped."""
    shell.run("run supervise leave", within=1)
    before = shell.memory()
    for _ in range(3):
        assert "stopped: store page fault" in shell.run("run supervise gone", within=1)
        assert "the child ended by 1\n" in shell.run("run supervise kill", within=1)
    assert shell.memory() == before


@pytest.mark.parametrize("harts", [1, 4])
def test_the_books_are_in_order(with_services: Callable[..., Shell], harts: int) -> None:
    log = audited(with_services, harts, [f"supervise {what}" for what in (
        "segv", "ill", "leave", "kill", "gone", "debug", "fork", "nomount")])
    assert log.count("child: SIGSEGV\n") == 1 and log.count("child: forked\n") == 1, log


@pytest.mark.parametrize("harts", [1, 4])
def test_the_books_of_an_observer(with_services: Callable[..., Shell], harts: int) -> None:
    log = audited(with_services, harts, [f"observe {what}" for what in (
        "exec", "killed", "exit", "stay", "gone", "twice", "grand")])
    assert log.count("child: goes on\n") == 1, log


def audited(with_services: Callable[..., Shell], harts: int, commands: list[str]) -> str:
    """The log of a service that runs these commands, with an audit after each."""
    arguments = ", ".join(f'"{command}"' for command in commands)
    shell = with_services(service("audit", "audit", f"args = [{arguments}]\npower = true"), within=4, harts=harts)
    log = shell.log_with(f"audit: after {commands[-1]}: ", within=4)
    audits = re.findall(r"\] audit: audit: after (.*)", log)
    assert audits == [f"{command}: fine" for command in ["the start", *commands]], log
    return log
