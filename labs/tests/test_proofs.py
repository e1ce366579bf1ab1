# SPDX-License-Identifier: MIT
"""The four proofs pass for the fixture, and each notices the fault that it is there for. Shows Z2, Z3."""

import random
import re
from pathlib import Path

import pytest
from exporter.check import Proofs
from exporter.course import Course
from exporter.errors import Problem
from exporter.grader import Grader, Result
from exporter.history import History
from exporter.prebuilt import Prebuilt
from exporter.proof_boots import check_lab, check_stage
from exporter.proof_mends import Mends, mended
from exporter.proof_merges import Students, fresh_publication, plain_solutions
from exporter.publish import Publication
from exporter.render import Renderer
from exporter.source import File, read_folder
from exporter.stages import Bench, stages
from exporter.student_file import BODIES, StudentFile
from exporter.students import Student
from solved_tree import SolvedTree

SLOT = "kernel/slot.cc"


def course_of(solved: SolvedTree) -> Course:
    return Course(read_folder(solved.root))


def proofs_of(solved: SolvedTree) -> Proofs:
    build, grader = solved.root / "build", Grader()
    return Proofs(read_folder(solved.root), build, grader, Prebuilt(build / "labs/prebuilt", grader), quick=True, students=3,
                  mends=3)


def publication_of(solved: SolvedTree, tmp_path: Path) -> Publication:
    return fresh_publication(course_of(solved), tmp_path / "published")


def bench_of(solved: SolvedTree) -> Bench:
    return Bench(Renderer(course_of(solved)), solved.root / "build/check", Grader())


# --- merges --------------------------------------------------------------------------------------------------------

def test_plain_solutions_merge(solved: SolvedTree, tmp_path: Path) -> None:
    publication = publication_of(solved, tmp_path)
    assert list(plain_solutions(publication)) == []
    private = publication.private
    other = private.store(private.read("prep3") | {"kernel/slot.h": File(b"other\n")})
    private.move("prep3", private.commit(other, [private.tip("prep3") or ""], "", "1767322245 +0000"))
    assert list(plain_solutions(publication)) == ["merging lab3 into sol2 gives another tree than prep3: kernel/slot.h"]


def test_varied_students_merge(solved: SolvedTree, tmp_path: Path) -> None:
    students = Students(publication_of(solved, tmp_path), 30)
    assert list(students.run()) == [] and students.merges == 60


def test_a_published_change_that_conflicts_is_noticed(solved: SolvedTree, tmp_path: Path) -> None:
    """If lab 2 changed lines next to a hole of lab 1, students' merges would conflict."""
    publication = publication_of(solved, tmp_path)
    public = publication.public
    tree = public.read("lab2")
    text = tree["kernel/queue.h"].data.decode()
    assert "void note_added(unsigned priority) {" in text
    renamed = text.replace("void note_added(unsigned priority) {", "void note_added(unsigned level) {")
    tree["kernel/queue.h"] = File(renamed.encode())
    public.move("lab2", public.commit(public.store(tree), [public.tip("lab2") or ""], "", "1767322245 +0000"))
    found = list(Students(publication, 20).run())
    assert any("lab2 conflicts in kernel/queue.h" in one for one in found)
    assert any("lab2 changes kernel/queue.h" in one for one in found)


def test_an_added_file_with_a_students_name_is_noticed(solved: SolvedTree, tmp_path: Path) -> None:
    solved.write("kernel/debug/mine1.h", "// ours\n")
    assert any("conflicts in kernel/debug/mine1.h" in one for one in Students(publication_of(solved, tmp_path), 20).run())


def test_students_differ_and_a_seed_repeats_one(solved: SolvedTree) -> None:
    renderer = Renderer(course_of(solved))

    def work(seed: int) -> dict[str, File]:
        student = Student(renderer, seed)
        student.receive(renderer.tree("lab3"))
        for lab in (1, 2, 3):
            student.work(lab)
        return student.tree
    assert work(3) == work(3) and len({work(seed)[SLOT].data for seed in range(12)}) == 12
    assert all(b"Table* table = &root" in work(seed)[SLOT].data for seed in range(6))


