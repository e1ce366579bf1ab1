# SPDX-License-Identifier: MIT
"""`make next-lab`: fetches what the course has published, and merges the next lab into your work.

Your code carries on: a lab only adds files to the one before. So the merge has nothing to decide, unless you edited
lines next to a place that the course has mended, or made a file of your own where a new one comes. Both are found
and explained; nothing is lost, and `git merge --abort` brings the state before back.
"""

import argparse
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from glenda.paths import ROOT

from . import config, progress
from . import git as plain_git
from .config import BadLab, order
from .stubs import unsolved

REMOTE = "origin"
# White space that an editor changed in a whole file must not become a conflict.
MERGE = ["merge", "--no-edit", "-Xignore-space-change"]
SHOWN = 12                      # files that a message names


class Refused(Exception):
    """Why nothing was merged, and what to do."""


class Answer(NamedTuple):
    """What git said, in words."""

    returncode: int
    stdout: str
    stderr: str


class Repository:
    """The clone that a student works in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str) -> Answer:
        done = plain_git.run(self.root, *arguments)
        if done.returncode == plain_git.MISSING:
            raise Refused("git is missing. Install it (sudo apt-get install git) and try again.")
        return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def ask(self, *arguments: str) -> str:
        """What git answers. Raises Refused with git's own words if it fails."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise Refused(f"git {arguments[0]} has failed:\n{done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def has(self, name: str) -> bool:
        return self.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode == 0

    def files(self, commit: str) -> set[str]:
        return set(self.ask("ls-tree", "-r", "-z", "--name-only", commit).split("\0")) - {""}


def published(number: int) -> str:
    return f"{REMOTE}/lab{number}"


def newest_here(root: Path) -> int:
    """The number of the newest lab in this tree."""
    found = [int(path.stem) for path in (root / "labs").glob("[0-9][0-9].mk")]
    if not found:
        raise Refused("This folder has no labs/01.mk: it is not a student's tree of the labs.")
    return max(found)


def check_clone(git: Repository) -> None:
    """Raises Refused if a merge could not work here."""
    git.run("--version")
    if not plain_git.is_top(git.root):
        raise Refused("This folder is no clone of the course's repository. Clone it, and copy your work into the clone.")
    if git.run("rev-parse", "--verify", "--quiet", "MERGE_HEAD").returncode == 0:
        raise Refused("A merge is under way. End it (git commit, once no conflict is left), or take it back: git merge --abort")
    if changes := git.ask("status", "--porcelain", "--untracked-files=no").splitlines():
        raise Refused("You have work that is not committed:\n" + shown([line[3:] for line in changes]) +
                      '\nCommit it first:  git commit -am "What I did"')
    if REMOTE not in git.ask("remote").split():
        raise Refused(f"No remote is called {REMOTE}, so there is nothing to fetch from. Add it:\n"
                      f"  git remote add {REMOTE} ADDRESS-OF-THE-COURSE'S-REPOSITORY")
    if "*" not in git.run("config", "--get-all", f"remote.{REMOTE}.fetch").stdout:
        raise Refused("This clone follows a single branch, so it would never see the next lab. Let it follow all:\n"
                      f"  git remote set-branches {REMOTE} '*' && git fetch --unshallow || git fetch")
    if git.ask("rev-parse", "--is-shallow-repository").strip() == "true":
        raise Refused("The clone is shallow: a merge could not tell your changes from the course's. Fetch the rest:\n"
                      "  git fetch --unshallow")


def shown(names: list[str]) -> str:
    lines = [f"  {name}" for name in sorted(names)[:SHOWN]]
    return "\n".join(lines + ([f"  and {len(names) - SHOWN} more"] if len(names) > SHOWN else []))


def fetch(git: Repository) -> None:
    done = git.run("fetch", "--quiet", REMOTE)
    if done.returncode != 0:
        raise Refused(f"git could not fetch from {REMOTE}:\n{done.stderr.strip()}\n"
                      "Is the network there, and the address right (git remote -v)? Your work is as it was.")


