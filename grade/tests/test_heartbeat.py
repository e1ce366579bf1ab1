# SPDX-License-Identifier: MIT
"""Heartbeats: a service whose loop no longer runs is killed and started again, whatever its priority. Shows B8."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import images
from glenda.errors import GuestDeadline, GuestIdle
from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import INIT, service
from glenda.watch import processor_time


def greeter(hangs: str = "", more: str = 'heartbeat = "400ms"') -> str:
    """A service that hangs from its greeting number `hangs` on."""
    arguments = f'args = ["hang", "{hangs}"]\n' if hangs else ""
    return service("greeter", "greeter", f'{arguments}provides = "greeting"\nprotocol = 48\npriority = 150\n{more}\n')


def client(name: str, *names: str) -> str:
    who = ", ".join(f'"{n}"' for n in names)
    return service(name, "greet", f'args = [{who}]\nneeds = ["greeter"]\nuses = ["greeting"]')


def when(log: str, line: str) -> float:
    found = re.search(rf"^\[ *(\d+\.\d+)\] {line}", log, re.MULTILINE)
    assert found, f"{line!r} is not in the log:\n{log}"
    return float(found[1])


@pytest.mark.parametrize("harts", [1, 2])
def test_a_service_that_loops_keeps_nobody_away(with_services: Callable[..., Shell], harts: int) -> None:
    """It is up, then loops at a priority above the console's. The prompt comes, and programs run in its pauses."""
    shell = with_services(greeter("0"), within=4, harts=harts)
    assert shell.run("run hello", within=4).startswith("hello, world\n")
    log = shell.log_with("greeter: starts again in 400 ms", within=8)
    assert log.count("greeter: no heartbeat for 400 ms; killed") >= 3
    assert [int(pause) for pause in re.findall(r"greeter: starts again in (\d+) ms\n", log)][:3] == [100, 200, 400]
    lived = when(log, "9ball: greeter: no heartbeat") - when(log, "9ball: greeter: serves")
    assert lived >= 0.4 - 0.001
    assert lived < 0.42 or harts > 1, "later than it should be"      # with two harts, the clock is the host's


def test_without_the_key_it_would(with_services: Callable[..., Shell]) -> None:
    """The counterpart: the test above can fail."""
    with pytest.raises(GuestDeadline):
        with_services(greeter("0", more=""), within=1, harts=1)


def test_a_request_that_never_ends(with_services: Callable[..., Shell]) -> None:
    """The client waits, the service is killed, and the client's call fails. The next service serves again."""
    shell = with_services(greeter("2") + client("guest", "Ada", "Bob"))
    log = shell.log_with("greeter: starts again", within=3)
    assert "] guest: hello, Ada\n" in log and "hello, Bob" not in log
    assert re.search(r"\] guest: .*not greeted: \w+\n", log), log
    assert when(log, "9ball: greeter: no heartbeat") - when(log, "guest: hello, Ada") == pytest.approx(0.4, abs=0.02)
    assert shell.log_with("serves greeting", within=1)


def let_run(guest: Machine, seconds: float) -> None:
    """However busy this computer is, QEMU has its processor for so long."""
    begin, until = time.monotonic(), processor_time(guest.pid) + seconds
    while processor_time(guest.pid) < until:
        assert time.monotonic() - begin < 60, "it does not work"
        time.sleep(0.01)


def test_a_computer_that_stands_still(machine: Callable[..., Machine], tmp_path: Path) -> None:
    """A service that loops is killed later if nobody could look in time. Here QEMU is stopped for ten times as long as it runs."""
    services = INIT + greeter("0", more='heartbeat = "1s"')
    guest = machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": services}), icount=False)
    guest.expect("^9ball: greeter: started", within=10)
    for _ in range(10):
        os.kill(guest.pid, signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(guest.pid, signal.SIGCONT)
        let_run(guest, 0.05)
    log = Shell(guest, within=10).log_with("greeter: no heartbeat", within=10)
    assert when(log, "9ball: greeter: no heartbeat") - when(log, "9ball: greeter: serves") > 2


def test_a_service_that_rests_is_left_alone(with_services: Callable[..., Shell]) -> None:
    """While it waits for messages nothing is sent and no timer runs, for longer than its period."""
    shell = with_services(greeter() + client("guest", "Ada"))
    log = shell.log_with("greet: greeting 1", within=1)
    pid = shell.pid("greeter")
    shell.run("run spin 500", within=2)
    assert "no heartbeat" not in shell.run("log") and log.count("greeter: started") == 1
    assert shell.pid("greeter") == pid


def test_the_usual_system_is_silent(shell: Shell) -> None:
    """`unicorn` has the key, and no timer runs at the prompt: an idle machine's clock would jump to it."""
    assert any(line.startswith("heartbeat = ") for line in INIT.splitlines())
    shell.run("devices")
    before = shell.machine.monitor.clock()
    with pytest.raises(GuestIdle):
        shell.machine.expect("nothing is printed", within=600)
    assert shell.machine.monitor.clock() - before < 0.001


def test_what_the_key_may_be(machine: Callable[..., Machine], tmp_path: Path) -> None:
    """A wrong value is named with its line."""
    text = INIT + '\n[[service]]\nname = "x"\npath = "bin/hello"\nheartbeat = "2m"\n'
    guest = machine(initrd=images.variant(tmp_path / "initrd.cpio", replace={"init.toml": text}))
    assert guest.run_to_exit() == 0
    line = text.splitlines().index('heartbeat = "2m"') + 1
    assert f'9ball: init.toml, line {line}: "heartbeat" must be a time from "1ms" to "60s"\n' in guest.transcript
