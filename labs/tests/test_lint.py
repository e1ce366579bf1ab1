# SPDX-License-Identifier: MIT
"""The linter: each rule fires on its fault, with file and line."""

import re

import pytest
from exporter.course import Course
from exporter.globs import Globs
from exporter.lint import lint
from exporter.marks import find_holes
from exporter.publish import Publication
from exporter.source import commit_date, read_commit, read_folder
from solved_tree import SolvedTree, complaints, line_of

TOML = "labs/lab2/lab.toml"
SLOT = "kernel/slot.cc"


def test_the_fixture_is_clean(solved: SolvedTree) -> None:
    assert complaints(solved) == ""


# --- L1: marks, stubs, exercises, tests ----------------------------------------------------------------------------

@pytest.mark.parametrize("text, reason", [
    ("// lab 2.1a {\nx\n", "a.cc:1: L1: mark 2.1a is never closed"),
    ("x\n// lab 2.1a }\n", "a.cc:2: L1: mark 2.1a closes, but was not opened"),
    ("// lab 2.1a {\n// lab 2.1b {\n// lab 2.1b }\n", "a.cc:2: L1: mark 2.1b opens inside 2.1a, which line 1 opened"),
    ("// lab 2.1a {\n// lab 2.1b }\n", "a.cc:2: L1: mark 2.1b closes, but line 1 opened 2.1a"),
    ("  // lab 2.1a {\n// lab 2.1a }\n", "a.cc:2: L1: mark 2.1a is indented otherwise than where line 1 opens it"),
    ("int x; // lab 2.1a {\n", "a.cc:1: L1: this is almost a mark"),
    ("//lab 2.1a {\n", "a.cc:1: L1: this is almost a mark"),
    ("// Lab 2.1a { what follows\n", "a.cc:1: L1: this is almost a mark"),
])
def test_marks(text: str, reason: str) -> None:
    _, found = find_holes("a.cc", text.splitlines())
    assert any(str(one).startswith(reason) for one in found), found


@pytest.mark.parametrize("opened, closed", [("// lab 2.1a {", "// lab 2.1a }"), ("# lab 2.1a {", "# lab 2.1a }"),
                                            ("<!-- lab 2.1a { -->", "<!-- lab 2.1a } -->"),
                                             ("\t// lab 12.10 {", "\t// lab 12.10 }")])
def test_marks_in_each_syntax(opened: str, closed: str) -> None:
    holes, found = find_holes("a", ["one", opened, "two", closed, "three"])
    assert found == [] and [(hole.opened, hole.closed) for hole in holes] == [(2, 4)]


@pytest.mark.parametrize("path, old, new, reason", [
    (SLOT, "lab 2.2a", "lab 2.1a", "kernel/slot.cc:{2.1a}: L1: hole 2.1a is also in kernel/slot.cc:{first}"),
    (TOML, 'holes = ["2.2a"]', 'files = ["x"]', "kernel/slot.cc:{2.2a}: L1: no exercise lists hole 2.2a"),
    (TOML, 'holes = ["2.2a"]', 'holes = ["2.2a", "2.2b"]', "labs/lab2/lab.toml:15: L1: hole 2.2b is marked nowhere"),
    (TOML, 'exercise = "2.2"', 'exercise = "2.1"', "labs/lab2/lab.toml:15: L1: exercise 2.2 has no test"),
    (TOML, '"slots_moved"', '"queue"', "labs/lab2/lab.toml:30: L1: lab1 has a test queue too"),
    (TOML, 'needs = ["2.1", "2.2"]', 'needs = ["2.7"]',
     "labs/lab2/lab.toml:30: L1: test slots_moved needs exercise 2.7, which is nowhere"),
    (TOML, 'needs = ["2.1", "2.2"]', 'about = ["kernel/list.cc"]',
     "labs/lab2/lab.toml:30: L1: test slots_moved is `about` kernel/list.cc, where exercise 2.2 has no hole"),
])
def test_what_belongs_together(solved: SolvedTree, path: str, old: str, new: str, reason: str) -> None:
    text = solved.read(path)
    assert old in text
    solved.write(path, text.replace(old, new))
    numbers = {"2.1a": 0, "first": 0, "2.2a": 0}
    for number, line in enumerate(solved.read(SLOT).splitlines(), 1):
        if match := re.search(r"// lab (2\.[12]a) {", line):
            numbers["first"] = numbers["first"] or number
            numbers[match[1]] = number
    for name, number in numbers.items():
        reason = reason.replace(f"{{{name}}}", str(number))
    assert reason in complaints(solved)


