# SPDX-License-Identifier: MIT
"""U4: a disk, with many requests in flight, and the image is right."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import drivers
from glenda import devices
from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import BLOCK, content

Boot = Callable[..., Machine]


def test_the_image_has_what_was_written(with_devices: Callable[..., Shell], tmp_path: Path) -> None:
    """32 requests in flight."""
    devices.make_disk(tmp_path / "disk.img", 4096 * BLOCK)
    with open(tmp_path / "disk.img", "r+b") as file:
        file.seek(1000 * BLOCK)
        file.write(b"".join(content(7, number) for number in range(1000, 1100)))
    shell = with_devices(["blk"])
    good = re.compile(r"process \d+ exited with status 0\n")
    assert shell.run("run disk").startswith("4096 blocks of 4096 bytes\n")
    assert good.fullmatch(shell.run("run disk write 3 0 500", within=2))
    assert good.fullmatch(shell.run("run disk check 3 0 500", within=2))
    assert good.fullmatch(shell.run("run disk check 7 1000 100", within=2))
    assert good.fullmatch(shell.run("run disk copy 1000 600 100", within=2))
    sums = [shell.run(f"run disk sum {first} 100", within=2).splitlines()[0] for first in (600, 1000)]
    assert sums[0] == sums[1]
    assert "disk: block 4096: there is no such block\n" in shell.run("run disk check 3 4096 1", within=2)
    assert "disk: block 500: its content is wrong\n" in shell.run("run disk check 3 499 2", within=2)
    data = (tmp_path / "disk.img").read_bytes()
    expected = {**{number: content(3, number) for number in range(500)},
                **{number: content(7, number + 400) for number in range(600, 700)},
                **{number: content(7, number) for number in range(1000, 1100)}}
    assert [number for number in range(4096)
            if data[number * BLOCK:(number + 1) * BLOCK] != expected.get(number, bytes(BLOCK))] == []


def test_sessions_end_with_their_clients(with_devices: Callable[..., Shell]) -> None:
    """More clients one after the other than a device has sessions, also such as end without a word."""
    shell = with_devices(["blk"])
    for _ in range(12):
        assert "4096 blocks" in shell.run("run disk")
        assert "there is no such block" in shell.run("run disk check 1 4096 40")
    memory = shell.memory()
    for _ in range(12):
        assert "4096 blocks" in shell.run("run disk")
    assert shell.memory().free == pytest.approx(memory.free, abs=16)


def test_nobody_can_wait_for_its_driver(with_devices: Callable[..., Shell]) -> None:
    """It has sessions and answers no calls: so there is no endpoint to call."""
    shell = with_devices(["blk"])
    assert shell.run("run thief disk").startswith(
        "thief: look the disk up: done\nthief: call its driver: InvalidCapability\n")


def test_without_a_disk(with_devices: Callable[..., Shell]) -> None:
    assert with_devices([]).run("run disk").startswith("disk: NotFound\n")


@pytest.mark.parametrize("row, most", [("block_read_1", 4100), ("block_read_32", 1200)])
def test_a_read_costs_little(machine: Boot, row: str, most: int) -> None:
    shell = Shell(machine(extra=drivers.SLOW_DISK), within=1)
    assert 500 < drivers.cost(shell, row) <= most
