# SPDX-License-Identifier: MIT
"""The log: a flood pushes out no line of another author, and a logger that takes it over misses nothing.

Shows B9.
"""

import re
from collections.abc import Callable

from glenda.shell import Shell
from glenda.systems import service


def test_a_program_that_floods_the_log_pushes_out_only_strangers(shell: Shell) -> None:
    before = shell.run("log", within=5)
    assert "] 9ball: factotum: is up\n" in before and "] 9ball: unicorn: serves devices\n" in before
    assert "exited with status 0" in shell.run("run flood 2000", within=20)
    after = shell.run("log", within=5)
    assert after.startswith(before)
    assert after.endswith("flood: line 2000 of 2000\n")
    assert "flood: line 1 of 2000\n" not in after
    assert re.fullmatch(r"(\[ *\d+\.\d{3}\] process \d+: flood: line \d+ of 2000\n)+", after[len(before):])


def test_a_service_that_floods_the_log_pushes_out_only_itself(with_services: Callable[..., Shell]) -> None:
    shell = with_services(service("noisy", "flood", 'args = ["2000"]\nneeds = ["console"]\n'))
    shell.run("run flood 3", within=2)
    shell.run("run spin 500", within=20)
    log = shell.run("log", within=5)
    lines = re.findall(r"noisy: flood: line (\d+) of 2000\n", log)
    assert lines[-1] == "2000" and lines[0] != "1"
    for line in ["9ball: factotum: is up", "9ball: unicorn: serves devices", "process 8: flood: line 1 of 3"]:
        assert f"] {line}\n" in log


def test_a_logger_takes_the_log_over_and_loses_nothing(with_services: Callable[..., Shell]) -> None:
    """It writes to the kernel's console, where 9Ball's own lines have no time."""
    shell = with_services(service("logger", "logger", 'logger = true\nconsole = true\nrestart = "never"'))
    guest = shell.machine
    assert re.search(r"^\[ *\d+\.\d{3}\] 9ball: \d+ MiB of memory", guest.transcript, re.MULTILINE)     # the first line
    shell.type("run flood 40\r")
    guest.expect(r"\] process \d+: flood: line 40 of 40\n", within=5)
    assert [int(n) for n in re.findall(r"\] process \d+: flood: line (\d+) of 40\n", guest.transcript)] == list(range(1, 41))
    assert not re.search(r"^process \d+: flood", guest.transcript, re.MULTILINE), "9Ball shows lines of a log it gave away"
    uart = re.search(r"serial@10000000: process (\d+) serves", guest.transcript)[1]
    shell.type(f"kill {uart}\r")                                                # the logger still shows all
    guest.expect(rf"\] unicorn: serial@10000000: process {uart} was killed\n", within=2)
    guest.expect(r"\] unicorn: serial@10000000: process \d+ serves serial\n", within=5)
    assert not re.search(r"^unicorn: serial@10000000: process \d+ was killed", guest.transcript, re.MULTILINE)


def test_without_its_logger_9ball_shows_the_log_again(with_services: Callable[..., Shell]) -> None:
    shell = with_services(service("logger", "logger", 'logger = true\nconsole = true\nrestart = "never"'))
    assert "] 9ball: unicorn: serves devices\n" in shell.machine.transcript
    logger = re.search(r"9ball: logger: started as process (\d+)", shell.machine.transcript)
    shell.type(f"kill {logger[1]}\r")
    shell.until_prompt(within=2)
    unicorn = re.search(r"9ball: unicorn: started as process (\d+)", shell.machine.transcript)
    shell.type(f"kill {unicorn[1]}\r")       # and with it all drivers
    shell.machine.expect(rf"^9ball: unicorn: process {unicorn[1]} was killed\n", within=2)
    shell.until_prompt(within=2)
    assert shell.run("log", within=5).count("logger: process") == 1


def test_only_a_logger_may_take_the_log(shell: Shell) -> None:
    assert "the log: PermissionDenied" in shell.run("run logger", within=2)


def test_the_log_has_one_taker(with_services: Callable[..., Shell]) -> None:
    more = 'logger = true\nconsole = true\nrestart = "never"'
    shell = with_services(service("one", "logger", more) + service("two", "logger", more))
    shell.run("run spin 50", within=2)
    assert "cannot take the log: Busy" in shell.machine.transcript
    assert [row.name for row in shell.ps()].count("logger") == 1
