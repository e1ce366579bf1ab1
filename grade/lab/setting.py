# SPDX-License-Identifier: MIT
"""What all tests of one grading share, and what each of them leaves behind."""

from dataclasses import dataclass
from pathlib import Path

from .verdict import Verdict


@dataclass(frozen=True)
class Setting:
    """`tree`: the files that are graded. `results`: the folder for logs. `nonce`: see submission.py."""

    tree: Path
    results: Path
    kernel: Path
    initrd: Path
    nonce: str

    def programs(self, name: str) -> list[Path]:
        """The programs called `name` with their symbols, if they were built."""
        built = self.kernel.parent.parent / "user" / f"{name}.elf"
        return [built] if built.exists() else []


@dataclass(frozen=True)
class Outcome:
    """`log`: all that was printed. Times are for calibration; they never are part of a transcript."""

    name: str
    verdict: Verdict
    log: str = ""
    guest_seconds: float = 0.0
    wall_seconds: float = 0.0
