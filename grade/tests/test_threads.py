# SPDX-License-Identifier: MIT
"""F10: threads of a process are made, wait for each other, end, crash and are killed, and nothing stays of them."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell
from glenda.systems import service


def start_waiting(shell: Shell, count: int) -> int:
    """Starts a process with so many threads, which wait in all ways, and returns its number."""
    started = shell.run(f"run threads hang {count} &")
    shell.run("run spin 50", within=1)          # gives them time
    return int(re.match(r"process (\d+) runs", started)[1])


def test_a_hundred_threads(shell: Shell) -> None:
    """Each counts in a variable of its own, while all others run."""
    total = sum(7 + i for i in range(100))
    output = shell.run("run threads run 100")
    assert re.fullmatch(f"threads: 100 have counted to {total}; the first one to 7\n"
                        r"process \d+ exited with status 0\n", output), output


def test_nothing_stays(shell: Shell) -> None:
    """Neither of threads that were joined, nor of those that were killed while they waited in all ways."""
    shell.run("run threads run 100")
    shell.run(f"kill {start_waiting(shell, 100)}")
    before = shell.memory()
    shell.run("run threads run 100")
    assert shell.memory() == before
    for _ in range(3):
        shell.run(f"kill {start_waiting(shell, 100)}")
        assert shell.memory() == before


def test_as_many_as_there_is_room_for(shell: Shell) -> None:
    """A process has room for 895 further threads. The next one is refused, and all others work on."""
    assert shell.run("run threads run 1000", within=2).startswith("threads: no more than 895: TooMany\nthreads: 895 ")


def test_a_process_that_is_full_keeps_none_from_starting(shell: Shell) -> None:
    """Threads beyond the first of each process share the places that are left; new processes find theirs."""
    for _ in range(4):
        start_waiting(shell, 895)
    assert shell.run("run threads run 10").startswith("threads: no more than 0: TooMany\n")
    assert shell.run("run hello").startswith("hello, world\n")


def test_churn_costs_no_more_in_the_end(shell: Shell) -> None:
    shell.run("run threads churn 10", within=2)
    few = re.search(r"(\d+) KiB more", shell.run("run threads churn 10"))[1]
    many = re.search(r"(\d+) KiB more", shell.run("run threads churn 10000", within=2))[1]
    assert few == many


def test_accounts_that_are_too_small(shell: Shell) -> None:
    """In each, another one of the allocations that a thread needs is refused. Nothing is lost."""
    shell.run("run threads poor 100", within=2)
    before = shell.memory()
    assert re.match(r"threads: ran in \d\d small accounts, 0 wrong\n", shell.run("run threads poor 130", within=2))
    assert shell.memory() == before


def test_a_crash_names_the_thread(shell: Shell) -> None:
    """It ends the process with all its threads."""
    output = shell.run("run threads crash 4")
    assert re.match(r"threads \(pid \d+, thread \d+\) stopped: store page fault at address 0x700000000, "
                    r"pc 0x\w+ in \(anonymous\)::crash\+0x\w+\n", output), output
    assert re.search(r"^process \d+ crashed: store page fault\n$", output, re.MULTILINE)
    assert "threads" not in [row.name for row in shell.ps()]


def test_a_thread_without_room_on_its_stack(shell: Shell) -> None:
    """The page below each thread's stack is free, and the report says what happened to which thread."""
    output = shell.run("run threads overflow 5")
    assert re.match(r"threads \(pid \d+, thread \d+\) stopped: stack overflow at address 0x8\w+, "
                    r"pc 0x\w+ in \(anonymous\)::recurse\+0x\w+\n", output), output
    assert re.search(r"^process \d+ crashed: stack overflow\n$", output, re.MULTILINE)
    address, sp = (int(re.search(rf"{name} +(0x\w+)", output)[1], 16) for name in ("at address", "sp"))
    assert 0 <= address - sp < 4096


def test_the_last_thread_ends_the_process(shell: Shell) -> None:
    """The first thread ends at once. The last one's status is the process's."""
    assert shell.run("run threads leave 3").endswith(" exited with status 2\n")
    assert shell.run("run threads leave 0").endswith(" exited with status 99\n")


def test_what_ends_in_slices_ends_whole(shell: Shell) -> None:
    """KILL returns when everything is free, though others were served meanwhile."""
    shell.run(f"kill {start_waiting(shell, 890)}")
    shell.ps()      # the console needs memory for it, once
    before = shell.memory()
    for _ in range(3):
        pid = start_waiting(shell, 890)
        shell.run(f"kill {pid}")
        assert shell.memory() == before
        assert pid not in [row.pid for row in shell.ps()]


def test_wrong_requests(shell: Shell) -> None:
    output = shell.run("run thread_errors")
    assert output.startswith("thread_errors: all is well\n"), output


@pytest.mark.parametrize("harts", [1, 4])
def test_the_books_are_right(with_services: Callable[..., Shell], harts: int) -> None:
    commands = ["threads run 100", "threads churn 100", "threads leave 9", "threads crash 9", "thread_errors"]
    arguments = ", ".join(f'"{command}"' for command in commands)
    shell = with_services(service("audit", "audit", f"args = [{arguments}]\npower = true"), within=5, harts=harts)
    log = shell.log_with(f"audit: after {commands[-1]}: ", within=5)
    assert re.findall(r"\] audit: audit: after (.*)", log) == [f"{command}: fine" for command in ["the start", *commands]]
