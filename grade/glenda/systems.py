# SPDX-License-Identifier: MIT
"""What tests change of the system: more services in init.toml, other drivers in drivers.toml; and how they look at it."""

import re
import struct
from typing import NamedTuple

from .paths import ROOT
from .shell import Shell

INIT = (ROOT / "user" / "init.toml").read_text()
TABLE = (ROOT / "user" / "drivers.toml").read_text()


USES = next(line for line in INIT.splitlines() if line.startswith("uses = "))     # the console's
BLOCK = 4096            # bytes of a block on the disk
DEPTH = 32              # requests that `disk` has in flight


def content(seed: int, number: int) -> bytes:
    """What the program `disk` writes from a seed into a block."""
    return struct.pack("<512Q", *(seed * 1_000_000_007 + number * 1_000_003 + word for word in range(512)))


def soaked(seed: int, blocks: int, rounds: int) -> dict[int, bytes]:
    """The blocks that `disk soak` has written, as a model."""
    state, result = seed, {}
    for number in range(rounds):
        for i in range(DEPTH):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            block = i * (blocks // DEPTH) + (state >> 33) % (blocks // DEPTH)
            result[block] = number
    return {block: content(number, block) for block, number in result.items()}


def service(name: str, program: str, more: str = "") -> str:
    """A further service for init.toml. `more`: lines with keys."""
    return f'\n[[service]]\nname = "{name}"\npath = "bin/{program}"\n{more}\n'


def with_line(find: str, replacement: str) -> str:
    """init.toml with one line changed."""
    assert INIT.count(find) == 1, f"user/init.toml has changed: {find}"
    return INIT.replace(find, replacement)


class Device(NamedTuple):
    """A line of `devices`."""
    name: str
    compatible: str
    device_class: str
    state: str
    pid: str
    restarts: int


def listed(shell: Shell) -> list[Device]:
    """All devices, by the console's command."""
    head, *lines = shell.run("devices", within=1).splitlines()
    assert head.split() == ["NAME", "COMPATIBLE", "CLASS", "STATE", "PID", "RESTARTS"]
    rows = [re.fullmatch(r"(\S+) +(\S+) +(\S+) +(\w+(?: driver)?) +(\d+|-) +(\d+)", line) for line in lines]
    assert None not in rows, lines
    return [Device(row[1], row[2], row[3], row[4], row[5], int(row[6])) for row in rows]
