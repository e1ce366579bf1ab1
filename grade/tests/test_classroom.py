# SPDX-License-Identifier: MIT
"""make grade-class: hostile submissions harm nothing, and what a class's results become."""

import argparse
import contextlib
import io
import json
import lzma
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from classroom import __main__ as classroom_main
from classroom import one, sandbox, submission, table
from classroom.sandbox import Limits, Outcome
from classroom.submission import BadSubmission
from glenda.paths import ROOT
from lab import host

Member = tuple[str, bytes]


def tar(path: Path, *members: Member, links: tuple[tuple[str, str], ...] = ()) -> Path:
    with tarfile.open(path, "w:gz", errors="surrogateescape") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path


# --- submissions --------------------------------------------------------------------------------------------------

def test_what_counts_and_what_does_not(tmp_path: Path) -> None:
    found = submission.read(tar(tmp_path / "ann.tar.gz", ("ann/kernel/cap/slot.cc", b"mine"), ("ann/Makefile", b"all:"),
                                ("ann/user/tests/lab2_spaces.cc", b"easy"), ("ann/build/x.o", b""), ("ann/kernel/a.py", b"")))
    assert found.files == {"kernel/cap/slot.cc": b"mine"}
    assert list(found.left_out) == ["Makefile", "user/tests/lab2_spaces.cc", "kernel/a.py"]


def test_only_what_differs_from_the_course_is_noted(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "course/Makefile").write_bytes(b"all:")
    (tmp_path / "course/README.md").write_bytes(b"hello")
    found = submission.read(tar(tmp_path / "a.tar.gz", ("kernel/a.cc", b""), ("Makefile", b"all: mine"), ("README.md", b"hello"),
                                ("my/notes", b""), ("grade/new.py", b"")))
    assert one.edited(found.left_out, tmp_path / "course") == ["Makefile", "grade/new.py"]


def test_a_folder_and_a_zip_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "bob/kernel").mkdir(parents=True)
    (tmp_path / "bob/kernel/a.cc").write_bytes(b"x\r\n")
    (tmp_path / "bob/kernel/passwd.cc").symlink_to("/etc/passwd")
    with zipfile.ZipFile(tmp_path / "eve.zip", "w") as archive:
        archive.writestr("kernel/a.cc", b"x\r\n")
    assert [path.name for path in submission.find(tmp_path)] == ["bob", "eve.zip"]
    assert submission.read(tmp_path / "bob").files == submission.read(tmp_path / "eve.zip").files == {"kernel/a.cc": b"x\r\n"}


@pytest.mark.parametrize("name", ["../kernel/a.cc", "/kernel/a.cc", "kernel/../../a.cc", "kernel/a\n.cc", "kernel/$(x).cc"])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    found = submission.read(tar(tmp_path / "a.tar.gz", (name, b"evil"), ("kernel/b.cc", b"good")))
    assert list(found.files) == ["kernel/b.cc"] and list(found.left_out) == [name]


