# SPDX-License-Identifier: MIT
"""`make handin`: packs the work for a course's upload page, and says what is missing.

The archive has one folder with the tree's sources (tracked and new, without what was built) and handin/: the log of
git, the results of the last grading, and what was missing. The same work gives the same archive.
"""

import argparse
import gzip
import io
import json
import os
import tarfile
from pathlib import Path

from glenda import paths

from . import config, git, submission, trouble
from .config import BadLab, Lab
from .grade import results_of, shown
from .submission import Files

RESULTS = ("results.json", "results.txt")
ANSWERS = ("answers.md", "answers.txt", "answers.pdf")
MOST = 32 << 20         # bytes of all sources; a course's page refuses larger ones
FEW = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab", type=int, help="its number; the newest if not given")
    parser.add_argument("--make", action="append", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--tree", type=Path, default=paths.ROOT, help="the tree to pack, if not this one")


def run(options: argparse.Namespace) -> int:
    root = options.tree.resolve()
    try:
        lab = config.load(root, options.lab or config.newest(root))
        return pack(root, lab)
    except (BadLab, OSError) as error:
        print(f"make handin: {trouble.in_words(error)}")
        return 2


def pack(root: Path, lab: Lab) -> int:
    files = submission.files(root)
    folder = results_of(root, lab.number)
    told = missing(root, lab, files, folder)
    extra = {name: (folder / name).read_bytes() for name in RESULTS if (folder / name).exists()}
    extra["git-log.txt"] = git.data(root, "log", "--stat", "--no-color", "--date=iso") or b"not a clone\n"
    extra["missing.txt"] = "".join(f"{line}\n" for line in told).encode()
    name = f"lab{lab.number}-handin"
    archive = folder.parent / f"{name}.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    scratch = archive.with_name(f"{archive.name}.{os.getpid()}")
    scratch.write_bytes(archive_of(name, files, extra))
    os.replace(scratch, archive)
    print(f"Packed {len(files)} files into {shown(archive, root)} ({archive.stat().st_size // 1024 + 1} KiB).")
    for line in told:
        print(f"  missing: {line}")
    print("Upload that file." if not told else "Upload that file as it is, or mend this first and pack again.")
    return 0


def archive_of(name: str, files: Files, extra: dict[str, bytes]) -> bytes:
    """A tar.gz without times and owners."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        def add(path: str, data: bytes, mode: int) -> None:
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))
        for path, source in files.items():
            add(path, source.read_bytes(), 0o755 if os.access(source, os.X_OK) else 0o644)
        for path, data in sorted(extra.items()):
            add(f"handin/{path}", data, 0o644)
    return packed.getvalue()


def missing(root: Path, lab: Lab, files: Files, folder: Path) -> list[str]:
    """What a reader of the submission would look for in vain, a line each."""
    told = results_missing(lab, files, folder)
    if not any(name in files for name in ANSWERS):
        told.append(f"your answers to the handout's questions: {ANSWERS[0]}")
    size = sum(path.stat().st_size for path in files.values())
    if size > MOST:
        largest = max(files, key=lambda name: files[name].stat().st_size)
        told.append(f"room: the sources have {size >> 20} MiB, {MOST >> 20} are usual; the largest is {largest}")
    if not git.is_top(root):
        return [*told, "git: this folder is no clone, so nobody sees how the work came about"]
    changed = git.data(root, "status", "--porcelain", "-z", "--untracked-files=all") or b""
    names = [os.fsdecode(row[3:]) for row in changed.split(b"\0") if len(row) > 3]
    if names:
        more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
        told.append(f"a commit of {', '.join(names[:FEW])}{more} (packed all the same)")
    return told


def results_missing(lab: Lab, files: Files, folder: Path) -> list[str]:
    """What is missing in the results."""
    again = f"make grade LAB={lab.number}"
    try:
        found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        if found["submission"] != submission.fingerprint(files):
            return [f"results of this state of your work: {again}"]
        if not found["whole"]:
            return [f"results of all tests: {again}"]
        short = sorted({test["number"] for test in found["tests"] if test["score"] < test["max_score"]})
        return [f"points in {', '.join(short)} ({found['output']})"] if short else []
    except (OSError, ValueError, KeyError, TypeError):
        return [f"results: {again}"]
