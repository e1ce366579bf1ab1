# SPDX-License-Identifier: MIT
"""The disk's driver is killed again and again, at work and while it starts. No request is lost; if it never comes back,
each is answered. And no page of a session stays with whoever has what a driver had."""

import re
import tempfile
from pathlib import Path

from glenda.systems import INIT, TABLE, service, soaked
from lab6_system import BLOCKS, differing, in_place_of_unicorn, session_of

DRIVERS = 16


def run(tree) -> None:
    in_place_of_unicorn(tree, "lab6_sessions", "forgotten")
    killed(tree)
    never_back(tree)


def killed(tree) -> None:
    more = f'args = ["block", "{DRIVERS + 8}"]\nneeds = ["unicorn"]\nuses = ["devices"]\npower = true\npriority = 239\nrestart = "never"'
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder, "disk.img")
        with session_of(tree, ("blk",), disk, {"init.toml": INIT + service("reaper", "reaper", more)}) as shell:
            said = shell.run(f"run disk soak 11 {BLOCKS} {DRIVERS}", within=8.0)
            done = re.match(r"disk: (\d+) rounds, (\d+) drivers\n", said)
            assert done, f"`run disk soak` prints {said.strip()!r}"
        wrong = differing(disk, soaked(11, BLOCKS, int(done[1])))
    assert int(done[2]) >= DRIVERS
    assert not wrong, f"after {done[2]} drivers, {len(wrong)} blocks of the image are wrong, the first is number {wrong[0]}"


def never_back(tree) -> None:
    """The first driver opens the session and ends, all others end before they are ready."""
    table = TABLE.replace("bin/drivers/blk", "bin/quitter")
    with tempfile.TemporaryDirectory() as folder:
        with session_of(tree, ("blk",), Path(folder, "disk.img"), {"drivers.toml": table}) as shell:
            said = shell.run("run disk read 0 40 32", within=12.0)
            assert "nobody drives the disk any more" in said, f"requests to a driver that never comes back: {said.strip()!r}"
            assert shell.run("run disk", within=2.0).startswith("disk: Broken\n"), "a device that is given up can be opened"
