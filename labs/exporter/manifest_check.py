# SPDX-License-Identifier: MIT
"""What is wrong with a lab.toml, as far as one can see without the rest of the tree: keys, types, numbers, names."""

from collections.abc import Callable
from typing import Any

from .ids import EXERCISE, HOLE, exercise_of, lab_of

DIFFICULTIES = ("easy", "moderate", "hard")
KINDS = {"boot": ("program",), "host": ("source",), "script": ("script",)}     # and the keys that each needs
KEYS = {
    "lab": {"number": int, "title": str, "hours": str, "first": list, "silent": list, "prebuilt": list,
            "carries": list},        # tests of the lab before that this lab runs again
    "given": {"hole": str, "file": str, "why": str},
    "moved": {"yours": str, "now": str},        # where code of the lab before went: make next-lab tells
    "exercise": {"id": str, "title": str, "difficulty": str, "section": str, "holes": list, "files": list, "hints": list},
    "test": {"name": str, "exercise": str, "needs": list, "points": int, "kind": str, "program": str, "cases": list,
             "options": str, "limit": (int, float), "source": str, "files": list, "script": str,
             "about": list},        # the exercise's files that it tries, if not all: a failure names these
}
REQUIRED = {"lab": ("number", "title", "first"), "given": ("hole", "file", "why"),
            "moved": ("yours", "now"),
            "exercise": ("id", "title", "difficulty", "section", "hints"),
            "test": ("name", "exercise", "points", "kind")}
COMMAND_LINE = 127      # characters that the kernel hands on to a program
NONCE = "nonce=" + 16 * "0"     # what the grader adds
WORDS = {int: "a whole number", str: "a string", list: "a list of strings", (int, float): "a number"}

Complain = Callable[[str, int, str, str], None]


def _check_table(name: str, index: int, table: Any, complain: Complain) -> bool:
    """Checks keys and types of one table. Says whether it can be read on."""
    if not isinstance(table, dict):
        complain(name, index, "", f"[{name}] must be a table")
        return False
    good = True
    for key, value in table.items():
        if key not in KEYS[name]:
            complain(name, index, key, f"[{name}] has no key `{key}`; it has {', '.join(KEYS[name])}")
        elif (not isinstance(value, KEYS[name][key]) or isinstance(value, bool)
              or isinstance(value, list) and not all(isinstance(item, str) for item in value)):
            complain(name, index, key, f"`{key}` must be {WORDS[KEYS[name][key]]}")
            good = False
    for key in REQUIRED[name]:
        if key not in table:
            complain(name, index, "", f"[{name}] lacks `{key}`")
            good = False
    return good


def _check_exercise(index: int, table: dict[str, Any], number: int, complain: Complain) -> None:
    name = table["id"]
    if not EXERCISE.fullmatch(name) or lab_of(name) != number:
        complain("exercise", index, "id", f"`{name}` is no exercise of lab {number}; write \"{number}.1\" and so on")
    if table["difficulty"] not in DIFFICULTIES:
        complain("exercise", index, "difficulty", f"`{table['difficulty']}` is none of {', '.join(DIFFICULTIES)}")
    for hole in table.get("holes", []):
        if not HOLE.fullmatch(hole) or exercise_of(hole) != name:
            complain("exercise", index, "holes", f"hole `{hole}` does not have the number of exercise {name}")
    if not table.get("holes") and not table.get("files"):
        complain("exercise", index, "", f"exercise {name} names neither holes nor files")


def _options_length(table: dict[str, Any]) -> int:
    """How long the kernel's command line is with which the grader boots a test."""
    cases = f"case={','.join(table['cases'])}" if table.get("cases") else ""
    return len(" ".join(filter(None, (f"root=bin/{table.get('program', '')}", NONCE, cases, table.get("options", "")))))


def _check_test(index: int, table: dict[str, Any], exercises: set[str], complain: Complain) -> None:
    if table["exercise"] not in exercises:
        complain("test", index, "exercise", f"this lab has no exercise {table['exercise']}")
    if table["points"] < 0:
        complain("test", index, "points", "points must not be negative")
    if table["kind"] not in KINDS:
        complain("test", index, "kind", f"`{table['kind']}` is none of {', '.join(KINDS)}")
    for key in KINDS.get(table["kind"], ()):
        if key not in table:
            complain("test", index, "kind", f"a {table['kind']} test needs `{key}`")
    if table["kind"] == "boot" and (length := _options_length(table)) > COMMAND_LINE:
        reason = f"its kernel options would have {length} characters, and {COMMAND_LINE} at most are possible"
        complain("test", index, "cases", f"{reason}: leave `cases` out if it is all of them, or make two tests")
    for need in table.get("needs", []):
        if not EXERCISE.fullmatch(need):
            complain("test", index, "needs", f"`{need}` is not the number of an exercise")


def _check_scores(scores: Any, known: set[str], complain: Complain) -> None:
    if not isinstance(scores, dict):
        complain("scores", 0, "", "[scores] must be a table")
        return
    for key, value in scores.items():
        if key != "start" and key not in known:
            complain("scores", 0, key, f"this lab has no exercise {key}")
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            complain("scores", 0, key, f"the score of {key} must be a number")


def _twice(names: list[str], table: str, key: str, complain: Complain) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            complain(table, index, key, f"there is another {table} `{name}`")


def check_tests(document: dict[str, Any], exercises: set[str], complain: Complain) -> None:
    """Complains about all that is wrong with a file of tests for these exercises, which has nothing but [[test]]."""
    for key in sorted(document.keys() - {"test"}):
        complain(key, 0, "", f"[{key}] means nothing here; there is only [[test]]")
    good = [(index, table) for index, table in enumerate(document.get("test", []))
            if _check_table("test", index, table, complain)]
    for index, table in good:
        _check_test(index, table, exercises, complain)
    _twice([table["name"] for _, table in good], "test", "name", complain)


def check(document: dict[str, Any], complain: Complain) -> None:
    """Complains about all that is wrong with a lab.toml, as far as one can see without the rest of the tree."""
    for key in document.keys() - KEYS.keys() - {"scores"}:
        known = "[lab], [[exercise]], [[test]], [[given]], [[moved]] and [scores]"
        complain(key, 0, "", f"[{key}] means nothing here; there are {known}")
    lab = document.get("lab", {})
    good = {name: [(index, table) for index, table in enumerate(document.get(name, []))
                   if _check_table(name, index, table, complain)] for name in ("exercise", "test", "given", "moved")}
    if not _check_table("lab", 0, lab, complain):
        return
    for index, table in good["exercise"]:
        _check_exercise(index, table, lab["number"], complain)
    known = {table["id"] for _, table in good["exercise"]}
    for index, table in good["test"]:
        _check_test(index, table, known, complain)
    _twice([table["id"] for _, table in good["exercise"]], "exercise", "id", complain)
    _twice([table["name"] for _, table in good["test"]], "test", "name", complain)
    _check_scores(document.get("scores", {}), known, complain)
