# SPDX-License-Identifier: MIT
"""Builds the bare guests in tests/guests: small S-mode programs without Glenda, for tests of the harness."""

import os
import subprocess
from pathlib import Path

from . import paths

SOURCES = paths.ROOT / "grade" / "tests" / "guests"
BUILT = paths.RESULTS / "guests"
COMPILER = ["riscv64-linux-gnu-gcc", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-std=gnu17", "-march=rv64gc",
            "-mcmodel=medany", "-ffreestanding", "-fno-pic", "-no-pie", "-nostdlib", "-static", "-Wl,--build-id=none",
            "-Wl,--no-warn-rwx-segments"]


def build(name: str) -> Path:
    """Builds the guest called `name` and returns its ELF file."""
    BUILT.mkdir(parents=True, exist_ok=True)
    scratch, target = BUILT / f"{name}.{os.getpid()}", BUILT / f"{name}.elf"
    sources = [SOURCES / "start.S", SOURCES / f"{name}.c"]
    subprocess.run([*COMPILER, "-T", SOURCES / "guest.ld", *sources, "-o", scratch], check=True)
    os.replace(scratch, target)
    return target
