# SPDX-License-Identifier: MIT
"""What the commits on the published branches say to students."""

from collections import Counter
from collections.abc import Iterable

from .manifest import Lab
from .source import Tree

SHOWN = 12      # files that a message lists


def _listed(paths: Iterable[str]) -> str:
    paths = sorted(paths)
    text = "".join(f"  {path}\n" for path in paths[:SHOWN])
    return text + (f"  and {len(paths) - SHOWN} more\n" if len(paths) > SHOWN else "")


def arrival(lab: Lab, before: Tree, after: Tree) -> str:
    """A lab appears: its exercises, and the folders that its files came to."""
    new = after.keys() - before.keys()
    folders = Counter("/".join(path.split("/")[:-1][:2]) or "." for path in new)
    text = f"Lab {lab.number}: {lab.title}\n\n"
    text += f"Exercises{f' ({lab.hours} hours)' if lab.hours else ''}:\n"
    text += "".join(f"  {one.id:5} {one.title} ({one.difficulty})\n" for one in lab.exercises)
    text += f"\n{len(new)} new files, in\n" + "".join(f"  {folder}: {count}\n" for folder, count in sorted(folders.items()))
    handout = f"handouts/labs/{lab.name}.md"
    return text + (f"\nRead {handout} first.\n" if handout in after else "")


def mend(lab: Lab, before: Tree, after: Tree, reason: str) -> str:
    """Files of a published lab change."""
    changed = [path for path in before.keys() & after.keys() if before[path] != after[path]]
    text = f"Lab {lab.number}: corrections\n\n"
    if reason:
        text += f"{reason}\n\n"
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    for title, paths in (("Changed", changed), ("Added", added), ("Removed", removed)):
        if paths:
            text += f"{title}:\n{_listed(paths)}"
    return text


def merge(lab: Lab, earlier: Lab) -> str:
    """Corrections of an earlier lab arrive on the branch of a later one."""
    return f"Lab {lab.number}: the corrections of lab {earlier.number}\n"
