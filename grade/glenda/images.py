# SPDX-License-Identifier: MIT
"""Initial file systems: `newc` cpio archives. The same files give the same bytes on any computer.

    python3 grade/glenda/images.py pack DIR OUT     packs all of DIR into OUT
    variant(out, replace={"etc/init.toml": b"..."}, remove=["bin/shell"])       packs a changed copy of build/initrd

An entry is a header of 110 characters ("070701" and 13 numbers of 8 hexadecimal digits), the name with a final NUL,
and the data; header and name together, and the data, are padded with NULs to a multiple of 4. The last entry is named
TRAILER!!!. To be reproducible, entries are sorted, times are 0, inodes are numbered, and files are executable or not.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

MAGIC = b"070701"
HEADER = len(MAGIC) + 13 * 8
TRAILER = "TRAILER!!!"
DIRECTORY, PROGRAM, DATA = 0o040755, 0o100755, 0o100644


class File(NamedTuple):
    data: bytes = b""
    mode: int = DATA


Files = dict[str, File]         # by path without a leading slash; includes directories


def read_tree(directory: str | os.PathLike) -> Files:
    """All files and directories below `directory`."""
    if not Path(directory).is_dir():
        raise NotADirectoryError(f"{directory} is not a directory")
    files: Files = {}
    for path in Path(directory).rglob("*"):
        name = path.relative_to(directory).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path}: only files and directories can be packed")
        if path.is_dir():
            files[name] = File(mode=DIRECTORY)
        else:
            files[name] = File(path.read_bytes(), PROGRAM if os.access(path, os.X_OK) else DATA)
    return files


def _entry(name: str, file: File, inode: int) -> bytes:
    links = 2 if file.mode == DIRECTORY else 1
    # inode, mode, uid, gid, links, time, size, device (major, minor), device it is, length of the name, checksum
    numbers = [inode, file.mode, 0, 0, links, 0, len(file.data), 0, 0, 0, 0, len(name.encode()) + 1, 0]
    head = MAGIC + b"".join(b"%08x" % number for number in numbers) + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + file.data + bytes(-len(file.data) % 4)


def pack(files: Mapping[str, File]) -> bytes:
    """The archive, sorted by path, so that a directory comes before its contents."""
    entries = [_entry(name, files[name], inode) for inode, name in enumerate(sorted(files), start=1)]
    return b"".join(entries) + _entry(TRAILER, File(mode=0), 0)


def unpack(archive: bytes) -> Files:
    """The files in an archive."""
    files: Files = {}
    at = 0
    while archive[at:at + len(MAGIC)] == MAGIC:
        numbers = [int(archive[at + i:at + i + 8], 16) for i in range(len(MAGIC), HEADER, 8)]
        mode, size, name_size = numbers[1], numbers[6], numbers[11]
        name = archive[at + HEADER:at + HEADER + name_size - 1].decode()
        if name == TRAILER:
            return files
        start = at + HEADER + name_size
        start += -start % 4
        files[name] = File(archive[start:start + size], mode)
        at = start + size + -size % 4
    raise ValueError(f"not a newc archive, or cut off: no entry at byte {at}")


def write(out: str | os.PathLike, archive: bytes) -> Path:
    """Writes atomically, so that another test never sees half an archive."""
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = out.with_name(f"{out.name}.{os.getpid()}")
    scratch.write_bytes(archive)
    os.replace(scratch, out)
    return out


def variant(out: str | os.PathLike, *, tree: str | os.PathLike | None = None,
            replace: Mapping[str, bytes | str | Path] | None = None, remove: Iterable[str] = (),
            corrupt: Mapping[str, Callable[[bytes], bytes]] | None = None) -> Path:
    """Writes a changed copy of the image of `tree` to the file `out`.

    `replace`: new contents by name (a Path is read). `remove`: names of files and whole directories. `corrupt`: a
    function from good contents to bad ones by name, such as `lambda data: data[:9]`. An unknown name raises KeyError.
    """
    if tree is None:
        from glenda.paths import INITRD_TREE as tree     # not above: the command line runs outside the package
    files = read_tree(tree)
    for name in remove:
        del files[name]
        files = {path: file for path, file in files.items() if not path.startswith(name + "/")}
    for name, spoil in (corrupt or {}).items():
        files[name] = files[name]._replace(data=spoil(files[name].data))
    for name, new in (replace or {}).items():
        for parent in list(Path(name).parents)[:-1]:
            files.setdefault(parent.as_posix(), File(mode=DIRECTORY))
        data = new.read_bytes() if isinstance(new, Path) else new.encode() if isinstance(new, str) else new
        mode = files[name].mode if name in files else PROGRAM if data.startswith(b"\x7fELF") else DATA
        files[name] = File(data, mode)
    return write(out, pack(files))


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or arguments[0] != "pack":
        print("usage: images.py pack DIR OUT", file=sys.stderr)
        return 2
    try:
        write(arguments[2], pack(read_tree(arguments[1])))
    except (OSError, ValueError) as error:
        print(f"images.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
