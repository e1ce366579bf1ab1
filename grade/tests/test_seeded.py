# SPDX-License-Identifier: MIT
"""The machinery of seeded faults (grade/seeded), without the kernel: its own mistakes must not look like a test's.

Shows Z5.
"""

import os
import textwrap
from pathlib import Path

import pytest

from glenda import paths
from seeded import report, runs, suites
from seeded.check import Check, Result
from seeded.faults import BadList, BootClaim, Fault, GradeClaim, UnitClaim
from seeded.runs import Kind, Verdict, boot_verdict, grade_verdict, unit_verdict
from seeded.tree import mirror

# --- verdicts ---------------------------------------------------------------------------------------------

RUN = "[ RUN      ] Slot.Moves\n"
FAILURE = (RUN + "grade/unit/x_test.cc:7: Failure\nExpected equality of these values:\n  1\n  2\n\n"
           "[  FAILED  ] Slot.Moves (0 ms)\n")


@pytest.mark.parametrize(("output", "status", "kind", "words"), [
    (RUN + "[       OK ] Slot.Moves (0 ms)\n[  PASSED  ] 1 test.\n", 0, Kind.PASSED, ""),
    (FAILURE, 1, Kind.FAILED, "Slot.Moves: grade/unit/x_test.cc:7: Expected equality"),
    (FAILURE + "[ RUN      ] Slot.Next\n", None, Kind.HUNG, "Slot.Next: not done in"),
    (RUN, None, Kind.HUNG, "Slot.Moves: not done in"),
    (RUN, -24, Kind.HUNG, "Slot.Moves: not done in"),
    (RUN, -25, Kind.HUNG, "it prints without end"),
    (RUN + "==1== hard rss limit exhausted (9Mb vs 8Mb)\n", 1, Kind.HUNG, "it takes memory without end"),
    (RUN + "x.cc:1:2: runtime error: load of null pointer\n", 1, Kind.CRASHED, "Slot.Moves: runtime error: load"),
    (RUN + "SUMMARY: AddressSanitizer: SEGV x.cc:1\n", 1, Kind.CRASHED, "Slot.Moves: AddressSanitizer: SEGV"),
    (RUN, -11, Kind.CRASHED, "Slot.Moves: ended with status -11"),
    ("[  PASSED  ] 0 tests.\n", 0, Kind.BROKEN, "the filter takes no test"),
    ("", 1, Kind.BROKEN, "ended with status 1 before the first test"),
])
def test_unit_verdicts(output: str, status: int | None, kind: Kind, words: str) -> None:
    verdict = unit_verdict(output, status)
    assert verdict.kind is kind
    assert words in str(verdict)


@pytest.mark.parametrize(("transcript", "cases", "ended", "kind", "words"), [
    ("ok a\nktest: 1 passed, 0 failed\n", (), (), Kind.PASSED, "p"),
    ("ok a\nFAIL b: x.cc:3: no\n", (), (), Kind.FAILED, "p.b: x.cc:3: no"),
    ("FAIL a: x.cc:3: no\nFAIL b: x.cc:4: no\n", ("b",), (), Kind.FAILED, "p.b: x.cc:4"),
    ("FAIL a: x.cc:3: no\nktest: 1 passed, 1 failed\n", ("b",), (), Kind.PASSED, "but a failed"),
    ("ok a\n", (), (Kind.HUNG, "the guest waits"), Kind.HUNG, "p, after a: the guest waits"),
    ("ok a\n", (), (Kind.PANICKED, "PANIC: trap"), Kind.PANICKED, "p, after a: PANIC: trap"),
    ("", (), (Kind.PANICKED, "PANIC: trap"), Kind.BROKEN, "panic before the first test"),
    ("ok a\n", (), (Kind.BROKEN, "the machine went off"), Kind.BROKEN, "the machine went off"),
])
def test_boot_verdicts(transcript: str, cases: tuple[str, ...], ended: tuple, kind: Kind, words: str) -> None:
    verdict = boot_verdict(transcript, BootClaim("p", cases), *ended)
    assert verdict.kind is kind
    assert words in str(verdict)


