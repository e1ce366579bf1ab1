# SPDX-License-Identifier: MIT
"""make grade-class: what is read of a submission, and what is refused: links, bombs, damaged archives, names."""

import io
import lzma
import random
import resource
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from classroom import one, submission
from classroom.submission import BadSubmission

Member = tuple[str, bytes]


def tar(path: Path, *members: Member, links: tuple[tuple[str, str], ...] = ()) -> Path:
    with tarfile.open(path, "w:gz", errors="surrogateescape") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path


def test_what_counts_and_what_does_not(tmp_path: Path) -> None:
    found = submission.read(tar(tmp_path / "ann.tar.gz", ("ann/kernel/cap/slot.cc", b"mine"), ("ann/Makefile", b"all:"),
                                ("ann/user/tests/lab2_spaces.cc", b"easy"), ("ann/build/x.o", b""), ("ann/kernel/a.py", b"")))
    assert found.files == {"kernel/cap/slot.cc": b"mine"}
    assert list(found.left_out) == ["Makefile", "user/tests/lab2_spaces.cc", "kernel/a.py"]


def test_only_what_differs_from_the_course_is_noted(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    (tmp_path / "course/Makefile").write_bytes(b"all:")
    (tmp_path / "course/README.md").write_bytes(b"hello")
    found = submission.read(tar(tmp_path / "a.tar.gz", ("kernel/a.cc", b""), ("Makefile", b"all: mine"), ("README.md", b"hello"),
                                ("my/notes", b""), ("grade/new.py", b"")))
    assert one.edited(found.left_out, tmp_path / "course") == ["Makefile", "grade/new.py"]


def test_a_folder_and_a_zip_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "bob/kernel").mkdir(parents=True)
    (tmp_path / "bob/kernel/a.cc").write_bytes(b"x\r\n")
    (tmp_path / "bob/kernel/passwd.cc").symlink_to("/etc/passwd")
    with zipfile.ZipFile(tmp_path / "eve.zip", "w") as archive:
        archive.writestr("kernel/a.cc", b"x\r\n")
    assert [path.name for path in submission.find(tmp_path)] == ["bob", "eve.zip"]
    assert submission.read(tmp_path / "bob").files == submission.read(tmp_path / "eve.zip").files == {"kernel/a.cc": b"x\r\n"}


@pytest.mark.parametrize("name", ["../kernel/a.cc", "/kernel/a.cc", "kernel/../../a.cc", "kernel/a\n.cc", "kernel/$(x).cc"])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    found = submission.read(tar(tmp_path / "a.tar.gz", (name, b"evil"), ("kernel/b.cc", b"good")))
    assert list(found.files) == ["kernel/b.cc"] and list(found.left_out) == [name]


