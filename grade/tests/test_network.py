# SPDX-License-Identifier: MIT
"""The network card by sessions: what goes out comes back, also while its driver is killed. Rows U5, U6.

With a network the guest's clock is the host's.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import devices, images
from glenda.machine import Machine
from glenda.shell import Shell
from test_unicorn import INIT, listed, reaper

Boot = Callable[..., Machine]
CAME_BACK = re.compile(r"udp: (\d+) times (\d+) KiB have come back, (\d+) datagrams were sent again, (\d+) drivers\n"
                       r"process \d+ exited with status 0\n")


@pytest.fixture(name="boot")
def make_boot(machine: Boot, tmp_path: Path) -> Callable[[str], Shell]:
    def start(services: str = "") -> Shell:
        initrd = images.variant(tmp_path / "initrd.cpio", replace={"init.toml": INIT + services})
        return Shell(machine(icount=False, initrd=initrd, extra=devices.arguments(["net"])), within=5)
    return start


def test_a_megabyte_comes_back(boot: Callable[[str], Shell], echo: int) -> None:
    """Each byte is compared."""
    shell = boot()
    for _ in range(2):
        rounds, size, _, drivers = map(int, CAME_BACK.fullmatch(shell.run(f"run udp {echo} 1024", within=60)).groups())
        assert (rounds, size, drivers) == (1, 1024, 1)


def test_two_programs_share_the_card(boot: Callable[[str], Shell], echo: int) -> None:
    """Frames go to whoever's buffer is next, so one may take the other's: each asks again. When one ends without a word,
    and the next opens a session, the card gives its buffers back."""
    shell = boot()
    for _ in range(10):
        shell.type("run ping 1000000\r")
        shell.machine.expect(r"^10\.0\.2\.2 answers 1\n", within=10)
        shell.type("\x03")
        assert shell.until_prompt(within=5).endswith("was killed\n")
    assert CAME_BACK.fullmatch(shell.run(f"run udp {echo} 64", within=60))


def test_its_driver_is_killed_100_times_under_load(boot: Callable[[str], Shell], echo: int) -> None:
    """Datagrams may be lost, and are sent again: so all comes back."""
    shell = boot(reaper("net", 140, priority=239))
    rounds, _, again, drivers = map(int, CAME_BACK.fullmatch(shell.run(f"run udp {echo} 16 101", within=1200)).groups())
    assert rounds >= 10 and again < 140 * 8 * 2 and drivers > 100
    assert next(device for device in listed(shell) if device.device_class == "net").restarts > 100
