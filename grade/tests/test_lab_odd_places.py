# SPDX-License-Identifier: MIT
"""make grade where something is missing or odd: it works, or one sentence says what to do."""

import errno
import os
import shutil
import time
from pathlib import Path

import pytest
from test_lab_grade import HEAD, FakeLab, lab  # noqa: F401  (a fixture)

from lab import trouble

OLD = "#!/bin/sh\necho 'QEMU emulator version 6.2.0'\n"


def complaint(lab: FakeLab, *arguments: str, **environment: str) -> str:  # noqa: F811
    """What it says when it cannot grade: one line, and no traceback."""
    lab.add("good")
    lab.write("grade/labs/lab2.toml", HEAD + lab.tests)
    done = lab.call("grade", "--lab=2", *arguments, **environment)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def path_without(folder: Path, *missing: str) -> str:
    """A folder with links to all programs but these."""
    folder.mkdir()
    for each in os.environ["PATH"].split(":"):
        for program in Path(each).glob("*") if Path(each).is_dir() else ():
            if program.name not in missing and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    return str(folder)


@pytest.mark.parametrize("locale", ["C", "POSIX", "nothing_like_this"])
def test_any_locale(lab: FakeLab, locale: str) -> None:  # noqa: F811
    lab.add("good")
    lab.add("odd_wrong")
    graded = lab.grade(LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert graded.status == 0 and graded.tests["good"]["score"] == 5 and graded.tests["odd_wrong"]["score"] == 0


def test_blanks(tmp_path: Path) -> None:
    lab = FakeLab(tmp_path / "a b, c")  # noqa: F811
    lab.write("Makefile", (lab.root / "Makefile").read_text().replace(f"{lab.root}/initrd", "initrd"))
    for name in ("good", "busy", "panic"):
        lab.add(name)
    lab.write("grade/host/t.cc", "#include <cstdio>\n"
              "int main() { std::puts(\"FAIL a: t.cc:1: no\\nktest: 0 passed, 1 failed\"); }\n")
    lab.add("host", kind="host", source="grade/host/t.cc", cases=["a"])
    graded = lab.grade()
    assert {name: test["extra_data"]["kind"] for name, test in graded.tests.items()} == {
        "good": "ok", "busy": "HANG", "panic": "PANIC", "host": "WRONG"}
    assert "#1 look_for_more" in graded.screen


def test_a_qemu_that_is_too_old(lab: FakeLab) -> None:  # noqa: F811
    old = lab.write("qemu", OLD)
    old.chmod(0o755)
    assert "QEMU 6.2 is too old; 7.2 or later is needed: install it, or name another" in complaint(lab, QEMU=str(old))


@pytest.mark.parametrize("program, package", [("gcc", "gcc"), ("g++", "g++"), ("make", "make"),
                                              ("qemu-system-riscv64", "qemu-system-misc"),
                                              ("riscv64-linux-gnu-g++", "g++-riscv64-linux-gnu")])
def test_a_tool_that_is_missing(lab: FakeLab, tmp_path: Path, program: str, package: str) -> None:  # noqa: F811
    said = complaint(lab, PATH=path_without(tmp_path / "bin", program), QEMU="qemu-system-riscv64")
    assert f"{program} is missing: the Debian package `{package}` has it" in said


def test_a_folder_that_cannot_be_written(lab: FakeLab) -> None:  # noqa: F811
    assert "/sys/results cannot be written or read" in (said := complaint(lab, "--results=/sys/results"))
    assert "make doctor says how), or build elsewhere: make grade BUILD=/tmp/" in said


def test_a_full_disk(lab: FakeLab) -> None:  # noqa: F811
    """As the compilers say it, and as Python does."""
    lab.write("Makefile", "lab-built:\n\tcat Makefile > /dev/full\n")
    assert "the disk is full: make room" in complaint(lab)
    assert trouble.in_words(OSError(errno.ENOSPC, "x", "file")) == trouble.FULL


def test_a_full_disk_in_a_host_test(lab: FakeLab) -> None:  # noqa: F811
    """It is no error of the student's code."""
    compiler = lab.write("compiler", "#!/bin/sh\n"
                         "echo 'a.cc:1:1: fatal error: error writing to /tmp/x.s: No space left on device' >&2\nexit 1\n")
    compiler.chmod(0o755)
    lab.write("grade/host/t.cc", "int main() {}\n")
    lab.add("host", kind="host", source="grade/host/t.cc", cases=["a"])
    graded = lab.grade(GLENDA_HOST_CXX=str(compiler))
    assert graded.status == 2 and graded.tests["host"]["extra_data"]["kind"] == "INFRA" and "the disk is full" in graded.screen


def test_files_from_the_future(lab: FakeLab) -> None:  # noqa: F811
    lab.write("Makefile", (lab.root / "Makefile").read_text().replace("lab-built:", "lab-built: late"))
    late = time.time() + 3600
    os.utime(lab.write("late", ""), (late, late))
    lab.add("good")
    lab.write("grade/labs/lab2.toml", HEAD + lab.tests)
    done = lab.call("grade", "--lab=2")
    assert done.returncode == 0 and "Is the clock right? make doctor says which." in done.stderr


def test_without_git(lab: FakeLab, tmp_path: Path) -> None:  # noqa: F811
    lab.add("good")
    graded = lab.grade(PATH=path_without(tmp_path / "bin", "git"))
    assert graded.status == 0 and graded.tests["good"]["score"] == 5 and shutil.which("git")
