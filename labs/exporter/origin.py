# SPDX-License-Identifier: MIT
"""Which commit of the solved tree the published labs were made from. Each commit of private.git says it.

An older tree, or another one, would take back the mends that it lacks: from such a tree nothing is published without a reason.
"""

import re
from pathlib import Path

from .errors import Problem
from .repository import Repository
from .source import git, git_succeeds, has_history

FROM = re.compile(r"^From commit ([0-9a-f]{40})$", re.MULTILINE)
NEW = """\
{path} is new: its history begins here.
Do students have labs already, published from another computer? They could not merge these. Remove {folder}, copy that
folder from there, or clone what is published with `git clone --bare ADDRESS {path}`, and make labs again."""


def head(root: Path) -> str:
    """The last commit of the solved tree. Raises Problem if there is none."""
    if not has_history(root):
        raise Problem(f"{root} is no git repository with a commit, and only what is committed is published: "
                      "clone the solved tree, or commit first")
    return git(root, "rev-parse", "HEAD").decode().strip()


def note(commit: str) -> str:
    """What the message of a private commit ends with."""
    return f"\nFrom commit {commit}\n" if commit else ""


def check(root: Path, private: Repository) -> None:
    """Raises Problem unless this tree has every commit that something was published from."""
    for commit in sorted(set(FROM.findall(private.git("log", "--all", "--format=%B")))):
        if git_succeeds(root, "merge-base", "--is-ancestor", commit, "HEAD"):
            continue
        if git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
            raise Problem(f"The labs were published from commit {commit[:10]}, which this clone may lack because it is shallow: "
                          "git fetch --unshallow")
        raise Problem(f"The labs were published from commit {commit[:10]}, which this tree does not have: publishing from "
                      "here would take mends back. git pull first; or, if it shall be so, say why: make labs REASON='...'")
