# SPDX-License-Identifier: MIT
"""The course's tests grade the student's kernel, whatever became of the student's copy of them; and `make handin`."""

import gzip
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from test_lab_grade import FakeLab, unwrapped, without_time

from classroom import submission as classroom_submission
from glenda.paths import ROOT
from lab import protected, submission

LOG = ("-c", "user.name=Student", "-c", "user.email=student@example.org")
# Builds bin/report from the student's and the course's file, so that the screen shows which of them were used.
CHECK = 'def run(tree):\n    assert "right" in (tree / "kernel/work.cc").read_text(), "the work is wrong"\n'
CHEAT = "def run(tree):\n    pass\n"


class Clone(FakeLab):
    """A student's clone of a course with one lab. The kernel is right if kernel/work.cc has the word `right`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.write(".gitignore", "/build/\n__pycache__/\n")
        self.write("kernel/work.cc", "wrong\n")
        self.write("grade/labs/lab2_check.py", CHECK)
        self.write("user/tests/common/ktest.cc", "published\n")
        self.add("work", kind="script", script="grade/labs/lab2_check.py")
        from test_lab_grade import HEAD
        self.write("grade/labs/lab2.toml", HEAD + self.tests)
        self.git("init", "-q", "-b", "work")
        self.commit("Lab 2")
        self.git("update-ref", "refs/remotes/origin/lab2", "HEAD")

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", *LOG, *arguments], cwd=self.root, check=True, capture_output=True, text=True).stdout

    def commit(self, text: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", text)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_as_published(clone: Clone) -> None:
    clone.write("kernel/work.cc", "right\n")
    graded = clone.grade()
    assert graded.screen.startswith("Lab 2  Capabilities    (tests as published)\n") and graded.tests["work"]["score"] == 5
    assert not (clone.root / "build" / "grade" / "tree").exists(), "it is graded where it is"


@pytest.mark.parametrize("committed", [False, True])
def test_edited_tests_do_not_count(clone: Clone, committed: bool) -> None:
    clone.write("grade/labs/lab2_check.py", CHEAT)
    if committed:
        clone.commit("better tests")
    graded = clone.grade()
    assert "WRONG" in graded.screen and "the work is wrong" in graded.screen and graded.status == 0
    assert "note: the course's files were used, not yours: grade/labs/lab2_check.py\n" in graded.screen
    clone.write("kernel/work.cc", "right\n")
    assert clone.grade().tests["work"]["score"] == 5, "the copy follows the student's work"
    clone.write("grade/labs/lab2_check.py", CHECK)
    assert "as published" in clone.grade().screen


@pytest.mark.parametrize("name", ["Makefile", "kernel/build.mk", "user/build.mk", "lab1/kernel/build.mk", "kernel/arch/kernel.ld",
                                  "user/libglenda/crt0.S", "user/libglenda/include/libglenda/print.h", "lib/util/text.h"])
def test_what_the_tests_are_made_of_is_the_courses(clone: Clone, name: str) -> None:
    """As where a class is graded: a macro in a header of libglenda would make every check of a test program pass."""
    if not (clone.root / name).exists():
        clone.write(name, "published\n")
        clone.commit("More")
        clone.git("update-ref", "refs/remotes/origin/lab2", "HEAD")
    clone.write(name, "lab-built: ; echo mine")
    graded = clone.grade()
    assert f"note: the course's files were used, not yours: {name} " in unwrapped(graded.screen) and "WRONG" in graded.screen
    assert not classroom_submission.counts(name)


def test_deleted_and_added_files(clone: Clone) -> None:
    (clone.root / "grade/labs/lab2_check.py").unlink()
    clone.write("user/tests/common/extra.cc", "mine")
    clone.write("user/tests/mine.cc", "a program of my own")
    screen = clone.grade().screen
    assert "not yours: grade/labs/lab2_check.py, user/tests/common/extra.cc " in unwrapped(screen)
    assert "the work is wrong" in screen
    tree = clone.root / "build" / "grade" / "tree"
    assert (tree / "user/tests/mine.cc").exists() and not (tree / "user/tests/common/extra.cc").exists()
    clone.write("user/tests/common/ktest.cc", "edited")
    (clone.root / "user/tests/mine.cc").unlink()
    assert "and 1 more" not in clone.grade().screen
    assert (tree / "user/tests/common/ktest.cc").read_text() == "published\n"
    assert not (tree / "user/tests/mine.cc").exists()


def test_an_edited_grader_hands_over_to_the_courses(tmp_path: Path) -> None:
    """A student's grader that gives full marks, with the published one in git."""
    clone = Clone(tmp_path)
    for folder in ("glenda", "lab", "plugin"):
        shutil.copytree(ROOT / "grade" / folder, tmp_path / "grade" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    clone.commit("The grader")
    clone.git("update-ref", "refs/remotes/origin/lab2", "HEAD")
    generous = (tmp_path / "grade/lab/screen.py").read_text().replace("else 0", "else test.points")
    clone.write("grade/lab/screen.py", generous)
    done = subprocess.run(["python3", "-m", "lab", "grade"], cwd=tmp_path / "grade", capture_output=True, text=True,
                          check=False, env={"PATH": "/usr/bin:/bin"})
    assert "Score 0/5" in done.stdout and "grade/lab/screen.py" in done.stdout and done.returncode == 0, done.stderr
    assert " log build/grade/lab2/work.log" in done.stdout and " s    build/grade/lab2/results.json" in done.stdout
    assert json.loads((tmp_path / "build/grade/lab2/results.json").read_text())["score"] == 0


def test_a_manifest_where_git_does_not_know(clone: Clone) -> None:
    """A shallow or foreign clone: without origin/lab2 the published hashes decide."""
    rows = [f"{protected.blob((clone.root / name).read_bytes())} {name}\n"
            for name in ("Makefile", "grade/labs/lab2_check.py", "grade/labs/lab2.toml", "user/tests/common/ktest.cc")]
    clone.write("grade/labs/lab1.manifest", "# published\n" + "".join(rows))
    clone.git("update-ref", "-d", "refs/remotes/origin/lab2")
    assert "as published" in clone.grade().screen
    clone.write("grade/labs/lab2_check.py", CHEAT)
    screen = clone.grade().screen
    assert "not yours: grade/labs/lab2_check.py" in screen and "the work is wrong" in screen
    shutil.rmtree(clone.root / ".git")
    screen = clone.grade().screen
    assert "edited, and no copy of the course's is at hand (git fetch origin): grade/labs/lab2_check.py" in unwrapped(screen)


def test_hidden_tests(clone: Clone, tmp_path_factory: pytest.TempPathFactory) -> None:
    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "secret.py").write_text('import lab2_check\ndef run(tree):\n    lab2_check.run(tree)\n'
                                      '    assert (tree / "user/tests/h.cc").exists()\n    assert False, "seen"\n')
    (hidden / "user/tests").mkdir(parents=True)
    (hidden / "user/tests/h.cc").write_text("")
    (hidden / "hidden.toml").write_text('[[test]]\nname = "secret"\nexercise = "2.2"\npoints = 3\nkind = "script"\n'
                                        'script = "secret.py"\n')
    clone.write("kernel/work.cc", "right\n")
    graded = clone.grade("--hidden", str(hidden))
    assert graded.tests["secret"]["visibility"] == "after_published" and graded.tests["secret"]["max_score"] == 3
    assert graded.tests["work"]["score"] == 5 and "Score 5/8" in graded.screen and "seen" in graded.screen
    assert "secret" not in clone.grade().screen


