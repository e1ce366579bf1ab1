# SPDX-License-Identifier: MIT
"""Row B11, least privilege: services hold what init.toml says, and nothing else; and no more memory than it says."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.machine import Machine
from glenda.paths import ROOT
from glenda.shell import Shell

INIT = (ROOT / "user" / "init.toml").read_text()


def service(name: str, path: str, more: str) -> str:
    return f'\n[[service]]\nname = "{name}"\npath = "bin/{path}"\n{more}\n'


def inspect(more: str = "power = true") -> str:
    return service("inspect", "inspect", f'{more}\nneeds = ["console", "greeter"]')


@pytest.fixture
def boot(machine: Callable[..., Machine], tmp_path: Path) -> Callable[[str], Shell]:
    def start(services: str) -> Shell:
        return Shell(machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": INIT + services})),
                     within=2)
    return start


def log_with(shell: Shell, text: str, within: float) -> str:
    """Waits until `text` is in the log."""
    until = shell.machine.monitor.clock() + within
    while text not in (log := shell.run("log", within=2)):
        assert shell.machine.monitor.clock() < until, log
    return log


@pytest.mark.parametrize("keys", ["", "console = true", "cnode = 7\nconsole = true", "cnode = 12"])
def test_every_service_has_what_is_written(boot: Callable[[str], Shell], keys: str) -> None:
    """Every slot of every service is looked at, also of one with the keys."""
    shell = boot(service("greeter", "greeter", f'provides = "greeting"\nheartbeat = "1s"\n{keys}') + inspect())
    log = log_with(shell, "inspect: done", within=1)
    walks = re.findall(r"\] inspect: inspect: (\w+): (\d+) of (\d+) slots as written, (\d+) of its own, (\d+) wrong\n", log)
    names = [row.name for row in shell.ps() if row.parent == 1 and row.name != "factotum"]
    assert sorted(walk[0] for walk in walks) == sorted([*names, "inspect"])
    for name, as_written, expected, own, wrong in walks:
        assert as_written == expected and wrong == "0", log
        assert int(expected) >= 6 and (name == "inspect") == (own == "0"), log


def test_what_is_hidden_is_found(boot: Callable[[str], Shell]) -> None:
    """The counterpart: the test above can fail."""
    shell = boot(service("greeter", "greeter", 'provides = "greeting"') + inspect('power = true\nargs = ["hide"]'))
    log = log_with(shell, "inspect: done", within=1)
    assert "inspect: inspect: slot 32 has Tcb (rights 2, size 0, badge 0), not nothing\n" in log
    assert "inspect: inspect: 6 of 6 slots as written, 0 of its own, 1 wrong\n" in log


def test_nobody_looks_without_power(boot: Callable[[str], Shell]) -> None:
    shell = boot(service("greeter", "greeter", 'provides = "greeting"') + inspect(""))
    log = log_with(shell, "inspect: done", within=1)
    assert "] inspect: inspect: unicorn: PermissionDenied\n" in log and "as written" not in log


def test_a_limit(boot: Callable[[str], Shell]) -> None:
    """A service that takes all it can get has what its limit says, and the others have the rest."""
    shell = boot(service("hog", "hog", 'limit = "4M"\nclass = "batch"\nready = "exit"'))
    log = log_with(shell, "hog: has ", within=3)
    assert re.search(r"hog: has 3 MiB\n", log), log
    assert "memtest: 60 MiB written and checked" in shell.run("run memtest 60", within=3)


def test_memory_is_kept(boot: Callable[[str], Shell]) -> None:
    shell = boot(service("greeter", "greeter", 'provides = "greeting"'))
    before = shell.memory().reserved
    shell = boot(service("greeter", "greeter", 'provides = "greeting"\nmemory = "8M"'))
    assert shell.memory().reserved - before == (8 << 10) - 640
