# SPDX-License-Identifier: MIT
"""process_in_vspace: a Process has its memory as a VSpace, which does its own flushing. After exercise 1.8 there is none."""

import re

from glenda import structures
from lab.script import Tree

OLD = "root_pt_pa"
SOURCES = ("lab1/kernel/regions.cc", "lab1/kernel/schedule.cc")


def run(tree: Tree) -> None:
    process = structures.find(tree.kernel, "Process")
    if process is None:
        return
    assert OLD not in process.fields, f"Process still has {OLD}: its memory should be a VSpace"
    assert process.of_type("VSpace") or process.of_type("Tcb"), "Process has no pointer to a VSpace"
    for name in SOURCES:
        path = tree / name
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
        assert not re.search(r"\bflush_\w+\s*\(", code), f"{name} still flushes: a VSpace does that when it changes"
