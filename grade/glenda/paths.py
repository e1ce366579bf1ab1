# SPDX-License-Identifier: MIT
"""Paths of the project, relative to this file. Nothing outside BUILD is ever written."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from .errors import Infrastructure

ROOT = Path(__file__).resolve().parents[2]
# make's variable BUILD; grade/qemu.mk exports it.
BUILD = ROOT / os.environ.get("GLENDA_BUILD", "build")
REPORTS = BUILD / "results"             # JUnit files
CACHE = BUILD / "pytest_cache"
RESULTS = BUILD / "grade"               # transcripts, the plugin, guests of the harness's own tests

KERNEL = BUILD / "kernel" / "glenda.elf"
INITRD = BUILD / "initrd.cpio"
INITRD_TREE = BUILD / "initrd"          # the files that INITRD is packed from


def _written_by_tests() -> Iterator[Path]:
    """Existing folders and files that a run of the tests may write, and the folder in which others will be created."""
    yield next(folder for folder in (BUILD, *BUILD.parents) if folder.exists())
    for top in (REPORTS, RESULTS, CACHE):
        for folder, folders, files in os.walk(top):
            folders[:] = (name for name in folders if not name.startswith("pytest-of-"))    # each user has one
            yield Path(folder)
            yield from (Path(folder, file) for file in files)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def prepare() -> None:
    """Creates the folders for results. Raises Infrastructure if they belong to another user, as after a run by root."""
    for path in _written_by_tests():
        if not os.access(path, os.W_OK) and path.exists():      # not a file that another run has just removed
            me, build = _user(os.getuid()), os.path.relpath(BUILD, ROOT)
            raise Infrastructure(f"{path} belongs to {_user(path.stat().st_uid)}, and {me} may not write it. Take it over "
                                 f"(sudo chown -R {me} {build}), or build elsewhere (BUILD=/tmp/{me}-build).")
    for folder in (REPORTS, RESULTS):
        folder.mkdir(parents=True, exist_ok=True)
