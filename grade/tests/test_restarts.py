# SPDX-License-Identifier: MIT
"""What 9Ball remembers of a service that fails: how often in a row before it was up, how often at all, and how long to wait.

`moody` fails at once, except in its good time. An idle machine's clock jumps from one start to the next. Shows B8.
"""

import re
from collections.abc import Callable

from glenda.shell import Shell
from glenda.systems import service


def moody(*milliseconds: int) -> str:
    """`moody FROM TO LIFE` as a service that has to say that it is ready."""
    arguments = ", ".join(f'"{number}"' for number in milliseconds)
    return service("moody", "moody", f'args = [{arguments}]\nready = "ready"\nrestart = "always"')


def pauses(log: str) -> list[int]:
    return [int(pause) for pause in re.findall(r"9ball: moody: starts again in (\d+) ms\n", log)]


def until_given_up(shell: Shell) -> str:
    """The log, when 9Ball has given up. Until then an idle clock runs on and on."""
    return shell.log_with("9ball: moody: does not run: it has ended 5 times before it was up\n", within=90)


def test_who_was_up_may_fail_five_times_again(with_services: Callable[..., Shell]) -> None:
    """It fails four times, is up, and fails five times: only then 9Ball gives up. It had restarted it nine times."""
    shell = with_services(moody(1000, 3000, 10))
    log = until_given_up(shell)
    starts = log.count("9ball: moody: started as process ")
    assert pauses(log) == [100, 200, 400, 800, 1600, 3200, 6400, 6400, 6400] and starts == 10
    row = next(line.split() for line in shell.run("services", within=2).splitlines() if line.startswith("moody"))
    assert row == ["moody", "failed", "-", "9"]


def test_a_long_life_resets_the_pause(with_services: Callable[..., Shell]) -> None:
    """Two short lives, then lives of more than ten seconds: each of them counts as the first."""
    shell = with_services(moody(250, 35_000, 10_500))
    assert pauses(until_given_up(shell))[:5] == [100, 200, 100, 100, 100]


def test_a_short_life_does_not(with_services: Callable[..., Shell]) -> None:
    """Though it was up: the counterpart."""
    shell = with_services(moody(250, 35_000, 9_000))
    assert pauses(until_given_up(shell))[:5] == [100, 200, 400, 800, 1600]


def test_a_program_that_is_no_service_registers_nothing(with_services: Callable[..., Shell]) -> None:
    """Not even the name that a service has in init.toml. Shows B7."""
    shell = with_services(service("greeter", "greeter", 'provides = "greeting"\nprotocol = 48\nrestart = "never"'))
    served = shell.pid("greeter")
    assert "PermissionDenied" in shell.run("run greeter", within=2)
    assert shell.run("log", within=2).count("greeter: serves greeting") == 1 and shell.pid("greeter") == served
