# SPDX-License-Identifier: MIT
"""make doctor, make next-lab: each trouble is named, with the command that mends it, and nothing of the student's is lost.

Shows Z12.
"""

import os
import subprocess
import time
from pathlib import Path

import pytest

from lab import config, doctor, doctor_folder, doctor_tools, next_lab, progress, replay
from lab.next_lab import Refused

LAB = '''[lab]
number = {number}
title = "Title {number}"
hours = "10-14"
[[exercise]]
id = "{number}.1"
title = "First steps"
difficulty = "easy"
[[moved]]
yours = "lab1/queue.cc"
now = "kernel/sched/ready_queue.h"
'''
SOURCE = "".join(f"  line {number}\n" for number in range(30))


def git(folder: Path, *arguments: str) -> str:
    identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in
                (("NAME", "A Student"), ("EMAIL", "student@example.org"))}
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False,
                          env=os.environ | identity | {"GIT_CONFIG_GLOBAL": "/dev/null"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, newline="")


def commit(folder: Path, message: str, **files: str) -> None:
    write(folder, {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()})
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


class Course:
    """A published repository with labs 1 and 2, where lab 2 need not be out yet, and a student's clone."""

    def __init__(self, folder: Path) -> None:
        self.public, self.clone = folder / "public", folder / "clone"
        self.public.mkdir()
        git(self.public, "init", "-q", "-b", "lab1")
        self.publish(1, {"kernel/queue.h": SOURCE, "Makefile": "all:\n"})
        git(folder, "clone", "-q", str(self.public), str(self.clone))
        git(self.clone, "config", "user.name", "A Student")
        git(self.clone, "config", "user.email", "student@example.org")

    def publish(self, number: int, files: dict[str, str]) -> None:
        """A new lab: a branch on top of the one before."""
        if number > 1:
            git(self.public, "switch", "-q", "-c", f"lab{number}", f"lab{number - 1}")
        write(self.public, files | {f"labs/0{number}.mk": f"LAB := {number}\n",
                                    f"grade/labs/lab{number}.toml": LAB.format(number=number)})
        git(self.public, "add", "-A")
        git(self.public, "commit", "-q", "-m", f"Lab {number}")

    def mend(self, files: dict[str, str]) -> None:
        """A mend of the newest lab."""
        write(self.public, files)
        git(self.public, "commit", "-q", "-am", "A mend: the queue counts from 0")

    def work(self, files: dict[str, str]) -> None:
        write(self.clone, files)
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-q", "-m", "My work")

    def head(self) -> str:
        return git(self.clone, "rev-parse", "HEAD")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


# --- next-lab -----------------------------------------------------------------------------------------------------

def test_the_next_lab_joins_the_work(course: Course) -> None:
    mine = SOURCE.replace("  line 7\n", "my line\n")
    course.work({"kernel/queue.h": mine})
    course.publish(2, {"kernel/cap/slot.cc": "slot\n"})
    told = next_lab.advance(course.clone)
    assert "Lab 2, Title 2: 3 new files, 1 exercises, about 10-14 hours." in told
    assert "2.1   First steps" in told and "lab1/queue.cc" in told and "kernel/sched/ready_queue.h" in told
    assert (course.clone / "kernel/queue.h").read_text() == mine
    assert (course.clone / "kernel/cap/slot.cc").read_text() == "slot\n"


def test_a_mend_of_the_current_lab(course: Course) -> None:
    course.work({"kernel/queue.h": SOURCE.replace("  line 7\n", "my line\n")})
    course.mend({"kernel/queue.h": SOURCE.replace("  line 20\n", "mended line\n")})
    told = next_lab.advance(course.clone)
    assert told == "Mends of lab 1 are now part of your work:\n  A mend: the queue counts from 0"
    text = (course.clone / "kernel/queue.h").read_text()
    assert "my line\n" in text and "mended line\n" in text
    assert next_lab.advance(course.clone) == "Lab 1 is the newest, and you have all of it."


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("  line", "\tline"),
                                    lambda text: text.replace("\n", " \n")], ids=["crlf", "indented", "trailing"])
def test_white_space_of_an_editor_is_no_conflict(course: Course, change) -> None:
    course.work({"kernel/queue.h": change(SOURCE)})
    course.mend({"kernel/queue.h": SOURCE.replace("  line 20\n", "mended line\n")})
    next_lab.advance(course.clone)
    assert "mended line" in (course.clone / "kernel/queue.h").read_text()