def test_links_in_archives_are_not_followed(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar.gz", ("kernel/b.cc", b"good"), links=(("kernel/c.cc", "/etc/shadow"), ("user", "/etc")))
    assert list(submission.read(path).files) == ["kernel/b.cc"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel/a.cc", b"\0" * (submission.MOST_OF_ONE + 1))
    with pytest.raises(BadSubmission, match="kernel/a.cc has 4 MiB"):
        submission.read(tmp_path / "bomb.zip")
    many = tar(tmp_path / "many.tar.gz", *((f"kernel/{number}.cc", b"") for number in range(submission.MOST_FILES + 2)))
    with pytest.raises(BadSubmission, match="more than 5000 files"):
        submission.read(many)


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08broken"])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    for name in ("a.tar.gz", "a.zip", "a.tar"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadSubmission):
            submission.read(tmp_path / name)


def test_a_damaged_archive(tmp_path: Path) -> None:
    """The libraries for each format fail in their own ways."""
    noise = bytes(random.Random(1).randbytes(50000))
    good = tar(tmp_path / "a.tar.gz", ("kernel/a.cc", noise)).read_bytes()
    (tmp_path / "a.tar.gz").write_bytes(good[:20000] + bytes(100) + good[20100:])
    (tmp_path / "a.tar.xz").write_bytes((packed := lzma.compress(noise))[:9000] + bytes(100) + packed[9100:])
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel/a.cc", b"abc" * 5000)
    packed = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(packed[:45] + b"\xff" * 15 + packed[60:])
    for name in ("a.tar.gz", "a.tar.xz", "a.zip"):
        with pytest.raises(BadSubmission, match=f"{name} cannot be read: "):
            submission.read(tmp_path / name)


def test_a_bomb_of_what_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(BadSubmission, match="it unpacks to more than 1 MiB"):
        submission.read(tar(tmp_path / "a.tar.gz", ("kernel/a.cc", b""), ("build/x.o", bytes(2 << 20))))


def test_reading_takes_bounded_time_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tar(tmp_path / "a.tar.gz", ("kernel/a.cc", b""))
    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(submission, "MOST_SECONDS", 1)
    with monkeypatch.context() as patch:
        patch.setattr(submission, "read_tar", lambda _: all(True for _ in iter(int, 1)))
        with pytest.raises(BadSubmission, match="more than 1 s of the processor's time"):
            submission.read(path)
        patch.setattr(submission, "read_tar", lambda _: time.sleep(1.5))
        submission.read(path)           # a slow disk is nobody's fault
        patch.setattr(submission, "MOST_WALL", 1)
        patch.setattr(submission, "read_tar", lambda _: time.sleep(20))
        with pytest.raises(BadSubmission, match="not finished after 1 s on the wall"):
            submission.read(path)
    with monkeypatch.context() as patch, pytest.raises(BadSubmission, match="cannot be read: MemoryError"):
        patch.setattr(submission, "read_tar", lambda _: bytearray(submission.MOST_MEMORY))
        submission.read(path)
    assert resource.getrlimit(resource.RLIMIT_AS) == before and list(submission.read(path).files) == ["kernel/a.cc"]


@pytest.mark.parametrize(("folder", "lab1"), [("ann/", ""), ("", ""), ("lab1/", ""), ("lab1-handin/", "lab1/"),
                                               ("", "lab1/"), ("lab1/", "lab1/")])
def test_the_name_of_the_folder_comes_off(tmp_path: Path, folder: str, lab1: str) -> None:
    """But grade/labs/lab1.toml and lab1/kernel/main.cc have none."""
    names = [".gitignore", "Makefile", "grade/labs/lab1.toml", f"{lab1}kernel/a.cc", f"{lab1}user/b.cc"]
    found = submission.read(tar(tmp_path / "a.tar", *((folder + name, b"x") for name in names)))
    assert list(found.files) == names[3:] and "grade/labs/lab1.toml" in found.left_out
    if lab1 and not folder:     # and nothing else is there
        assert list(submission.read(tar(tmp_path / "b.tar", (names[3], b"x"))).files) == names[3:4]


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadSubmission, match="kernel/x.cc is a file and a folder"):
        submission.read(tar(tmp_path / "a.tar", ("kernel/x.cc", b""), ("kernel/x.cc/y.cc", b"")))
    (tmp_path / "course/kernel/cap.h").mkdir(parents=True)
    (tmp_path / "course/kernel/slot.cc").write_text("")
    for name in ("kernel/cap.h", "kernel/slot.cc/y.cc"):
        with pytest.raises(BadSubmission, match=f"{name} cannot be there"):
            one.lay_out(submission.read(tar(tmp_path / "a.tar", (name, b""))), tmp_path / "course", tmp_path / "to")


def test_a_name_too_long_for_a_file(tmp_path: Path) -> None:
    found = submission.read(tar(tmp_path / "a.tar", (f"kernel/{'a' * 300}.cc", b""), (f"kernel/{'b/' * 3000}c.cc", b""),
                                ("kernel/a.cc", b"")))
    assert list(found.files) == ["kernel/a.cc"] and len(one.edited(found.left_out, tmp_path)) == 2


def test_no_file_of_this_computer_is_looked_at_for_a_name(tmp_path: Path) -> None:
    """/proc/kcore is a file of 128 TiB to whoever reads it."""
    (tmp_path / "course").mkdir()
    (tmp_path / "secret").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
        found = submission.read(tar(tmp_path / "a.tar", ("kernel/a.cc", b""), (str(tmp_path / "secret"), b""), ("../secret", b"")))
        assert len(one.edited(found.left_out, tmp_path / "course")) == 2


def test_no_sources_and_no_submissions(tmp_path: Path) -> None:
    with pytest.raises(BadSubmission, match="no sources below kernel/, lab1/, user/"):
        submission.read(tar(tmp_path / "a.tar.gz", ("README", b"hello")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadSubmission, match="holds no submission"):
        submission.find(tmp_path / "empty")
    with pytest.raises(BadSubmission, match="is no folder"):
        submission.find(tmp_path / "nowhere")


def test_names_are_harmless() -> None:
    assert submission.name_of(Path("/x/a b;rm -rf $HOME.tar.gz")) == "a_b_rm_-rf__HOME.tar.gz"   # no file: no suffix to take
