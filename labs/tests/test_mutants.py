# SPDX-License-Identifier: MIT
"""Wrong solutions are tried with the tests in a sensible order, and what no test tells is a complaint. Shows Z5."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from exporter import mutant_report
from exporter.course import Course
from exporter.errors import Problem
from exporter.mutant_place import Failure, Place
from exporter.mutant_report import Check, too_few
from exporter.mutant_trials import Trial, attempt, in_order, trials
from exporter.mutants import Mutant, misfits, mutants_of, solved_trees
from exporter.render import Renderer
from exporter.source import read_folder
from solved_tree import SolvedTree

MUTANTS = "solutions/lab2/mutants.toml"
SLOT = "kernel/slot.cc"
HIDDEN = '[[test]]\nname = "slots_hidden"\nexercise = "2.1"\npoints = 0\nkind = "boot"\nprogram = "lab2_slots"\n'


def a_mutant(name: str = "2.1-x", expect: tuple[str, ...] = ("slots_found",), after: str = "") -> Mutant:
    return Mutant(name, SLOT, "level > 1", "level > 2", "why", expect, 1, after)


class FakePlace:
    """Its tests end as `ends` says: mutant and test to a kind."""

    def __init__(self, ends: dict[tuple[str, str], str] | None = None) -> None:
        self.ends, self.now, self.said = ends or {}, "", []

    def change(self, mutant: Mutant) -> None:
        self.now = mutant.id

    def restore(self, mutant: Mutant) -> None:
        self.said.append(f"{mutant.id} restored")
        self.now = ""

    def test(self, name: str) -> Failure | None:
        self.said.append(name)
        kind = self.ends.get((self.now, name))
        return Failure(name, kind, f"because {os.getpid()}") if kind else None


@pytest.fixture
def course(solved: SolvedTree) -> Course:
    return Course(read_folder(solved.root))


def trial_of(course: Course, *kinds: tuple[str, str], mutant: Mutant | None = None) -> tuple[Trial, list[str]]:
    mutant = mutant or a_mutant()
    place = FakePlace({(mutant.id, test): kind for test, kind in kinds})
    return attempt(place, mutant, course.lab(2).tests), place.said


def test_the_expected_test_comes_first_then_those_of_the_exercise(course: Course) -> None:
    tests = course.lab(2).tests
    assert in_order(a_mutant("2.1-x"), tests) == ["slots_found", "slots_moved"]
    assert in_order(a_mutant("2.1-x", ("slots_moved",)), tests) == ["slots_moved", "slots_found"]
    assert in_order(a_mutant("2.2-x", ()), tests) == ["slots_moved", "slots_found"]


def test_hidden_tests_come_last(course: Course) -> None:
    tests = [replace(course.lab(2).tests[0], name="slots_hidden", hidden=True), *course.lab(2).tests]
    assert in_order(a_mutant("2.1-x", ("slots_hidden",)), tests) == ["slots_found", "slots_moved", "slots_hidden"]


@pytest.mark.parametrize("kind, tried", [("WRONG", ["slots_found", "slots_hidden"]), ("BUILD", ["slots_found"])])
def test_a_hidden_test_that_is_expected_is_tried_too(course: Course, kind: str, tried: list[str]) -> None:
    """A published test notices first, and the hidden one shows that it can."""
    hidden = [replace(course.lab(2).tests[0], name=name, hidden=True) for name in ("slots_hidden", "not_expected")]
    mutant = a_mutant(expect=("slots_found", "slots_hidden"))
    place = FakePlace({(mutant.id, "slots_found"): kind, (mutant.id, "slots_hidden"): "PANIC"})
    trial = attempt(place, mutant, [*hidden, *course.lab(2).tests])
    assert place.said == [*tried, "2.1-x restored"] == [*(one.test for one in trial.failures), "2.1-x restored"]
    assert bool(trial.fault()) == (kind == "BUILD") and list(trial.notes()) == []


def test_a_failure_ends_the_trial(course: Course) -> None:
    trial, said = trial_of(course, ("slots_found", "WRONG"), ("slots_moved", "WRONG"))
    assert said == ["slots_found", "2.1-x restored"]
    assert trial.caught_by.test == "slots_found" and not trial.fault() and list(trial.notes()) == []


def test_what_no_test_tells_is_a_complaint(course: Course) -> None:
    trial, said = trial_of(course)
    assert said == ["slots_found", "slots_moved", "2.1-x restored"] and trial.fault() == "lives: no test notices it"
    trial, said = trial_of(course, ("slots_found", "BUILD"))
    assert said == ["slots_found", "2.1-x restored"] and trial.fault().startswith("does not build: because")
    trial, _ = trial_of(course, ("slots_found", "INFRA"))
    assert trial.fault().startswith("could not be judged: slots_found: because")


def test_a_hang_does_not_catch(course: Course) -> None:
    trial, _ = trial_of(course, ("slots_found", "HANG"))
    assert trial.fault() == "is noticed by nothing but a hang: slots_found" and trial.caught_by is None
    trial, _ = trial_of(course, ("slots_found", "HANG"), ("slots_moved", "PANIC"))
    assert not trial.fault() and trial.caught_by.test == "slots_moved"
    assert list(trial.notes()) == ["hangs in slots_found, before slots_moved notices it",
                                   "is caught by slots_moved; expected was slots_found"]


def test_a_place_is_restored_when_a_trial_breaks_off(course: Course) -> None:
    class Broken(FakePlace):
        def test(self, name: str) -> Failure | None:
            raise OSError(name)
    place = Broken()
    with pytest.raises(OSError, match="slots_found"):
        attempt(place, a_mutant(), course.lab(2).tests)
    assert place.said == ["2.1-x restored"]


def test_workers_share_the_list(course: Course) -> None:
    mutants = [a_mutant(f"2.1-{number}") for number in range(8)]

    def opener(number: int) -> FakePlace:
        assert number in (1, 2)
        return FakePlace({(mutant.id, "slots_found"): "WRONG" for mutant in mutants[1:]})
    done = list(trials(mutants, course.lab(2).tests, opener, 2))
    assert [trial.mutant.id for trial in done] == [mutant.id for mutant in mutants]
    assert [bool(trial.fault()) for trial in done] == [True] + [False] * 7
    assert str(os.getpid()) not in {trial.failures[0].reason.split()[-1] for trial in done[1:]}


def test_what_goes_wrong_in_a_worker_is_heard(course: Course) -> None:
    def opener(number: int) -> FakePlace:
        raise Problem(f"worker {number} has no place", "and says so")
    with pytest.raises(Problem, match="has no place\nand says so"):
        list(trials([a_mutant(f"2.1-{number}") for number in range(3)], course.lab(2).tests, opener, 2))


def test_a_lab_is_reported(solved: SolvedTree, monkeypatch: pytest.MonkeyPatch,
                           capsys: pytest.CaptureFixture[str]) -> None:
    class Checked(FakePlace):
        def __init__(self, *_: object) -> None:
            super().__init__({("2.1-last-level-skipped", "slots_found"): "WRONG"})
    monkeypatch.setattr(mutant_report, "Place", Checked)
    folder = solved.root / "build"
    folder.mkdir()
    solved.write("solutions/lab2/hidden/lab2.toml", HIDDEN)
    course = Course(read_folder(solved.root))
    assert Check(course, folder, []).run(course.lab(2)) == 4
    said = capsys.readouterr().out
    assert "slots_found                1  2.1-last-level-skipped\n" in said and "1 of 1 caught, 4 complaints" in said
    report = json.loads((folder / "lab2.json").read_text())
    assert report["complaints"] == ["exercise 2.1 has 1 wrong solutions, and should have 4",
                                    "exercise 2.2 has 0 wrong solutions, and should have 4",
                                    "slots_moved never failed: one of the wrong solutions should expect it, to show that it can",
                                    "slots_hidden never failed: one of the wrong solutions should expect it, to show that it can"]
    assert report["mutants"][0]["caught_by"] == "slots_found" and report["mutants"][0]["failures"][0]["kind"] == "WRONG"
    assert Check(course, folder, []).run(course.lab(2), ["2.1-last-level-skipped"]) == 0
    with pytest.raises(Problem, match="there is no wrong solution 2.1-y"):
        Check(course, folder, []).run(course.lab(2), ["2.1-y"])


def test_the_list_is_checked(solved: SolvedTree) -> None:
    solved.write(MUTANTS, solved.read(MUTANTS) + solved.read(MUTANTS).replace('["slots_found"]', '["slots_lost"]')
                 + solved.read(MUTANTS).replace("2.1-last", "2.7-last")
                 + solved.read(MUTANTS).replace("2.1-last", "2.2-a").replace('["slots_found"]', '["slots_moved"]\nafter = "2.1"')
                 + solved.read(MUTANTS).replace("2.1-last", "2.2-b") + 'after = "2.7"\n')
    course = Course(read_folder(solved.root))
    lab = course.lab(2)
    assert [str(one) for one in misfits(course, lab, solved_trees(Renderer(course), lab))] == [
        f"{MUTANTS}:8: another wrong solution is called 2.1-last-level-skipped, too",
        f"{MUTANTS}:8: 2.1-last-level-skipped expects slots_lost, which is no test of the lab",
        f"{MUTANTS}:15: 2.7-last-level-skipped does not begin with an exercise of the lab and a hyphen",
        f"{MUTANTS}:22: 2.2-a-level-skipped expects slots_moved, which needs more than 2.1",
        f"{MUTANTS}:30: 2.2-b-level-skipped is after 2.7, which is no exercise of the lab"]
    assert len(list(too_few(lab, mutants_of(course, lab)))) == 2


def test_a_mistake_in_a_tree_that_is_half_solved(solved: SolvedTree) -> None:
    """Only tests that can be passed there are asked, and the patch says where it applies."""
    course = Course(read_folder(solved.root))
    trees, half = solved_trees(Renderer(course), course.lab(2)), a_mutant(after="2.1")
    assert in_order(half, course.lab(2).tests) == ["slots_found"]
    assert trees("2.1") != trees("") == trees("2.2")
    assert half.patch(trees("2.1")).startswith("why\n(in the tree that is solved up to exercise 2.1)\n\n--- a/kernel/slot.cc")
    assert a_mutant().patch(trees("")).startswith("why\n\n--- a/")


GRADER = {      # as far as a place uses the student's grader
    "glenda/__init__.py": "", "lab/__init__.py": "",
    "glenda/process.py": "def die_with_parent():\n    pass\n",
    "glenda/plugins.py": "def build(name):\n    pass\n",
    "glenda/paths.py": "from pathlib import Path\nRESULTS = Path(__file__).resolve().parents[2] / 'build'\n",
    "lab/config.py": """
