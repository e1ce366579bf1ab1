# SPDX-License-Identifier: MIT
"""Trees: which files a lab publishes, and what stands in the place of a hole."""

import os
import tomllib
from pathlib import Path

import pytest
from exporter.course import Course
from exporter.errors import Problem
from exporter.folder import write_folder
from exporter.render import Renderer
from exporter.source import File, Tree, read_commit, read_folder
from solved_tree import SolvedTree

STUB = """unsigned pointer, unsigned levels) {
    // Exercise 2.1: walk from the root, a table a level.

    // An entry without a table ends the walk.
    missing_exercise("2.1", root, pointer, levels, index_of(pointer, 1));
}
"""


def render(solved: SolvedTree, kind: str, also: str = "") -> Tree:
    course = Course(read_folder(solved.root))
    return Renderer(course).tree(kind, course.solved_by(also))


def text(tree: Tree, path: str) -> str:
    return tree[path].data.decode()


def test_a_lab_publishes_its_files_and_those_of_earlier_labs(solved: SolvedTree) -> None:
    one, two, three = (set(render(solved, kind)) for kind in ("lab1", "lab2", "lab3"))
    assert one == {"Makefile", ".gitattributes", ".gitignore", "README.md", "kernel/queue.h", "kernel/main.cc",
                   "kernel/exercise.h", "grade/fake.py",
                   "tests/lab1_queue.cc", "lab1/process.cc", "labs/01.mk", "grade/labs/lab1.toml",
                   "grade/labs/lab1.hints.toml", "grade/labs/lab1.manifest"}
    assert two - one == {"kernel/slot.cc", "kernel/slot.h", "tests/lab2_slots.cc", "labs/02.mk",
                         "grade/labs/lab2.toml", "grade/labs/lab2.hints.toml", "grade/labs/lab2.manifest"}
    assert three - two == {"tests/lab3_waits.cc", "labs/03.mk", "grade/labs/lab3.toml", "grade/labs/lab3.hints.toml",
                         "grade/labs/lab3.manifest"}
    assert one <= two <= three


def test_from_lab_to_lab_no_file_changes(solved: SolvedTree) -> None:
    two, three = render(solved, "lab2"), render(solved, "lab3")
    assert {path: three[path] for path in two} == two


def test_a_stub_stands_in_place_of_the_hole_at_its_indentation(solved: SolvedTree) -> None:
    assert STUB in text(render(solved, "lab2"), "kernel/slot.cc")
    assert "        // Exercise 1.1: one more" in text(render(solved, "lab1"), "kernel/queue.h")


def test_a_solved_hole_is_the_source_without_marks(solved: SolvedTree) -> None:
    source = [line for line in solved.read("kernel/slot.cc").splitlines() if "// lab " not in line]
    assert text(render(solved, "sol3"), "kernel/slot.cc").splitlines() == source


@pytest.mark.parametrize("kind", ["lab1", "lab2", "lab3", "sol1", "sol2", "sol3", "prep1", "prep2", "prep3"])
def test_no_tree_has_a_mark(solved: SolvedTree, kind: str) -> None:
    for path, file in render(solved, kind).items():
        assert b"// lab " not in file.data, path


def test_which_exercises_are_solved(solved: SolvedTree) -> None:
    def missing(kind: str, also: str = "") -> set[str]:
        whole = "".join(file.data.decode() for path, file in render(solved, kind, also).items() if path.startswith("kernel/"))
        return {number for number in ("1.1", "2.1", "2.2", "3.1") if f"// Exercise {number}" in whole}
    assert missing("lab3") == {"1.1", "2.1", "2.2", "3.1"}
    assert missing("prep2") == missing("sol1") | {"2.1", "2.2", "3.1"} == {"2.1", "2.2", "3.1"}
    assert missing("sol2") == missing("prep3") == {"3.1"}
    assert missing("prep2", "2.1") == {"2.2", "3.1"}
    assert missing("prep2", "2.1..2.2") == {"3.1"}
    assert missing("lab3", "2.1,3.1") == {"1.1", "2.2"}
    assert missing("lab3", "all") == set()


def test_lab_1_is_solved_patch_by_patch(solved: SolvedTree) -> None:
    start, one, two, three = (render(solved, "lab1", also) for also in ("", "1.1", "1.1..1.2", "1.1..1.3"))
    assert text(start, "lab1/process.cc") == text(one, "lab1/process.cc") == solved.read("labs/lab1/tree/lab1/process.cc")
    assert "Tcb* thread;" in text(two, "lab1/process.cc") and "fork" in text(two, "lab1/process.cc")
    assert "fork" not in text(three, "lab1/process.cc") and "spawn" in text(three, "lab1/spawn.cc")
    assert render(solved, "sol1") == three