def test_a_link_or_a_huge_file_is_no_source(clone: Clone) -> None:
    (clone.root / "zero").symlink_to("/dev/zero")
    with open(clone.root / "core", "wb") as file:
        file.truncate(submission.MOST + 1)
    clone.write("build/own.txt", "built")
    assert not {"zero", "core", "build/own.txt"} & submission.files(clone.root).keys()
    assert "Score 0/5" in clone.grade().screen


def test_what_is_built_is_no_source_whatever_its_name(clone: Clone) -> None:
    """With git and without."""
    subprocess.run(["make", "-s", f"BUILD={clone.root}/elsewhere", "help"], cwd=ROOT, check=True, capture_output=True)
    clone.write("elsewhere/kernel/a.o", "built")
    sources = set(submission.files(clone.root))
    assert not any(name.startswith("elsewhere") for name in sources)
    assert clone.git("status", "--porcelain", "--untracked-files=all", "elsewhere") == ""
    shutil.rmtree(clone.root / ".git")
    assert set(submission.files(clone.root)) == sources


def test_the_nonce_follows_submission_and_secret(clone: Clone) -> None:
    first = submission.fingerprint(submission.files(clone.root))
    clone.write("kernel/work.cc", "wrong.\n")
    second = submission.fingerprint(submission.files(clone.root))
    assert len({submission.nonce(mark, secret) for mark in (first, second) for secret in "ab"}) == 4
    assert submission.nonce(first, "a") == submission.nonce(first, "a") and len(submission.nonce(first, "a")) == 16