def test_links_in_archives_are_not_followed(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar.gz", ("kernel/b.cc", b"good"), links=(("kernel/c.cc", "/etc/shadow"), ("user", "/etc")))
    assert list(submission.read(path).files) == ["kernel/b.cc"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel/a.cc", b"\0" * (submission.MOST_OF_ONE + 1))
    with pytest.raises(BadSubmission, match="kernel/a.cc has 4 MiB"):
        submission.read(tmp_path / "bomb.zip")
    many = tar(tmp_path / "many.tar.gz", *((f"kernel/{number}.cc", b"") for number in range(submission.MOST_FILES + 2)))
    with pytest.raises(BadSubmission, match="more than 5000 files"):
        submission.read(many)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08broken"])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    for name in ("a.tar.gz", "a.zip", "a.tar"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadSubmission):
            submission.read(tmp_path / name)


def test_a_damaged_archive(tmp_path: Path) -> None:
    """The libraries for each format fail in their own ways."""
    noise = bytes(random.Random(1).randbytes(50000))
    good = tar(tmp_path / "a.tar.gz", ("kernel/a.cc", noise)).read_bytes()
    (tmp_path / "a.tar.gz").write_bytes(good[:20000] + bytes(100) + good[20100:])
    (tmp_path / "a.tar.xz").write_bytes((packed := lzma.compress(noise))[:9000] + bytes(100) + packed[9100:])
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel/a.cc", b"abc" * 5000)
    packed = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(packed[:45] + b"\xff" * 15 + packed[60:])
    for name in ("a.tar.gz", "a.tar.xz", "a.zip"):
        with pytest.raises(BadSubmission, match=f"{name} cannot be read: "):
            submission.read(tmp_path / name)


def test_a_bomb_of_what_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(BadSubmission, match="it unpacks to more than 1 MiB"):
        submission.read(tar(tmp_path / "a.tar.gz", ("kernel/a.cc", b""), ("build/x.o", bytes(2 << 20))))


def test_reading_takes_bounded_time_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tar(tmp_path / "a.tar.gz", ("kernel/a.cc", b""))
    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(submission, "MOST_SECONDS", 1)
    with monkeypatch.context() as patch:
        patch.setattr(submission, "read_tar", lambda _: all(True for _ in iter(int, 1)))
        with pytest.raises(BadSubmission, match="more than 1 s of the processor's time"):
            submission.read(path)
        patch.setattr(submission, "read_tar", lambda _: time.sleep(1.5))
        submission.read(path)           # a slow disk is nobody's fault
        patch.setattr(submission, "MOST_WALL", 1)
        patch.setattr(submission, "read_tar", lambda _: time.sleep(20))
        with pytest.raises(BadSubmission, match="not finished after 1 s on the wall"):
            submission.read(path)
    with monkeypatch.context() as patch, pytest.raises(BadSubmission, match="cannot be read: MemoryError"):
        patch.setattr(submission, "read_tar", lambda _: bytearray(submission.MOST_MEMORY))
        submission.read(path)
    assert resource.getrlimit(resource.RLIMIT_AS) == before and list(submission.read(path).files) == ["kernel/a.cc"]


@pytest.mark.parametrize(("folder", "lab1"), [("ann/", ""), ("", ""), ("lab1/", ""), ("lab1-handin/", "lab1/"),
                                               ("", "lab1/"), ("lab1/", "lab1/")])
def test_the_name_of_the_folder_comes_off(tmp_path: Path, folder: str, lab1: str) -> None:
    """But grade/labs/lab1.toml and lab1/kernel/main.cc have none."""
    names = [".gitignore", "Makefile", "grade/labs/lab1.toml", f"{lab1}kernel/a.cc", f"{lab1}user/b.cc"]
    found = submission.read(tar(tmp_path / "a.tar", *((folder + name, b"x") for name in names)))
    assert list(found.files) == names[3:] and "grade/labs/lab1.toml" in found.left_out
    if lab1 and not folder:     # and nothing else is there
        assert list(submission.read(tar(tmp_path / "b.tar", (names[3], b"x"))).files) == names[3:4]


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadSubmission, match="kernel/x.cc is a file and a folder"):
        submission.read(tar(tmp_path / "a.tar", ("kernel/x.cc", b""), ("kernel/x.cc/y.cc", b"")))
    (tmp_path / "course/kernel/cap.h").mkdir(parents=True)
    (tmp_path / "course/kernel/slot.cc").write_text("")
    for name in ("kernel/cap.h", "kernel/slot.cc/y.cc"):
        with pytest.raises(BadSubmission, match=f"{name} cannot be there"):
            one.lay_out(submission.read(tar(tmp_path / "a.tar", (name, b""))), tmp_path / "course", tmp_path / "to")


def test_a_name_too_long_for_a_file(tmp_path: Path) -> None:
    found = submission.read(tar(tmp_path / "a.tar", (f"kernel/{'a' * 300}.cc", b""), (f"kernel/{'b/' * 3000}c.cc", b""),
                                ("kernel/a.cc", b"")))
    assert list(found.files) == ["kernel/a.cc"] and len(one.edited(found.left_out, tmp_path)) == 2


def test_no_file_of_this_computer_is_looked_at_for_a_name(tmp_path: Path) -> None:
    """/proc/kcore is a file of 128 TiB to whoever reads it."""
    (tmp_path / "course").mkdir()
    (tmp_path / "secret").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
        found = submission.read(tar(tmp_path / "a.tar", ("kernel/a.cc", b""), (str(tmp_path / "secret"), b""), ("../secret", b"")))
        assert len(one.edited(found.left_out, tmp_path / "course")) == 2


def test_no_sources_and_no_submissions(tmp_path: Path) -> None:
    with pytest.raises(BadSubmission, match="no sources below kernel/, lab1/, user/"):
        submission.read(tar(tmp_path / "a.tar.gz", ("README", b"hello")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadSubmission, match="holds no submission"):
        submission.find(tmp_path / "empty")
    with pytest.raises(BadSubmission, match="is no folder"):
        submission.find(tmp_path / "nowhere")


def test_names_are_harmless() -> None:
    assert submission.name_of(Path("/x/a b;rm -rf $HOME.tar.gz")) == "a_b_rm_-rf__HOME.tar.gz"   # no file: no suffix to take


def job_with(tmp_path: Path, *members: Member) -> Path:
    """A class of one submission, `ann`, up to where the sandbox begins."""
    (tmp_path / "job/template").mkdir(parents=True)
    path = tar(tmp_path / "ann.tar", *members)
    (tmp_path / "job/job.json").write_text(json.dumps({
        "lab": 2, "title": "T", "submissions": {"ann": str(path)}, "secret": "s", "max_score": 100, "hidden": None}))
    return tmp_path / "job"


def test_names_of_a_submission_do_not_spoil_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not UTF-8, control characters, a megabyte: a name is shown, and the table of all others is written."""
    job = job_with(tmp_path, ("kernel/a.cc", b""), ("grade/\udcff\n\x1b[2J.py", b""), ("grade/" + "n" * (1 << 20), b""))
    monkeypatch.setattr(one, "run", lambda *_: {"score": 3.0})
    one.write(job, one.grade(job, "ann"))
    results, missing = classroom_main.collect(["ann"], job, 2)
    assert not missing and "grade/???[2J.py" in results[0]["notes"][0] and len(results[0]["notes"][0]) < 300
    assert "ann,3,100," in (job / "results.csv").read_text(encoding="utf-8")


def test_changes_outside_the_exercises_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A macro in a header can make the tests' checks pass: a person has to see that there is one."""
    job = job_with(tmp_path, ("kernel/cap/slot.cc", b"solved"), ("kernel/cap/slot.h", b"#define CHECK(x)"), ("kernel/same.h", b""),
                   ("lab1/kernel/thread/mine.cc", b"of the lab before"))
    (job / "template/grade/labs").mkdir(parents=True)
    (job / "template/kernel").mkdir()
    (job / "template/kernel/same.h").write_bytes(b"")
    (job / "template/grade/labs/lab2.toml").write_text(
        '[lab]\nnumber = 2\n[[exercise]]\nid = "2.1"\ntitle = "T"\nplaces = [{file = "kernel/cap/slot.cc", function = "f"}]\n')
    monkeypatch.setattr(one, "run", lambda *_: {"score": 3.0})
    assert one.grade(job, "ann")["notes"] == ["outside the exercises: kernel/cap/slot.h"]


GRADED = {"name": "moving", "number": "2.4", "score": 6.0, "max_score": 6, "output": "", "extra_data": {"kind": "ok"}}


def graded_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *tests: dict) -> dict:
    """The result of a submission whose grader comes to these tests."""
    def run(*arguments) -> Outcome:
        token = arguments[3]["TOKEN"]
        return Outcome(output=f"{token} begun\n...\n{token} {json.dumps({'tests': tests})}".encode())
    job = job_with(tmp_path, ("kernel/a.cc", b""))
    monkeypatch.setattr(sandbox, "run", run)
    return one.grade(job, "ann")


def test_a_system_call_that_no_test_needs_costs_the_whole_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = GRADED | {"name": "fences", "score": 0.0, "output": host.CALLED, "extra_data": {"kind": "PANIC"}}
    result = graded_as(tmp_path, monkeypatch, GRADED, hostile)
    assert result["score"] == 0 and result["reason"] == f"fences: {host.CALLED}"


def test_a_computer_without_sandboxes_gives_nobody_a_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Some forbid them to all but root. The submission stays without a result, for the next host or the next run."""
    job = job_with(tmp_path, ("kernel/a.cc", b""))
    monkeypatch.setattr(sandbox, "run", lambda *_: Outcome(status=1, output=b"bwrap: setting up uid map: Permission denied\n"))
    monkeypatch.setattr(sys, "argv", ["one", str(job), "ann"])
    monkeypatch.setattr(one, "die_with_parent", lambda: None)
    assert one.main() != 0 and classroom_main.without_result(["ann"], job) == ["ann"]
    assert "ann: no sandbox on this computer: bwrap: setting up uid map: Permission denied" in capsys.readouterr().err
    monkeypatch.setattr(sandbox, "run", lambda *given: Outcome(one.NOT_LAID_OUT, f"{given[3]['TOKEN']} begun\ncp: /template: Permission denied\n".encode()))
    assert one.main() != 0 and "copied in the sandbox: cp: /template: Permission denied" in capsys.readouterr().err


def test_the_table_says_what_went_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host test compiles a few files alone, so what does not build can have points."""
    broken = GRADED | {"score": 0.0, "output": "kernel/a.cc:1  expected ';'\n  1 | here", "extra_data": {"kind": "BUILD"}}
    result = graded_as(tmp_path, monkeypatch, GRADED, broken, broken, GRADED | {"score": 0.0, "extra_data": {"kind": "HANG"}})
    assert result["score"] == 6 and result["notes"][1:] == ["2 BUILD (kernel/a.cc:1  expected ';')", "1 HANG"]


def test_what_a_killed_run_has_left_is_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_with(tmp_path, ("kernel/a.cc", b""))
    old = job / "scratch/ann/kernel/of_before.cc"
    old.parent.mkdir(parents=True)
    old.write_text("")
    seen = []
    monkeypatch.setattr(one, "run", lambda *arguments: seen.extend(arguments[3].rglob("*.cc")) or {"score": 3.0})
    assert one.grade(job, "ann")["score"] == 3 and seen == [job / "scratch/ann/kernel/a.cc"]
    assert not any((job / "scratch").iterdir())


def test_what_makes_an_old_result_count_no_more(tmp_path: Path) -> None:
    job = job_with(tmp_path, ("kernel/a.cc", b""))
    (job / "template/kernel").mkdir()
    (job / "template/build").mkdir()
    hidden, work = tmp_path / "hidden", tmp_path / "work/kernel"
    hidden.mkdir()
    work.mkdir(parents=True)
    source = work / "a.cc"
    source.write_text("x")

    def still_counts(with_hidden: Path | None = None) -> bool:
        classroom_main.forget_changed({"ann": str(work.parent)}, job, with_hidden)
        counts = (job / "results/ann.json").exists()
        (job / "results/ann.json").write_text("{}")
        return counts
    assert not still_counts() and still_counts()
    (job / "template/build/x.o").write_text("built")
    assert still_counts()
    (job / "template/kernel/b.cc").write_text("mended")
    assert not still_counts()
    (work / "sub").mkdir()
    source = source.rename(work / "sub/a.cc")
    assert not still_counts(), "another place is another submission"
    assert not still_counts(hidden) and still_counts(hidden)
    (hidden / "lab.toml").write_text("")
    assert not still_counts(hidden)
    with open(work / "core", "wb") as file:     # no source, and reading it would take hours
        file.truncate(1 << 42)
    begun = time.monotonic()
    assert not still_counts(hidden) and time.monotonic() - begun < 5


def test_what_was_said_to_the_class_is_not_said_to_the_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make grade-class HIDDEN=folder`: make hands its variables down to every make that it starts."""
    calls = []
    monkeypatch.setattr(subprocess, "run", lambda command, **options: calls.append((command, options)))
    for name in ("HIDDEN", "JOBS", "MAKEFLAGS", "GLENDA_BUILD"):
        monkeypatch.setenv(name, "mine")
    classroom_main.template_for(2, tmp_path)
    made = [options["env"] for command, options in calls if command[0] == "make"]
    assert len(made) == 2 and "mine" not in str([list(each.values()) for each in made]) and "PATH" in made[0]


@pytest.mark.parametrize(("said", "means"), [("a b\" $HOME c'", f"{ROOT}/a b\" $HOME c'"), ("~/class", f"{Path.home()}/class")])
def test_a_folder_of_any_name(tmp_path: Path, said: str, means: str) -> None:
    """Blanks, quotes, and what the shell has left as it was."""
    command = ["make", "--no-print-directory", "grade-class", "LAB=2", f"DIR={said.replace('$', '$$')}", f"BUILD={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"{means} is no folder" in done.stderr


def test_the_array_job_grades_one_submission_a_task(tmp_path: Path) -> None:
    """Its lines are run as Slurm would: as a copy elsewhere, with the task's number in the environment."""
    (tmp_path / "my job/results").mkdir(parents=True)
    names = ["ann", "bob's"]
    for name in names:
        (tmp_path / f"{name}.tar.gz").write_bytes(b"")
    (tmp_path / "my job/job.json").write_text(json.dumps({
        "lab": 2, "title": "T", "submissions": {name: str(tmp_path / f"{name}.tar.gz") for name in names}, "secret": "s", "max_score": 100}))
    script = classroom_main.write_array_job(names, tmp_path / "my job", wall=1800).rename(tmp_path / "slurm_script")
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert "#SBATCH --array=1-2\n" in script.read_text() and "#SBATCH --time=40\n" in script.read_text()
    for task in ("1", "2"):
        subprocess.run(["sh", str(script)], cwd=tmp_path, env=os.environ | {"SLURM_ARRAY_TASK_ID": task}, check=True)
    results, missing = classroom_main.collect(names, tmp_path / "my job", 2)
    assert not missing and [each["name"] for each in results] == names and "cannot be read" in results[1]["reason"]


def test_slurm_grades_what_has_no_result(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results/ann.json").write_text("{}")
    assert classroom_main.without_result(["ann", "bob"], tmp_path) == ["bob"]


def test_two_runs_at_once(tmp_path: Path) -> None:
    with classroom_main.lock(tmp_path / "job"):
        with pytest.raises(BadSubmission, match="job is in use: another grade-class of this lab is under way"):
            classroom_main.lock(tmp_path / "job")
    classroom_main.lock(tmp_path / "job").close()


def pretend_parallel(folder: Path, script: str) -> dict[str, str]:
    """An environment in which GNU parallel is a shell script."""
    (folder / "bin").mkdir()
    (folder / "bin/parallel").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin/parallel").chmod(0o755)
    return os.environ | {"PATH": f"{folder}/bin:{os.environ['PATH']}"}


def test_who_presses_ctrl_c_is_told_how_to_go_on(tmp_path: Path) -> None:
    """And GNU parallel, which got the same signal, may end its jobs on other hosts."""
    environment = pretend_parallel(tmp_path, f"trap 'sleep 1; echo > \"{tmp_path}/ended\"; exit' INT; echo > \"{tmp_path}/begun\"; sleep 60 > /dev/null 2>&1 & wait")
    (tmp_path / "results").mkdir()
    script = (f"import pathlib, sys; from classroom import __main__ as main; main.BUILD = pathlib.Path('{tmp_path}')\n"
              "main.prepare = lambda options, job: (job / 'results').mkdir() or ['ann']\n"
              "sys.argv = ['classroom', '--lab=2', '/']; sys.exit(main.main())")
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT / "grade", env=environment, stderr=subprocess.PIPE,
                          text=True, start_new_session=True) as child:
        begun = time.monotonic()
        while not (tmp_path / "begun").exists() and time.monotonic() - begun < 60:
            time.sleep(0.05)
        os.killpg(child.pid, signal.SIGINT)
        told = child.communicate(timeout=60)[1]
    assert told == "\nStopped. The same command goes on from here.\n" and child.returncode == 130
    assert (tmp_path / "ended").exists()


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh")
def test_a_host_that_does_not_answer_costs_nobody_a_result(tmp_path: Path) -> None:
    job = job_with(tmp_path, ("kernel/a.cc", b""))
    settings = json.loads((job / "job.json").read_text())
    names = [f"student{number}" for number in range(4)]
    settings["submissions"] = {name: str(tmp_path / name) for name in names}      # none is there: each has its reason
    (job / "job.json").write_text(json.dumps(settings))
    (tmp_path / "machines").write_text("1/:\n1/ssh -o BatchMode=yes -p 1 nobody@127.0.0.1\n")
    classroom_main.run_all(names, job, argparse.Namespace(jobs=None, machines=tmp_path / "machines"))
    assert classroom_main.without_result(names, job) == []


def test_what_is_killed_leaves_nobody_who_grades(tmp_path: Path) -> None:
    """Its GNU parallel ends with it, whatever ended it."""
    (tmp_path / "results").mkdir()
    environment = pretend_parallel(tmp_path, "exec sleep 60")
    script = ("import pathlib, argparse; from classroom import __main__ as main; main.run_all(['ann'], pathlib.Path("
              f"'{tmp_path}'), argparse.Namespace(jobs=None, machines=None))")
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT / "grade", env=environment)
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
    begun = time.monotonic()
    while not children.read_text().split() and time.monotonic() - begun < 20:
        time.sleep(0.05)
    parallel = Path("/proc", children.read_text().split()[0])
    while b"sleep" not in (parallel / "cmdline").read_bytes() and time.monotonic() - begun < 20:
        time.sleep(0.05)
    child.kill()
    child.wait()
    while (ended := not parallel.exists() or b"State:\tZ" in (parallel / "status").read_bytes()) is False and time.monotonic() - begun < 25:
        time.sleep(0.05)
    assert ended


# --- the sandbox --------------------------------------------------------------------------------------------------

def command_lines() -> list[bytes]:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):      # it has just ended
            found.append(each.read_bytes())
    return found


def run(script: str, *, trees: dict[str, Path] | None = None, **limits: object) -> Outcome:
    with tempfile.TemporaryFile() as output:
        return sandbox.run(["sh", "-c", script], trees or {}, Limits(**limits), {}, output)


@pytest.fixture(scope="module")
def works() -> None:
    """bubblewrap needs user namespaces, which a chroot and some containers forbid."""
    outcome = run("echo inside")
    if b"namespace" in outcome.output or b"Operation not permitted" in outcome.output:
        pytest.skip(f"bubblewrap cannot work here: {outcome.output.decode(errors='replace').strip()}")
    assert outcome.output == b"inside\n"


@pytest.mark.usefixtures("works")
class TestSandbox:
    def test_nothing_of_the_host_is_seen_or_changed(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        (tmp_path / "given").write_text("read me")
        outcome = run("cat /given/given; ls /home /root /etc/shadow; echo x > /given/given; echo x > /usr/x; rm -rf /usr/bin/sed; true",
                      trees={"/given": tmp_path})
        assert outcome.output.startswith(b"read me") and (tmp_path / "given").read_text() == "read me"
        assert outcome.output.count(b"No such file") >= 3 and b"Read-only file system" in outcome.output

    def test_there_is_no_network_and_no_other_process(self) -> None:
        outcome = run("cat /proc/net/dev | tail -n +3 | cut -d: -f1; ls /proc | grep -c '^[0-9]'")
        lines = outcome.output.decode().split()
        assert lines[:-1] == ["lo"] and int(lines[-1]) < 10

    def test_no_command_line_tells_a_secret(self) -> None:
        """A host test reads /proc, and so does everybody who is logged in on this computer."""
        with tempfile.TemporaryFile() as output:
            outcome = sandbox.run(["sh", "-c", "cat /proc/*/cmdline; env"], {}, Limits(), {"TOKEN": "hush"}, output)
        assert outcome.output.count(b"hush") == outcome.output.count(b"TOKEN=hush") == 1

    def test_nothing_of_the_environment_comes_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LD_PRELOAD_NOTE", "mine")
        assert b"mine" not in run("env").output

    def test_the_processors_time_counts(self) -> None:
        """And that of children that have ended, too. However slowly it goes: here the half of it is slept."""
        outcome = run("while :; do sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'; sleep 0.02; done", seconds=1, wall=120)
        assert outcome.stopped == "it used more than 1 s of the processor's time"

    def test_who_sleeps_costs_nothing_and_ends_after_all(self) -> None:
        assert run("sleep 1", seconds=0.5, wall=120).stopped == ""
        begun = time.monotonic()
        assert run("sleep 60", seconds=30, wall=0.5).stopped == "it was not finished after 0.5 s on the wall"
        assert time.monotonic() - begun < 30

    def test_memory(self) -> None:
        outcome = run("exec python3 -c 'import time\nkept=[]\nwhile True: kept.append(bytearray(20<<20)); time.sleep(0.02)'",
                      memory=200 << 20)
        assert outcome.stopped == "it used more than 200 MiB of memory"

    def test_disk(self) -> None:
        assert b"No space left" in run("dd if=/dev/zero of=/work/big bs=1M count=100 2>&1", disk=20 << 20).output

    @pytest.mark.parametrize("script", ["f() { f | f & }; f; sleep 60", "python3 -c 'import os\nwhile True: os.fork()'"])
    def test_forks_for_ever(self, script: str) -> None:
        """The watch sees it before the kernel lets a fork fail: then most of them would end, and nobody would know why."""
        assert run(f": {os.getpid()}; {script}", processes=40).stopped == "it started more than 40 processes"
        assert not any(f": {os.getpid()};".encode() in line for line in command_lines())

    @pytest.mark.parametrize("ends", [True, False])
    def test_a_daemon_ends_with_the_sandbox(self, ends: bool) -> None:
        """It has left its session, its parents and its output, and ignores what it can. It's gone when run() returns."""
        daemon = f"setsid sh -c \"trap '' TERM HUP INT; exec 0<&- 1<&- 2<&-; (while :; do sleep 0.1; done; : {os.getpid()}) & \" & sleep 0.5"
        outcome = run(daemon if ends else f"{daemon}; sleep 60", wall=120 if ends else 2)
        assert outcome.stopped == ("" if ends else "it was not finished after 2 s on the wall")
        assert not any(f": {os.getpid()})".encode() in line for line in command_lines())

    def test_only_the_own_process_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """bubblewrap's first process may have ended by the time its number arrives, and another have that number."""
        other = subprocess.Popen(["sleep", "60"])
        monkeypatch.setattr(sandbox.json, "loads", lambda _: {"child-pid": other.pid})
        assert run("sleep 60", wall=0.3).stopped and other.poll() is None
        other.kill()
        other.wait()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root starts sandboxes of several users")
    def test_one_sandbox_does_not_count_for_another(self) -> None:
        """The kernel counts the processes of a user, wherever they are."""
        script = "import subprocess, sys, pathlib; sys.path.insert(0, 'grade'); from tests import test_classroom as t; print(t.run('id -u').output)"
        users = {subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in range(2)}
        assert len(users) == 2 and "65534" not in str(users)

    def test_prints_for_ever(self) -> None:
        outcome = run("yes", output=1 << 20)
        assert outcome.stopped == "it printed more than 1 MiB" and len(outcome.output) == 1 << 20


# --- results ------------------------------------------------------------------------------------------------------

def result(name: str, *scores: float, reason: str = "") -> dict:
    tests = [{"name": f"test_{number}", "number": f"2.{number}", "score": score, "max_score": 50,
              "extra_data": {"kind": "OK" if score == 50 else "WRONG"}} for number, score in enumerate(scores, start=1)]
    return {"name": name, "score": sum(scores), "max_score": 100.0, "reason": reason, "tests": tests, "notes": []}


RESULTS = [result("ann", 50, 50), result("=bob", 50, 0), result("<eve>", reason="it used more than 300 s of the processor's time")]


def test_the_table_has_a_line_for_each() -> None:
    assert table.as_csv(RESULTS).splitlines() == [
        "name,score,max_score,2.1,2.2,reason,notes", "ann,100,100,50,50,,", "'=bob,50,100,50,0,,",
        "<eve>,0,100,,,it used more than 300 s of the processor's time,"]


def test_the_page_shows_the_distribution_and_no_markup_of_theirs() -> None:
    assert table.distribution(RESULTS) == [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    page = table.as_page(RESULTS, 2, "Capabilities")
    assert "&lt;eve&gt;" in page and "<eve>" not in page
    assert "3 submissions. Median 50, mean 50.0, 1 without a score of their own." in page
    assert os.linesep.join(["<tr><td>test_2<td>WRONG<td>1"]) in page
