# SPDX-License-Identifier: MIT
"""Grades one submission: `python3 -m classroom.one JOB NAME`, as GNU parallel calls it, on this host or on another.

JOB is the folder that __main__.py has prepared: the course's tree, built, as `template`; the settings as `job.json`;
the submissions' places. The result goes to JOB/results/NAME.json, whole or not at all, so a run that was interrupted
is taken up where it stopped.
"""

import contextlib
import hashlib
import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from glenda.errors import Infrastructure
from glenda.process import die_with_parent
from lab import config, host, results
from lab.screen import clean

from . import sandbox, submission
from .submission import BadSubmission, Submission

FREE = "lab1/"                  # here students write files of their own, and only lab 1 builds them
SHOWN = 8                       # files that a note names
NOT_LAID_OUT = 9                # the exit status if a tree cannot be copied
SAID_SHOWN = 120                # of what the compiler said
USUAL = ("ok", "WRONG", "TO DO")
NAME_SHOWN = 80                 # characters of each
CORES_EACH = 1                  # a submission's grader uses one processor; the class uses all
LOG_SHOWN = 4000                # characters of what was printed, in a result that has no score


def lay_out(student: Submission, template: Path, folder: Path) -> list[str]:
    """Writes the student's files that differ from the course's. Make builds only what they change. Returns their names.
    Raises BadSubmission if one is a folder of the course's, or lies in a file of the course's."""
    changed = []
    for path, content in sorted(student.files.items()):
        theirs = template / path
        if theirs.is_dir() or any((template / folder).is_file() for folder in Path(path).parents):
            raise BadSubmission(f"{path} cannot be there: the course has a file in place of a folder, or a folder in place of it")
        if theirs.is_file() and theirs.read_bytes() == content:
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        changed.append(path)
    return changed


# In the sandbox: the course's tree, the student's files over it, and the grader. The token tells its last line from
# whatever was printed before.
INSIDE = """
echo "$TOKEN begun"
mkdir tree && cd tree && cp -a /template/. . && cp -r --no-preserve=mode,ownership /student/. . || exit $NOT_LAID_OUT
make --no-print-directory grade LAB="$LAB" JOBS="$JOBS" $HIDDEN_OPTION; status=$?
echo
printf '%s ' "$TOKEN"; cat build/grade/lab"$LAB"/results.json 2>/dev/null | tr -d '\\n' || true
exit $status
"""


def grade(job: Path, name: str) -> dict:
    """The result of one submission as a dictionary; see table.py for its keys."""
    settings = json.loads((job / "job.json").read_text(encoding="utf-8"))
    result = {"name": name, "score": 0.0, "max_score": settings["max_score"], "reason": "", "tests": [], "notes": []}
    try:
        student = submission.read(Path(settings["submissions"][name]))
    except BadSubmission as problem:
        return result | {"reason": clean(str(problem))}
    template = job / "template"
    if names := edited(student.left_out, template):
        result["notes"] = [f"not used: {few(names)}"]
    with scratch(job, name) as changed, tempfile.TemporaryFile() as output:
        try:
            result["changed"] = lay_out(student, template, changed)
        except BadSubmission as problem:
            return result | {"reason": str(problem)}
        if names := sorted(name for name in set(result["changed"]) - places(template) if not name.startswith(FREE)):
            result["notes"].append(f"outside the exercises: {few(names)}")
        graded = run(settings, name, template, changed, output)
        result["notes"] += graded.pop("kinds", [])
        return result | graded


@contextlib.contextmanager
def scratch(job: Path, name: str) -> Iterator[Path]:
    """An empty folder for a student's files. Of a run that was killed it stays, until the next of the same name."""
    folder = job / "scratch" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def edited(left_out: dict[str, str], template: Path) -> list[str]:
    """The files of a submission that are neither graded nor as the course has them."""
    def is_theirs(name: str, digest: str) -> bool:
        if not digest:          # a name that leads elsewhere, or a file too large to compare: not even looked for
            return False
        path = template / name
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
    return sorted(name for name, digest in left_out.items() if not is_theirs(name, digest))


