# SPDX-License-Identifier: MIT
"""The virtio devices of a machine, by name, as arguments of QEMU. Clock and serial line are always there.

`make qemu` has all of them unless DEVICES says otherwise; a test's machine has those that the test asks for. The network
has a timer that always runs, so a machine with it cannot have a clock that jumps over idle time (qemu.py). The source of
random numbers has one that limits its rate, and runs for one period after a use: 65 s, by which an idle clock would jump.
"""

from pathlib import Path

from .errors import Infrastructure
from .qemu import option

NAMES = ("blk", "net", "rng", "input", "gpu", "p9")
DISK_SIZE = 64 << 20        # bytes of a disk that is made anew; its file takes no space before it is written to
NOT_LEGACY = ["-global", "virtio-mmio.force-legacy=false"]      # without it, QEMU's devices speak version 1


def check(names: list[str]) -> None:
    """Complains about a name that nothing has."""
    for name in names:
        if name not in NAMES:
            raise Infrastructure(f"DEVICES: there is no device {name!r}; there are {', '.join(NAMES)}")


def make_disk(file: Path, size: int = DISK_SIZE) -> None:
    """Makes an empty disk if there is none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with open(file, "wb") as disk:
            disk.truncate(size)


def arguments(names: list[str], *, disk: Path | None = None, share: Path | None = None, cache: str = "writeback") -> list[str]:
    """`disk`: the image of `blk`, which has to exist; `share`: the host's folder for `p9`, too. `cache`: "unsafe" does not
    wait for the host's disk when the guest flushes: for an image that nobody wants after the host has crashed."""
    check(names)
    needed = {"blk": disk, "p9": share}
    for name in names:
        if name in needed and (needed[name] is None or not needed[name].exists()):
            raise Infrastructure(f"{needed[name]}, which the device {name} needs, does not exist")
    each = {
        "blk": lambda: ["-drive", option(id="disk", **{"if": "none"}, format="raw", discard="unmap", cache=cache, file=disk),
                        "-device", "virtio-blk-device,drive=disk"],
        "net": lambda: ["-netdev", "user,id=network", "-device", "virtio-net-device,netdev=network"],
        "rng": lambda: ["-device", "virtio-rng-device,period=1"],
        "input": lambda: ["-device", "virtio-keyboard-device"],
        "gpu": lambda: ["-device", "virtio-gpu-device"],
        "p9": lambda: ["-fsdev", "local," + option(id="share", security_model="mapped-xattr", path=share),
                       "-device", "virtio-9p-device,fsdev=share,mount_tag=share"],
    }
    return [*NOT_LEGACY, *(argument for name in names for argument in each[name]())]
