# SPDX-License-Identifier: MIT
"""Where things are, seen from this file. Nothing outside BUILD is ever written."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
RESULTS = BUILD / "grade"               # transcripts, the plugin, guests of the harness's own tests

KERNEL = BUILD / "kernel" / "glenda.elf"
INITRD = BUILD / "initrd.cpio"
INITRD_TREE = BUILD / "initrd"          # the files that INITRD is packed from
