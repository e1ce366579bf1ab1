# SPDX-License-Identifier: MIT
"""Finds QEMU and makes its command line: the only place that describes the machine on which tests run.

With one hart the run is deterministic: with `-icount shift=0` each instruction takes one nanosecond of guest time, and
with `sleep=off` an idle guest's clock jumps to its next timer instead of waiting. With several harts QEMU 7.2 must not
use -icount: the harts would take turns, so a spinning hart would use up the others' time, and QEMU can live-lock.

Since an idle clock jumps to any timer that is armed, no timer may be armed forever:
- `-nic none`: the default network has a periodic timer, and with an idle guest QEMU then hangs and ignores its console.
- `sstc=false`: otherwise OpenSBI leaves `mtimecmp` at its maximum, and at the first `wfi` the clock jumps to the end of
  time (292 years), where it overflows. Without Sstc the kernel's own deadlines replace that value.
- So the kernel must never set a deadline at the end of time either. For no deadline it clears sie.STIE and sets the
  deadline to now + 1000 (0.1 ms), once at the start and whenever it cancels a distant one; the idle clock then stands
  still. A deadline that has passed when the call reaches the timer does not work: QEMU 7.2 then keeps the old one.

The kernel chooses the exit status. OpenSBI 1.1 ends QEMU with 0 for any reason of a system reset; a write of
(status << 16 | 0x3333) to the 32-bit register at 0x100000 ends it with that status.
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
    """The path of a QEMU that is new enough. The environment variable QEMU overrides the one on the PATH."""
    return look_up()[0]


def version() -> tuple[int, int]:
    """The version of that QEMU. Options depend on it."""
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


def option(**settings: object) -> str:
    """Formats an option as name=value,name=value. Doubles each comma in a value, because a comma ends it."""
    return ",".join(f"{name}={str(value).replace(',', ',,')}" for name, value in settings.items())


def board(cpu: str = "rv64,sstc=false", memory: str = "128M") -> list[str]:
    """QEMU, and the machine without its console: without arguments the one that is exact."""
    return [find(), "-machine", "virt", "-cpu", cpu, "-m", memory, "-display", "none", "-monitor", "none", "-nic", "none",
            "-no-reboot"]


def command(*, kernel: Path, initrd: Path | None, harts: int, memory: str, append: str, icount: bool,
            plugin: str, monitor: int, extra: list[str]) -> list[str]:
    """The command line. `plugin`: the value of -plugin, made by `option`; `monitor`: a connected socket to inherit.

    The console is the 16550 on standard input and output. `-nographic` would not do: there Control-A opens QEMU's own
    menu instead of reaching the guest.
    """
    line = [*board("rv64,sstc=false" if icount else "rv64", memory), "-smp", str(harts), "-serial", "stdio",
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