def check_paths(git: Repository, target: str) -> None:
    """A file of your own must not stand where the merge brings a new one."""
    base = git.ask("merge-base", "HEAD", target).strip()
    new = git.files(target) - git.files(base)
    mine = git.files("HEAD") - git.files(base)
    untracked = set(git.ask("ls-files", "-z", "--others").split("\0")) - {""}
    if taken := sorted(new & (mine | untracked) - same_in_both(git, target, new & mine)):
        raise Refused("Files of your own have the names of new files of the course:\n" + shown(taken) +
                      "\nMove them away, for instance into my/, and commit:\n"
                      f"  mkdir -p my && git mv {taken[0]} my/     (mv, if git does not know the file)")


def same_in_both(git: Repository, target: str, names: set[str]) -> set[str]:
    """Those of `names` that have the same text here and there: both sides may add one file alike."""
    return {name for name in names
            if git.run("rev-parse", f"HEAD:{name}").stdout == git.run("rev-parse", f"{target}:{name}").stdout}


def merge(git: Repository, target: str) -> None:
    done = git.run(*MERGE, target)
    if done.returncode == 0:
        return
    conflicts = git.ask("diff", "--name-only", "--diff-filter=U").split("\n")[:-1]
    if not conflicts:
        raise Refused(f"git could not merge {target}:\n{(done.stderr or done.stdout).strip()}")
    raise Refused("You and the course have changed the same lines:\n" + shown(conflicts) +
                  "\nIn each of these files, look for <<<<<<< HEAD: your lines stand above =======, the course's below."
                  "\nKeep what you need of both, remove the three marks, and then:"
                  f"\n  git add {conflicts[0]} && git commit --no-edit"
                  "\nOr take all of it back, and ask:\n  git merge --abort")


# --- what is new --------------------------------------------------------------------------------------------------

def lab_description(git: Repository, target: str, number: int) -> dict:
    return tomllib.loads(git.ask("show", f"{target}:grade/labs/lab{number}.toml"))


def welcome(lab: dict, added: int) -> str:
    """What the lab brings, and where one's code has gone."""
    about = lab["lab"]
    lines = [f"Lab {about['number']}, {about['title']}: {added} new files, {len(lab['exercise'])} exercises, "
             f"about {about['hours']} hours."]
    lines += [f"  {each['id']:<5} {each['title']:<40} {each['difficulty']}" for each in lab["exercise"]]
    if moved := lab.get("moved"):
        lines.append("Where your code went:")
        lines += [f"  {each['yours']:<36} -> {each['now']}" for each in moved]
    lines.append(f"Read handouts/labs/lab{about['number']}.md, then: make qemu, make grade")
    return "\n".join(lines)


def mended(git: Repository, before: str) -> str:
    """What mends the merge has brought, in the words of their commits."""
    subjects = git.ask("log", "--no-merges", "--format=  %s", f"{before}..HEAD", f"^{before}").splitlines()
    return "\n".join(subjects[:SHOWN])


def advance(root: Path) -> str:
    """Merges the next lab, or the mends of this one if there is no next yet. Returns what to tell."""
    git = Repository(root)
    here = newest_here(root)
    check_clone(git)
    fetch(git)
    if not git.has(published(here)):
        raise Refused(f"{REMOTE} has no branch lab{here}. Is it the course's repository? git remote -v shows its address.")
    is_new = git.has(published(here + 1))
    target = published(here + 1 if is_new else here)
    if not is_new and git.run("merge-base", "--is-ancestor", target, "HEAD").returncode == 0:
        return f"Lab {here} is the newest, and you have all of it."
    check_paths(git, target)
    before = git.ask("rev-parse", "HEAD").strip()
    added = len(git.files(target) - git.files(before))
    merge(git, target)
    if is_new:
        return welcome(lab_description(git, target, here + 1), added)
    return f"Mends of lab {here} are now part of your work:\n{mended(git, before)}"


def unfinished(root: Path, here: int) -> list[str]:
    """The exercises up to this lab that still have a stub, or whose tests have failed when they were last run."""
    found = {each for each in unsolved(root) if order(each)[0] <= here}
    try:
        rows = progress.rows(config.load(root, here), progress.last_results(here), found) if root == ROOT else []
    except BadLab:
        rows = []
    return sorted(found | {row.id for row in rows if row.passed is False and row.most}, key=order)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tree", type=Path, default=ROOT, help="the student's tree")


def run(options: argparse.Namespace) -> int:
    try:
        here = newest_here(options.tree)
        if left := unfinished(options.tree, here):
            print(f"Not solved yet: {', '.join(left)}. What comes builds on it; you can go back at any time.")
        print(advance(options.tree))
    except Refused as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0
