# SPDX-License-Identifier: MIT
"""What students hand in: a folder or an archive each. Nothing in it is trusted, not even its names.

Of a submission, only the sources that the lab asks for count. All the rest comes from the course: the make files, the
tests, the grader. So a changed Makefile or test is noted, and not used.
"""

import contextlib
import gzip
import hashlib
import lzma
import re
import resource
import signal
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from lab.protected import is_protected

ARCHIVES = (".tar.gz", ".tgz", ".tar.xz", ".tar", ".zip")
COUNTED = ("kernel/", "lab1/", "user/")                 # folders of a student's own work
SUFFIXES = (".cc", ".h", ".S")
MOST_FILES = 5000
MOST_BYTES = 64 << 20           # of all files that count, unpacked
MOST_OF_ONE = 4 << 20
MOST_UNPACKED = 1 << 30         # of an archive, with all that is skipped
MOST_MEMORY = 2 << 30           # of address space, while an archive is read
MOST_SECONDS = 60               # of the processor's time
MOST_WALL = 600                 # s of real time, for a disk that does not answer
LONGEST = 200                   # characters of a folder's or file's name
PACKED = ((b"\x1f\x8b", gzip.open), (b"\xfd7zXZ\0", lzma.open))
TOPS = r"(?:kernel|lab1|user|labs|grade)/"


class BadSubmission(Exception):
    """Why a submission cannot be graded, for its author to read."""


@dataclass
class Submission:
    """The files that count, and those that were left out: by name, a hash of their contents."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def find(folder: Path) -> list[Path]:
    """The submissions in a folder: each folder and each archive, by name. Raises BadSubmission if there is none."""
    if not folder.is_dir():
        raise BadSubmission(f"{folder} is no folder")
    found = sorted(path for path in folder.iterdir()
                   if not path.name.startswith(".") and (path.is_dir() or path.name.endswith(ARCHIVES)))
    if not found:
        raise BadSubmission(f"{folder} holds no submission: neither a folder nor any of {', '.join(ARCHIVES)}")
    return found


def name_of(path: Path) -> str:
    """A submission's name: without its suffix, and with nothing that a shell, a table or a file name could mistake."""
    name = path.name
    for suffix in ARCHIVES:
        if path.is_file() and name.endswith(suffix):
            name = name[:-len(suffix)]
            break
    return re.sub(r"[^A-Za-z0-9._@+-]", "_", name)[:100] or "_"


def read(path: Path) -> Submission:
    """Reads a submission. Raises BadSubmission, whatever the input is."""
    try:
        with bounded():
            if path.is_dir():
                return collect(entries_of_folder(path))
            if path.name.endswith(".zip"):
                with zipfile.ZipFile(path) as archive:
                    return collect(entries_of_zip(archive))
            return read_tar(path)
    except BadSubmission:
        raise
    except Exception as error:      # the modules raise much more than they say: zlib.error, LZMAError, MemoryError ...
        reason = str(error).partition("\n")[0].rstrip(" :") or type(error).__name__
        raise BadSubmission(f"{path.name} cannot be read: {reason}") from None


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Bounds time and memory: a small archive can unpack to a very large header or dictionary."""
    def stop(number: int, _: object) -> None:
        raise BadSubmission(f"reading it took more than {MOST_SECONDS} s of the processor's time" if number == signal.SIGPROF else
                            f"reading it was not finished after {MOST_WALL} s on the wall")
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    handlers = {number: signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    signal.alarm(MOST_WALL)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)


class Unpacked:
    """What a tar archive holds, as a stream that ends with BadSubmission where a bomb would go on."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MOST_UNPACKED

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise BadSubmission(f"it unpacks to more than {MOST_UNPACKED >> 20} MiB")
        return data


def read_tar(path: Path) -> Submission:
    """To its very end, where a packed archive has its checksum."""
    with path.open("rb") as file:
        start = file.read(6)
    opener = next((opener for magic, opener in PACKED if start.startswith(magic)), open)
    with opener(path, "rb") as file:
        stream = Unpacked(file)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            found = collect(entries_of_tar(archive))
        while stream.read(1 << 16):
            pass
    return found