def places(template: Path) -> set[str]:
    """The files in which the exercises are. Who changes another has a reason, which a person should look at."""
    return {file for lab in config.load_all(template) for exercise in lab.exercises for file, _ in exercise.places}


def few(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(clean(name[:NAME_SHOWN]) for name in names[:SHOWN]) + more


def kinds(tests: list[dict]) -> list[str]:
    """How many tests went wrong in which way, with what the compiler or the computer said first."""
    found: dict[str, list[str]] = {}
    for test in tests:
        if test["score"] < test["max_score"] and (kind := test["extra_data"]["kind"]) not in USUAL:
            found.setdefault(kind, []).append(clean(test["output"].partition("\n")[0][:SAID_SHOWN]))
    return [f"{len(said)} {kind}" + (f" ({said[0]})" if kind in ("BUILD", "INFRA") else "") for kind, said in found.items()]


def secret_of(secret: str, name: str) -> str:
    """A secret for one submission. A student who learns it from a log learns nothing about another's, or another day's."""
    return hashlib.sha256(f"{secret} {name}".encode()).hexdigest()


def run(settings: dict, name: str, template: Path, changed: Path, output) -> dict:
    """Grades in the sandbox."""
    token = secrets.token_hex(16)
    trees = {"/template": template, "/student": changed}
    environment = {"LAB": str(settings["lab"]), "JOBS": str(CORES_EACH), "TOKEN": token,
                   "GLENDA_GRADE_SECRET": secret_of(settings["secret"], name),
                   "GLENDA_HOST_SANDBOX": "1", "HIDDEN_OPTION": "", "MAKEFLAGS": "",
                   "NOT_LAID_OUT": str(NOT_LAID_OUT)}
    if hidden := settings.get("hidden"):
        trees["/hidden"] = Path(hidden)
        environment["HIDDEN_OPTION"] = "HIDDEN=/hidden"
    limits = sandbox.Limits(**settings.get("limits", {}))
    outcome = sandbox.run(["sh", "-c", INSIDE], trees, limits, environment, output)
    text = outcome.output.decode("utf-8", "replace")
    if not text.startswith(f"{token} begun\n"):
        raise Infrastructure(f"no sandbox on this computer: {text.partition(chr(10))[0] or 'bubblewrap does not say why'}")
    text = text.partition("\n")[2]
    log, _, last = text.rpartition(token)
    told = {"seconds": round(outcome.seconds, 1), "log": log[-LOG_SHOWN:]}
    if outcome.stopped:
        return told | {"reason": outcome.stopped}
    if outcome.status == NOT_LAID_OUT:
        raise Infrastructure(f"the trees cannot be read or copied in the sandbox: {clean(text.strip()[-NAME_SHOWN:])}")
    try:
        graded = json.loads(last)
        tests = graded["tests"]
        if hostile := next((each["name"] for each in tests if each["output"].startswith(host.CALLED)), ""):
            return told | {"reason": f"{hostile}: {host.CALLED}"}
        return told | {"score": float(sum(each["score"] for each in tests)), "tests": tests, "kinds": kinds(tests)}
    except (ValueError, KeyError, TypeError):
        return told | {"reason": f"the grader did not come to its end (exit status {outcome.status})", "log": text[-LOG_SHOWN:]}


def write(job: Path, result: dict) -> None:
    target = job / "results" / f"{result['name']}.json"
    target.parent.mkdir(exist_ok=True)
    results.write(target, json.dumps(result, indent=1, sort_keys=True) + "\n")


def main() -> int:
    die_with_parent()               # GNU parallel may be killed
    job, name = Path(sys.argv[1]), sys.argv[2]
    if shutil.which("bwrap") is None:
        print("bubblewrap is missing: sudo apt-get install bubblewrap", file=sys.stderr)
        return 2
    try:
        result = grade(job, name)
    except Infrastructure as problem:   # that is no fault of the submission: it gets no result here
        print(f"{name}: {problem}", file=sys.stderr)
        return 2
    write(job, result)
    reason = f"  ({result['reason']})" if result["reason"] else ""
    points = f"{result['score']:g}/{result['max_score']:g}"
    print(f"  GRADE    {name:<24} {points}  {result.get('seconds', 0):g} s{reason}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
