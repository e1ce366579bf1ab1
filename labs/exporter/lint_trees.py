# SPDX-License-Identifier: MIT
"""The linter's rules about trees: L2, from lab to lab files are only added, and L3, mends keep away from holes."""

import difflib
from collections.abc import Iterator, Set

from .errors import Complaint
from .ids import order
from .marks import Hole
from .render import Renderer
from .repository import Repository

NEAR = 5        # lines: at this distance no edit at a hole conflicts with a change; lines next to each other are 1 apart


def only_added(renderer: Renderer) -> Iterator[Complaint]:
    """L2: what one lab publishes, the next has, and has unchanged."""
    labs = renderer.course.labs
    for lab, following in zip(labs, labs[1:]):
        after = renderer.tree(following.name)
        for path, file in renderer.tree(lab.name).items():
            if after.get(path) != file:
                what = "changes" if path in after else "removes"
                yield Complaint(path, 0, f"lab {following.number} {what} this file of lab {lab.number}", "L2")


def hole_lines(renderer: Renderer, path: str, solved: Set[str] = frozenset()) -> list[tuple[Hole, int, int]]:
    """The holes of a file, with first line (from 0) and end of what fills each in the rendered file."""
    result, shift = [], 0
    for hole in renderer.course.holes.get(path, ()):
        size = len(renderer.filling(hole, solved))
        start = hole.opened - 1 + shift
        result.append((hole, start, start + size))
        shift += size - (hole.closed - hole.opened + 1)
    return result


def near_holes(renderer: Renderer, public: Repository) -> Iterator[Complaint]:
    """L3: what changes in a published file stays NEAR lines away from every hole, and no published file disappears."""
    for lab in renderer.course.labs:
        tip = public.tip(lab.name)
        if tip is None:
            continue
        published, tree = public.read(tip), renderer.tree(lab.name)
        for path, old in published.items():
            if path not in tree:
                yield Complaint(path, 0, f"{lab.name} has published this file, and now it is gone", "L3")
            elif old != tree[path]:
                before, after = (file.data.decode(errors="replace").splitlines() for file in (old, tree[path]))
                yield from _changes_near(renderer, path, before, after)


def _changes_near(renderer: Renderer, path: str, before: list[str], after: list[str]) -> Iterator[Complaint]:
    holes = sorted(hole_lines(renderer, path), key=lambda entry: order(entry[0].id))
    for tag, _, _, start, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for hole, first, last in holes:
            distance = max(first - end, start - last) + 1
            if distance < NEAR:
                where = "in it" if distance < 1 else f"{distance} lines away"
                reason = (f"published hole {hole.id} has a change {where}: a student's merge may conflict; "
                          f"keep {NEAR} lines away, or publish with a reason")
                yield Complaint(path, hole.opened, reason, "L3")
