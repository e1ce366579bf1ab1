# SPDX-License-Identifier: MIT
"""Booting from images that are missing, damaged, compressed, or two in a row: the kernel says what is wrong."""

import bz2
import gzip
import lzma
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_boot import FACTS, refusal

from glenda import images
from glenda.machine import Machine
from glenda.paths import INITRD, INITRD_TREE, RESULTS
from glenda.shell import Shell

Boot = Callable[..., Machine]
Spoil = Callable[[bytes], bytes]


@pytest.fixture
def image(request: pytest.FixtureRequest) -> Iterator[Path]:
    """The path for a variant of the initrd."""
    path = RESULTS / ("boot-" + re.sub(r"\W+", "_", request.node.name) + ".cpio")
    yield path
    path.unlink(missing_ok=True)


def test_no_initrd(machine: Boot) -> None:
    reason = refusal(machine(initrd=None, append=FACTS))
    assert reason.startswith("initrd: there is none") and "-initrd" in reason


def test_no_root_program(machine: Boot, image: Path) -> None:
    images.variant(image, remove=["bin/ktest_boot"])
    assert refusal(machine(initrd=image, append=FACTS)).startswith("initrd bin/ktest_boot: ")


def test_no_9ball(machine: Boot, image: Path) -> None:
    """Without an option, the root program is 9Ball."""
    images.variant(image, remove=["bin/9ball"])
    assert refusal(machine(initrd=image)).startswith("initrd bin/9ball: ")


def spoil_first_header(archive: bytes) -> bytes:
    return b"070702" + archive[6:]


def not_hexadecimal(archive: bytes) -> bytes:
    return archive[:54] + b"not hex!" + archive[62:]


def huge_size(archive: bytes) -> bytes:
    return archive[:54] + b"ffffffff" + archive[62:]


def huge_name(archive: bytes) -> bytes:
    return archive[:94] + b"ffffffff" + archive[102:]


@pytest.mark.parametrize("spoil", [spoil_first_header, not_hexadecimal, huge_size, huge_name, lambda a: a[:50],
                                   lambda a: b"\0" * 4096, lambda a: b"\xff" * 4096, lambda a: a[:-4096]],
                         ids=["magic", "digits", "size", "name", "cut", "zeroes", "ones", "end_missing"])
def test_corrupt_initrd(machine: Boot, image: Path, spoil: Spoil) -> None:
    """The kernel names the missing file and does not hang."""
    small = images.pack({"bin": images.File(mode=images.DIRECTORY),
                         "zzz": images.File(b"z" * 8192)})      # the program would come earlier, but is missing
    images.write(image, spoil(small))
    assert refusal(machine(initrd=image, append=FACTS)).startswith("initrd bin/ktest_boot: ")


COMPRESSIONS: dict[str, Spoil] = {
    "gzip": gzip.compress, "xz": lzma.compress, "bzip2": bz2.compress,
    "lzma": lambda archive: lzma.compress(archive, format=lzma.FORMAT_ALONE),
    "zstd": lambda archive: b"\x28\xb5\x2f\xfd" + archive, "lz4": lambda archive: b"\x04\x22\x4d\x18" + archive,
}


@pytest.mark.parametrize("name", COMPRESSIONS)
def test_compressed_initrd(machine: Boot, image: Path, name: str) -> None:
    """Other kernels read compressed archives. Ours says what to do."""
    images.write(image, COMPRESSIONS[name](images.pack({"init.toml": images.File(b"#\n" * 999)})))
    assert refusal(machine(initrd=image, append=FACTS)) \
        == f"initrd bin/ktest_boot: the archive is compressed with {name}: decompress it first"


def test_two_archives_in_a_row(machine: Boot, image: Path) -> None:
    """`cat a.cpio b.cpio`: a file may be in either archive, and the later one of the same name wins."""
    added = {"bin": images.File(mode=images.DIRECTORY), "bin/late": images.read_tree(INITRD_TREE)["bin/hello"],
             "bin/spin": images.read_tree(INITRD_TREE)["bin/hello"]}
    images.write(image, INITRD.read_bytes() + bytes(512) + images.pack(added))
    shell = Shell(machine(initrd=image))
    assert shell.run("run late both").startswith("both\n")
    assert shell.run("run spin no more").startswith("no\nmore\n")


def patch(at: int, data: bytes) -> Spoil:
    return lambda program: program[:at] + data + program[at + len(data):]


BAD_PROGRAMS: dict[str, Spoil] = {
    "empty": lambda program: b"",
    "text": lambda program: b"#!/bin/sh\necho hello\n",
    "cut_header": lambda program: program[:40],
    "cut_segments": lambda program: program[:5000],
    "magic": patch(0, b"\x7fELG"),
    "class_32": patch(4, b"\x01"),
    "big_endian": patch(5, b"\x02"),
    "machine": patch(18, b"\x3e\x00"),                      # x86-64
    "not_executable": patch(16, b"\x01\x00"),               # a relocatable file
    "entry_in_kernel": patch(24, b"\x00\x00\x20\x80\xff\xff\xff\xff"),
    "entry_nowhere": patch(24, b"\x00\x00\x00\x40\x00\x00\x00\x00"),
    "headers_outside": patch(32, b"\xff\xff\xff\x7f\x00\x00\x00\x00"),
    "headers_wrap": patch(32, b"\xf0\xff\xff\xff\xff\xff\xff\xff"),
    "writable_code": patch(64 + 4, b"\x07\x00\x00\x00"),
    "segment_in_kernel": patch(64 + 16, b"\x00\x00\x20\x80\xff\xff\xff\xff"),
    "segment_outside_file": patch(64 + 8, b"\xff\xff\xff\xff\xff\xff\xff\x7f"),
    "segment_huge": patch(64 + 40, b"\x00\x00\x00\x00\x00\x01\x00\x00"),
    "segment_shrinks": patch(64 + 40, b"\x01" + bytes(7)),
}


@pytest.mark.parametrize("fault", BAD_PROGRAMS)
def test_bad_root_program(machine: Boot, image: Path, fault: str) -> None:
    images.variant(image, corrupt={"bin/ktest_boot": BAD_PROGRAMS[fault]})
    reason = refusal(machine(initrd=image, append=FACTS))
    assert re.match(r"(root task bin/ktest_boot|memory): ", reason)
