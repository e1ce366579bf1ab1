# SPDX-License-Identifier: MIT
"""make grade-class: a class is graded on this computer and on others, stopped and gone on with, and put into a table.

What is read of a submission is test_class_submissions.py's, and what bounds it is test_class_sandbox.py's.

Shows Z7.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from classroom import __main__ as classroom_main
from classroom import one, sandbox, table
from classroom.sandbox import Outcome
from classroom.submission import BadSubmission
from glenda.paths import ROOT
from lab import host
from test_class_submissions import Member, tar


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


SLOW = """import subprocess, time
class Slow(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        time.sleep(1)
subprocess.Popen = Slow
"""


@pytest.mark.parametrize("before", ["", SLOW], ids=["while it works", "while it starts"])
def test_who_presses_ctrl_c_is_told_how_to_go_on(tmp_path: Path, before: str) -> None:
    """And GNU parallel, which got the same signal, may end its jobs on other hosts."""
    environment = pretend_parallel(tmp_path, f"trap 'sleep 1; echo > \"{tmp_path}/ended\"; exit' INT; echo > \"{tmp_path}/begun\"; sleep 100 > /dev/null 2>&1 & wait")
    (tmp_path / "results").mkdir()
    script = (f"{before}import pathlib, sys; from classroom import __main__ as main; main.BUILD = pathlib.Path('{tmp_path}')\n"
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
