# SPDX-License-Identifier: MIT
"""Wrong solutions, which solutions/labN/mutants.toml keeps as replacements, as patches for instructors to apply to solN."""

import difflib
import tomllib

from .course import Course
from .errors import Complaint, Problem
from .manifest import Lab
from .source import File, Tree


def _patch(path: str, old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    return "".join(lines)


def patches_of(course: Course, lab: Lab, solution: Tree) -> Tree:
    """A patch for each wrong solution, as labN/mutants/ID.patch. Raises Problem for one whose text is not there exactly once."""
    source = f"solutions/{lab.name}/mutants.toml"
    if source not in course.source:
        return {}
    try:
        document = tomllib.loads(course.source[source].data.decode())
        mutants = [(one["id"], one["file"], one["find"], one["replace"], one["why"]) for one in document.get("mutant", [])]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise Problem(Complaint(source, 0, f"a [[mutant]] needs id, file, find, replace and why: {error}")) from None
    tree = {}
    for name, path, find, replacement, why in mutants:
        text = solution[path].data.decode() if path in solution else ""
        if text.count(find) != 1:
            raise Problem(Complaint(source, 0, f"the text that {name} replaces occurs {text.count(find)} times in {path}, not once"))
        patch = f"{why}\n\n" + _patch(path, text, text.replace(find, replacement))
        tree[f"{lab.name}/mutants/{name}.patch"] = File(patch.encode())
    return tree
