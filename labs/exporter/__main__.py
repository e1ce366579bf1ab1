# SPDX-License-Identifier: MIT
"""The exporter's command line; to be run in the folder labs/."""

import argparse
import sys
from pathlib import Path

from . import origin
from .calibrate import calibrate
from .check import Proofs
from .course import Course
from .errors import Problem, raise_if
from .folder import write_folder
from .grader import Grader
from .lint import lint
from .mutant_carried import Carried
from .mutant_report import Check
from .prebuilt import Prebuilt
from .publish import Publication
from .render import Renderer
from .repository import Repository
from .source import commit_date, read_commit, read_folder, uncommitted
from .stages import Bench
from .steps import read_steps, write_steps

ROOT = Path(__file__).resolve().parents[2]
FEW = 4         # names that a message lists


def prebuilt(options: argparse.Namespace) -> Prebuilt:
    return Prebuilt(options.build / "labs/prebuilt", Grader(tuple(options.make)))


def complete_course(options: argparse.Namespace) -> Course:
    """The course as it lies in the folder, with the programs that it publishes ready to run."""
    return Course(prebuilt(options).added_to(read_folder(options.root)))


def tree(options: argparse.Namespace) -> int:
    course = complete_course(options)
    rendered = Renderer(course).tree(options.kind, course.solved_by(options.solved))
    written, removed = write_folder(options.folder, rendered)
    print(f"{options.folder}: {len(rendered)} files, {written} written, {removed} removed")
    return 0


def steps(options: argparse.Namespace) -> int:
    course = Course(read_folder(options.root))
    if options.back:
        changed = read_steps(course, options.folder, options.root)
        print("\n".join(changed) or "Nothing has changed.")
    else:
        print(f"{options.folder}: {', '.join(write_steps(course, options.folder))}")
    return 0


def publish(options: argparse.Namespace) -> int:
    commit, folder = origin.head(options.root), options.build / "labs"
    course = Course(prebuilt(options).added_to(read_commit(options.root)))
    publication = Publication(course, folder, commit_date(options.root), options.reason, commit)
    if not options.reason:
        origin.check(options.root, publication.private)
    raise_if(complaint for complaint in lint(course, publication.public, with_sizes=False)
             if complaint.rule != "L3" or not options.reason)
    publication.run()
    print("\n".join(publication.said))
    if publication.is_new:
        print(origin.NEW.format(path=publication.public.path, folder=folder))
    if paths := uncommitted(options.root):
        more = f" and {len(paths) - FEW} more" if len(paths) > FEW else ""
        print(f"Not committed, and so not published: {', '.join(paths[:FEW])}{more}")
    return 0


def check_sources(options: argparse.Namespace) -> int:
    public = options.build / "labs/public.git"
    course = Course(read_folder(options.root))
    raise_if(lint(course, Repository(public) if public.exists() else None))
    print(f"{len(course.labs)} labs, {len(course.exercises)} exercises, {len(course.all_holes())} holes: no complaints")
    return 0


def check(options: argparse.Namespace) -> int:
    students, mends = (20, 10) if options.quick else (200, 100)
    proofs = Proofs(read_folder(options.root), options.build, Grader(tuple(options.make)), prebuilt(options),
                    quick=options.quick, students=students, mends=mends)
    wrong = proofs.run()
    print(f"{wrong} complaints" if wrong else "The labs are as they should be.")
    return 1 if wrong else 0


def record(options: argparse.Namespace) -> int:
    course = complete_course(options)
    bench = Bench(Renderer(course), options.build / "labs/check", Grader(tuple(options.make)))
    for lab in course.labs:
        if options.lab in (None, lab.number):
            scores = calibrate(bench, lab, options.root / lab.path)
            print(f"{lab.path}: " + ", ".join(f"{key} {value:g}" for key, value in scores.items()))
    return 0


def try_mutants(options: argparse.Namespace) -> int:
    course = complete_course(options)
    check = Check(course, options.build / "labs/mutants", options.make)
    carried = Carried(course, options.build / "labs/mutants", options.make)
    only, wrong = [name for name in options.only.split(",") if name], 0
    labs = [lab for lab in course.labs if options.lab in (None, lab.number)]
    if strange := [name for name in only if not name.startswith(tuple(f"{lab.number}." for lab in labs))]:
        raise Problem(f"{strange[0]} is no wrong solution of these labs: {', '.join(lab.name for lab in labs)}")
    for lab in labs:
        of_lab = [name for name in only if name.startswith(f"{lab.number}.")]
        if (of_lab or not only) and not options.carried:
            wrong += check.run(lab, of_lab)
        elif of_lab or not only:
            complaints = carried.run(lab, of_lab)
            print("".join(f"{complaint}\n" for complaint in complaints), end="")
            wrong += len(complaints)
    return int(wrong > 0)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="exporter", description="Makes the labs from the solved tree.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the solved tree (default: the one that this is part of)")
    parser.add_argument("--build", type=Path, help="the folder for all that is built (default: build/ in the solved tree)")
    parser.add_argument("--make", action="append", default=[], metavar="NAME=VALUE", help="for make in the labs' trees")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("tree", help="write one tree into a folder; only what differs is touched")
    command.add_argument("kind", help="labN (all stubs), solN (solved up to lab N), prepN (solved before lab N)")
    command.add_argument("folder", type=Path)
    command.add_argument("--solved", default="", metavar="2.1..2.4", help="exercises that are solved too")
    command.set_defaults(run=tree)

    command = commands.add_parser("steps", help="write lab 1's steps as commits of a scratch repository, to edit them there")
    command.add_argument("folder", type=Path, help="new or empty; with --back: where the commits are")
    command.add_argument("--back", action="store_true", help="write lab 1's patches, and what it starts with, from the commits")
    command.set_defaults(run=steps)

    command = commands.add_parser("lint", help="name what is wrong in the sources of the labs: rules L1 to L9")
    command.set_defaults(run=check_sources)

    command = commands.add_parser("publish", help="add what is new to build/labs/public.git and build/labs/private.git")
    command.add_argument("--reason", default="", help="why published files change, for the commit message")
    command.set_defaults(run=publish)

    command = commands.add_parser("check", help="the four proofs: builds and boots, scores, merges, nothing leaked")
    command.add_argument("--quick", action="store_true", help="the newest lab and few students")
    command.set_defaults(run=check)

    command = commands.add_parser("calibrate", help="write the scores of each stage and the tests' limits into lab.toml")
    command.add_argument("--lab", type=int, help="this lab alone")
    command.set_defaults(run=record)

    command = commands.add_parser("mutants", help="try the wrong solutions: the tests must catch every one")
    command.add_argument("--lab", type=int, help="this lab alone")
    command.add_argument("--only", default="", metavar="ID,...", help="these alone, of one lab")
    command.add_argument("--carried", action="store_true", help="in the next lab: is the exercise named that is wrong?")
    command.set_defaults(run=try_mutants)

    options = parser.parse_args(arguments)
    options.build = options.build or options.root / "build"
    return options


def main() -> int:
    options = parse(sys.argv[1:])
    try:
        return options.run(options)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