def test_a_patch_cannot_be_left_out(solved: SolvedTree) -> None:
    with pytest.raises(Problem, match="exercise 1.2 must be solved too"):
        render(solved, "lab1", "1.3")


def test_a_patch_that_does_not_apply_is_named(solved: SolvedTree) -> None:
    solved.replace("labs/lab1/tree/lab1/process.cc", "int exit_code;", "int status;")
    with pytest.raises(Problem, match=r"labs/lab1/solution/1.2.patch: this does not apply: .*lab1/process.cc"):
        render(solved, "sol1")


def test_a_patch_may_not_leave_lab1(solved: SolvedTree) -> None:
    solved.write("labs/lab1/solution/1.2.patch", "--- a/Makefile\n+++ b/Makefile\n@@ -1 +1 @@\n-# a\n+# b\n")
    with pytest.raises(Problem, match="may only change files below lab1/, not Makefile"):
        render(solved, "sol1")


def test_a_hole_without_a_stub_is_named(solved: SolvedTree) -> None:
    (solved.root / "labs/lab2/stubs/2.2a.cc").unlink()
    with pytest.raises(Problem, match=r"kernel/slot.cc:\d+: L1: hole 2.2a has no stub"):
        render(solved, "lab2")
    render(solved, "sol2")


def test_two_files_for_one_place(solved: SolvedTree) -> None:
    solved.write("labs/lab2/tree/kernel/slot.h", "// another\n")
    with pytest.raises(Problem, match="labs/lab2/tree/kernel/slot.h: another file is published as kernel/slot.h"):
        render(solved, "lab2")


@pytest.mark.parametrize("kind", ["lab", "lab4", "sol0", "main", "lab2x"])
def test_no_such_tree(solved: SolvedTree, kind: str) -> None:
    with pytest.raises(Problem, match="there is no lab 4|is no tree"):
        render(solved, kind)


@pytest.mark.parametrize("also", ["2.9", "2.1..2.9", "..2.1", "x"])
def test_no_such_exercise(solved: SolvedTree, also: str) -> None:
    with pytest.raises(Problem, match="there is no exercise"):
        render(solved, "lab2", also)


def test_students_get_the_lab_with_the_places_of_its_holes(solved: SolvedTree) -> None:
    tree = render(solved, "lab3")
    one, two, three = (tomllib.loads(text(tree, f"grade/labs/lab{number}.toml")) for number in (1, 2, 3))
    assert one["exercise"][0]["places"] == [{"file": "kernel/queue.h", "function": "Queue::note_added"},
                                            {"file": "kernel/queue.h", "function": "Queue::find_highest"}]
    assert one["exercise"][1]["places"] == [{"file": "lab1/process.cc"}]
    assert two["exercise"][0]["places"] == [{"file": "kernel/slot.cc", "function": "find_slot"}]
    assert two["exercise"][1]["places"] == [{"file": "kernel/slot.cc", "function": "Slot::take"}]
    assert three["exercise"][0]["places"] == [{"file": "kernel/slot.cc", "function": "Slot::cancel"}]
    assert two["lab"] == {"number": 2, "title": "Slots", "hours": "3"}
    assert three["lab"] == {"number": 3, "title": "Waiting", "hours": "1"}
    assert two["test"] == tomllib.loads(solved.read("labs/lab2/lab.toml"))["test"]
    assert two["scores"] == {"start": 0, "2.1": 60, "2.2": 100}


def test_hints_are_a_file_of_their_own(solved: SolvedTree) -> None:
    """Whoever looks up a test does not see the answers."""
    tree = render(solved, "lab3")
    hints = [tomllib.loads(text(tree, f"grade/labs/lab{number}.hints.toml")) for number in (1, 2, 3)]
    assert hints[0]["hints"]["1.1"] == ["Count.", 'A bit says "not empty".', "Shift."]
    for number, mine in zip((1, 2, 3), hints):
        lab = tomllib.loads(solved.read(f"labs/lab{number}/lab.toml"))
        assert mine == {"hints": {one["id"]: one["hints"] for one in lab["exercise"]}}
        assert all("hints" not in one for one in tomllib.loads(text(tree, f"grade/labs/lab{number}.toml"))["exercise"])


