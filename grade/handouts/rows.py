# SPDX-License-Identifier: MIT
"""Which test shows which capability: `python3 grade/handouts/rows.py` writes handouts/reference/tests.md.

A test names the rows of capabilities.toml that it shows: at the start of a line of its docstring or comment, "K3: ...",
"K3, K9." or "Row K3, ...", or anywhere in it, "Shows K3, K9.". What the comment of a file names, the file shows as a whole.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "handouts" / "reference" / "tests.md"
PYTHON = ("grade/tests", "labs/tests")
CHECKS = ("grade/fresh.py",)         # too long to be tests; CI runs them
CPP = ("grade/unit", "user/tests")
LIST = r"[A-Z]\d+(?:(?:, | and )[A-Z]\d+)*"
MARK = re.compile(rf"(?:^|\n)[ \t/]*(?:({LIST})(?=[:.])|Rows? ({LIST})\b)|\bShows ({LIST})\.")
Shown = tuple[str, str, str]        # row, file, test ("" for all of the file)


def capabilities() -> dict[str, dict[str, str]]:
    return tomllib.loads((ROOT / "grade" / "handouts" / "capabilities.toml").read_text())


def known() -> frozenset[str]:
    return frozenset(row for rows in capabilities().values() for row in rows)


def marks(text: str) -> list[str]:
    """The rows that a docstring or a comment names."""
    return [row for match in MARK.finditer(text) for row in re.findall(r"[A-Z]\d+", match[1] or match[2] or match[3])]


def in_python(text: str, file: str) -> Iterator[Shown]:
    tree = ast.parse(text)
    yield from ((row, file, "") for row in marks(ast.get_docstring(tree) or ""))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield from ((row, file, node.name) for row in marks(ast.get_docstring(node) or ""))


def in_cpp(text: str, file: str) -> Iterator[Shown]:
    """A comment that is followed by a test belongs to it, the first of the file to all of it."""
    first = True
    for match in re.finditer(r"(?:^[ \t]*//[^\n]*\n)+([^\n]*)", text, re.MULTILINE):
        test = re.match(r"(?:TEST(?:_F|_P)?\((\w+), (\w+)\)|void (\w+)\(\))", match[1])
        name = "" if test is None else f"{test[1]}.{test[2]}" if test[1] else test[3]
        if first or name:
            yield from ((row, file, name) for row in marks(match[0]))
        first = False


def found() -> list[Shown]:
    shown: list[Shown] = []
    for folders, suffix, read in ((PYTHON, "py", in_python), (CPP, "cc", in_cpp)):
        for folder in folders:
            for path in sorted((ROOT / folder).rglob(f"*.{suffix}")):
                shown += read(path.read_text(), str(path.relative_to(ROOT)))
    for check in CHECKS:
        shown += in_python((ROOT / check).read_text(), check)
    return shown


def places(shown: list[Shown], row: str) -> str:
    """`file`: test, test; `file`"""
    files: dict[str, list[str]] = {}
    for other, file, test in shown:
        if other == row and test not in files.setdefault(file, []):
            files[file].append(test)
    return "; ".join(f"`{file}`" + (": " + ", ".join(sorted(f"`{test}`" for test in tests)) if "" not in tests else "")
                     for file, tests in sorted(files.items()))


def page(rows: dict[str, dict[str, str]], shown: list[Shown]) -> str:
    lines = ["# Which test shows what", "",
             "<!-- Made by grade/handouts/rows.py from the comments of the tests. Do not edit. -->", "",
             "What can the system do, and how do we know? Each row is a capability, with the tests that show it. A test names its",
             "rows in its first comment. A file without the name of a test shows the row as a whole.", ""]
    missing = []
    for part, names in rows.items():
        lines += [f"## {part}", "", "| row | what it can do | shown by |", "|---|---|---|"]
        for row, what in names.items():
            where = places(shown, row)
            lines.append(f"| {row} | {what} | {where or '**no test yet**'} |")
            missing += [] if where else [row]
        lines.append("")
    lines += ["## Without a test", "", ", ".join(missing) + "." if missing else "None.", ""]
    return "\n".join(lines)


def main() -> int:
    PAGE.write_text(page(capabilities(), found()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
