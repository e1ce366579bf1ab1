# SPDX-License-Identifier: MIT
"""make progress: an exercise is done if its tests pass, and the next step is the first that is missing.

Shows Z12.
"""

from pathlib import Path

from lab import config
from lab.config import Exercise, Lab
from lab.progress import Result, advice, page, rows
from lab.stubs import unsolved

LAB = Lab(3, "IPC", (Exercise("3.1", "Rendezvous", "easy"), Exercise("3.9", "The rest of the fast path", "hard")),
          (config.Test("meet", "3.1", 10, "boot"), config.Test("meet_again", "3.1", 5, "boot"),
           config.Test("rest", "3.9", 0, "boot")))
PASSED = {"meet": Result(10, True), "meet_again": Result(5, True)}


def states(results: dict[str, Result], stubs: set[str] = frozenset()) -> list[str]:
    return [row.state for row in rows(LAB, results, stubs)]


def test_what_is_worth_no_points_is_not_done_for_that() -> None:
    """3.9 has silent stubs: its sources do not tell, and it has its 0 of 0 points."""
    assert states(PASSED) == ["done", "not graded"]
    assert states(PASSED | {"rest": Result(0, False)}) == ["done", "not right yet"]
    assert states(PASSED | {"rest": Result(0, True)}) == ["done", "done"]


def test_a_stub_is_to_do_and_half_a_grading_says_nothing() -> None:
    assert states(PASSED, {"3.1"}) == ["to do", "not graded"]
    assert states({"meet": Result(10, True)})[0] == "not graded"


def test_the_next_step_may_be_of_an_earlier_lab() -> None:
    found = rows(LAB, PASSED, {"3.9"})
    assert advice(LAB, found, [])[1] == "Next: exercise 3.9, The rest of the fast path"
    assert advice(LAB, found, ["1.4", "2.2"])[0] == "Next: exercise 1.4 of lab 1, on which this lab builds"


def test_the_page_fits_a_terminal() -> None:
    long = Lab(1, "From process to thread", (Exercise("1.7", "The kernel forgets what a program is", "moderate"),),
               (config.Test("forgets", "1.7", 20, "boot"),))
    said = page(long, rows(long, {"forgets": Result(0, False)}, set()), [], stale=True)
    assert max(map(len, said.splitlines())) <= 80 and "The kernel forgets what a program is" in said


def test_stubs_are_found_in_sources(tmp_path: Path) -> None:
    for name, text in {"kernel/a.cc": '  missing_exercise("2.1", a);\n', "kernel/b.h": 'missing_exercise("3.2");',
                       "kernel/debug/exercise.h": 'missing_exercise("2.9")',
                       "kernel/c.txt": 'missing_exercise("2.8")'}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert unsolved(tmp_path) == {"2.1", "3.2"}
