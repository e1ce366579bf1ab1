# SPDX-License-Identifier: MIT
"""More arguments than a message holds: a child gets them as a block in a memory object (row F1)."""

import re
from collections.abc import Callable

import pytest

from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import service


@pytest.mark.parametrize("how", ["spawn", "run", "exec", "env"])
@pytest.mark.parametrize(("count", "size"), [(4, 5), (65, 1), (40, 50), (1000, 64), (7000, 7), (1, 65536)])
def test_many_texts(shell: Shell, how: str, count: int, size: int) -> None:
    """In a message, or in an object of up to 128 KiB; all of them arrive."""
    output = shell.run(f"run arguments {how} {count} {size}", within=2)
    assert output.startswith(f"child: {count} texts of {count * size} bytes, 0 wrong\n"), output
    assert how == "exec" or f"arguments: {how}: 0\n" in output, output


def test_nothing_stays(shell: Shell) -> None:
    for how in ("spawn", "run", "exec", "env", "threads", "wrong", "wild", "changed"):
        command = f"run arguments {how}" + (" 1000 64" if how in ("spawn", "run", "exec", "env") else "")
        shell.run(command, within=2)
        before = shell.memory()
        shell.run(command, within=2)
        assert shell.memory() == before, how


def test_every_charge_is_refused_once(shell: Shell) -> None:
    """Children in accounts of 1 to 400 pages start programs, with few arguments and with many: that works, or is refused,
    and nothing is lost."""
    shell.run("run arguments poor 400", within=5)
    before = shell.memory()
    output = shell.run("run arguments poor 400", within=5)
    found = re.search(r"arguments: ran in (\d+) small accounts, 0 wrong\n", output)
    worked = output.count("child: 100 texts of 6400 bytes, 0 wrong\n")
    assert found and 0 < worked < int(found[1]), output
    assert shell.memory() == before


def test_too_many(shell: Shell) -> None:
    """The caller hears of it, and goes on."""
    assert "arguments: spawn: MessageTooLong\n" in shell.run("run arguments spawn 2000 100", within=2)


@pytest.mark.parametrize("harts", [1, 4])
def test_threads_take_turns(machine: Callable[..., Machine], harts: int) -> None:
    """There is one slot for the object. Four threads start five children each."""
    output = Shell(machine(harts=harts), within=4).run("run arguments threads", within=5)
    assert output.count("child: 500 texts of 10000 bytes, 0 wrong\n") == output.count("arguments: thread: 0\n") == 20, output


def test_what_is_refused(shell: Shell) -> None:
    """Objects that are none, or too short for what they should hold."""
    output = shell.run("run arguments wrong")
    answers = re.findall(r"arguments: ([a-z ]+): (\w+)\n", output)
    assert len(answers) == 10 and {answer for _, answer in answers} == {"BadRequest"}, output
    assert "arguments: the object has 2 pages\n" in output


def test_a_wild_block(shell: Shell) -> None:
    """It deceives the child alone, which crashes: over pointers to nowhere, and over a text without an end."""
    output = shell.run("run arguments wild")
    assert output.count("stopped: load page fault") == 2, output
    assert "arguments: nonsense: it crashed\n" in output and "arguments: no end: it crashed\n" in output, output
    assert shell.run("run hello").startswith("hello, world\n")


def test_a_block_that_changes(shell: Shell) -> None:
    """What its parent writes meanwhile the child may see; the capability to the object is gone."""
    output = shell.run("run arguments changed", within=2)
    assert re.match(r"child: \d+ texts of \d+ bytes, \d+ wrong\narguments: changed: [01]\n"
                    r"arguments: the object is mine, and closed\n", output), output


def test_the_books_are_in_order(with_services: Callable[..., Shell]) -> None:
    commands = ["arguments spawn 1000 64", "arguments exec 1000 64", "arguments wrong", "arguments wild", "arguments changed",
                "arguments threads", "arguments poor 400", "forks poor 250", "maps poor 250"]
    listed = ", ".join(f'"{command}"' for command in commands)
    shell = with_services(service("audit", "audit", f"args = [{listed}]\npower = true"), within=4)
    log = shell.log_with(f"audit: after {commands[-1]}: ", within=8)
    assert re.findall(r"\] audit: audit: after (.*)", log) == [f"{command}: fine" for command in ["the start", *commands]], log
