# SPDX-License-Identifier: MIT
"""Tests of grade/glenda/images.py, which packs the initial file system."""

import subprocess
import sys
from pathlib import Path

import pytest

from glenda import images, paths


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree of files."""
    (tmp_path / "tree" / "bin").mkdir(parents=True)
    (tmp_path / "tree" / "bin" / "program").write_bytes(b"\x7fELF and more")
    (tmp_path / "tree" / "bin" / "program").chmod(0o700)
    (tmp_path / "tree" / "init.toml").write_text("[boot]\n")
    return tmp_path / "tree"


def test_image_is_what_cpio_reads(tree: Path) -> None:
    files = images.read_tree(tree)
    archive = images.pack(files)
    assert images.unpack(archive) == files
    assert images.pack(dict(reversed(files.items()))) == archive
    # The first entry as GNU cpio 2.13 writes it with `--reproducible`, except for the inode's number.
    assert archive.startswith(b"070701" b"00000001" b"000041ed" + b"00000000" * 2 + b"00000002" + b"00000000" * 6
                              + b"00000004" + b"00000000" + b"bin\0")
    assert len(archive) % 4 == 0


def test_image_variants(tree: Path, tmp_path: Path) -> None:
    out = images.variant(tmp_path / "out.cpio", tree=tree, replace={"etc/motd": "hi\n", "bin/other": b"\x7fELF"},
                         remove=["init.toml"], corrupt={"bin/program": lambda data: data[:4]})
    files = images.unpack(out.read_bytes())
    assert files == {"bin": images.File(mode=images.DIRECTORY), "bin/program": images.File(b"\x7fELF", images.PROGRAM),
                     "bin/other": images.File(b"\x7fELF", images.PROGRAM), "etc": images.File(mode=images.DIRECTORY),
                     "etc/motd": images.File(b"hi\n")}
    with pytest.raises(KeyError):
        images.variant(tmp_path / "out.cpio", tree=tree, remove=["missing"])


def test_image_command_line(tree: Path, tmp_path: Path) -> None:
    script = paths.ROOT / "grade" / "glenda" / "images.py"
    out = tmp_path / "deep" / "initrd.cpio"
    subprocess.run([sys.executable, script, "pack", tree, out], check=True, cwd=tmp_path)
    assert out.read_bytes() == images.pack(images.read_tree(tree))
    assert subprocess.run([sys.executable, script, "pack", "missing", out], capture_output=True).returncode == 1
