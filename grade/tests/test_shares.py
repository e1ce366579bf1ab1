# SPDX-License-Identifier: MIT
"""U6: whoever opens sessions without end, and with helpers, leaves some to others; what the dead had is there for the next.
"""

import re
from collections.abc import Callable

import pytest

from glenda.shell import Shell


def hoard(shell: Shell, name: str, device_class: str, pages: int, *sessions: int, why: str = "TooMany") -> None:
    """Starts a program that hoards: it, and one helper after the other, get that many sessions."""
    shell.press(f"run hoard {device_class} {pages} {name} {len(sessions) - 1} &")
    shell.saw(rf"hoard {name}0: .*\n", within=2)
    shell.press("")
    found = re.findall(rf"hoard {name}\d: (\d+) sessions, then (\w+)\n", shell.machine.transcript)
    assert found == [(str(count), why) for count in sessions]


def use_disk(shell: Shell) -> None:
    for command in ("run disk write 3 0 100", "run disk check 3 0 100"):
        assert "exited with status 0\n" in shell.press(command, within=2)


def take_all(shell: Shell, device_class: str) -> None:
    for name, sessions in {"a": 4, "b": 2, "c": 1, "d": 1}.items():
        hoard(shell, name, device_class, 1, sessions)


def kill_hoards(shell: Shell) -> None:
    while pids := [row.pid for row in shell.ps() if row.name == "hoard"]:
        shell.press(f"kill {pids[0]}")


def test_a_hoard_leaves_half(with_devices: Callable[..., Shell]) -> None:
    """It has three helpers, each with an account of its own, and all four together get four of eight sessions."""
    shell = with_devices(["blk"])
    hoard(shell, "a", "block", 1, 4, 0, 0, 0)
    use_disk(shell)


def test_a_hoard_of_pages_leaves_half(with_devices: Callable[..., Shell]) -> None:
    """Of a screen, where the disk's pages come from, too."""
    shell = with_devices(["blk", "gpu"])
    hoard(shell, "a", "gpu", 100, 2, 0, why="OutOfMemory")
    hoard(shell, "b", "gpu", 100, 1, 0, why="OutOfMemory")
    use_disk(shell)


@pytest.mark.parametrize("device, device_class, command, answer", [
    ("blk", "block", "run disk", "4096 blocks of 4096 bytes\n"),
    ("net", "net", "run ping 1", "10.0.2.2 answers 1\n"),
    ("p9", "9p", "run ls", "disk.img\n"),
])
def test_what_the_dead_had_is_there(with_devices: Callable[..., Shell], device: str, device_class: str, command: str,
                                    answer: str) -> None:
    """Four hoards have all eight sessions, and end. The next who asks waits until the driver has let go, and is served."""
    shell = with_devices([device], icount=device == "blk")
    take_all(shell, device_class)
    assert "TooMany" in shell.press(command, within=5)
    kill_hoards(shell)
    assert answer in shell.press(command, within=5)
    hoard(shell, "e", device_class, 1, 4)


def test_who_waits_is_served_when_the_driver_ends(with_devices: Callable[..., Shell]) -> None:
    """The driver is killed with eight sessions that nobody has any more."""
    shell = with_devices(["blk"])
    take_all(shell, "block")
    kill_hoards(shell)
    shell.press(f"kill {shell.pid('blk')}")
    assert "4096 blocks of 4096 bytes\n" in shell.press("run disk", within=5)


def test_all_who_wait_at_once_are_served(with_devices: Callable[..., Shell]) -> None:
    """Three households ask while eight sessions are closing and there is no driver to let go. Each has some in the end. All
    commands are typed while a program runs, so they follow each other faster than the next driver starts on any host."""
    shell = with_devices(["blk"])
    take_all(shell, "block")
    victims = [shell.pid("blk"), *(row.pid for row in shell.ps() if row.name == "hoard")]
    commands = ["run spin 3000", *(f"kill {pid}" for pid in victims), *(f"run hoard block 1 {name} 0 &" for name in "efg")]
    shell.type("".join(f"{command}\r" for command in commands))
    said = "".join(shell.until_prompt(within=5) for _ in commands)
    assert not re.search(r"^hoard [efg]0: ", said, re.MULTILINE), "they do not wait"
    for name in "efg":
        shell.saw(rf"hoard {name}0: .*\n", within=2)
    sessions = [int(count) for count in re.findall(r"hoard [efg]0: (\d+) sessions, then TooMany\n", shell.machine.transcript)]
    assert len(sessions) == 3 and all(sessions) and sum(sessions) <= 8, sessions
