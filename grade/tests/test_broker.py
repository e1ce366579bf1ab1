# SPDX-License-Identifier: MIT
"""Row F15: Factotum hands out capabilities to services, to those to whom 9Ball has granted them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import INIT, USES, service, with_line

ALLOWED = with_line(USES, USES.replace("[", '["greeting", '))
GREETER = service("greeter", "greeter", 'provides = "greeting"\nprotocol = 48')


@pytest.fixture
def boot(machine: Callable[..., Machine], tmp_path: Path) -> Callable[[str], Shell]:
    def start(config: str) -> Shell:
        return Shell(machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": config})), within=2)
    return start


def test_allowed_works(boot: Callable[[str], Shell]) -> None:
    """The console `uses` it; so do the programs that it runs, and their children."""
    assert "greeting" in ALLOWED
    shell = boot(ALLOWED + GREETER)
    assert shell.run("run greet Ada Bob").startswith("hello, Ada\nhello, Bob\ngreet: greeting 2\n")
    assert shell.run("run env A=1 greet Eve").startswith("hello, Eve\ngreet: greeting 3\n")
    before = shell.memory()
    for _ in range(10):
        shell.run("run greet Ada")
    assert shell.memory() == before


def test_denied_is_refused(boot: Callable[[str], Shell]) -> None:
    shell = boot(INIT + GREETER)
    assert "nobody who greets: PermissionDenied\n" in shell.run("run greet Ada")
    assert "nobody who greets: PermissionDenied\n" in shell.run("run greet --wait Ada")


def test_who_is_gone_and_who_comes_back(boot: Callable[[str], Shell]) -> None:
    """While there is none the answer is Broken, or comes when there is one again; a restart is offered anew."""
    shell = boot(ALLOWED + GREETER + 'restart = "always"\n')
    shell.run("run greet Ada")
    shell.run("stop greeter")
    assert "nobody who greets: Broken\n" in shell.run("run greet Ada")
    shell.run("run greet --wait Bob &")
    shell.run("run spin 100", within=1)     # it has begun to wait
    assert "wait" in [row.state for row in shell.ps() if row.name == "greet"]
    shell.run("start greeter")
    assert shell.saw("hello, Bob\ngreet: greeting 1\n")
    shell.type("\r")
    shell.until_prompt()
    shell.run(f"kill {shell.pid('greeter')}")
    assert re.search("hello, Cyd\ngreet: greeting 1\n", shell.run("run greet --wait Cyd", within=1))


def test_who_waits_can_end(boot: Callable[[str], Shell]) -> None:
    """A program that waits for a service is killed: Factotum's Reply object is free again."""
    shell = boot(ALLOWED + GREETER)
    shell.run("stop greeter")
    before = None
    for round in range(3):
        shell.type("run greet --wait Ada\r")
        shell.machine.expect("run greet --wait Ada\n")
        shell.type("\x03")
        assert shell.until_prompt().endswith("was killed\n")
        if round == 0:
            before = shell.memory()
    assert shell.memory() == before
    assert shell.run("run nest 100", within=2).startswith("nest: 101 processes\n")


@pytest.mark.parametrize("more, error", [
    ("protocol = 62", '"protocol" must be a number from 1 to 61'),
    ("protocol = 3", '"unicorn" and "greeter" both have "protocol" 3'),
])
def test_numbers_are_checked(machine: Callable[..., Machine], tmp_path: Path, more: str, error: str) -> None:
    config = INIT + GREETER.replace("protocol = 48", more)
    guest = machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": config}))
    assert guest.run_to_exit() == 0
    assert re.search(rf"9ball: init.toml, line \d+: {re.escape(error)}\n", guest.transcript), guest.transcript[-500:]