def test_a_stub_without_a_hole_and_a_hole_without_a_stub(solved: SolvedTree) -> None:
    (solved.root / "labs/lab2/stubs/2.2a.cc").rename(solved.root / "labs/lab2/stubs/2.2b.cc")
    found = complaints(solved)
    assert "labs/lab2/stubs/2.2b.cc: L1: there is no hole 2.2b" in found
    line = line_of(solved, SLOT, "lab 2.2a {")
    assert f"kernel/slot.cc:{line}: L1: hole 2.2a has no stub; write labs/lab2/stubs/2.2a.cc" in found
    (solved.root / "labs/lab1/stubs/1.1a.cc").unlink()
    assert "hole 1.1a has no stub; write labs/lab1/stubs/1.1a.h" in complaints(solved)      # as its file is called


# --- L3 to L9 ------------------------------------------------------------------------------------------------------

def published(solved: SolvedTree) -> Publication:
    publication = Publication(Course(read_commit(solved.root)), solved.root / "build/labs", commit_date(solved.root))
    publication.run()
    return publication


@pytest.mark.parametrize("old, new, distance", [
    ("unsigned pointer, unsigned levels) {", "unsigned where, unsigned levels) {", "1 lines"),
    ("/// Finds the slot that `pointer` names, or null.", "/// Finds a slot.", "3 lines"),
    ("/// Tells how full a table is.", "/// Says how full it is.", "3 lines"),
])
def test_a_mend_near_a_published_hole(solved: SolvedTree, old: str, new: str, distance: str) -> None:
    public = published(solved).public
    solved.replace(SLOT, old, new)
    found = [str(one) for one in lint(Course(read_folder(solved.root)), public, False)]
    line = line_of(solved, SLOT, "lab 2.1a {")
    assert found[0].startswith(f"kernel/slot.cc:{line}: L3: published hole 2.1a has a change {distance} away")
    assert len(found) == 1 or all("L3" in one for one in found)


def test_a_mend_far_from_holes_and_a_changed_solution_are_fine(solved: SolvedTree) -> None:
    public = published(solved).public
    solved.replace(SLOT, "/// The slots of one level.", "/// How many slots a level has.")
    solved.replace(SLOT, "source.parent = nullptr;\n", "source.parent = nullptr;\n    source.rights = 0;\n")
    assert lint(Course(read_folder(solved.root)), public, False) == []


def test_a_changed_stub_and_a_removed_file_hurt_those_who_have_them(solved: SolvedTree) -> None:
    public = published(solved).public
    solved.replace("labs/lab2/stubs/2.2a.cc", "what the source holds", "all that the source holds")
    (solved.root / "tests/lab2_slots.cc").unlink()
    found = "\n".join(map(str, lint(Course(read_folder(solved.root)), public, False)))
    assert "L3: published hole 2.2a has a change in it" in found
    assert "tests/lab2_slots.cc: L3: lab2 has published this file, and now it is gone" in found


def test_each_file_has_one_home(solved: SolvedTree) -> None:
    solved.write("forgotten.txt", "x\n")
    solved.replace("labs/later.toml", '"service/**"', '"service/**", "kernel/slot.h", "nowhere/*"')
    assert complaints(solved).splitlines() == [
        "forgotten.txt: L4: this belongs to no lab: add it to `first` of a lab.toml, or to labs/later.toml",
        "kernel/slot.h: L4: lab 2 publishes this, and `kernel/slot.h` in labs/later.toml says later",
        "labs/later.toml:2: L4: `nowhere/*` matches no file"]


