# SPDX-License-Identifier: MIT
"""A disk: what programs write is in the image, on the host, and what is in the image is what they read."""

import tempfile
from pathlib import Path

from glenda import devices
from glenda.systems import BLOCK, content
from lab6_system import BLOCKS, differing, session_of

GOOD = "exited with status 0\n"


def run(tree) -> None:
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder, "disk.img")
        devices.make_disk(disk, BLOCKS * BLOCK)
        with open(disk, "r+b") as file:
            file.seek(1000 * BLOCK)
            file.write(b"".join(content(7, number) for number in range(1000, 1100)))
        with session_of(tree, ("blk",), disk) as shell:
            use(shell)
        expected = {**{number: content(3, number) for number in range(500)},
                    **{number: content(7, number + 400) for number in range(600, 700)},
                    **{number: content(7, number) for number in range(1000, 1100)}}
        wrong = differing(disk, expected)
    assert not wrong, f"on the host, {len(wrong)} blocks of the image are wrong, the first is number {wrong[0]}"


def use(shell) -> None:
    size = shell.run("run disk", within=2.0)
    assert size.startswith(f"{BLOCKS} blocks of 4096 bytes\n"), f"`run disk` prints {size.strip()!r}"
    for command in ("write 3 0 500", "check 3 0 500", "check 7 1000 100", "copy 1000 600 100"):
        said = shell.run(f"run disk {command}", within=2.0)
        assert said.endswith(GOOD), f"`run disk {command}` prints {said.strip()!r}"
    assert "there is no such block" in shell.run("run disk check 3 4096 1", within=2.0)
    for _ in range(10):      # more clients, one after the other, than a device has sessions
        assert shell.run("run disk", within=2.0).startswith(f"{BLOCKS} blocks"), "a client that ends leaves its session behind"
