# SPDX-License-Identifier: MIT
"""make record and make replay: a recording is good for the kernel that ran, whatever has been built since.

Shows Z10.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from glenda.errors import Infrastructure
from glenda.paths import BUILD, INITRD, KERNEL, ROOT
from lab import config, replay
from lab.replay import Recording, of_folder, record

PROGRAM = "ktest_cspaces"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build of one's own, to be spoilt."""
    for name in (KERNEL, INITRD, BUILD / "user" / f"{PROGRAM}.elf"):
        target = tmp_path / "build" / name.relative_to(BUILD)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(name, target)
    return tmp_path / "build"


def test_a_build_after_the_recording_changes_nothing(build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                     capfd: pytest.CaptureFixture[str]) -> None:
    kernel, initrd = build / "kernel" / "glenda.elf", build / "initrd.cpio"
    monkeypatch.setattr(replay.paths, "KERNEL", kernel)
    monkeypatch.setattr(replay.paths, "INITRD", initrd)
    said = record(Recording(tmp_path / "run", f"root=bin/{PROGRAM} case=cspaces_cycles nonce=1"), kernel, initrd)
    assert "ok cspaces_cycles" in said
    recording = of_folder(tmp_path / "run")
    assert replay.is_current(recording)
    for built in (kernel, initrd, build / "user" / f"{PROGRAM}.elf"):
        built.write_bytes(b"of a later build")
    assert not replay.is_current(recording)
    commands = (f"program {PROGRAM}", "tbreak check_invariants", "continue", "info symbol main")
    assert replay.replay(ROOT, recording, *commands, batch=True) == 0
    told = capfd.readouterr().out
    assert f"symbols of {PROGRAM}" in told and "Temporary breakpoint 1, glenda::check_invariants" in told
    assert "main in section .text" in told


def test_what_is_not_recorded_whole_is_refused(tmp_path: Path) -> None:
    """As a recording of an earlier version, which kept no kernel."""
    recording = Recording(tmp_path / "run", "root=bin/x")
    recording.folder.mkdir()
    recording.events.write_bytes(b"events")
    recording.disk.write_bytes(b"disk")
    with pytest.raises(Infrastructure, match="run has not been recorded: make record TEST=run"):
        of_folder(recording.folder)


def test_a_recorded_run_is_a_graded_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a nonce, as the grader runs it: else the kernel's invariants would not be checked."""
    test = config.Test("t", "2.2", 1, "boot", program="x", cases=("a", "b"), options="cleanup=off")
    monkeypatch.setattr(config, "load_all", lambda _: [config.Lab(2, "", (), (test,))])
    assert replay.recording_of("t").append == "root=bin/x nonce=recorded case=a,b cleanup=off"


def test_a_name_that_is_none() -> None:
    done = subprocess.run([sys.executable, "-m", "lab", "replay", "--test", "nothing"], cwd=ROOT / "grade",
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr == "no test is called 'nothing': see make grade\n"