def test_uncommitted_work_is_not_touched(course: Course) -> None:
    (course.clone / "kernel/queue.h").write_text("half done\n")
    course.publish(2, {"kernel/cap/slot.cc": "slot\n"})
    before = course.head()
    with pytest.raises(Refused, match=r'not committed:\n  kernel/queue.h\nCommit it first:  git commit -am'):
        next_lab.advance(course.clone)
    assert (course.clone / "kernel/queue.h").read_text() == "half done\n" and course.head() == before


def test_a_conflict_is_explained_and_can_be_taken_back(course: Course) -> None:
    mine = SOURCE.replace("  line 7\n", "my line\n")
    course.work({"kernel/queue.h": mine})
    course.mend({"kernel/queue.h": SOURCE.replace("  line 7\n", "mended line\n")})
    before = course.head()
    with pytest.raises(Refused) as reason:
        next_lab.advance(course.clone)
    assert "have changed the same lines:\n  kernel/queue.h\n" in str(reason.value)
    with pytest.raises(Refused, match="A merge is under way"):
        next_lab.advance(course.clone)
    git(course.clone, "merge", "--abort")
    assert course.head() == before and (course.clone / "kernel/queue.h").read_text() == mine


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_file_of_ones_own_in_the_way(course: Course, is_committed: bool) -> None:
    write(course.clone, {"kernel/cap/slot.cc": "mine\n"})
    if is_committed:
        course.work({})
    course.publish(2, {"kernel/cap/slot.cc": "theirs\n"})
    with pytest.raises(Refused, match=r"names of new files of the course:\n  kernel/cap/slot.cc\nMove them away"):
        next_lab.advance(course.clone)
    assert (course.clone / "kernel/cap/slot.cc").read_text() == "mine\n"


def test_a_shallow_clone(course: Course, tmp_path: Path) -> None:
    course.publish(2, {"kernel/cap/slot.cc": "slot\n"})
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{course.public}", "shallow")
    with pytest.raises(Refused, match="git fetch --unshallow"):
        next_lab.advance(tmp_path / "shallow")


def test_a_clone_of_one_branch(course: Course, tmp_path: Path) -> None:
    """It is what --depth makes. The command that is offered mends it."""
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "lab1", f"file://{course.public}", "one")
    course.publish(2, {"kernel/cap/slot.cc": "slot\n"})
    assert any("follows a single branch" in each.text for each in mends(doctor_folder.check_repository, tmp_path / "one"))
    with pytest.raises(Refused, match="follows a single branch") as reason:
        next_lab.advance(tmp_path / "one")
    subprocess.run(["sh", "-c", str(reason.value).splitlines()[-1]], cwd=tmp_path / "one", check=True)
    assert next_lab.advance(tmp_path / "one").startswith("Lab 2, Title 2")


def test_no_clone_no_remote_and_no_network(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "copy", {"labs/01.mk": ""})
    with pytest.raises(Refused, match="no clone"):
        next_lab.advance(tmp_path / "copy")
    with pytest.raises(Refused, match="not a student's tree"):
        next_lab.advance(tmp_path)
    course.public.rename(tmp_path / "away")
    with pytest.raises(Refused, match="could not fetch from origin(.|\n)*Your work is as it was"):
        next_lab.advance(course.clone)
    git(course.clone, "remote", "rename", "origin", "upstream")
    with pytest.raises(Refused, match="No remote is called origin"):
        next_lab.advance(course.clone)


