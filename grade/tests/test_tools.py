# SPDX-License-Identifier: MIT
"""Tools that are too old or too new are named, and the README says how to get them. Nothing here needs QEMU."""

import functools
import http.server
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
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
    environment["PATH"] = f"{path}:{environment['PATH']}"
    return subprocess.run(["make", *arguments], cwd=paths.ROOT, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)


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


def test_layout_wants_one_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                  capsys: pytest.CaptureFixture) -> None:
    """Another is named, and the check is skipped and counted as skipped."""
    for name in layout.NAMES:
        pretend(tmp_path, name, "Debian clang-format version 19.1.7 (3+b1)")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(run, "REPORTS", tmp_path)
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


def test_layout_that_differs_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                   capsys: pytest.CaptureFixture) -> None:
    wrong = tmp_path / "clang-format"
    wrong.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo version 14.0.6 && exit\necho x.cc: wrong >&2; exit 1\n")
    wrong.chmod(0o755)
    monkeypatch.setenv("CLANG_FORMAT", str(wrong))
    monkeypatch.setattr(run, "REPORTS", tmp_path)
    report, = run.run_style()
    assert run.count(report) == (0, 1, 0)
    assert "x.cc: wrong" in capsys.readouterr().out


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a mirror that has one suite, `there`."""
    (tmp_path / "dists" / "there").mkdir(parents=True)
    (tmp_path / "dists" / "there" / "Release").write_text("Suite: there\n")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


def test_only_a_mirror_out_of_reach_is_a_skip(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is an error is a failure: the mirror has been reached."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    fresh.check_reachable(server, "there")
    with pytest.raises(fresh.Problem, match="missing/Release: .*404"):
        fresh.check_reachable(server, "missing")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(OSError):
            fresh.check_reachable(f"http://127.0.0.1:{closed.getsockname()[1]}/", "there")


def test_readme_has_two_commands() -> None:
    """As `make check-fresh` runs them; CI runs the second, and the help begins with the first."""
    booting, testing = fresh.readme_commands((paths.ROOT / "README.md").read_text())
    assert booting.endswith("make qemu") and testing == "make check"
    assert testing in (paths.ROOT / ".ci" / "run").read_text().splitlines()
    assert f"Start with: {booting}\n" in make("help", path=Path("/nowhere")).stdout


def test_a_students_help_begins_as_the_students_readme() -> None:
    students = (paths.ROOT / "labs/common/README.md").read_text()
    assert "\nmake deps qemu " in students
    assert "Start with: make deps qemu\n" in make("-I", "labs/common", "help", "LAB_SETTINGS=labs/01.mk", path=Path("/nowhere")).stdout


@pytest.mark.parametrize("heading,lines", [("Two commands", "make\n"), ("Two commands", "a # x\n# b\n"),
                                           ("Two commands", "a\nb\nc\n"), ("Two commands", ""), ("Other", "a\nb\n")])
def test_readme_without_two_commands(heading: str, lines: str) -> None:
    with pytest.raises(fresh.Problem, match="no block of two commands"):
        fresh.readme_commands(f"## {heading}\n\n```sh\n{lines}```\n")


def test_settings_of_apt_that_lead_to_the_mirror() -> None:
    dump = 'APT::Architecture "x";\nAcquire::http::Proxy "p";\nAcquire::Languages "";\nAcquire::Check-Date "0";\n'
    assert fresh.APT_SETTINGS.findall(dump) == ['Acquire::http::Proxy "p";', 'Acquire::Check-Date "0";']