@pytest.mark.parametrize(("output", "status", "kind", "words"), [
    ("1 passed in 1.00s\n", 0, Kind.PASSED, "t.py::a"),
    ("FAILED grade/tests/t.py::a - AssertionError: no\n1 failed\n", 1, Kind.FAILED, "t.py::a: AssertionError: no"),
    ("E   AssertionError: \nE   FAIL x\nFAILED grade/tests/t.py::a - AssertionError: \n", 1, Kind.FAILED, "FAIL x"),
    ("FAILED grade/tests/t.py::a - glenda.errors.GuestIdle: the guest waits\n", 1, Kind.HUNG, "t.py::a: glenda"),
    ("FAILED grade/tests/t.py::a - glenda.errors.Infrastructure: no QEMU\n", 1, Kind.BROKEN, "no QEMU"),
    ("", None, Kind.HUNG, "not done in"),
    ("no tests ran in 0.1s\n", 5, Kind.BROKEN, "pytest ended with status 5"),
    ("1 skipped in 0.1s\n", 0, Kind.BROKEN, "pytest ended with status 0, and no test passed or failed"),
])
def test_verdicts_of_the_harness(output: str, status: int | None, kind: Kind, words: str) -> None:
    verdict = grade_verdict(output, status, GradeClaim("t.py::a"))
    assert verdict.kind is kind
    assert words in str(verdict)


def test_only_what_fails_by_itself_counts() -> None:
    assert {kind for kind in Kind if kind.is_caught} == {Kind.FAILED, Kind.CRASHED, Kind.PANICKED}


# --- trees and the whole ----------------------------------------------------------------------------------

