# SPDX-License-Identifier: MIT
"""A fifth to a quarter of the kernel's lines are comments, and every file of it opens with what it is about.

A comment line holds nothing but a comment; blank lines do not count. Students read the kernel more often than anybody
changes it: with fewer comments they would have to guess invariants, with more they would not see the code.
"""
import re
from pathlib import Path

import pytest

from glenda.paths import ROOT

SOURCES = sorted(path for path in (ROOT / "kernel").rglob("*") if path.suffix in (".cc", ".h", ".S"))
LEAST, MOST = 0.20, 0.25
MARK = re.compile(r"// lab \d+\.\d+[a-z] [{}]")       # where an exercise begins or ends: it tells a reader nothing
DIRECTIVE = re.compile(r"#\s*(define|undef|include|if|ifdef|ifndef|elif|else|endif|error|pragma)\b")
OPENING = range(2, 20)  # comment lines below the SPDX line: the idea, perhaps a diagram, the invariant


def is_comment(line: str, suffix: str) -> bool:
    line = line.strip()
    if suffix == ".S":
        return line.startswith("#") and not DIRECTIVE.match(line)
    return line.startswith("//")


def count(text: str, suffix: str) -> tuple[int, int]:
    """Comment lines, and lines that are not blank."""
    lines = [line for line in text.splitlines() if line.strip() and not MARK.fullmatch(line.strip())]
    return sum(is_comment(line, suffix) for line in lines), len(lines)


def opening(text: str, suffix: str) -> list[str]:
    """The comment lines at the beginning of a file, without the SPDX line."""
    lines = []
    for line in text.splitlines()[1:]:
        if not is_comment(line, suffix):
            break
        lines.append(line)
    return lines


def table(counts: dict[str, tuple[int, int]]) -> str:
    return "\n".join(f"  {comments / lines:6.1%}  {comments:4} of {lines:5}  kernel/{folder}"
                     for folder, (comments, lines) in sorted(counts.items()))


def test_a_fifth_to_a_quarter_of_the_kernel_is_comments() -> None:
    counts: dict[str, tuple[int, int]] = {}
    for path in SOURCES:
        folder = path.parent.name
        comments, lines = count(path.read_text(), path.suffix)
        counts[folder] = (counts.get(folder, (0, 0))[0] + comments, counts.get(folder, (0, 0))[1] + lines)
    comments, lines = (sum(numbers) for numbers in zip(*counts.values()))
    share = comments / lines
    assert LEAST <= share <= MOST, f"{comments} of {lines} lines are comments, {share:.1%}:\n{table(counts)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_opens_with_its_idea(path: Path) -> None:
    lines = opening(path.read_text(), path.suffix)
    assert len(lines) in OPENING, f"{len(lines)} lines of comment below the SPDX line"


def test_what_counts_as_a_comment() -> None:
    cpp = "// SPDX\n\n/// A contract.\nint x;  // trailing\n    // why\n#include <a>\n"
    assert count(cpp, ".h") == (3, 5)
    assembly = "# SPDX\n#define X 8\n#include \"a.h\"\n# a comment\n    ret   # trailing\n"
    assert count(assembly, ".S") == (2, 5)
    assert opening("// SPDX\n// one\n//\n// two\n#pragma once\n// not this\n", ".h") == ["// one", "//", "// two"]
