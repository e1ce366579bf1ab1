# SPDX-License-Identifier: MIT
"""U5: the network card by sessions: what goes out comes back. With a network the guest's clock is the host's."""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell

CAME_BACK = re.compile(r"udp: (\d+) times (\d+) KiB have come back, (\d+) datagrams were sent again, (\d+) drivers\n"
                       r"process \d+ exited with status 0\n")


@pytest.mark.parametrize("kib", [128, pytest.param(1024, marks=pytest.mark.long)])
def test_what_is_sent_comes_back(with_devices: Callable[..., Shell], echo: int, kib: int) -> None:
    """Each byte is compared."""
    shell = with_devices(["net"], icount=False, within=5)
    for _ in range(2):
        rounds, size, _, drivers = map(int, CAME_BACK.fullmatch(shell.run(f"run udp {echo} {kib}", within=60)).groups())
        assert (rounds, size, drivers) == (1, kib, 1)


def test_a_card_takes_its_buffers_back_from_a_program_that_ends(with_devices: Callable[..., Shell], echo: int) -> None:
    """Without a word. A card has eight sessions."""
    shell = with_devices(["net"], icount=False, within=5)
    for _ in range(10):
        shell.type("run ping 1000000\r")
        shell.machine.expect(r"^10\.0\.2\.2 answers 1\n", within=10)
        shell.type("\x03")
        assert shell.until_prompt(within=5).endswith("was killed\n")
    assert CAME_BACK.fullmatch(shell.run(f"run udp {echo} 64", within=60))
