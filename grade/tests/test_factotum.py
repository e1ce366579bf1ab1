# SPDX-License-Identifier: MIT
"""Factotum: processes wait and are killed, memory is kept for services, and what is done often costs no more."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell
from glenda.systems import service


def test_every_process_may_wait(shell: Shell) -> None:
    """150 that wait at the same time are no reason to refuse the next. Shows F8."""
    assert shell.run("run nest 150", within=2).startswith("nest: 151 processes\n")
    before = shell.memory()
    assert shell.run("run nest 150", within=2).startswith("nest: 151 processes\n")
    assert shell.memory() == before


def test_nobody_kills_a_stranger(shell: Shell) -> None:
    """A program may kill itself and its descendants. The console may kill everybody, because it has power.

    Shows F8.
    """
    shell.run("run spin &")
    for name in ("uart", "console", "spin", "9ball", "factotum"):
        assert shell.run(f"run kill {shell.pid(name)}").startswith("kill: PermissionDenied\n"), name
    assert [row.name for row in shell.ps()] == ["9ball", "factotum", "unicorn", "rtc", "uart", "console", "spin"]
    assert shell.run("kill 7") == "process 7 was killed\n"


@pytest.mark.parametrize("rounds", [1, pytest.param(3, marks=pytest.mark.long)])
def test_a_hog_keeps_no_service_away(shell: Shell, rounds: int) -> None:
    """A program has all memory and takes every page that becomes free. Services start again, `ps` and `kill` work.

    Shows F3.
    """
    before = shell.memory()
    shell.run("run hog &")
    assert shell.saw(r"hog: has \d+ MiB\n", within=2)
    shell.type("\r")
    shell.until_prompt()
    assert "out of memory" in shell.run("run hello"), "the hog has not enough"
    for round in range(rounds):
        shell.run(f"kill {shell.pid('uart')}", within=0.3 * 2 ** round)
        assert len(shell.ps()) == 7
    assert "started as process" in shell.run("log")
    shell.run(f"kill {shell.pid('console')}", within=0.3)
    shell.run(f"kill {shell.pid('hog')}", within=0.3)
    assert shell.run("run hello").startswith("hello, world\n")
    assert shell.memory().free == pytest.approx(before.free, abs=256)


@pytest.mark.parametrize("commands", [
    ["hello", "memtest 20", "nest 40", "objects 300", "crash null", "crash stack", "nosuch", "empty"],
    ["maps", "maps many", "maps full", "maps hole", "maps read", "empty"],
    ["shared", "shared private", "shared closed", "shared hostile", "shared many 9", "empty"],
    ["execs", "execs hello", "execs fail", "execs many 9", "execs threads", "empty"],
    ["forks", "forks pages", "forks ranges", "forks nest 9", "forks orphan", "forks full", "empty"],
    pytest.param(["forks bomb", "empty"], marks=pytest.mark.long),
    ["lazy", "lazy threads", "lazy killed", "lazy closed", "lazy private", "lazy hostile", "lazy dead", "empty"],
], ids=["programs", "maps", "objects", "execs", "forks", "bomb", "pagers"])
def test_the_books_are_in_order(with_services: Callable[..., Shell], commands: list[str]) -> None:
    """A service with power audits Factotum after programs of all kinds. One without is refused."""
    arguments = ", ".join(f'"{command}"' for command in commands)
    shell = with_services(service("audit", "audit", f"args = [{arguments}]\npower = true"))
    log = shell.log_with("audit: after empty: ", within=2)
    audits = re.findall(r"\] audit: audit: after (.*)", log)
    assert audits == [f"{command}: fine" for command in ["the start", *commands]]
    assert "audit: after the start: PermissionDenied\n" in shell.run("run audit")


@pytest.mark.long
def test_costs_do_not_grow(shell: Shell) -> None:
    """A spawn costs the same after 10,000 others, and beside 200 processes that sleep. No memory is lost.

    Shows F3.
    """
    shell.run("run empty")
    before = shell.memory()
    output = shell.run("run service_bench", within=20)
    costs = {name: float(cost) for name, cost in re.findall(r"^bench (\S+) instructions (\S+) \d+$", output, re.MULTILINE)}
    assert costs["spawn_after_10000"] < 1.01 * costs["spawn_exit_wait"]
    assert costs["spawn_beside_200"] < 1.01 * costs["spawn_exit_wait"]
    for name, limit in {"get_pid": 520, "spawn_exit_wait": 45_000, "anon_fault": 2_700, "exit_page": 60}.items():
        assert costs[name] < limit, costs
    assert shell.memory().free == pytest.approx(before.free, abs=2048)      # the tables for 200 processes stay


def test_a_large_process_ends_soon(shell: Shell) -> None:
    """Factotum serves nobody while it frees the memory: 100 MiB take less than 4 million instructions."""
    shell.run("run memtest 1")
    shell.type("run memtest 100\r")
    shell.machine.expect("memtest: 100 MiB written and checked", within=3)
    before = sum(shell.machine.instructions())
    shell.until_prompt()
    assert sum(shell.machine.instructions()) - before < 4_000_000


def test_objects_are_freed(shell: Shell) -> None:
    """10,000 kernel objects in a life cost no more memory than a few: the pages of which some are left.

    Shows F3.
    """
    output = shell.run("run objects 10000", within=5)
    assert re.match(r"objects: made and destroyed 10000, [048] KiB more in use\n", output), output
