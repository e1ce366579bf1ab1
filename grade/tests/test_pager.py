# SPDX-License-Identifier: MIT
"""Pagers: a process brings the pages of its objects when somebody first touches them (user/apps/lazy.cc)."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell

DONE = re.compile(r"process \d+ exited with status 0\n$")


def run(shell: Shell, what: str = "") -> str:
    """The output of `lazy`. Nothing is lost, whoever dies in it."""
    shell.run(f"run lazy {what}", within=2)     # Factotum's tables have room now
    before = shell.memory()
    output = shell.run(f"run lazy {what}", within=2)
    assert shell.memory() == before
    return output


def test_pages_are_computed_when_they_are_read(shell: Shell) -> None:
    """The child reads four pages, one of which came with its neighbour."""
    output = run(shell)
    assert output.startswith("lazy: page 3 is wanted, 16 are missing from there on\n"
                             "lazy: page 999 is wanted, 1 are missing from there on\n"
                             "lazy: the child has read 3 pages; 3 of 1000 are there\n"), output
    assert DONE.search(output), output


@pytest.mark.parametrize("harts", [1, 4])
def test_threads_that_wait_for_one_page(machine: Callable[..., Machine], harts: int) -> None:
    """The pager is asked once, and all go on."""
    shell = Shell(machine(harts=harts, icount=harts == 1), within=2)
    output = run(shell, "threads")
    assert "lazy: four threads have read the page, which was asked for 1 times\n" in output, output


def test_one_of_those_that_wait_is_killed(shell: Shell) -> None:
    """Its wish is the next one's, or nobody's."""
    output = run(shell, "killed")
    assert output.startswith("lazy: who is killed wants no page, and the others still do\n"), output
    assert DONE.search(output), output


def test_a_pager_that_closes_its_object(shell: Shell) -> None:
    """Those that wait end, whether the pager was told of their pages or not, and so does one that comes later. What has
    been supplied stays."""
    output = run(shell, "closed")
    assert len(re.findall(r"^lazy \(pid \d+\) stopped: page whose pager has ended at address 0x", output, re.M)) == 3
    assert output.count("lazy: a child: page whose pager has ended\n") == 2, output
    assert "lazy: one that comes later: page whose pager has ended\n" in output
    assert DONE.search(output), output


def test_a_pager_that_ends(shell: Shell) -> None:
    assert re.match(r"lazy \(pid \d+\) stopped: page whose pager has ended at address 0x", run(shell, "dead"))


def test_a_private_map_of_an_object_with_a_pager(shell: Shell) -> None:
    output = run(shell, "private")
    assert "lazy: a private map keeps what it writes\n" in output, output


def test_hostile_use_of_pagers(shell: Shell) -> None:
    assert run(shell, "hostile").startswith(
        "outside: BadRequest, BadRequest, BadRequest; no page: BadRequest; too many: BadRequest\n"
        "of the source: BadRequest, BadRequest; from itself: NotReady; from no object: BadRequest\n"
        "once: done; twice: Exists; over it: Exists; beside it: done\n"
        "of memory: NotFound; of nothing: NotFound, NotFound\n"
        "of somebody else: NotFound\n"
        "a futex that is not there: NotReady, done\n")
