# SPDX-License-Identifier: MIT
"""make grade-class: hostile submissions harm nothing, and what a class's results become."""

import io
import os
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from classroom import one, sandbox, submission, table
from classroom.sandbox import Limits, Outcome
from classroom.submission import BadSubmission

Member = tuple[str, bytes]


def tar(path: Path, *members: Member, links: tuple[tuple[str, str], ...] = ()) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return path


# --- submissions --------------------------------------------------------------------------------------------------

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


# --- the sandbox --------------------------------------------------------------------------------------------------

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

    def test_time(self) -> None:
        begun = time.monotonic()
        assert run("sleep 60", seconds=0.5).stopped == "it took more than 0 s"
        assert time.monotonic() - begun < 20

    def test_memory(self) -> None:
        outcome = run("exec python3 -c 'import time\nkept=[]\nwhile True: kept.append(bytearray(20<<20)); time.sleep(0.02)'",
                      memory=200 << 20, seconds=60)
        assert outcome.stopped == "it used more than 200 MiB of memory"

    def test_disk(self) -> None:
        assert b"No space left" in run("dd if=/dev/zero of=/work/big bs=1M count=100 2>&1", disk=20 << 20).output

    def test_forks_for_ever(self) -> None:
        outcome = run("f() { f | f & }; f; sleep 60", processes=40, seconds=20)
        assert outcome.stopped in ("it started more than 40 processes", "it took more than 20 s")
        time.sleep(0.2)
        assert not any(b"f() { f | f" in path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))

    def test_prints_for_ever(self) -> None:
        outcome = run("yes", output=1 << 20, seconds=30)
        assert outcome.stopped == "it printed more than 1 MiB" and len(outcome.output) == 1 << 20


# --- results ------------------------------------------------------------------------------------------------------

def result(name: str, *scores: float, reason: str = "") -> dict:
    tests = [{"name": f"test_{number}", "number": f"2.{number}", "score": score, "max_score": 50,
              "extra_data": {"kind": "OK" if score == 50 else "WRONG"}} for number, score in enumerate(scores, start=1)]
    return {"name": name, "score": sum(scores), "max_score": 100.0, "reason": reason, "tests": tests, "notes": []}


RESULTS = [result("ann", 50, 50), result("=bob", 50, 0), result("<eve>", reason="it took more than 300 s")]


def test_the_table_has_a_line_for_each() -> None:
    assert table.as_csv(RESULTS).splitlines() == [
        "name,score,max_score,2.1,2.2,reason,notes", "ann,100,100,50,50,,", "'=bob,50,100,50,0,,",
        "<eve>,0,100,,,it took more than 300 s,"]


def test_the_page_shows_the_distribution_and_no_markup_of_theirs() -> None:
    assert table.distribution(RESULTS) == [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    page = table.as_page(RESULTS, 2, "Capabilities")
    assert "&lt;eve&gt;" in page and "<eve>" not in page
    assert "3 submissions. Median 50, mean 50.0, 1 without a score of their own." in page
    assert os.linesep.join(["<tr><td>test_2<td>WRONG<td>1"]) in page
