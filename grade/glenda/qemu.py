# SPDX-License-Identifier: MIT
"""Which QEMU, and its command line: the one place where the machine that tests run on is described.

With one hart the run is deterministic: `-icount shift=0` makes one instruction take one nanosecond of guest time, and
`sleep=off` lets an idle guest's clock jump to its next timer instead of waiting. With more harts QEMU 7.2 must not use
-icount: harts would take turns, so that a spinning one eats the others' time, and it can live-lock.
"""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from .errors import Infrastructure

NEEDED = (7, 2)


@functools.cache
def find() -> str:
    """Path of a QEMU that is new enough. The environment variable QEMU names another than the one on the PATH."""
    name = os.environ.get("QEMU", "qemu-system-riscv64")
    path = shutil.which(name)
    if path is None:
        raise Infrastructure(f"{name} is missing: the Debian package `qemu-system-misc` has it")
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"version (\d+)\.(\d+)", answer)
    if version is None:
        raise Infrastructure(f"{path} --version does not tell its version, but: {answer!r}")
    found = (int(version[1]), int(version[2]))
    if found < NEEDED:
        raise Infrastructure(f"{path} is version {found[0]}.{found[1]}; at least {NEEDED[0]}.{NEEDED[1]} is needed")
    return path


def command(*, kernel: Path, initrd: Path | None, harts: int, memory: str, append: str, icount: bool,
            plugin: str, monitor: int, extra: list[str]) -> list[str]:
    """The command line. `plugin`: the value of -plugin; `monitor`: a connected socket that QEMU inherits.

    The console is the 16550 on standard input and output. It is not `-nographic`, because there control-A does not
    reach the guest, but opens QEMU's own menu.
    """
    line = [find(), "-machine", "virt", "-cpu", "rv64", "-smp", str(harts), "-m", memory,
            "-display", "none", "-monitor", "none", "-no-reboot", "-serial", "stdio",
            "-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control",
            "-kernel", str(kernel)]
    if initrd is not None:
        line += ["-initrd", str(initrd)]
    if append:
        line += ["-append", append]
    if icount:
        line += ["-icount", "shift=0,sleep=off"]
    return [*line, "-plugin", plugin, *extra]
