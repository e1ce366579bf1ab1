# SPDX-License-Identifier: MIT
"""Which sources a unit test is in, so that a scratch tree builds no others."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

_TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
_INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
FOLDER = Path("grade/unit")


def tests_in(root: Path) -> dict[str, Path]:
    """`Suite.Name` of each unit test, and the file that it is in, from the root of the tree."""
    found = {}
    for path in sorted((root / FOLDER).glob("*_test.cc")):
        for suite, name in _TEST.findall(path.read_text(encoding="utf-8")):
            found[f"{suite}.{name}"] = path.relative_to(root)
    return found


def matching(tests: dict[str, Path], filter: str) -> list[str]:
    """The tests that a gtest filter without exclusions takes."""
    patterns = filter.split(":")
    return [test for test in tests if any(fnmatchcase(test, pattern) for pattern in patterns)]


def _helpers(root: Path, file: Path, seen: set[Path]) -> set[Path]:
    """The sources in folders of grade/unit whose headers `file` includes, itself or through others."""
    if file in seen:
        return set()
    seen.add(file)
    helpers: set[Path] = set()
    for name in _INCLUDE.findall((root / file).read_text(encoding="utf-8")):
        header = FOLDER / name
        if not (root / header).exists():
            continue
        helpers |= _helpers(root, header, seen)
        if header.parent != FOLDER:
            for source in sorted((root / header.parent).glob("*.cc")):
                helpers |= {source.relative_to(root)} | _helpers(root, source.relative_to(root), seen)
    return helpers


def sources_of(root: Path, tests: dict[str, Path], filters: Iterable[str]) -> list[Path]:
    """All that must be linked with the kernel to run the tests that the filters take."""
    files = {tests[test] for filter in filters for test in matching(tests, filter)}
    helpers: set[Path] = set()
    for file in files:
        helpers |= _helpers(root, file, set())
    return sorted(files | helpers)
