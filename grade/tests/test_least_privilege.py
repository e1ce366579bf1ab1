# SPDX-License-Identifier: MIT
"""Row B11, least privilege: services hold what init.toml says, and nothing else; and no more memory than it says."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell
from glenda.systems import service


def inspect(more: str = "power = true") -> str:
    return service("inspect", "inspect", f'{more}\nneeds = ["console", "greeter"]')


@pytest.mark.parametrize("keys", ["", "console = true", "cnode = 7\nconsole = true", "cnode = 12"])
def test_every_service_has_what_is_written(with_services: Callable[..., Shell], keys: str) -> None:
    """Every slot of every service is looked at, also of one with the keys."""
    shell = with_services(service("greeter", "greeter", f'provides = "greeting"\nheartbeat = "1s"\n{keys}') + inspect())
    log = shell.log_with("inspect: done", within=1)
    walks = re.findall(r"\] inspect: inspect: (\w+): (\d+) of (\d+) slots as written, (\d+) of its own, (\d+) wrong\n", log)
    names = [row.name for row in shell.ps() if row.parent == 1 and row.name != "factotum"]
    assert sorted(walk[0] for walk in walks) == sorted([*names, "inspect"])
    for name, as_written, expected, own, wrong in walks:
        assert as_written == expected and wrong == "0", log
        assert int(expected) >= 6 and (name == "inspect") == (own == "0"), log


def test_what_is_hidden_is_found(with_services: Callable[..., Shell]) -> None:
    """The counterpart: the test above can fail."""
    shell = with_services(service("greeter", "greeter", 'provides = "greeting"') + inspect('power = true\nargs = ["hide"]'))
    log = shell.log_with("inspect: done", within=1)
    assert "inspect: inspect: slot 32 has Tcb (rights 2, size 0, badge 0), not nothing\n" in log
    assert "inspect: inspect: 6 of 6 slots as written, 0 of its own, 1 wrong\n" in log


def test_nobody_looks_without_power(with_services: Callable[..., Shell]) -> None:
    shell = with_services(service("greeter", "greeter", 'provides = "greeting"') + inspect(""))
    log = shell.log_with("inspect: done", within=1)
    assert "] inspect: inspect: unicorn: PermissionDenied\n" in log and "as written" not in log


def test_a_limit(with_services: Callable[..., Shell]) -> None:
    """A service that takes all it can get has what its limit says, and the others have the rest."""
    shell = with_services(service("hog", "hog", 'limit = "4M"\nclass = "batch"\nready = "exit"'))
    log = shell.log_with("hog: has ", within=3)
    assert re.search(r"hog: has 3 MiB\n", log), log
    assert "memtest: 60 MiB written and checked" in shell.run("run memtest 60", within=3)


def test_memory_is_kept(with_services: Callable[..., Shell]) -> None:
    shell = with_services(service("greeter", "greeter", 'provides = "greeting"'))
    before = shell.memory().reserved
    shell = with_services(service("greeter", "greeter", 'provides = "greeting"\nmemory = "8M"'))
    assert shell.memory().reserved - before == (8 << 10) - 640
