# SPDX-License-Identifier: MIT
"""Which QEMU, and its command line: the one place where the machine that tests run on is described.

With one hart the run is deterministic: `-icount shift=0` makes one instruction take one nanosecond of guest time, and
`sleep=off` lets an idle guest's clock jump to its next timer instead of waiting. With more harts QEMU 7.2 must not use
-icount: harts would take turns, so that a spinning one eats the others' time, and it can live-lock.

Since an idle clock jumps to any timer that is armed, none may be armed for ever:
- `-nic none`: the default network has a periodic timer, and an idle guest's QEMU then hangs, deaf to its console.
- `sstc=false`: else OpenSBI leaves `mtimecmp` at its greatest value, and at the first `wfi` the clock jumps to the end
  of time (292 years), where it overflows. Without Sstc the kernel's own deadlines replace that value.
- So the kernel must never set a deadline at the end of time either. To have none, it clears sie.STIE and sets the
  deadline to now + 1000 (0.1 ms), once at the start and whenever a distant one is cancelled; the idle clock then stands
  still. A deadline that has passed when the call reaches the timer would not do: QEMU 7.2 keeps the old one then.

The exit status is the kernel's to choose: OpenSBI 1.1 ends QEMU with 0 for whatever reason of a system reset; a write
of (status << 16 | 0x3333) to the 32-bit register at 0x100000 ends it with that status.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import Infrastructure

NEEDED = (7, 2)


def find() -> str:
    """Path of a QEMU that is new enough. The environment variable QEMU names another than the one on the PATH."""
    return look_up()[0]


def version() -> tuple[int, int]:
    """Of that QEMU. Its options differ."""
    return look_up()[1]


@functools.cache
def look_up() -> tuple[str, tuple[int, int]]:
    """Path and version."""
    name = os.environ.get("QEMU", "qemu-system-riscv64")
    path = shutil.which(name)
    if path is None:
        raise Infrastructure(f"{name} is missing: the Debian package `qemu-system-misc` has it")
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"version (\d+)\.(\d+)", answer)
    if match is None:
        raise Infrastructure(f"{path} --version does not tell its version, but: {answer!r}")
    found = (int(match[1]), int(match[2]))
    if found < NEEDED:
        raise Infrastructure(f"QEMU {found[0]}.{found[1]} is too old; {NEEDED[0]}.{NEEDED[1]} or later is needed: "
                             f"install it, or name another as QEMU=PATH than {path}")
    return path, found


def command(*, kernel: Path, initrd: Path | None, harts: int, memory: str, append: str, icount: bool,
            plugin: str, monitor: int, extra: list[str]) -> list[str]:
    """The command line. `plugin`: the value of -plugin; `monitor`: a connected socket that QEMU inherits.

    The console is the 16550 on standard input and output. It is not `-nographic`, because there control-A does not
    reach the guest, but opens QEMU's own menu.
    """
    cpu = "rv64,sstc=false" if icount else "rv64"
    line = [find(), "-machine", "virt", "-cpu", cpu, "-smp", str(harts), "-m", memory,
            "-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot", "-serial", "stdio",
            "-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control",
            "-kernel", str(kernel)]
    if initrd is not None:
        line += ["-initrd", str(initrd)]
    if append:
        line += ["-append", append]
    if icount:
        line += ["-icount", "shift=0,sleep=off"]
    return [*line, "-plugin", plugin, *extra]


if __name__ == "__main__":      # for make: is there one?
    try:
        find()
    except Infrastructure as error:
        sys.exit(f"  QEMU     {error}")