def test_a_mirror_restores_files_and_their_times(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/one").write_text("1")
    (tmp_path / "a/two").write_text("2")
    os.utime(tmp_path / "a/two", ns=(10**18 + 7, 10**18 + 7))
    mirror(tmp_path / "a", tmp_path / "copy")
    (tmp_path / "copy/b/one").unlink()
    (tmp_path / "copy/two").write_text("3")
    (tmp_path / "copy/b/more").write_text("4")
    mirror(tmp_path / "a", tmp_path / "copy")
    assert (tmp_path / "copy/b/one").read_text() == "1"
    assert (tmp_path / "copy/two").read_text() == "2"
    assert (tmp_path / "copy/two").stat().st_mtime_ns == 10**18 + 7
    assert not (tmp_path / "copy/b/more").exists()


def test_a_test_is_linked_with_the_helpers_whose_headers_it_includes() -> None:
    tests = suites.tests_in(paths.ROOT)
    assert suites.matching(tests, "ReadyQueue.*:Slot.Moving*") == ["ReadyQueue.RandomOperationsMatchAListPerPriority",
                                                                   "Slot.MovingARootKeepsItsChildren"]
    sources = suites.sources_of(paths.ROOT, tests, ["FastPathTest.*"])
    assert Path("grade/unit/kernel_fast_path_test.cc") in sources
    assert Path("grade/unit/fast_path/world.cc") in sources
    assert suites.sources_of(paths.ROOT, tests, ["CNodeCalls.*"]) == [Path("grade/unit/kernel_cnode_calls_test.cc")]


MAKEFILE = textwrap.dedent('''\
    build/unit/kernel_tests: kernel/add.cc grade/unit/kernel_add_test.cc
    \t@mkdir -p build/unit
    \t@g++ -w kernel/add.cc $(UNIT_CASES) -o $@
    ''')
ADD_TEST = textwrap.dedent('''\
    #include <cstdio>
    int add(int a, int b);
    #define TEST(suite, name) int main()
    TEST(Add, Sums) {
        std::puts("[ RUN      ] Add.Sums");
        const bool is_right = add(1, 1) == 2;
        std::puts(is_right ? "[  PASSED  ] 1 test." : "[  FAILED  ] Add.Sums");
        return is_right ? 0 : 1;
    }
    ''')


@pytest.fixture
def small_tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    for name, text in (("Makefile", MAKEFILE), ("kernel/add.cc", "int add(int a, int b) { return a + b; }\n"),
                       ("grade/unit/kernel_add_test.cc", ADD_TEST), ("grade/build.mk", ""), ("user/build.mk", ""),
                       ("lib/nothing.h", "")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    return tree


def run_all(tree: Path, *stubs: str) -> tuple[Result, list[Result]]:
    faults = [Fault(f"stub-{n}", "kernel/add.cc", (UnitClaim("Add.Sums"),), "int add(int a, int b)", stub)
              for n, stub in enumerate(stubs)]
    check = Check(faults, tree, tree.parent / "scratch", jobs=1)
    check.validate()
    return check.run_base(), check.run_faults(lambda result: None)


def test_each_fault_is_put_into_the_unchanged_tree(small_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "UNIT_CPU_LIMIT", 1)
    base, results = run_all(small_tree, "return 0;", "return b + a;", "for (;;) asm(\"\");", "return c;", "return 3;")
    assert base.is_good
    kinds = [[verdict.kind for _, verdict in result.verdicts] for result in results]
    assert kinds == [[Kind.FAILED], [Kind.PASSED], [Kind.HUNG], [], [Kind.FAILED]]
    assert [result.is_good for result in results] == [True, False, False, False, True]
    assert "was not declared" in results[3].error
    text = [report.lines_of(result) for result in results]
    assert text[0][0].startswith("caught") and text[0][1].strip().startswith("failed: Add.Sums")
    assert text[1] == [text[1][0], "    Add.Sums claims it, and passes"] and text[1][0].startswith("NOT NOTICED")
    assert text[2][0].startswith("HUNG") and text[3][0].startswith("BROKEN")
    assert report.summary(results, 3) == "seeded faults: 2 of 5 caught, in 3 s; not: stub-1, stub-2, stub-3"
    report.write_json(results, small_tree / "report.json")
    assert '"verdict": "hung"' in (small_tree / "report.json").read_text()
    assert (small_tree / "kernel/add.cc").read_text().count("a + b") == 1     # the working tree is as it was


def test_a_test_that_fails_without_a_fault_is_no_measure(small_tree: Path) -> None:
    (small_tree / "kernel/add.cc").write_text("int add(int a, int b) { return a; }\n")
    base, _ = run_all(small_tree, "return 0;")
    assert not base.is_good
    assert report.lines_of_base(base) == ["on the unchanged tree, which must pass: Add.Sums: failed: Add.Sums"]


def test_what_a_list_asks_for_must_be_there(small_tree: Path, tmp_path: Path) -> None:
    faults = [Fault("a", "kernel/no.cc", (UnitClaim("Add.None"),), "int add()", ""),
              Fault("b", "kernel/add.cc", (BootClaim("ktest_none"), GradeClaim("t.py::a"),
                                            BootClaim("ktest_caps", ("no_such",))), "int a()", "")]
    (small_tree / "user/tests").mkdir()
    (small_tree / "user/tests/ktest_caps.cc").write_text('constexpr Case kCases[] = {{"caps", caps}};')
    with pytest.raises(BadList) as refused:
        Check(faults, small_tree, tmp_path / "scratch").validate()
    assert str(refused.value).splitlines() == [
        "kernel/no.cc:1: there is no such file (fault a)",
        "fault a: no unit test is called Add.None",
        "kernel/add.cc:1: no definition of `int a()`: nothing of that name is there (fault b)",
        "fault b: there is no user/tests/ktest_none.cc",
        "fault b: there is no test t.py::a in grade/tests",
        "fault b: ktest_caps has no case no_such",
    ]


def test_a_verdict_names_its_test() -> None:
    assert str(Verdict(Kind.FAILED, "Slot.Moves", "why")) == "failed: Slot.Moves: why"