def unpacked(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as packed:
        return {entry.name: packed.extractfile(entry).read() for entry in packed if entry.isfile()}


def test_handin_says_what_is_missing(clone: Clone) -> None:
    done = clone.call("handin", "--lab", "2")
    assert "missing: results: make grade LAB=2" in done.stdout and "missing: your answers" in done.stdout
    clone.write("kernel/work.cc", "right\n")
    done = clone.call("handin", "--lab", "2")
    assert "missing: a commit of kernel/work.cc (packed all the same)" in done.stdout
    clone.grade()
    clone.write("answers.md", "1. Because.\n")       # answers change no result
    assert "results" not in clone.call("handin", "--lab", "2").stdout
    clone.write("kernel/work.cc", "right, and more\n")
    assert "missing: results of this state of your work" in clone.call("handin", "--lab", "2").stdout
    clone.commit("Done")
    clone.grade("--test", "work")
    assert "missing: results of all tests" in clone.call("handin", "--lab", "2").stdout
    clone.grade()
    done = clone.call("handin", "--lab", "2")
    assert "missing" not in done.stdout and "Upload that file." in done.stdout and done.returncode == 0


def test_handin_packs_sources_log_and_results(clone: Clone) -> None:
    clone.write("my/notes.txt", "new, and not committed")
    clone.grade()
    clone.call("handin", "--lab", "2")
    archive = clone.root / "build/grade/lab2-handin.tar.gz"
    files = unpacked(archive)
    assert files["lab2-handin/my/notes.txt"] == b"new, and not committed" and files["lab2-handin/kernel/work.cc"] == b"wrong\n"
    assert b"Lab 2" in files["lab2-handin/handin/git-log.txt"]
    assert json.loads(files["lab2-handin/handin/results.json"])["score"] == 0
    assert not any("/build/" in name or "/.git/" in name for name in files)
    first = archive.read_bytes()
    clone.call("handin", "--lab", "2")
    assert archive.read_bytes() == first
    assert tarfile.open(fileobj=io.BytesIO(gzip.decompress(first))).getmembers()[0].mtime == 0


def test_the_tree_is_built_on_what_is_built(clone: Clone) -> None:
    """The copy starts with the student's objects, and make finds them newer than the student's sources."""
    built = f"built '{clone.root}/kernel/work.cc' '{clone.root}/initrd'"
    clone.write("Makefile", f"lab-built: build/kernel/work.o\n\t@echo {built}\nbuild/kernel/work.o: kernel/work.cc\n"
                            "\t@mkdir -p $(@D)\n\t@echo COMPILED; cp $< $@\n")
    clone.commit("A Makefile")
    clone.git("update-ref", "refs/remotes/origin/lab2", "HEAD")
    assert clone.grade().status == 0 and "COMPILED" in (clone.root / "build/grade/lab2/build.log").read_text()
    clone.write("user/tests/common/ktest.cc", "edited")
    assert "not yours" in clone.grade().screen
    assert "COMPILED" not in (clone.root / "build/grade/lab2/build.log").read_text()
    assert without_time(clone.grade().screen) == without_time(clone.grade().screen)