def test_students_get_lists_of_what_was_published(solved: SolvedTree) -> None:
    tree = render(solved, "sol3")
    listed = {lab: dict(reversed(line.split(" ", 1)) for line in text(tree, f"grade/labs/lab{lab}.manifest").splitlines())
              for lab in (1, 2, 3)}
    assert listed[2].keys() == {"kernel/slot.h", "labs/02.mk", "tests/lab2_slots.cc", "grade/labs/lab2.toml",
                                "grade/labs/lab2.hints.toml"}, "slot.cc has holes"
    assert listed[3].keys() == {"labs/03.mk", "tests/lab3_waits.cc", "grade/labs/lab3.toml", "grade/labs/lab3.hints.toml"}
    assert listed[2]["kernel/slot.h"] == solved.git("hash-object", "kernel/slot.h").strip()


def test_an_executable_stays_one(solved: SolvedTree) -> None:
    (solved.root / "tests/lab2_slots.cc").chmod(0o755)
    solved.commit()
    assert render(solved, "lab2")["tests/lab2_slots.cc"].executable
    assert read_commit(solved.root)["tests/lab2_slots.cc"].executable


def test_a_commit_and_a_plain_copy_are_read_alike(solved: SolvedTree) -> None:
    tracked = read_folder(solved.root)
    assert tracked == read_commit(solved.root)
    solved.write("build/kernel.o", "ignored")
    assert read_folder(solved.root) == tracked
    (solved.root / ".git").rename(solved.root.parent / "elsewhere")
    assert read_folder(solved.root) == tracked


def test_files_that_are_not_committed_yet_count_for_a_folder_alone(solved: SolvedTree) -> None:
    solved.write("kernel/new.cc", "// new\n")
    (solved.root / "kernel/slot.h").unlink()
    assert "kernel/new.cc" in render(solved, "lab2") and "kernel/slot.h" not in render(solved, "lab2")
    assert "kernel/new.cc" not in read_commit(solved.root) and "kernel/slot.h" in read_commit(solved.root)


def test_writing_touches_only_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "tree"
    assert write_folder(folder, {"a/b.cc": File(b"1\n"), "c.cc": File(b"2\n"), "run": File(b"3\n", True)}) == (3, 0)
    assert os.access(folder / "run", os.X_OK) and not os.access(folder / "c.cc", os.X_OK)
    (folder / "build").mkdir()
    (folder / "build/c.o").write_text("object")
    for name in ("a/b.cc", "c.cc"):
        os.utime(folder / name, (1, 1))
    assert write_folder(folder, {"a/b.cc": File(b"1\n"), "c.cc": File(b"4\n")}) == (1, 1)
    assert (folder / "a/b.cc").stat().st_mtime == 1 and (folder / "c.cc").read_bytes() == b"4\n"
    assert not (folder / "run").exists() and (folder / "build/c.o").exists()


def test_no_folder_stays_without_its_files(tmp_path: Path) -> None:
    """A Makefile takes each folder of user/ for a program. A folder with something else in it stays."""
    folder, shell = tmp_path / "tree", File(b"int main() {}\n")
    write_folder(folder, {"user/shell/main.cc": shell, "user/shell/parts/line.cc": shell, "user/notes/main.cc": shell, "README": shell})
    (folder / "user/notes/mine.txt").write_text("mine")
    assert write_folder(folder, {"README": shell}) == (0, 3)
    assert sorted(str(path.relative_to(folder)) for path in (folder / "user").rglob("*")) == ["user/notes", "user/notes/mine.txt"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(Problem, match="holds files that the exporter did not write"):
        write_folder(tmp_path, {"thesis.tex": File(b"")})
    assert (tmp_path / "thesis.tex").read_text() == "years of work"
    with pytest.raises(Problem, match="is not a folder"):
        write_folder(tmp_path / "thesis.tex", {})


def test_a_folder_that_is_built_is_no_source(tmp_path: Path) -> None:
    """make marks it so, whatever BUILD is called. Git passes it over for the same mark."""
    for name, data in (("kernel/a.cc", "a"), ("elsewhere/kernel/a.cc", "built"), ("elsewhere/.gitignore", "*\n"),
                       ("build/kernel/a.cc", "built"), ("my/.gitignore", "*.o\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(data)
    assert read_folder(tmp_path).keys() == {"kernel/a.cc", "my/.gitignore"}
