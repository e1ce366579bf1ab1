# SPDX-License-Identifier: MIT
"""Builds the QEMU plugins in grade/plugin, each from one C file, and recognises why QEMU did not load one."""

import os
import re
import subprocess
from pathlib import Path

from .errors import Infrastructure
from .paths import RESULTS, ROOT

SOURCES = ROOT / "grade" / "plugin"
FLAGS = ["-shared", "-fPIC", "-O2", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]


def build(name: str) -> Path:
    """The plugin as a shared object, compiled if it is older than its sources.

    Two test processes may build it at once: each writes to a temporary name of its own and renames it atomically.
    """
    source, target = SOURCES / f"{name}.c", RESULTS / f"{name}.so"
    newest = max(file.stat().st_mtime_ns for file in (source, *SOURCES.glob("*.h")))
    if target.exists() and target.stat().st_mtime_ns > newest:
        return target
    RESULTS.mkdir(parents=True, exist_ok=True)
    scratch = RESULTS / f"{name}.{os.getpid()}.so"
    try:
        subprocess.run(["gcc", *FLAGS, str(source), "-o", str(scratch)], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise Infrastructure("gcc is missing: the Debian package `gcc` has it") from None
    except subprocess.CalledProcessError as error:
        raise Infrastructure(f"{source.relative_to(ROOT)} does not compile:\n{error.stderr}") from None
    os.replace(scratch, target)
    return target


def refusal(errors: str) -> str | None:
    """What QEMU's error messages say about a plugin that it did not load."""
    found = re.search(r"Could not load plugin (.+?\.so): (.*)", errors)
    return f"QEMU has refused to load the plugin {found[1]}: {found[2]}" if found else None
