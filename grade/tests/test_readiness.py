# SPDX-License-Identifier: MIT
"""A service is up when its rule in init.toml says so, and only then do those start that need it."""

import re
from collections.abc import Callable

from glenda.shell import Shell
from glenda.systems import service


def state(shell: Shell, name: str) -> str:
    return next(line.split()[1] for line in shell.run("services", within=2).splitlines() if line.split()[0] == name)


def when(log: str, line: str) -> float:
    """The time of a line of 9Ball, in seconds."""
    found = re.search(rf"^\[ *(\d+\.\d+)\] 9ball: {line}", log, re.MULTILINE)
    assert found, f"{line!r} is not in the log:\n{log}"
    return float(found[1])


def test_a_service_is_not_up_before_it_says_so(with_services: Callable[..., Shell]) -> None:
    """It provides nothing, and needs 100 ms to begin. Shows B5."""
    shell = with_services(service("slow", "linger", 'args = ["slow", "0", "100"]') + service("next", "hello", 'needs = ["slow"]'))
    log = shell.log_with("9ball: next: started", within=2)
    assert when(log, "next: started") >= when(log, "slow: started") + 0.1
    assert state(shell, "slow") == "up"


def test_a_service_that_never_says_that_it_is_ready_is_killed(with_services: Callable[..., Shell]) -> None:
    """An idle machine's clock jumps to the next time-out, so all five may be over before the first command."""
    shell = with_services(service("mute", "linger", 'args = ["mute", "0", "never"]\nrestart = "always"')
                 + service("next", "hello", 'needs = ["mute"]'))
    log = shell.log_with("9ball: next: does not run: it needs mute\n", within=40)
    assert log.count("9ball: mute: has not said that it is ready for 5 s; killed\n") == 5
    assert "9ball: mute: does not run: it has ended 5 times before it was up\n" in log
    assert "next: started" not in log
    assert state(shell, "mute") == state(shell, "next") == "failed"


def test_a_service_that_others_wait_to_end(with_services: Callable[..., Shell]) -> None:
    """Shows B5."""
    shell = with_services(service("first", "spin", 'args = ["150"]\nready = "exit"') + service("then", "hello", 'needs = ["first"]'))
    log = shell.log_with("9ball: then: started", within=2)
    assert when(log, "then: started") >= when(log, "first: started") + 0.15
    assert when(log, r"first: process \d+ exited with status 0") <= when(log, "then: started")
    assert state(shell, "first") == "done"


def test_a_service_that_fails_what_others_wait_for(with_services: Callable[..., Shell]) -> None:
    """Shows B4, B5."""
    shell = with_services(service("first", "spin", 'args = ["x"]\nready = "exit"\nrestart = "never"')
                 + service("then", "hello", 'needs = ["first"]'))
    log = shell.log_with("9ball: then: does not run: it needs first\n", within=2)
    assert "then: started" not in log
    assert state(shell, "first") == "stopped"
