# SPDX-License-Identifier: MIT
"""The files that a grading leaves behind: for people, for tools that read JUnit, for Gradescope."""

import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

from .config import Lab, Test
from .screen import clean, score_of
from .setting import Outcome
from .verdict import Kind

Graded = Sequence[tuple[Test, Outcome]]


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8", errors="replace")
    os.replace(scratch, path)


def write_all(folder: Path, lab: Lab, graded: Graded, earlier: Graded, screen: str, *, whole: bool, fingerprint: str, log: str) -> None:
    """All files but the logs. `earlier`: tests of the lab before, see carried.py. None of them but times.json holds a time. `log`: the folder as the screen names it.
    known.json is for our helpers: the last result of each test, whichever run it is from."""
    found = gradescope(lab, graded, screen, log) | {
        "carried": {test.name: {"exercise": test.exercise, "kind": outcome.verdict.kind.value} for test, outcome in earlier},
        "whole": whole, "submission": fingerprint}
    write(folder / "results.json", json.dumps(found, indent=1) + "\n")
    write(folder / "results.txt", screen)
    write(folder / "junit.xml", junit(lab, graded))
    times = {test.name: {"guest_s": round(outcome.guest_seconds, 4), "wall_s": round(outcome.wall_seconds, 2)}
             for test, outcome in graded}
    write(folder / "times.json", json.dumps(times, indent=1) + "\n")
    known = last_known(folder) | {
        test.name: {"score": score_of(test, outcome), "max_score": test.points, "kind": outcome.verdict.kind.value,
                    "submission": fingerprint} for test, outcome in graded if not test.hidden}
    write(folder / "known.json", json.dumps(known, indent=1) + "\n")


def last_known(folder: Path) -> dict[str, dict]:
    """The last result of each test; {} if there is none yet."""
    try:
        known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
        return known if isinstance(known, dict) else {}
    except (OSError, ValueError):
        return {}


def gradescope(lab: Lab, graded: Graded, screen: str, log: str) -> dict:
    """The form that Gradescope reads. `extra_data` and the keys that are not its own are for our tools."""
    tests = []
    for test, outcome in graded:
        kind = outcome.verdict.kind
        tests.append({
            "name": test.name, "number": test.exercise, "score": score_of(test, outcome), "max_score": test.points,
            "status": "passed" if kind == Kind.OK else "failed", "output": explain(outcome),
            "visibility": "after_published" if test.hidden else "visible",
            "tags": [test.exercise, kind.value.lower()],
            "extra_data": {"kind": kind.value, "log": f"{log}/{test.name}.log", "missing": outcome.verdict.missing}})
    score, most = sum(each["score"] for each in tests), sum(each["max_score"] for each in tests)
    return {"lab": lab.number, "score": score, "max_score": most, "output": f"Score {score:g}/{most:g}",
            "stdout_visibility": "hidden", "tests": tests}


def explain(outcome: Outcome) -> str:
    return "\n".join(clean(line) for line in (outcome.verdict.reason, *outcome.verdict.details) if line)


def junit(lab: Lab, graded: Graded) -> str:
    failed = [outcome for _, outcome in graded if outcome.verdict.kind not in (Kind.OK, Kind.INFRA)]
    errors = [outcome for _, outcome in graded if outcome.verdict.kind == Kind.INFRA]
    suite = ElementTree.Element("testsuite", name=f"lab{lab.number}", tests=str(len(graded)), failures=str(len(failed)),
                                errors=str(len(errors)))
    for test, outcome in graded:
        case = ElementTree.SubElement(suite, "testcase", classname=f"lab{lab.number}.{test.exercise}", name=test.name)
        if outcome.verdict.kind != Kind.OK:
            word = "error" if outcome.verdict.kind == Kind.INFRA else "failure"
            ElementTree.SubElement(case, word, type=outcome.verdict.kind.value, message=clean(outcome.verdict.reason)
                                   ).text = explain(outcome)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
