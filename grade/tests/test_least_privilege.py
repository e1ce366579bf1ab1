# SPDX-License-Identifier: MIT
"""Row B11, least privilege: services hold what init.toml says, and nothing else; and no more memory than it says."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell
from glenda.systems import INIT, service


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


def test_every_service_may_do_what_is_written(with_services: Callable[..., Shell]) -> None:
    """And ask for no more than it uses, as Factotum has it."""
    extra = service("greeter", "greeter", 'provides = "greeting"\nprotocol = 48') + service(
        "guest", "linger", 'uses = ["greeting", "net"]') + inspect()
    log = with_services(extra).log_with("inspect: done", within=1)
    found = re.findall(r"inspect: (\w+): may do 0x(\w+), as written 0x(\w+)\n", log)
    power, dma, unicorn, classes = 1 << 63, 1 << 62, 1 << 3, sum(1 << number for number in range(9, 17))
    assert {name: (int(has, 16), int(written, 16)) for name, has, written in found} == {
        name: (grants, grants) for name, grants in {"unicorn": dma, "console": power | unicorn | classes, "greeter": 0,
                                                    "guest": 1 << 48 | unicorn | 1 << 11, "inspect": power}.items()}


def test_devices_are_handed_out_by_class(with_devices: Callable[..., Shell]) -> None:
    """U7: a service gets what it uses, and no other device; nor does one that may only see what there is. Shows B7."""
    extra = "".join(service(name, "disk", f"uses = [{uses}]\nrestart = \"never\"") for name, uses in
                    {"mine": '"block"', "others": '"net", "rng"', "list": '"devices"', "none": ""}.items())
    shell = with_devices(["blk"], initrd={"replace": {"init.toml": INIT + extra}})
    for name in ("mine", "others", "list", "none"):
        shell.log_with(f"9ball: {name}: process ", within=1)
    said = dict(re.findall(r"\] (mine|others|list|none): (.+)\n", shell.run("log")))
    assert said == {"mine": "4096 blocks of 4096 bytes", **dict.fromkeys(["others", "list", "none"], "disk: PermissionDenied")}


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
