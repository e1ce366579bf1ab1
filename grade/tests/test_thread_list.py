# SPDX-License-Identifier: MIT
"""`threads` lists what PS says of threads: whose they are, where they run, and what each waits for. Row F11."""

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import pytest

from glenda.machine import Machine
from glenda.shell import Shell


class Row(NamedTuple):
    tid: int
    pid: int
    name: str
    state: str
    priority: int
    hart: int
    milliseconds: int


def threads(shell: Shell, pid: int | str = "") -> list[Row]:
    head, *lines = [line for line in shell.run(f"threads {pid}".strip()).splitlines() if not re.match(r"process \d+ ", line)]
    assert head.split() == ["TID", "PID", "NAME", "STATE", "PRIORITY", "HART", "MS"], head
    rows = [re.fullmatch(r" *(\d+) +(\d+)  (\S+) +([a-z]+) +(\d+) +(\d+) +(\d+)", line) for line in lines]
    assert None not in rows, lines
    return [Row(int(row[1]), int(row[2]), row[3], row[4], *map(int, row.groups()[4:])) for row in rows]


def start(shell: Shell, command: str) -> int:
    return int(re.match(r"process (\d+) runs", shell.run(f"run {command} &"))[1])


def test_all_threads(shell: Shell) -> None:
    """As many of each process as `ps` says, with its name and its priority; no number comes twice."""
    start(shell, "threads hang 3")
    shell.run("run spin 50", within=1)          # gives them time
    listed = shell.ps()
    rows = threads(shell)
    assert Counter(row.pid for row in rows) == {row.pid: row.threads for row in listed}
    for process in listed:
        own = [row for row in rows if row.pid == process.pid]
        assert {(row.name, row.priority) for row in own} == {(process.name, process.priority)}
    assert len({row.tid for row in rows}) == len(rows)
    states = {row.name: row.state for row in rows}
    assert states["9ball"] == states["uart"] == "receive" and states["console"] == "call" and states["factotum"] == "run"


def test_what_each_waits_for(shell: Shell) -> None:
    """The first thread joins the second one; of the others two are at a word, one sleeps, one wants a signal, and the last
    joins that one. Every 100 ms, two of them look whether they should go on."""
    shell.keep_busy()
    pid = start(shell, "threads hang 5")        # nobody else takes a number from here on, so they follow each other
    expected = ["join", "futex", "futex|run", "sleep|run", "receive", "join"]
    until = shell.machine.monitor.clock() + 2
    rows = threads(shell, pid)
    while len(rows) != len(expected) or any(row.state not in states.split("|") for row, states in zip(rows, expected)):
        assert shell.machine.monitor.clock() < until, rows
        rows = threads(shell, pid)
    assert {row.pid for row in rows} == {pid}
    shell.run(f"kill {pid}")
    assert shell.run(f"threads {pid}") == f"threads: there is no process {pid}\n"


def test_who_has_ended(shell: Shell) -> None:
    """Nobody has asked for the statuses of those."""
    spin = start(shell, "spin 900000")          # a busy machine's clock does not jump
    pid = start(shell, "threads leave 200")
    shell.run("run spin 50", within=1)
    rows = threads(shell, pid)
    assert rows[0].state == "ended" and rows[-1].state == "sleep" and len(rows) == 201, rows
    assert {row.state for row in rows} <= {"ended", "sleep", "run"}
    assert next(row.state for row in threads(shell, spin)) == "run"


def test_who_waits_for_a_child(shell: Shell) -> None:
    pid = start(shell, "env A=1 spin 900000")
    shell.run("run spin 50", within=1)
    assert [row.state for row in threads(shell, pid)] == ["child"]


@pytest.mark.parametrize("many", [300, pytest.param(800, marks=pytest.mark.long)])
def test_more_than_a_page(shell: Shell, many: int) -> None:
    pid = start(shell, f"threads hang {many}")
    shell.run("run spin 300", within=2)
    rows = threads(shell, pid)
    assert len(rows) == many + 1 and [row.tid for row in rows] == sorted({row.tid for row in rows})
    assert shell.run("threads 4294967297") == "threads: there is no process 4294967297\n"
    for wrong in ("0", "x", "1 2"):
        assert shell.run(f"threads {wrong}") == "usage: threads [PID]\n"


def test_the_hart(machine: Callable[..., Machine]) -> None:
    """Four programs that compute are on more than one hart, and their time grows."""
    shell = Shell(machine(harts=4, icount=False), within=4)
    pids = {start(shell, "spin 900000") for _ in range(4)}
    shell.run("run spin 1000", within=5)
    rows = [row for row in threads(shell) if row.pid in pids]
    assert len(rows) == 4 and len({row.hart for row in rows}) > 1 and all(row.milliseconds > 0 for row in rows), rows