@pytest.mark.parametrize("text, reason", [
    ("missing_exercise(\"2.2\", source);\n", "L5: the text does not say `Exercise 2.2`"),
    ("// Exercise 2.2: take.\n", "L5: the stub does not call missing_exercise(\"2.2\", ...), and hole 2.2a is not in `silent`"),
    ("// Exercise 2.2: take.\nmissing_exercise(\"2.1\");\n", "L5: the stub says that exercise 2.1 is missing; it is 2.2"),
])
def test_stubs(solved: SolvedTree, text: str, reason: str) -> None:
    solved.write("labs/lab2/stubs/2.2a.cc", text)
    assert complaints(solved) == f"labs/lab2/stubs/2.2a.cc:1: {reason}"


def test_silent_stubs(solved: SolvedTree) -> None:
    solved.replace("labs/lab3/lab.toml", 'silent = ["3.1a"]', 'silent = ["3.1b"]')
    assert complaints(solved).splitlines() == [
        "labs/lab3/lab.toml:6: L5: `silent` lists 3.1b, which has no stub",
        "labs/lab3/stubs/3.1a.cc:1: L5: the stub does not call missing_exercise(\"3.1\", ...), and hole 3.1a is not in `silent`"]


def test_holes_keep_clear_of_includes_and_macros(solved: SolvedTree) -> None:
    solved.replace(SLOT, "    Table* table = &root;\n", "#include \"late.h\"\n    Table* table = &root;\n")
    solved.replace(SLOT, "    // lab 2.2a {\n", "    // a macro \\\n    // lab 2.2a {\n")
    solved.replace("kernel/queue.h", "    /// Adds a thread.\n", "#include <array>\n    /// Adds a thread.\n")
    queue, first, second = (line_of(solved, path, text) for path, text in
                            (("kernel/queue.h", "1.1a {"), (SLOT, "2.1a {"), (SLOT, "2.2a {")))
    assert complaints(solved).splitlines() == [
        f"kernel/queue.h:{queue}: L6: hole 1.1a is less than 5 lines from the include in line {queue - 3}",
        f"kernel/slot.cc:{first}: L6: hole 2.1a holds an include", f"kernel/slot.cc:{second}: L6: hole 2.2a is in a macro"]


@pytest.mark.parametrize("path", ["solutions/lab1/hidden/__pycache__/a.pyc", "solutions/lab1/hidden/build/initrd",
                                  "solutions/lab1/.exported", "service/main.o"])
def test_what_was_built_is_no_source(solved: SolvedTree, path: str) -> None:
    solved.write(path, "built")
    solved.git("add", "-f", path)
    assert complaints(solved) == f"{path}: L7: this was built, and is no source: git rm --cached '{path}'"


def test_plain_text(solved: SolvedTree) -> None:
    solved.write("kernel/a.h", "one \ntwo")
    solved.write("kernel/b.h", "one\r\ntwo\r\n")
    solved.write("kernel/SLOT.h", "// another\n")
    solved.write("labs/common/kernel/A.h", "// another\n")
    assert complaints(solved).splitlines() == [
        "kernel/a.h:1: L7: blanks at the end of the line", "kernel/a.h:2: L7: the last line has no end",
        "kernel/b.h:1: L7: the line ends with CR LF", "kernel/slot.h: L7: the path differs from kernel/SLOT.h by case alone",
        "labs/common/kernel/A.h: L7: the path differs from kernel/a.h by case alone"]


def test_size(solved: SolvedTree) -> None:
    assert "labs/lab2/lab.toml:1: L9: lab 2 has 2 exercises; it should have 5 to 9" in complaints(solved, sizes=True)
    solved.replace(TOML, "points = 60", "points = 61")
    assert "labs/lab2/lab.toml:1: L9: lab 2 has 101 points; it should have 100" in complaints(solved, sizes=True)


# --- patterns ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pattern, path, fits", [
    ("kernel/**", "kernel/cap/slot.cc", True), ("kernel/*", "kernel/cap/slot.cc", False), ("kernel/*", "kernel/a.mk", True),
    ("**/*.cc", "a.cc", True), ("**/*.cc", "a/b/c.cc", True), ("a?c", "abc", True), ("a?c", "a/c", False),
    ("a.c", "abc", False), ("user/tests/lab2_*.cc", "user/tests/lab2_a.cc", True), ("kernel", "kernel/a", False)])
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert (Globs([pattern]).find(path) == pattern) == fits
