# SPDX-License-Identifier: MIT
"""The exporter's command line; to be run in the folder labs/."""

import argparse
import sys
from pathlib import Path

from .course import Course
from .errors import Problem
from .folder import write_folder
from .publish import Publication
from .render import Renderer
from .source import commit_date, is_clean, read_commit, read_folder

ROOT = Path(__file__).resolve().parents[2]


def tree(options: argparse.Namespace) -> int:
    course = Course(read_folder(options.root))
    rendered = Renderer(course).tree(options.kind, course.solved_by(options.solved))
    written, removed = write_folder(options.folder, rendered)
    print(f"{options.folder}: {len(rendered)} files, {written} written, {removed} removed")
    return 0


def publish(options: argparse.Namespace) -> int:
    course = Course(read_commit(options.root))
    publication = Publication(course, options.build / "labs", commit_date(options.root), options.reason)
    publication.run()
    print("\n".join(publication.said))
    if not is_clean(options.root):
        print("Changes that are not committed were not published.")
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="exporter", description="Makes the labs from the solved tree.")
    parser.add_argument("--root", type=Path, default=ROOT, help="the solved tree (default: the one that this is part of)")
    parser.add_argument("--build", type=Path, help="the folder for all that is built (default: build/ in the solved tree)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("tree", help="write one tree into a folder; only what differs is touched")
    command.add_argument("kind", help="labN (all stubs), solN (solved up to lab N), prepN (solved before lab N)")
    command.add_argument("folder", type=Path)
    command.add_argument("--solved", default="", metavar="2.1..2.4", help="exercises that are solved too")
    command.set_defaults(run=tree)

    command = commands.add_parser("publish", help="add what is new to build/labs/public.git and build/labs/private.git")
    command.add_argument("--reason", default="", help="why published files change, for the commit message")
    command.set_defaults(run=publish)

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
