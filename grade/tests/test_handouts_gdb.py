# SPDX-License-Identifier: MIT
"""The transcripts of GDB in the handouts are what GDB says: each is run anew (grade/handouts/session.py)."""

import pytest

from glenda.paths import ROOT
from handouts import session
from handouts.page import Fence, Page

PAGES = {path.name: Page(path) for path in sorted((ROOT / "handouts").rglob("*.md"))}
SESSIONS = [pytest.param(fence, id=f"{name}-{fence.line}") for name, page in PAGES.items() for fence in session.sessions(page)]


@pytest.mark.parametrize("fence", SESSIONS)
def test_transcript_is_what_gdb_says(fence: Fence) -> None:
    assert session.check(fence) == []


def test_there_are_transcripts() -> None:
    assert len(session.sessions(PAGES["gdb.md"])) >= 5


# --- the comparison finds what it is for --------------------------------------------------------------------------

SAID = ["Breakpoint 1 at 0xffffffff802022b8: file kernel/call/destroy.cc, line 137.",
        "#1  0xffffffff80202604 in glenda::revoke (request=...) at kernel/call/invoke_cnode.cc:117",
        "1   0xffffffc080253000  root  Ready  100   0     running   0x10814 <revoking+0x84>",
        "129  +305      0     worker  fault Vm at 0x1011c, address 0x1800001000, cause 13"]
ELSEWHERE = ["Breakpoint 1 at 0xffffffff80201100: file kernel/call/destroy.cc, line 140.",
             "#2  glenda::revoke (request=...) at kernel/call/invoke_cnode.cc:119",
             "1   0xffffffc080254000  root  Ready  100   0     running   0x10820 <revoking+0x90>",
             "131  +301      0     worker  fault Vm at 0x10120, address 0x1800001000, cause 13"]


def test_what_compilers_decide_does_not_count() -> None:
    assert session.agree(SAID, ELSEWHERE)
    assert session.agree(["...", SAID[1], "..."], ELSEWHERE)
    assert session.agree(SAID + ["..."], ELSEWHERE)


@pytest.mark.parametrize(("old", "new"), [
    ("Breakpoint 1", "Breakpoint 2"), ("revoke (", "remove ("), ("invoke_cnode.cc", "invoke_tcb.cc"), ("Ready", "Inactive"),
    ("100", "101"), ("<revoking", "<faults"), ("cause 13", "cause 15"), ("worker", "root"),
])
def test_what_differs_is_found(old: str, new: str) -> None:
    assert any(old in line for line in ELSEWHERE)
    assert not session.agree(SAID, [line.replace(old, new) for line in ELSEWHERE])


@pytest.mark.parametrize("got", [SAID[:3], SAID[1:], [*SAID, "more"], [SAID[1], SAID[0], *SAID[2:]], []])
def test_missing_and_other_lines_are_found(got: list[str]) -> None:
    assert not session.agree(SAID, got)


def test_a_wrong_transcript_is_found() -> None:
    fence = Fence("", "(gdb) print 6 * 7\n$1 = 42\n(gdb) print 1\n$2 = 2\n", 5, "gdb: root=bin/tour")
    assert session.check(fence) == ["5: (print 1) now says:\n$2 = 1"]


def test_a_transcript_begins_with_a_command() -> None:
    assert session.parts("(gdb) a\nb\n(gdb) c\n") == [("a", ["b"]), ("c", [])]
    with pytest.raises(ValueError, match="begins with a command"):
        session.parts("b\n")
