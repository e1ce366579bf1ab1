# SPDX-License-Identifier: MIT
"""The page of a lab, compared with its lab.toml: exercises, tests, places, hours, scores; and how long it is.

In the section of an exercise, the line below the heading begins with "**Exercise 2.2**, moderate". A line that begins with
STUCK is where the site shows the hints of lab.toml, folded (handouts/mkdocs_hooks.py).
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from .claims import MARK
from .page import Page
from .tree import Tree

LEAST_WORDS, MOST_WORDS = 3000, 6000
PARTS = ("Goals", "What to read", "The idea", "The exercises", "Stopping points", "Questions", "Challenge")
STUCK = "**Stuck?** `make hint EX={}`"
SAID = ("Where.", "What.", "Contract.", "How to see it work.")


def load(root: Path, number: int) -> dict:
    return tomllib.loads((root / f"labs/lab{number}/lab.toml").read_text(encoding="utf-8"))


def check(page: Page, lab: dict, tree: Tree) -> list[str]:
    return [*check_parts(page, lab), *check_exercises(page, lab, tree), *check_scores(page, lab)]


def check_parts(page: Page, lab: dict) -> Iterator[str]:
    about = lab["lab"]
    first = next(iter(page.anchors.values()), "")
    if first != f"Lab {about['number']}: {about['title']}":
        yield f"the page's title is {first!r}, lab.toml says {about['number']}, {about['title']!r}"
    if not LEAST_WORDS <= page.words <= MOST_WORDS:
        yield f"{page.words} words; a lab's page has {LEAST_WORDS} to {MOST_WORDS}"
    yield from (f"there is no part {part!r}" for part in PARTS
                if not any(title.startswith(part) for title in page.anchors.values()))
    least, _, most = str(about["hours"]).partition("-")
    if not re.search(rf"\b{least} to {most or least} hours\b", page.prose):
        yield f"the page does not say {least} to {most} hours"
    count = sum(test["points"] > 0 for test in lab["test"])
    if not re.search(rf"\b{count} tests\b", page.prose):
        yield f"the page does not say {count} tests"


def check_exercises(page: Page, lab: dict, tree: Tree) -> Iterator[str]:
    places = places_of(tree)
    for exercise in lab["exercise"]:
        number, anchor = exercise["id"], exercise["section"]
        if anchor not in page.anchors:
            yield f"{number}: no heading has the anchor {anchor}"
            continue
        if page.anchors[anchor] != exercise["title"]:
            yield f"{number}: the heading is {page.anchors[anchor]!r}, lab.toml says {exercise['title']!r}"
        section = page.section(anchor)
        if f"**Exercise {number}**, {exercise['difficulty']}" not in section:
            yield f"{number}: the section does not begin with **Exercise {number}**, {exercise['difficulty']}"
        yield from (f"{number}: the section does not say {part!r}" for part in SAID if f"**{part}**" not in section)
        yield from (f"{number}: the section does not name {name}" for name in places.get(number, ())
                    if not re.search(rf"\b{re.escape(name)}", section))
        names = [test["name"] for test in lab["test"] if test["exercise"] == number]
        if not any(re.search(rf"`{re.escape(name)}`", section) for name in [*names, f"make grade EX={number}"]):
            yield f"{number}: the section names none of its tests: {', '.join(names)}"
        if len(re.findall(rf"^{re.escape(STUCK.format(number))}", section, re.MULTILINE)) != 1:
            yield f"{number}: the section does not say {STUCK.format(number)}"
        if '??? note "Hint' in section:
            yield f"{number}: the section tells a hint; its place is lab.toml, and the site takes it from there"


def places_of(tree: Tree) -> dict[str, set[str]]:
    """For each exercise the functions with its marks, and their files, as a page should name them."""
    found: dict[str, set[str]] = {}
    for path in tree.files:
        name = str(path.relative_to(tree.root))
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in MARK.finditer(text) if name.startswith(("kernel/", "user/")) else ():
            above = re.sub(r"//[^\n]*", "", text[:match.start()])
            function = re.findall(r"([\w:]+)\([^;{}]*\)[^;{}()]*\{\s*$", above)
            found.setdefault(match[1], set()).update({name, *(each.rpartition("::")[2] for each in function)})
    return found


def check_scores(page: Page, lab: dict) -> Iterator[str]:
    """The table of stopping points has a row for each exercise that has points, with the recorded score."""
    rows = {row[0]: row[1] for row in page.table("after exercise")}
    if not rows:
        yield "there is no table that begins with the cell 'after exercise'"
        return
    scored = {test["exercise"]: None for test in lab["test"] if test["points"] > 0}
    scores = {"none" if key == "start" else key: score for key, score in lab.get("scores", {}).items()}
    yield from (f"after {name} the score is {scores[name]:g}, the page says {rows.get(name)}"
                for name in ("none", *scored) if name in scores and rows.get(name) != f"{scores[name]:g}")
    yield from (f"{exercise} is no row of the stopping points" for exercise in scored if exercise not in rows)