from types import SimpleNamespace as Some
def load(root, number):
    return Some(tests=[Some(name="slots_found", kind="boot", needs=["2.1"]),
                       Some(name="slots_moved", kind="host", needs=["2.1", "2.2"])])
""",
    "lab/build.py": """
from types import SimpleNamespace as Some
def run(tree, lab, jobs, variables):
    with open(tree / "builds", "a") as log:
        log.write("built\\n")
    return Some(kernel=tree / "kernel/slot.cc", initrd=None, error="")
""",
    "lab/setting.py": """
from types import SimpleNamespace as Some
def Setting(tree, results, kernel, initrd, nonce):
    return Some(tree=tree, kernel=kernel)
""",
    "lab/pool.py": "def run(tests, runner, jobs):\n    return [runner(test) for test in tests]\n",
    "lab/grade.py": """
from types import SimpleNamespace as Some
def judge(setting, test):
    wrong = "level > 2" in (setting.tree / "kernel/slot.cc").read_text()
    return Some(verdict=Some(kind=Some(value="WRONG" if wrong else "ok"), reason="level"))
RUNNERS = {"boot": judge, "host": judge}
"""}


def in_a_place(solved: SolvedTree, folder: Path) -> str:
    """What a worker's process sees of a mutant that a host test catches, and then of one that a boot catches."""
    course = Course(read_folder(solved.root))
    place, file = Place(solved_trees(Renderer(course), course.lab(2)), {}, course.lab(2), folder, [], 1), folder / SLOT
    before, said = (file.read_bytes(), file.stat().st_mtime_ns), []
    for expect in ("slots_moved", "slots_found"):
        trial = attempt(place, a_mutant(expect=(expect,)), course.lab(2).tests)
        said += [trial.caught_by.test, len((folder / "builds").read_text().split()),
                 file.read_bytes() == before[0], file.stat().st_mtime_ns == before[1]]
    trial = attempt(place, a_mutant(after="2.1"), course.lab(2).tests)
    return " ".join(map(str, [*said, trial.caught_by.test, len((folder / "builds").read_text().split())]))


def test_a_place_builds_only_what_a_test_needs(solved: SolvedTree, tmp_path: Path) -> None:
    for name, text in GRADER.items():
        solved.write(f"labs/common/grade/{name}", text)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:       # the grader's modules stay there
        for name in [each for each in sys.modules if each.partition(".")[0] == "lab"]:
            del sys.modules[name]       # another test may have imported the real ones
        try:
            os.write(writer, in_a_place(solved, tmp_path / "worker-1").encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    assert said == "slots_moved 1 True True slots_found 2 True False slots_found 4"
