# SPDX-License-Identifier: MIT
"""The kernel's folders are layers: no file includes a file of a higher folder.

The order is the one that handouts/reference/kernel-design.md gives to its readers, lowest folder first.
"""
import re

import pytest

from glenda.paths import ROOT

KERNEL = ROOT / "kernel"
DESIGN = ROOT / "handouts/reference/kernel-design.md"
INCLUDE = re.compile(r'^#include "([a-z]+)/[^"]+"', re.MULTILINE)


def order_of_folders() -> dict[str, int]:
    """The rank of each folder. The document lists them on one line, with an arrow from each folder to the next."""
    line = re.search(r"^ +((?:[a-z]+ ← )+[a-z]+)$", DESIGN.read_text(), re.MULTILINE)
    assert line, f"{DESIGN} has no line such as `util ← abi ← arch`"
    return {folder: height for height, folder in enumerate(line[1].split(" ← "))}


ORDER = order_of_folders()


def test_the_order_names_every_folder() -> None:
    assert {folder.name for folder in KERNEL.iterdir() if folder.is_dir()} <= set(ORDER)


@pytest.mark.parametrize("folder", sorted(folder.name for folder in KERNEL.iterdir() if folder.is_dir()))
def test_no_include_leads_upwards(folder: str) -> None:
    upward = [f"{source.relative_to(ROOT)} includes {included}/"
              for source in sorted((KERNEL / folder).glob("*.[ch]*"))
              for included in INCLUDE.findall(source.read_text())
              if ORDER[included] > ORDER[folder]]
    assert upward == []


def test_the_fast_path_is_known_to_the_front_door_alone() -> None:
    """Only entry.cc includes fast_path.h, and only fast_path.cc includes the two files that it is made of."""
    users = {name: {source.name for source in KERNEL.glob("*/*.[ch]*") if f'"entry/{name}"' in source.read_text()}
             for name in ("fast_path.h", "fast_call.h", "fast_rest.h")}
    assert users == {"fast_path.h": {"entry.cc", "fast_path.cc", "no_fast_path.cc"},
                     "fast_call.h": {"fast_path.cc", "fast_rest.h"}, "fast_rest.h": {"fast_path.cc"}}