def test_each_variation_changes_something(solved: SolvedTree) -> None:
    lines = ["    while (one) {", "        two();", "    }"]
    for vary in BODIES:
        assert any(vary(lines, random.Random(seed)) != lines for seed in range(4)), vary
    for whole, sign in (("crlf", b"\r\n"), ("trailing", b"  \n"), ("tabs", b"\n\t")):
        file = StudentFile(Renderer(course_of(solved)), SLOT)
        file.whole = whole
        assert sign in file.render().data


def test_mends_merge(solved: SolvedTree, tmp_path: Path) -> None:
    mends = Mends(publication_of(solved, tmp_path), 20)
    assert list(mends.run()) == [] and mends.tried == 60


def test_a_mend_changes_what_it_says() -> None:
    lines = ["one;", "", "two;"]
    results = {tuple(mended(lines, 0, random.Random(seed))) for seed in range(20)}
    assert results == {("// A correction.", "one;", "", "two;"), ("one;  // corrected", "", "two;"), ("", "two;")}


def test_a_linear_mend_is_noticed(solved: SolvedTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the mend repeated on each branch, not merged, the next lab could conflict."""
    whole = History.commit

    def without_merge(self: History, parents: list[str], before: dict[str, File], after: dict[str, File]) -> str:
        linear = [parents[0]] if len(parents) == 2 and "tests/lab2_slots.cc" in after else parents
        changed = {path: File(file.data + b"// and more\n") if linear != parents and path.startswith("kernel/") else file
                   for path, file in after.items()}
        return whole(self, linear, before, changed)
    monkeypatch.setattr(History, "commit", without_merge)
    mends = Mends(publication_of(solved, tmp_path), 40)
    monkeypatch.setattr(mends, "_check_pull", lambda *_: "")
    assert any("after a mend, the next lab conflicts" in one for one in mends.run())


# --- boots and scores ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("lab", [1, 2, 3])
def test_each_stage_scores_what_is_recorded(solved: SolvedTree, lab: int) -> None:
    bench = bench_of(solved)
    assert list(check_lab(bench, bench.renderer.course.lab(lab), quick=False)) == []


def test_a_stub_that_warns(solved: SolvedTree) -> None:
    solved.replace("labs/lab2/stubs/2.2a.cc", "missing_exercise", "int forgotten;\nmissing_exercise")
    bench = bench_of(solved)
    found = list(check_lab(bench, bench.renderer.course.lab(2), quick=False))
    assert any("lab2: kernel/slot.cc" in one and "unused variable" in one for one in found), found


def test_a_tree_that_does_not_build(solved: SolvedTree) -> None:
    solved.replace("labs/lab2/stubs/2.2a.cc", "missing_exercise", "nonsense;\nmissing_exercise")
    bench = bench_of(solved)
    with pytest.raises(Problem, match=r"(?s)make -C .* exit status 2.*nonsense"):
        list(check_lab(bench, bench.renderer.course.lab(2), quick=True))


def test_a_score_that_is_not_recorded(solved: SolvedTree) -> None:
    solved.replace("labs/lab2/lab.toml", '"2.1" = 60', '"2.1" = 50')
    solved.replace("labs/lab2/lab.toml", '"2.2" = 100\n', "")
    bench = bench_of(solved)
    assert list(check_lab(bench, bench.renderer.course.lab(2), quick=False)) == [
        "lab 2 solved up to 2.1 scores 60; [scores] says 50 (not full: slots_moved TO DO)",
        'labs/lab2/lab.toml: [scores] has no "2.2"; `make calibrate` writes it']


def test_a_hole_that_nothing_uses(solved: SolvedTree) -> None:
    solved.replace("kernel/main.cc", "    if (slot != nullptr) slot->take(table.slots[0]);\n", "")
    line = next(number for number, text in enumerate(solved.read(SLOT).splitlines(), 1) if "lab 2.2a {" in text)
    bench = bench_of(solved)
    assert list(check_lab(bench, bench.renderer.course.lab(2), quick=True)) == [
        f"kernel/slot.cc:{line}: L10: the kernel of lab 2 has no code for hole 2.2a: nothing uses it"]


def result(name: str, kind: str = "ok", score: float = 0, missing: str = "") -> Result:
    return Result(name, "", score, 60 if name == "slots_found" else 40, kind, missing, None)


@pytest.mark.parametrize("found, moved, reasons", [
    (result("slots_found", score=60), result("slots_moved", "TO DO", missing="2.2"), []),
    (result("slots_found", "HANG", 60), result("slots_moved", "TO DO", missing="2.2"),
     ["lab 2 solved up to 2.1: slots_found needs nothing more, but it ends with HANG"]),
    (result("slots_found", score=60), result("slots_moved", "PANIC"),
     ["lab 2 solved up to 2.1: the first exercise that is said to be missing is none, not 2.2"]),
    (result("slots_found", score=60), result("slots_moved", "TO DO", missing="1.1"),
     ["lab 2 solved up to 2.1: slots_moved says that exercise 1.1 is missing, which is solved",
      "lab 2 solved up to 2.1: the first exercise that is said to be missing is 1.1, not 2.2"]),
    (result("slots_found", score=60), result("another"),
     ["lab 2 solved up to 2.1: graded were other tests than lab.toml lists: another, slots_moved"])])
def test_what_a_stage_must_show(solved: SolvedTree, found: Result, moved: Result, reasons: list[str]) -> None:
    course = course_of(solved)
    assert list(check_stage(course, course.lab(2), stages(course.lab(2))[1], [found, moved])) == reasons


@pytest.mark.parametrize("recipe, reason", [
    ("@true", "no results that can be read"), ("@false", "exit status 2"),
    ("@mkdir -p build/grade/lab2; echo '{}' > build/grade/lab2/results.json", "no results that can be read"),
    ("@sleep 9", "not finished after 1 s")])
def test_a_grader_that_fails(solved: SolvedTree, monkeypatch: pytest.MonkeyPatch, recipe: str, reason: str) -> None:
    solved.replace("Makefile", "@python3 grade/fake.py $(LAB)", recipe)
    monkeypatch.setattr("exporter.grader.GRADE_LIMIT", 1 if "sleep" in recipe else 100)
    bench = bench_of(solved)
    lab = bench.renderer.course.lab(2)
    with pytest.raises(Problem, match=reason):
        bench.grade(lab, stages(lab)[0])


def test_old_results_do_not_count(solved: SolvedTree) -> None:
    bench = bench_of(solved)
    lab = bench.renderer.course.lab(2)
    bench.grade(lab, stages(lab)[0])
    solved.replace("Makefile", "@python3 grade/fake.py $(LAB)", "@true")
    bench = bench_of(solved)
    with pytest.raises(Problem, match="no results that can be read"):
        bench.grade(lab, stages(lab)[0])


def test_one_folder_goes_from_lab_to_lab(solved: SolvedTree) -> None:
    """Forwards, what was built stays. Backwards, no program of a later lab stays in what the initrd is packed from."""
    bench = bench_of(solved)
    initrd = bench.write(bench.renderer.tree("lab2")) / "build/initrd"
    initrd.mkdir(parents=True)
    bench.write(bench.renderer.tree("lab3"))
    assert initrd.exists()
    bench.write(bench.renderer.tree("lab2"))
    assert not initrd.exists()


def test_no_lab_has_anothers_hidden_tests(solved: SolvedTree) -> None:
    bench = bench_of(solved)
    copy = bench.place / "build/grade/tree"
    copy.mkdir(parents=True)
    bench.place.joinpath(".exported").touch()       # the exporter's own folder
    bench.grade_hidden(bench.renderer.course.lab(1))
    assert not copy.exists()


# --- all -----------------------------------------------------------------------------------------------------------

def marks(said: list[str]) -> dict[str, str]:
    """What became of each proof, by the first word of its title."""
    words = [re.split(r"[ ,:]+", line) for line in said if not line.startswith(" ")]
    return {title: mark for mark, title, *_ in words}


def test_all_proofs(solved: SolvedTree) -> None:
    said: list[str] = []
    proofs = proofs_of(solved)
    assert proofs.run(said.append) == 9     # the fixture's labs are too small: three complaints for each
    assert marks(said) == {"sources": "WRONG", "programs": "ok", "merges": "ok", "a": "ok", "builds": "ok"}
    solved.replace("labs/lab2/stubs/2.2a.cc", "missing_exercise", "nonsense;\nmissing_exercise")
    solved.replace("labs/lab3/stubs/3.1a.cc", "//", "nonsense;\n//")
    said.clear()
    proofs = proofs_of(solved)
    assert proofs.run(said.append) == 10
    assert marks(said)["builds"] == "WRONG"
