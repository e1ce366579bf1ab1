# SPDX-License-Identifier: MIT
"""make grade-class: the sandbox of a submission, and what its limits end."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from classroom import sandbox
from classroom.sandbox import Limits, Outcome
from glenda.paths import ROOT


def command_lines() -> list[bytes]:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):      # it has just ended
            found.append(each.read_bytes())
    return found


def run(script: str, *, trees: dict[str, Path] | None = None, **limits: object) -> Outcome:
    with tempfile.TemporaryFile() as output:
        return sandbox.run(["sh", "-c", script], trees or {}, Limits(**limits), {}, output)


@pytest.fixture(scope="module")
def works() -> None:
    """bubblewrap needs user namespaces, which a chroot and some containers forbid."""
    outcome = run("echo inside")
    if b"namespace" in outcome.output or b"Operation not permitted" in outcome.output:
        pytest.skip(f"bubblewrap cannot work here: {outcome.output.decode(errors='replace').strip()}")
    assert outcome.output == b"inside\n"


@pytest.mark.usefixtures("works")
class TestSandbox:
    def test_nothing_of_the_host_is_seen_or_changed(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        (tmp_path / "given").write_text("read me")
        outcome = run("cat /given/given; ls /home /root /etc/shadow; echo x > /given/given; echo x > /usr/x; rm -rf /usr/bin/sed; true",
                      trees={"/given": tmp_path})
        assert outcome.output.startswith(b"read me") and (tmp_path / "given").read_text() == "read me"
        assert outcome.output.count(b"No such file") >= 3 and b"Read-only file system" in outcome.output

    def test_there_is_no_network_and_no_other_process(self) -> None:
        outcome = run("cat /proc/net/dev | tail -n +3 | cut -d: -f1; ls /proc | grep -c '^[0-9]'")
        lines = outcome.output.decode().split()
        assert lines[:-1] == ["lo"] and int(lines[-1]) < 10

    def test_no_command_line_tells_a_secret(self) -> None:
        """A host test reads /proc, and so does everybody who is logged in on this computer."""
        with tempfile.TemporaryFile() as output:
            outcome = sandbox.run(["sh", "-c", "cat /proc/*/cmdline; env"], {}, Limits(), {"TOKEN": "hush"}, output)
        assert outcome.output.count(b"hush") == outcome.output.count(b"TOKEN=hush") == 1

    def test_nothing_of_the_environment_comes_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LD_PRELOAD_NOTE", "mine")
        assert b"mine" not in run("env").output

    def test_the_processors_time_counts(self) -> None:
        """And that of children that have ended, too. However slowly it goes: here the half of it is slept."""
        outcome = run("while :; do sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done'; sleep 0.02; done", seconds=1, wall=120)
        assert outcome.stopped == "it used more than 1 s of the processor's time"

    def test_who_sleeps_costs_nothing_and_ends_after_all(self) -> None:
        assert run("sleep 1", seconds=0.5, wall=120).stopped == ""
        begun = time.monotonic()
        assert run("sleep 60", seconds=30, wall=0.5).stopped == "it was not finished after 0.5 s on the wall"
        assert time.monotonic() - begun < 30

    def test_memory(self) -> None:
        outcome = run("exec python3 -c 'import time\nkept=[]\nwhile True: kept.append(bytearray(20<<20)); time.sleep(0.02)'",
                      memory=200 << 20)
        assert outcome.stopped == "it used more than 200 MiB of memory"

    def test_disk(self) -> None:
        assert b"No space left" in run("dd if=/dev/zero of=big bs=1M count=100 2>&1", disk=20 << 20).output

    @pytest.mark.parametrize("script", ["f() { f | f & }; f; sleep 60",
                                        pytest.param("python3 -c 'import os\nwhile True: os.fork()'", marks=pytest.mark.long)])
    def test_forks_for_ever(self, script: str) -> None:
        """The watch sees it before the kernel lets a fork fail: then most of them would end, and nobody would know why."""
        assert run(f": {os.getpid()}; {script}", processes=40).stopped == "it started more than 40 processes"
        assert not any(f": {os.getpid()};".encode() in line for line in command_lines())

    @pytest.mark.parametrize("ends", [True, False])
    def test_a_daemon_ends_with_the_sandbox(self, ends: bool) -> None:
        """It has left its session, its parents and its output, and ignores what it can. It's gone when run() returns."""
        daemon = f"setsid sh -c \"trap '' TERM HUP INT; exec 0<&- 1<&- 2<&-; (while :; do sleep 0.1; done; : {os.getpid()}) & \" & sleep 0.5"
        outcome = run(daemon if ends else f"{daemon}; sleep 60", wall=120 if ends else 2)
        assert outcome.stopped == ("" if ends else "it was not finished after 2 s on the wall")
        assert not any(f": {os.getpid()})".encode() in line for line in command_lines())

    def test_only_the_own_process_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """bubblewrap's first process may have ended by the time its number arrives, and another have that number."""
        other = subprocess.Popen(["sleep", "60"])
        monkeypatch.setattr(sandbox.json, "loads", lambda _: {"child-pid": other.pid})
        assert run("sleep 60", wall=0.3).stopped and other.poll() is None
        other.kill()
        other.wait()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root starts sandboxes of several users")
    def test_one_sandbox_does_not_count_for_another(self) -> None:
        """The kernel counts the processes of a user, wherever they are."""
        script = "import subprocess, sys, pathlib; sys.path.insert(0, 'grade'); from tests import test_class_sandbox as t; print(t.run('id -u').output)"
        users = {subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in range(2)}
        assert len(users) == 2 and "65534" not in str(users)

    def test_prints_for_ever(self) -> None:
        outcome = run("yes", output=1 << 20)
        assert outcome.stopped == "it printed more than 1 MiB" and len(outcome.output) == 1 << 20
