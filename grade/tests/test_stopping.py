# SPDX-License-Identifier: MIT
"""Services stop in reverse order of needs, each within its time: by `stop`, and when the machine does."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell
from glenda.systems import service


def lingerer(name: str, more: str, milliseconds: str = "20") -> str:
    """A service that takes so long to stop."""
    return service(name, "linger", f'args = ["{name}", "{milliseconds}"]\nconsole = true\nrestart = "always"\n{more}')


CHAIN = lingerer("file", 'needs = ["disk"]') + lingerer("disk", "") + lingerer("shop", 'needs = ["file", "disk"]')


@pytest.fixture
def boot(with_services: Callable[..., Shell]) -> Callable[[str], Shell]:
    """Boots, and waits until all have begun."""
    def start(services: str) -> Shell:
        shell = with_services(services)
        shell.run("run spin 20", within=2)
        return shell
    return start


def states(shell: Shell) -> dict[str, str]:
    head, *lines = shell.run("services", within=2).splitlines()
    assert head.split() == ["NAME", "STATE", "PID", "RESTARTS"]
    return {line.split()[0]: line.split()[1] for line in lines}


def said(shell: Shell) -> list[str]:
    """What the services have said of their end, in order."""
    return re.findall(r"(\w+: (?:is to stop|ends))$", shell.machine.transcript, re.MULTILINE)


def stop(shell: Shell, name: str) -> None:
    """Stops a service that says so. Nothing is typed before it has: the echo would come between its words."""
    shell.press(f"stop {name}", within=2)
    shell.saw(f"{name}: ends\n", within=2)
    shell.press("run spin 50", within=2)


@pytest.mark.parametrize("command", ["shutdown", "reboot"])
def test_power_ends_last_whatever_needs_it_first(boot: Callable[[str], Shell], command: str) -> None:
    """Shows B10."""
    shell = boot(CHAIN)
    shell.type(f"{command}\r")
    assert shell.machine.run_to_exit(within=1) == 0
    assert said(shell) == [f"{name}: {what}" for name in ["shop", "file", "disk"] for what in ["is to stop", "ends"]]


def test_a_service_that_does_not_stop_is_killed_after_its_time(boot: Callable[[str], Shell]) -> None:
    shell = boot(lingerer("deaf", 'stop = "500ms"', "never") + lingerer("last", 'stop = "1s"', "0"))
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=2) == 0
    assert set(said(shell)) == {"deaf: is to stop", "last: is to stop", "last: ends"}
    assert "switching the machine off" in shell.machine.transcript


def test_a_busy_service_cannot_keep_the_machine_on(boot: Callable[[str], Shell]) -> None:
    """It needs more time than it has, and does not even wait meanwhile."""
    shell = boot(lingerer("busy", 'stop = "200ms"', "100000"))
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=1) == 0
    assert said(shell) == ["busy: is to stop"]


def test_stop_and_start(boot: Callable[[str], Shell]) -> None:
    """Shows B6."""
    shell = boot(CHAIN)
    running = {"unicorn": "up", "console": "up", "disk": "up", "file": "up", "shop": "up"}
    assert states(shell) == running
    stop(shell, "file")
    shell.run("run spin 200", within=2)
    assert states(shell) == running | {"file": "stopped", "shop": "stopped"}    # `always` does not bring it back
    assert said(shell) == ["shop: is to stop", "shop: ends", "file: is to stop", "file: ends"]
    assert "9ball: file: stopped\n" in shell.run("log", within=2)
    shell.run("stop file", within=2)                                            # it has, already
    stop(shell, "disk")
    assert shell.run("start shop", within=2) == ""                              # with what it needs
    shell.press("run spin 50", within=2)
    assert shell.run("start shop", within=2) == "start: shop runs\n"
    assert states(shell) == running
    assert shell.run("run hello", within=2).startswith("hello, world\n")


def test_stop_ends_a_service_that_waits_to_be_started_again(boot: Callable[[str], Shell]) -> None:
    """Both lines are typed at once, and a program computes meanwhile: an idle machine's clock would jump to the end of the
    pause. It is the second, which is longer than the first."""
    shell = boot(lingerer("again", ""))
    busy = shell.keep_busy()
    shell.press(f"kill {shell.pid('linger')}", within=2)
    until = shell.machine.monitor.clock() + 2
    while states(shell)["again"] != "up":
        assert shell.machine.monitor.clock() < until, shell.run("log", within=2)
    shell.type(f"kill {shell.pid('linger')}\rstop again\r")
    shell.until_prompt(within=2)
    shell.until_prompt(within=2)
    assert states(shell)["again"] == "stopped"
    assert shell.run("log", within=2).endswith("9ball: again: starts again in 200 ms\n")
    shell.press(f"kill {busy}", within=2)
    shell.run("run spin 300", within=2)
    assert "linger" not in [row.name for row in shell.ps()]
    shell.run("start again", within=2)
    assert "linger" in [row.name for row in shell.ps()]


def test_only_who_has_power_stops_services(boot: Callable[[str], Shell]) -> None:
    """The program is none of the services, the service has no power. Shows B6."""
    shell = boot(service("powerless", "stopper", 'args = ["unicorn"]'))
    refused = "stopper: stop: PermissionDenied, start: PermissionDenied\n"
    assert shell.run("run stopper unicorn", within=2).startswith(refused)
    assert f"] powerless: {refused}" in shell.run("log", within=2)
    assert states(shell)["unicorn"] == "up"


def test_wrong_requests_are_refused(boot: Callable[[str], Shell]) -> None:
    """By a program that is none of the services, and by a service without power that is no logger."""
    shell = boot(service("rude", "rude"))
    wrong = ["start nothing", "stop with a wild length", "take nothing", "method 99"]
    denied = ["stop without a name", "take from far away"]
    answers = {what: "BadRequest" for what in wrong} | {what: "PermissionDenied" for what in denied}
    answers["read from far away"] = "done"
    by_stranger = dict(re.findall(r"^rude: (.+): (\w+)$", shell.run("run rude", within=2), re.MULTILINE))
    assert by_stranger == answers | {"ready with an endpoint": "PermissionDenied", "ready with a thread": "PermissionDenied"}
    by_service = dict(re.findall(r"\] rude: rude: (.+): (\w+)$", shell.run("log", within=2), re.MULTILINE))
    assert by_service == answers | {"ready with an endpoint": "BadRequest", "ready with a thread": "BadRequest"}
    assert states(shell)["console"] == "up"
