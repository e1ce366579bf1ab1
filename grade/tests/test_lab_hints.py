# SPDX-License-Identifier: MIT
"""make hint: one hint more each time, and only of the exercise that was asked for.

Shows Z12.
"""

from argparse import Namespace
from pathlib import Path

import pytest

from lab import hint

LAB = '[lab]\nnumber = {0}\ntitle = "Title"\n[[exercise]]\nid = "{0}.1"\ntitle = "First"\n[[exercise]]\nid = "{0}.2"\ntitle = "Next"\n'
HINTS = '[hints]\n"{0}.1" = ["look", "count", "{0}: write"]\n"{0}.2" = ["sit down"]\n'


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with labs 1 and 2, in which nobody has asked yet."""
    folder = tmp_path / "grade" / "labs"
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"lab{number}.toml").write_text(LAB.format(number))
        (folder / f"lab{number}.hints.toml").write_text(HINTS.format(number))
    monkeypatch.setattr(hint, "ROOT", tmp_path)
    monkeypatch.setattr(hint, "SEEN", tmp_path / "build" / "hints.json")
    return folder


def ask(exercise: str) -> int:
    return hint.run(Namespace(ex=exercise))


def test_each_time_one_hint_more(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hints = ["  hint 1 of 3: look", "  hint 2 of 3: count", "  hint 3 of 3: 2: write"]
    for count in (1, 2, 3, 3):
        assert ask("2.1") == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0] == "Exercise 2.1, First" and said[1:count + 1] == hints[:count]
        assert ["That is all" in line for line in said[count + 1:]] == ([True] if count == 3 else [])
    assert ask("1.1") == 0
    assert capsys.readouterr().out == "Exercise 1.1, First\n  hint 1 of 3: look\n"


def test_an_exercise_that_there_is_not(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("2.9") == 1
    assert capsys.readouterr().err == "There is no exercise 2.9: make hint EX=N, with one of 1.1, 1.2, 2.1, 2.2\n"
    assert ask("") == 1
    assert capsys.readouterr().err.startswith("Say which exercise: ")


@pytest.mark.parametrize("text, reason", [(None, "No such file"), ("[hints", "Expected"), ("", "no hints for exercise 2.1"),
                                          ("hints = 3", "int"), ('[hints]\n"2.2" = []\n', "no hints for exercise 2.1")])
def test_hints_that_cannot_be_read(tree: Path, capsys: pytest.CaptureFixture[str], text: str | None, reason: str) -> None:
    """The file is named. Hints of another lab are still told."""
    path = tree / "lab2.hints.toml"
    path.unlink() if text is None else path.write_text(text)
    assert ask("2.1") == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("make hint: ") and "lab2.hints.toml" in said.err and reason in said.err
    assert ask("1.2") == 0
