# SPDX-License-Identifier: MIT
"""The command: python3 -m classroom DIR --lab 2, started in grade/. `make grade-class DIR=... LAB=2` calls it."""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from glenda.paths import BUILD, ROOT
from glenda.process import die_with_parent
from lab import build

from . import submission, table
from .one import CORES_EACH
from .submission import BadSubmission

SAID_TO_US = {"HIDDEN", "JOBS", "TEST", "EX", "STRICT"}
HOSTS_TRIED = 3                 # for one submission, where hosts die
PATIENCE = 20                   # s for GNU parallel to end its jobs
SLURM_MORE = 10                 # minutes that Slurm leaves a task beyond its own limit, to say what happened


def place(name: str) -> Path:
    """A file or folder as it was named where make was started, which is the tree. Not every shell knows the ~ in DIR=~/x."""
    return ROOT / Path(name).expanduser()


def template_for(lab: int, job: Path) -> Path:
    """The course's tree of this lab, built and graded, so that of each submission only what it changes is built."""
    template = job / "template"
    print(f"  BUILD    the tree of lab {lab}", flush=True)
    subprocess.run([sys.executable, "-m", "exporter", "tree", f"lab{lab}", str(template)], cwd=ROOT / "labs",
                   stdout=subprocess.DEVNULL, check=True)
    # What was said to `make grade-class`, such as HIDDEN=, is not meant for the template's make.
    environment = {key: value for key, value in build.environment().items() if key not in SAID_TO_US}
    make = ["make", "--no-print-directory", f"-j{os.cpu_count()}", "-C", str(template), f"LAB={lab}"]
    for goal in ("lab-built", "grade"):         # grade: for its host tests and QEMU's plugin
        subprocess.run([*make, goal], stdout=subprocess.DEVNULL, env=environment, check=True)
    return template


