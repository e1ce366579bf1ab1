# SPDX-License-Identifier: MIT
"""Tools that are too old or too new are named, and the README says how to get them. Nothing here needs QEMU."""

import os
import subprocess
from pathlib import Path

import pytest

import fresh
import layout
import run
from glenda import paths


def pretend(folder: Path, name: str, answer: str) -> Path:
    """A program that answers whatever it is asked with this one line."""
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return program


def make(*arguments: str, path: Path) -> subprocess.CompletedProcess:
    """make, with this folder's programs before all others."""
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "QEMU")}
    return subprocess.run(["make", *arguments], cwd=paths.ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**environment, "PATH": f"{path}:{os.environ['PATH']}"}, timeout=60, check=False)


@pytest.mark.parametrize("target", ["qemu", "qemu-gdb"])
def test_make_names_a_qemu_that_is_too_old(tmp_path: Path, target: str) -> None:
    pretend(tmp_path, "qemu-system-riscv64", "QEMU emulator version 6.0.0")
    done = make(target, path=tmp_path)
    assert done.returncode != 0
    assert "QEMU 6.0 is too old; 7.2 or later is needed: " in done.stderr


def test_make_takes_a_qemu_that_is_new_enough(tmp_path: Path) -> None:
    """Whatever it does afterwards."""
    pretend(tmp_path, "qemu-system-riscv64", "QEMU emulator version 7.2.0")
    assert "too old" not in make("qemu-is-new-enough", path=tmp_path).stderr


def test_layout_wants_one_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    """Another is named, and the check is skipped and counted as skipped."""
    for name in layout.NAMES:
        pretend(tmp_path, name, "Debian clang-format version 19.1.7 (3+b1)")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(run, "RESULTS", tmp_path)
    report, = run.run_style()
    assert run.count(report) == (0, 0, 1)
    said = capsys.readouterr().out
    assert "SKIPPED" in said and "clang-format 14 decides" in said and "clang-format is version 19" in said
    assert layout.main() == 1


def test_layout_prefers_the_version_that_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, "clang-format", "clang-format version 19.1.7")
    right = pretend(tmp_path, "clang-format-14", "clang-format version 14.0.6")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert layout.find() == str(right)
    monkeypatch.setenv("CLANG_FORMAT", "no-such-program")
    with pytest.raises(layout.WrongVersion, match="there is none"):
        layout.find()


def test_layout_that_differs_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    wrong = tmp_path / "clang-format"
    wrong.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo version 14.0.6 && exit\necho x.cc: wrong >&2; exit 1\n")
    wrong.chmod(0o755)
    monkeypatch.setenv("CLANG_FORMAT", str(wrong))
    monkeypatch.setattr(run, "RESULTS", tmp_path)
    report, = run.run_style()
    assert run.count(report) == (0, 1, 0)
    assert "x.cc: wrong" in capsys.readouterr().out


def test_readme_has_two_commands() -> None:
    """As `make check-fresh` runs them; CI runs the second, and the help begins with the first."""
    booting, testing = fresh.readme_commands((paths.ROOT / "README.md").read_text())
    assert booting.endswith("make qemu") and testing == "make check"
    assert testing.split() == [word for word in (paths.ROOT / ".ci" / "run").read_text().splitlines()[-4].split() if word != "-j2"]
    assert f"Start with: {booting}\n" in make("help", path=Path("/nowhere")).stdout


@pytest.mark.parametrize("text", ["", "## Two commands\n\n```sh\nmake\n```\n", "## Two commands\n\n```sh\na # x\n# b\n```\n",
                                  "## Two commands\n\n```sh\na\nb\nc\n```\n", "## Other\n\n```sh\na\nb\n```\n"])
def test_readme_without_two_commands(text: str) -> None:
    with pytest.raises(fresh.Problem, match="no block of two commands"):
        fresh.readme_commands(text)
