# SPDX-License-Identifier: MIT
"""Heartbeats: a service whose loop no longer runs is killed and started again, whatever its priority. Shows B8."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.errors import GuestDeadline
from glenda.machine import Machine
from glenda.paths import ROOT
from glenda.shell import Shell

INIT = (ROOT / "user" / "init.toml").read_text()


def service(name: str, path: str, more: str) -> str:
    return f'\n[[service]]\nname = "{name}"\npath = "bin/{path}"\n{more}\n'


def greeter(hangs: str = "", more: str = 'heartbeat = "400ms"') -> str:
    """A service that hangs from its greeting number `hangs` on."""
    arguments = f'args = ["hang", "{hangs}"]\n' if hangs else ""
    return service("greeter", "greeter", f'{arguments}provides = "greeting"\nprotocol = 48\npriority = 150\n{more}\n')


def client(name: str, *names: str) -> str:
    who = ", ".join(f'"{n}"' for n in names)
    return service(name, "greet", f'args = [{who}]\nneeds = ["greeter"]\nuses = ["greeting"]')


@pytest.fixture
def boot(machine: Callable[..., Machine], tmp_path: Path) -> Callable[..., Shell]:
    def start(services: str, **options: object) -> Shell:
        initrd = images.variant(tmp_path / "initrd.cpio", replace={"init.toml": INIT + services})
        return Shell(machine(initrd=initrd, **options), within=4)
    return start


def log_with(shell: Shell, text: str, within: float) -> str:
    """Waits until `text` is in the log."""
    until = shell.machine.monitor.clock() + within
    while text not in (log := shell.run("log", within=3)):
        assert shell.machine.monitor.clock() < until, log
    return log


def when(log: str, line: str) -> float:
    found = re.search(rf"^\[ *(\d+\.\d+)\] {line}", log, re.MULTILINE)
    assert found, f"{line!r} is not in the log:\n{log}"
    return float(found[1])


@pytest.mark.parametrize("harts", [1, 2])
def test_a_service_that_loops_keeps_nobody_away(boot: Callable[..., Shell], harts: int) -> None:
    """It is up, then loops at a priority above the console's. The prompt comes, and programs run in its pauses."""
    shell = boot(greeter("0"), harts=harts)
    assert shell.run("run hello", within=4).startswith("hello, world\n")
    log = log_with(shell, "greeter: starts again in 400 ms", within=8)
    assert log.count("greeter: no heartbeat for 400 ms; killed") >= 3
    assert [int(pause) for pause in re.findall(r"greeter: starts again in (\d+) ms\n", log)][:3] == [100, 200, 400]
    assert when(log, "9ball: greeter: no heartbeat") - when(log, "9ball: greeter: serves") == pytest.approx(0.4, abs=0.02)


def test_without_the_key_it_would(boot: Callable[..., Shell]) -> None:
    """The counterpart: the test above can fail."""
    with pytest.raises(GuestDeadline):
        boot(greeter("0", more=""), harts=1)


def test_a_request_that_never_ends(boot: Callable[..., Shell]) -> None:
    """The client waits, the service is killed, and the client's call fails. The next service serves again."""
    shell = boot(greeter("2") + client("guest", "Ada", "Bob"))
    log = log_with(shell, "greeter: starts again", within=3)
    assert "] guest: hello, Ada\n" in log and "hello, Bob" not in log
    assert re.search(r"\] guest: .*not greeted: \w+\n", log), log
    assert when(log, "9ball: greeter: no heartbeat") - when(log, "guest: hello, Ada") == pytest.approx(0.4, abs=0.02)
    assert log_with(shell, "serves greeting", within=1)


def test_a_service_that_rests_is_left_alone(boot: Callable[..., Shell]) -> None:
    """It answers the question, and then nothing is sent and no timer runs: an idle machine's clock stands still."""
    shell = boot(greeter() + client("guest", "Ada"))
    log = log_with(shell, "greet: greeting 1", within=1)
    shell.run("run spin 1500", within=2)
    assert "no heartbeat" not in shell.run("log") and log.count("greeter: started") == 1
    pid = shell.pid("greeter")
    shell.run("run spin 1000", within=2)
    assert shell.pid("greeter") == pid
    time.sleep(0.2)     # of the host: an idle guest's clock jumps from timer to timer, while there is one
    before = shell.machine.monitor.clock(), shell.machine.instructions()
    time.sleep(0.2)
    assert (shell.machine.monitor.clock(), shell.machine.instructions()) == before


def test_what_the_key_may_be(machine: Callable[..., Machine], tmp_path: Path) -> None:
    """A wrong value is named with its line."""
    text = INIT + '\n[[service]]\nname = "x"\npath = "bin/hello"\nheartbeat = "2m"\n'
    guest = machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": text}))
    assert guest.run_to_exit() == 0
    line = text.splitlines().index('heartbeat = "2m"') + 1
    assert f'9ball: init.toml, line {line}: "heartbeat" must be a time from "1ms" to "60s"\n' in guest.transcript
