# SPDX-License-Identifier: MIT
"""The layout of the C++ sources, which one version of clang-format decides: others differ from it in details.

`layout.py` lays all sources out anew. grade/run.py only asks whether that would change any.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = 14
NAMES = (f"clang-format-{VERSION}", "clang-format")     # Debian has both; the variable CLANG_FORMAT names another


class WrongVersion(Exception):
    """There is no clang-format of the version that decides."""


def find() -> str:
    """Path of the clang-format that decides."""
    names = (os.environ["CLANG_FORMAT"],) if os.environ.get("CLANG_FORMAT") else NAMES
    there = []
    for path in filter(None, map(shutil.which, names)):
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"version (\d+)", answer)
        if version and int(version[1]) == VERSION:
            return path
        there.append(f"{path} is version {version[1]}" if version else f"{path} does not tell its version")
    raise WrongVersion(f"clang-format {VERSION} decides on the layout of the sources, but "
                       f"{'; '.join(there) or 'there is none'}")


def sources() -> list[Path]:
    return sorted(path for folder in ("kernel", "lib", "user", "grade") for path in (ROOT / folder).rglob("*")
                  if path.suffix in (".cc", ".h"))


def complaints() -> str:
    """What `make format` would change; empty if nothing."""
    done = subprocess.run([find(), "--dry-run", "-Werror", *sources()], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    return done.stderr or f"exit status {done.returncode}" if done.returncode != 0 else ""


def main() -> int:
    try:
        return subprocess.run([find(), "-i", *sources()], cwd=ROOT, check=False).returncode
    except WrongVersion as error:
        print(f"{error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
