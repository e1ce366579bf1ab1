# SPDX-License-Identifier: MIT
"""A unit test that hangs or crashes its program is a named failure, see glenda/gtest.py."""

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from glenda import gtest
from glenda.gtest import Limits

SOURCE = """
#include <gtest/gtest.h>
#include <unistd.h>
volatile bool forever = true;
TEST(Good, First) {}
TEST(Good, Second) { GTEST_SKIP(); }
TEST(Bad, Fails) { EXPECT_EQ(1, 2); }
TEST(Bad, Spins) { while (forever) {} }
TEST(Bad, Sleeps) { for (;;) pause(); }
TEST(Bad, Aborts) { abort(); }
TEST(Bad, Exits) { _exit(3); }
TEST(Bad, SucceedsTooEarly) { _exit(0); }
TEST(Slow, One) { for (clock_t begin = clock(); clock() - begin < CLOCKS_PER_SEC / 5;) {} }
TEST(Slow, Two) { for (clock_t begin = clock(); clock() - begin < CLOCKS_PER_SEC / 5;) {} }
struct AtTheEnd { ~AtTheEnd() { if (getenv("LEAK")) _exit(23); } } at_the_end;
"""
SHORT = Limits(test=0.5, program=5.0, asleep=1.0)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gtest")
    (folder / "bad_test.cc").write_text(SOURCE)
    subprocess.run(["g++", "-std=c++17", "bad_test.cc", "-lgtest", "-lgtest_main", "-lpthread", "-o", "bad_tests"],
                   cwd=folder, check=True)
    return folder / "bad_tests"


class Outcome:
    def __init__(self, program: Path, monkeypatch: pytest.MonkeyPatch, tests: str, limits: Limits = SHORT) -> None:
        self.report = program.with_suffix(".xml")
        monkeypatch.setenv("GTEST_FILTER", tests)
        self.said = gtest.run(program, self.report, limits)

    def counts(self) -> tuple[int, int]:
        """The numbers of tests and failures in the report."""
        suite = ElementTree.parse(self.report).getroot()
        return int(suite.get("tests")), int(suite.get("failures"))

    def failures(self) -> list[str]:
        root = ElementTree.parse(self.report).getroot()
        return [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None]


def test_good_tests(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(program, monkeypatch, "Good.*:Slow.*")
    assert outcome.said == "" and outcome.counts() == (4, 0)


def test_a_failure_is_shown(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(program, monkeypatch, "Good.*:Bad.Fails")
    assert "Expected equality of these values:\n  1\n  2\n" in outcome.said and "[ RUN" not in outcome.said
    assert outcome.counts() == (3, 1) and outcome.failures() == ["Fails"]


@pytest.mark.parametrize("test, reason", [
    ("Bad.Spins", "has used 0.5 s of processor time: it hangs, and was ended"),
    ("Bad.Sleeps", "has been asleep for 1 s: it hangs, and was ended"),
    ("Bad.Aborts", "has ended the program with signal 6 (Aborted)"),
    ("Bad.Exits", "has ended the program with status 3")])
def test_the_failure_names_the_test(program: Path, monkeypatch: pytest.MonkeyPatch, test: str, reason: str) -> None:
    outcome = Outcome(program, monkeypatch, f"Good.*:Bad.Fails:{test}:Slow.*")
    assert f"  FAIL     bad_tests: {test} {reason}; the tests behind it have not run\n" in outcome.said
    assert outcome.counts() == (4, 2) and outcome.failures() == [test]


def test_a_program_has_a_limit(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(program, monkeypatch, "Good.*:Bad.Spins", Limits(test=60, program=0.3, asleep=60))
    assert "Bad.Spins has brought the program to its 0.3 s of processor time" in outcome.said
    assert outcome.counts() == (3, 1)


def test_a_failure_behind_the_last_test(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like AddressSanitizer, which checks for leaks at exit: GoogleTest's report shows no failure."""
    monkeypatch.setenv("LEAK", "1")
    outcome = Outcome(program, monkeypatch, "Good.*")
    assert "bad_tests: the program, between two tests, has ended the program with status 23" in outcome.said
    assert outcome.counts() == (3, 1)


def test_an_early_end_is_no_success(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = Outcome(program, monkeypatch, "Bad.SucceedsTooEarly:Slow.*")
    assert "bad_tests: Bad.SucceedsTooEarly has ended the program with status 0" in outcome.said
    assert outcome.counts() == (1, 1)
