# SPDX-License-Identifier: MIT
"""Services stop in reverse order of needs, each within its time: by `stop`, and when the machine does."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.paths import ROOT
from glenda.shell import Shell

INIT = (ROOT / "user" / "init.toml").read_text()


def service(name: str, more: str, milliseconds: str = "20", program: str = "linger") -> str:
    return (f'\n[[service]]\nname = "{name}"\npath = "bin/{program}"\nargs = ["{name}", "{milliseconds}"]\n'
            f'console = true\nrestart = "always"\n{more}\n')


CHAIN = service("file", 'needs = ["disk"]') + service("disk", "") + service("shop", 'needs = ["file", "disk"]')


@pytest.fixture
def boot(machine: Callable[..., Machine], tmp_path: Path) -> Callable[[str], Shell]:
    def start(services: str) -> Shell:
        shell = Shell(machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": INIT + services})),
                      within=2)
        shell.run("run spin 20", within=2)
        return shell
    return start


def states(shell: Shell) -> dict[str, str]:
    head, *lines = shell.run("services", within=2).splitlines()
    assert head.split() == ["NAME", "STATE", "PID", "RESTARTS"]
    return {line.split()[0]: line.split()[1] for line in lines}


def press(shell: Shell, command: str) -> None:
    """Runs a command while services may print next to its echo."""
    shell.type(f"{command}\r")
    shell.until_prompt(within=2)


def said(shell: Shell) -> list[str]:
    """What the services have said of their end, in order."""
    return re.findall(r"(\w+: (?:is to stop|ends))$", shell.machine.transcript, re.MULTILINE)


@pytest.mark.parametrize("command", ["shutdown", "reboot"])
def test_power_ends_last_whatever_needs_it_first(boot: Callable[[str], Shell], command: str) -> None:
    """Shows B10."""
    shell = boot(CHAIN)
    shell.type(f"{command}\r")
    assert shell.machine.run_to_exit(within=1) == 0
    assert said(shell) == [f"{name}: {what}" for name in ["shop", "file", "disk"] for what in ["is to stop", "ends"]]


def test_a_service_that_does_not_stop_is_killed_after_its_time(boot: Callable[[str], Shell]) -> None:
    shell = boot(service("deaf", 'stop = "500ms"', "never") + service("last", 'stop = "1s"', "0"))
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=2) == 0
    assert set(said(shell)) == {"deaf: is to stop", "last: is to stop", "last: ends"}
    assert "switching the machine off" in shell.machine.transcript


def test_a_busy_service_cannot_keep_the_machine_on(boot: Callable[[str], Shell]) -> None:
    """It needs more time than it has, and does not even wait meanwhile."""
    shell = boot(service("busy", 'stop = "200ms"', "100000"))
    shell.type("shutdown\r")
    assert shell.machine.run_to_exit(within=1) == 0
    assert said(shell) == ["busy: is to stop"]


def test_stop_and_start(boot: Callable[[str], Shell]) -> None:
    """Shows B6."""
    shell = boot(CHAIN)
    running = {"unicorn": "up", "console": "up", "disk": "up", "file": "up", "shop": "up"}
    assert states(shell) == running
    press(shell, "stop file")
    press(shell, "run spin 200")
    assert states(shell) == running | {"file": "stopped", "shop": "stopped"}    # `always` does not bring it back
    assert said(shell) == ["shop: is to stop", "shop: ends", "file: is to stop", "file: ends"]
    assert "9ball: file: stopped\n" in shell.run("log", within=2)
    shell.run("stop file", within=2)                                            # it has, already
    press(shell, "stop disk")
    press(shell, "run spin 100")
    assert shell.run("start shop", within=2) == ""                              # with what it needs
    press(shell, "run spin 50")
    assert shell.run("start shop", within=2) == "start: shop runs\n"
    assert states(shell) == running
    assert shell.run("run hello", within=2).startswith("hello, world\n")


def test_stop_ends_a_service_that_waits_to_be_started_again(boot: Callable[[str], Shell]) -> None:
    """All is typed at once: an idle machine's clock would jump to the end of the pause."""
    shell = boot(service("again", ""))
    shell.type(f"kill {shell.pid('linger')}\rstop again\r")
    shell.until_prompt(within=2)
    shell.until_prompt(within=2)
    assert states(shell)["again"] == "stopped"
    assert shell.run("log", within=2).endswith("9ball: again: starts again in 100 ms\n")
    shell.run("run spin 500", within=2)
    assert "linger" not in [row.name for row in shell.ps()]
    shell.run("start again", within=2)
    assert "linger" in [row.name for row in shell.ps()]


def test_only_who_has_power_stops_services(boot: Callable[[str], Shell]) -> None:
    """The program is none of the services, the service has no power. Shows B6."""
    shell = boot('[[service]]\nname = "powerless"\npath = "bin/stopper"\nargs = ["unicorn"]\n')
    refused = "stopper: stop: PermissionDenied, start: PermissionDenied\n"
    assert shell.run("run stopper unicorn", within=2).startswith(refused)
    assert f"] powerless: {refused}" in shell.run("log", within=2)
    assert states(shell)["unicorn"] == "up"


def test_wrong_requests_are_refused(boot: Callable[[str], Shell]) -> None:
    """By a program that is none of the services, and by a service without power that is no logger."""
    shell = boot('[[service]]\nname = "rude"\npath = "bin/rude"\n')
    wrong = ["start nothing", "stop with a wild length", "take nothing", "method 99"]
    denied = ["stop without a name", "take from far away"]
    answers = {what: "BadRequest" for what in wrong} | {what: "PermissionDenied" for what in denied}
    answers["read from far away"] = "done"
    by_stranger = dict(re.findall(r"^rude: (.+): (\w+)$", shell.run("run rude", within=2), re.MULTILINE))
    assert by_stranger == answers | {"ready with an endpoint": "PermissionDenied", "ready with a thread": "PermissionDenied"}
    by_service = dict(re.findall(r"\] rude: rude: (.+): (\w+)$", shell.run("log", within=2), re.MULTILINE))
    assert by_service == answers | {"ready with an endpoint": "BadRequest", "ready with a thread": "BadRequest"}
    assert states(shell)["console"] == "up"