def lock(job: Path) -> IO[str]:
    """Held as long as the file is open. Two runs at once would build one tree. Raises BadSubmission if there is another."""
    job.mkdir(parents=True, exist_ok=True)
    file = (job / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise BadSubmission(f"{os.path.relpath(job, ROOT)} is in use: another grade-class of this lab is under way") from None
    return file


def prepare(options: argparse.Namespace, job: Path) -> list[str]:
    """Writes what one.py needs. Returns the submissions' names. Raises BadSubmission if there are none."""
    found: dict[str, str] = {}
    for path in submission.find(options.folder):
        name = submission.name_of(path)
        while name in found:
            name += "_"
        found[name] = str(path.resolve())
    job.mkdir(parents=True, exist_ok=True)
    template = template_for(options.lab, job)
    lab = tomllib.loads((template / f"grade/labs/lab{options.lab}.toml").read_text(encoding="utf-8"))
    secret = job / "secret"
    if not secret.exists():
        secret.write_text(secrets.token_hex(16))
        secret.chmod(0o600)
    settings = {"lab": options.lab, "title": lab["lab"]["title"], "submissions": found, "secret": secret.read_text(),
                "max_score": sum(test["points"] for test in lab["test"]),
                "hidden": str(options.hidden.resolve()) if options.hidden else None,
                "limits": {"seconds": options.seconds, "wall": options.wall}}
    (job / "job.json").write_text(json.dumps(settings, indent=1))
    (job / "job.json").chmod(0o600)
    forget_changed(found, job, options.hidden)
    return sorted(found)


def forget_changed(found: dict[str, str], job: Path, hidden: Path | None) -> None:
    """A result of a submission that has changed since, of an older lab, or of other hidden tests, does not count."""
    results = job / "results"
    results.mkdir(exist_ok=True)
    course = digest(job / "template") + (digest(hidden) if hidden else "")
    for name, path in found.items():
        key, known = digest(Path(path)) + course, results / f"{name}.key"
        if not known.exists() or known.read_text() != key:
            (results / f"{name}.json").unlink(missing_ok=True)
            known.write_text(key)


def digest(top: Path) -> str:
    """Of a file, or of a folder without what was built: all names, and the contents of what can be a source."""
    made = hashlib.sha256()
    for each in sorted(top.rglob("*") if top.is_dir() else [top]):
        parts = each.parts[len(top.parts):]
        if each.is_symlink() or not each.is_file() or parts[:1] == ("build",) or "__pycache__" in parts:
            continue
        made.update(f"{'/'.join(parts)}\0{each.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        if each == top or each.stat().st_size <= submission.MOST_OF_ONE:
            with contextlib.suppress(PermissionError), each.open("rb") as file:
                made.update(hashlib.file_digest(file, "sha256").digest())
    return made.hexdigest()


def without_result(names: list[str], job: Path) -> list[str]:
    return [name for name in names if not (job / "results" / f"{name}.json").exists()]


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C comes at the end of this. While a child starts, it would be nobody's."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def hear_and_die_with_parent() -> None:
    """In the child of somebody who holds interrupts."""
    die_with_parent()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def run_all(names: list[str], job: Path, options: argparse.Namespace) -> None:
    """GNU parallel does it: here, or on the machines of a file."""
    if not (left := without_result(names, job)):
        return
    line = ["parallel", "--will-cite", "--line-buffer", "--no-notice",
            f"--jobs={options.jobs or '100%'}", *(["--bar"] if sys.stderr.isatty() else [])]
    if options.machines:
        # The hosts see this folder at the same place, as computers of a laboratory do. One that does not answer gets
        # nothing, and what one has lost another grades.
        line += ["--sshloginfile", str(options.machines.resolve()), "--filter-hosts", "--retries", str(HOSTS_TRIED),
                 "--workdir", str(ROOT / "grade")]
    command = f"exec {shlex.quote(sys.executable)} -m classroom.one {shlex.quote(str(job.resolve()))}"
    child = None
    try:
        with interrupts_held():
            child = subprocess.Popen([*line, command, "{}"], stdin=subprocess.PIPE, text=True, cwd=ROOT / "grade",
                                     preexec_fn=hear_and_die_with_parent)
        child.communicate("\n".join(left) + "\n")
    except KeyboardInterrupt:
        if child is not None:       # it got the same signal, and ends what it has started, here and elsewhere
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE)
            child.kill()
            child.wait()
        raise


def write_array_job(names: list[str], job: Path, wall: float) -> Path:
    """A script for Slurm: one task for each of these submissions. The same command as before collects the results."""
    listed = job / "names.txt"
    listed.write_text("\n".join(names) + "\n")
    script = job / "array.sh"
    script.write_text(f"""#!/bin/sh
#SBATCH --job-name=glenda-grade
#SBATCH --array=1-{len(names)}
#SBATCH --cpus-per-task={CORES_EACH}
#SBATCH --mem=4G
#SBATCH --time={round(wall / 60) + SLURM_MORE}
cd {shlex.quote(str(ROOT / 'grade'))}
exec {shlex.quote(sys.executable)} -m classroom.one {shlex.quote(str(job.resolve()))} \\
    "$(sed -n "${{SLURM_ARRAY_TASK_ID}}p" {shlex.quote(str(listed.resolve()))})"
""")
    script.chmod(0o755)
    return script


def collect(names: list[str], job: Path, lab: int) -> tuple[list[dict], list[str]]:
    """The results, and the names of those that have none."""
    results, missing = [], []
    for name in names:
        try:
            results.append(json.loads((job / "results" / f"{name}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            missing.append(name)
    if results:
        settings = json.loads((job / "job.json").read_text())
        (job / "results.csv").write_text(table.as_csv(results), encoding="utf-8")
        (job / "results.html").write_text(table.as_page(results, lab, settings["title"]), encoding="utf-8")
    return results, missing


def main() -> int:
    try:
        return grade_class()
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def grade_class() -> int:
    parser = argparse.ArgumentParser(prog="classroom", description="Grade a folder of submissions.")
    parser.add_argument("folder", type=place)
    parser.add_argument("--lab", type=int, required=True)
    parser.add_argument("--jobs", help="at a time (as many as there are processors)")
    parser.add_argument("--machines", type=place, help="a file with one ssh login a line (GNU parallel's --sshloginfile)")
    parser.add_argument("--slurm", action="store_true", help="write an array job instead of running")
    parser.add_argument("--hidden", type=place, help="folder with hidden tests")
    parser.add_argument("--seconds", type=float, default=300, help="of the processor's time for one submission (300)")
    parser.add_argument("--wall", type=float, default=1800, help="seconds of real time, for one that sleeps (1800)")
    options = parser.parse_args()
    for needed in ("bwrap", "parallel"):
        if shutil.which(needed) is None:
            print(f"{needed} is missing: sudo apt-get install bubblewrap parallel", file=sys.stderr)
            return 2
    job = BUILD / "class" / f"lab{options.lab}"
    try:
        held = lock(job)
        names = prepare(options, job)
    except BadSubmission as problem:
        print(problem, file=sys.stderr)
        return 2
    if options.slurm and (left := without_result(names, job)):
        script = write_array_job(left, job, options.wall)
        print(f"Submit it with  sbatch {script}  and run this command once more without --slurm for the table.")
        return 0
    run_all(names, job, options)
    results, missing = collect(names, job, options.lab)
    held.close()
    print(f"{len(results)} of {len(names)} graded; {os.path.relpath(job / 'results.csv', ROOT)} and results.html beside it")
    if missing:
        print(f"No result for {', '.join(missing)}: run the same command again", file=sys.stderr)
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