Entry = tuple[str, int, "Iterable[bytes]"]      # name, size as declared, its bytes


def entries_of_folder(folder: Path) -> Iterator[Entry]:
    for each in sorted(folder.rglob("*")):
        if each.is_symlink() or not each.is_file():     # a link could lead out of the folder
            continue
        name = each.relative_to(folder).as_posix()
        yield name, each.stat().st_size, read_some(each.open("rb"))


def entries_of_tar(archive: tarfile.TarFile) -> Iterator[Entry]:
    for count, member in enumerate(archive):
        if count > MOST_FILES:
            raise BadSubmission(f"it has more than {MOST_FILES} files")
        if member.isreg():                              # no links, no devices
            stream = archive.extractfile(member)
            assert stream is not None
            yield member.name, member.size, read_some(stream)


def entries_of_zip(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for each in archive.infolist():
        if not each.is_dir():
            yield each.filename, each.file_size, read_some(archive.open(each))


def read_some(stream) -> Iterator[bytes]:
    """The bytes of a file, opened late and closed early; a lie about its size costs one block at most."""
    with stream:
        while block := stream.read(1 << 16):
            yield block


def collect(entries: Iterator[Entry]) -> Submission:
    result, total, count = Submission(), 0, 0
    prefix: str | None = None
    for name, size, blocks in entries:
        count += 1
        if count > MOST_FILES:
            raise BadSubmission(f"it has more than {MOST_FILES} files")
        if (path := clean(name)) is None:
            result.left_out[name] = ""
            continue
        prefix = prefix_of(path) if prefix is None else prefix
        path = path.removeprefix(prefix or "")
        if not counts(path):
            if is_of_interest(path):
                result.left_out[path] = hash_of(blocks)
            continue
        if size > MOST_OF_ONE:
            raise BadSubmission(f"{path} has {size >> 20} MiB; a source has at most {MOST_OF_ONE >> 20}")
        content = bytearray()
        for block in blocks:
            content += block
            if len(content) > MOST_OF_ONE or total + len(content) > MOST_BYTES:
                raise BadSubmission(f"{path} is too large")
        total += len(content)
        result.files[path] = bytes(content)
    if not result.files:
        raise BadSubmission("it has no sources below " + ", ".join(COUNTED))
    if both := next((str(folder) for path in result.files for folder in PurePosixPath(path).parents
                     if str(folder) in result.files), None):
        raise BadSubmission(f"{both} is a file and a folder")
    return result


def prefix_of(path: str) -> str | None:
    """An archive of a folder has its name before each path: that name, or "" if there is none. None: this path does not
    tell. A folder may be called lab1, too, but what has kernel/ and user/ is lab 1's own."""
    if found := re.match(rf"(lab1/)(?=(?:lab1|labs|grade)/)|(?!{TOPS})([^/]+/)(?={TOPS})", path):
        return found[0]
    return "" if re.match(r"(?:kernel|user|labs|grade|lab1/kernel|lab1/user)/", path) else None


def hash_of(blocks: Iterable[bytes]) -> str:
    """Of a file that is only compared, or "" if it is too large for that."""
    made, length = hashlib.sha256(), 0
    for block in blocks:
        length += len(block)
        if length > MOST_OF_ONE:
            return ""
        made.update(block)
    return made.hexdigest()


def clean(name: str) -> str | None:
    """The name as a path below the tree, or None if it leads elsewhere or has characters that no source has."""
    path = PurePosixPath(name.replace("\\", "/"))
    if max(map(len, path.parts), default=0) > LONGEST or len(str(path)) > 4 * LONGEST:
        return None
    if path.is_absolute() or ".." in path.parts or not re.fullmatch(r"[\w .,+@/=-]+", str(path), re.ASCII):
        return None
    return str(path)


def counts(path: str) -> bool:
    return path.startswith(COUNTED) and path.endswith(SUFFIXES) and not is_protected(path)


def is_of_interest(path: str) -> bool:
    """A file whose absence from the grading a reader would wonder about: not what was built, nor git's."""
    return not path.startswith(("build/", ".git/", "my/")) and "/.git/" not in path
