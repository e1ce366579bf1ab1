# SPDX-License-Identifier: MIT
"""Writes a tree into a folder. What is there already and equal is not touched, so an incremental build stays one."""

from pathlib import Path

from .errors import Problem
from .source import File, Tree

LIST = ".exported"      # in the folder: the paths that the exporter wrote


def _write(place: Path, file: File) -> bool:
    """Writes one file, unless it is there and equal. Says whether it did."""
    mode = 0o755 if file.executable else 0o644
    try:
        if place.is_file() and not place.is_symlink() and place.read_bytes() == file.data:
            if bool(place.stat().st_mode & 0o100) != file.executable:
                place.chmod(mode)
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.data)
        place.chmod(mode)
    except OSError as error:
        raise Problem(f"{place} cannot be written: {error.strerror}") from None
    return True


def write_files(folder: Path, tree: Tree) -> int:
    """Writes `tree` into `folder`, and leaves other files there alone. Returns how many files it wrote."""
    return sum(_write(folder / path, file) for path, file in tree.items())


def _remove(folder: Path, path: str) -> None:
    """Removes a file, and the folders that it leaves empty: to a Makefile, a folder is a program."""
    (folder / path).unlink()
    for parent in Path(path).parents[:-1]:
        try:
            (folder / parent).rmdir()
        except OSError:
            return      # it holds something


def write_folder(folder: Path, tree: Tree) -> tuple[int, int]:
    """Makes `folder` hold `tree`. Of other files, only those that an earlier call wrote are removed: what was built stays.
    Returns how many files it wrote and removed. Raises Problem for a folder with other people's files."""
    listed = folder / LIST
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is not a folder")
    if folder.exists() and not listed.exists() and any(folder.iterdir()):
        raise Problem(f"{folder} holds files that the exporter did not write; name an empty folder, or a new one")
    old = set(listed.read_text().splitlines()) if listed.exists() else set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        listed.write_text("".join(f"{path}\n" for path in sorted(old | tree.keys())))
    except OSError as error:
        raise Problem(f"{folder} cannot be written: {error.strerror}") from None
    removed = 0
    for path in sorted(old - tree.keys()):
        if (folder / path).is_file():
            _remove(folder, path)
            removed += 1
    written = write_files(folder, tree)
    listed.write_text("".join(f"{path}\n" for path in sorted(tree)))
    return written, removed