def test_what_failed_is_not_solved_though_it_has_no_stub(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some exercises are changes to code that works: only their tests tell."""
    table = LAB.format(number=1) + """[[exercise]]
id = "1.2"
title = "A change"
difficulty = "easy"
[[exercise]]
id = "1.3"
title = "Another"
difficulty = "easy"
"""
    for exercise, test in (("1.1", "one"), ("1.2", "two"), ("1.3", "three")):
        table += f'[[test]]\nname = "{test}"\nexercise = "{exercise}"\npoints = 5\nkind = "script"\nscript = "grade/labs/{test}.py"\n'
    course.work({"grade/labs/lab1.toml": table, "kernel/a.cc": 'missing_exercise("1.1");\n'})
    monkeypatch.setattr(next_lab, "ROOT", course.clone)
    results = {"two": progress.Result(0, False), "three": progress.Result(5, True)}
    monkeypatch.setattr(progress, "last_results", lambda number: results)
    assert next_lab.unfinished(course.clone, 1) == ["1.1", "1.2"]
    results.clear()
    assert next_lab.unfinished(course.clone, 1) == ["1.1"]


# --- doctor -------------------------------------------------------------------------------------------------------

def mends(check: doctor_tools.Check, root: Path) -> list[doctor_tools.Finding]:
    return [finding for finding in check(root) if finding.mend]


def test_this_computer_has_the_tools(tmp_path: Path) -> None:
    assert not mends(doctor_tools.check_tools, tmp_path) and not mends(doctor_tools.check_compilers, tmp_path)
    assert not mends(doctor_tools.check_python, tmp_path) and not mends(doctor_tools.check_firmware, tmp_path)


@pytest.mark.parametrize("printed, found", [
    ("GNU Make 4.3\nBuilt for", (4, 3)), ("riscv64-linux-gnu-g++ (Debian 12.2.0-13) 12.2.0", (12, 2, 0)),
    ("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", (7, 2, 22)), ("GNU gdb (Debian 16.3-1) 16.3", (16, 3)),
    ("git version 2.39.5", (2, 39, 5)), ("no number", None)])
def test_versions_are_read(printed: str, found: tuple[int, ...] | None) -> None:
    assert doctor_tools.version_in(printed) == found


def test_a_tool_that_is_missing_and_one_that_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "qemu"
    old.write_text("#!/bin/sh\necho 'QEMU emulator version 6.0.0'\n")
    old.chmod(0o755)
    monkeypatch.setenv("QEMU", str(old))
    assert any("6.0.0 is too old; 7.2 or later is needed" in each.text for each in mends(doctor_tools.check_tools, tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    found = {each.subject: each for each in mends(doctor_tools.check_tools, tmp_path)}
    assert found["make"].text == "is missing" and "make" in found["make"].mend


def test_crlf_is_found_and_the_command_mends_it(course: Course) -> None:
    write(course.clone, {"kernel/queue.h": SOURCE.replace("\n", "\r\n")})
    [finding] = mends(doctor_folder.check_line_endings, course.clone)
    assert "kernel/queue.h is written with CRLF" in finding.text
    subprocess.run(["bash", "-c", finding.mend], cwd=course.clone, check=True)
    assert not mends(doctor_folder.check_line_endings, course.clone)
    assert (course.clone / "kernel/queue.h").read_text() == SOURCE


def test_a_file_from_the_future(course: Course) -> None:
    late = time.time() + 3600
    os.utime(course.clone / "Makefile", (late, late))
    [finding] = mends(doctor_folder.check_clock, course.clone)
    assert "Makefile is from the future" in finding.text
    subprocess.run(["bash", "-c", finding.mend], cwd=course.clone, check=True)
    assert not mends(doctor_folder.check_clock, course.clone)


def test_a_file_system_that_changes_names(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ntfs-3g does where it ignores case."""
    assert not any("lower case" in each.text for each in mends(doctor_folder.check_file_system, course.clone))
    monkeypatch.setattr(os, "listdir", lambda _: ["makefile", "readme.md"])
    assert any("it shows all names in lower case" in each.text for each in mends(doctor_folder.check_file_system, course.clone))


def test_a_shared_folder_that_git_does_not_trust(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    [finding] = mends(doctor_folder.check_repository, course.clone)
    assert "git does not trust it" in finding.text
    subprocess.run(["bash", "-c", finding.mend], cwd=course.clone, check=True)
    assert not any("trust" in each.text for each in mends(doctor_folder.check_repository, course.clone))


def test_a_shallow_clone_and_a_missing_remote(course: Course, tmp_path: Path) -> None:
    course.publish(2, {"kernel/cap/slot.cc": "slot\n"})
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{course.public}", "shallow")
    assert any(each.mend == "git fetch --unshallow" for each in mends(doctor_folder.check_repository, tmp_path / "shallow"))
    git(course.clone, "remote", "remove", "origin")
    assert any("no remote is called origin" in each.text for each in mends(doctor_folder.check_repository, course.clone))


def test_the_report_counts_and_shows_the_command() -> None:
    text = doctor.report([doctor_tools.Finding("git", "2.39"),
                          doctor_tools.Finding("make", "is missing", "sudo apt-get install make")])
    assert text == "  ok     git: 2.39\n  MEND   make: is missing\n         sudo apt-get install make\n1 thing to mend."


@pytest.mark.parametrize("kind, words", [("script", "make qemu-gdb, and make gdb"), ("host", "runs on this computer")])
def test_what_cannot_be_recorded_says_what_to_do(kind: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    test = config.Test("typing", "1.7", 1, kind)
    monkeypatch.setattr(config, "load_all", lambda root: [config.Lab(1, "", (), (test,))])
    with pytest.raises(config.BadLab) as told:
        replay.recording_of("typing")
    assert words in str(told.value) and "build/grade/lab1/typing.log" in str(told.value)
