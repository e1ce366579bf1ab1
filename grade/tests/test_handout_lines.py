# SPDX-License-Identifier: MIT
"""A line "Handout:" in a source leads somewhere: to a page that exists, and to headings that are on it.

    // Handout: reference/kernel-design.md, "Time", "Interrupts" and "Printing".

The page is a path below handouts/. The line ends with a full stop, and may go on in the next line of its comment. What
has another form is a complaint too, so that no title is left unread. The last tests seed one mistake of each kind.
"""
import re
from functools import cache
from pathlib import Path

import pytest

from glenda.paths import ROOT

HANDOUTS = ROOT / "handouts"
FOLDERS = ("kernel", "lib", "user")

NEXT_LINE = re.compile(r"\n[ \t]*(?://+|#+|\*)[ \t]*")  # of the same comment, in C++, assembly, make, Python and C
TITLE = r'"[^"\n]+"'
REFERENCE = re.compile(rf'Handout: (?P<page>[\w./-]+\.md)(?P<titles>(?:(?:, and|,| and) {TITLE})*)\.(?=\s|$)')


@cache
def headings_of(page: Path) -> frozenset[str]:
    """The titles on a page, at whatever level. What stands in a fence is no heading."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.S | re.M)
    return frozenset(title.strip() for title in re.findall(r"^#+ (.+)$", text, re.M))


def references_in(source: str) -> list[tuple[int, str, list[str]]]:
    """Each "Handout:" of a source: its line, the page, and the titles. A form that cannot be read has the page ""."""
    found = []
    for start in (match.start() for match in re.finditer("Handout:", source)):
        match = REFERENCE.match(NEXT_LINE.sub(" ", source[start:]))
        page, titles = (match["page"], re.findall(TITLE, match["titles"])) if match else ("", [])
        found.append((source.count("\n", 0, start) + 1, page, [title.strip('"') for title in titles]))
    return found


def complaints_about(source: str, handouts: Path) -> list[str]:
    """What is wrong with the lines of one source, each with its number."""
    complaints = []
    for line, page, titles in references_in(source):
        if not page:
            complaints.append(f'{line}: not of the form: Handout: FOLDER/PAGE.md, "Title" and "Title".')
        elif not (handouts / page).is_file():
            complaints.append(f"{line}: handouts/{page} does not exist")
        else:
            complaints += [f'{line}: handouts/{page} has no heading "{title}"'
                           for title in titles if title not in headings_of(handouts / page)]
    return complaints


@cache
def sources() -> dict[str, str]:
    """Every text below the three folders."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    return {str(path.relative_to(ROOT)): path.read_text(errors="replace") for path in files}


def test_handout_lines_lead_somewhere() -> None:
    assert [f"{name}:{complaint}" for name, text in sources().items()
            for complaint in complaints_about(text, HANDOUTS)] == []


def test_each_folder_has_such_lines() -> None:
    """The test above reads what it is meant to read."""
    count = {folder: sum(text.count("Handout:") for name, text in sources().items() if name.startswith(folder + "/"))
             for folder in FOLDERS}
    assert count["kernel"] >= 60 and count["lib"] >= 5 and count["user"] >= 1, count


# --- the check finds what it is for -------------------------------------------------------------------------------

@pytest.fixture(name="handouts")
def make_handouts(tmp_path: Path) -> Path:
    (tmp_path / "some").mkdir()
    (tmp_path / "some/page.md").write_text('# A page\n## One\n### Below\n```\n# Fenced\n```\n## Two words\n')
    return tmp_path


@pytest.mark.parametrize("source", [
    "// Handout: some/page.md.\n",
    '// Text. Handout: some/page.md, "One". More text.\n',
    '// Handout: some/page.md, "A page", "One" and "Two words".\n',
    '// Handout: some/page.md, "A page", "One", and "Two words".\n',
    '// Handout: some/page.md,\n// "One" and "Two\n// words".\nint x;\n',
    '    # Handout: some/page.md, "One"\n    # and "Two words".\n',
    '/* Handout: some/page.md, "One"\n * and "Two words". */\n',
    '// Text, and then Handout:\n/// some/page.md, "One".',
])
def test_a_right_line_is_accepted(source: str, handouts: Path) -> None:
    assert len(references_in(source)) == 1
    assert complaints_about(source, handouts) == []


@pytest.mark.parametrize(("source", "complaint"), [
    ("// Handout: some/other.md.\n", "1: handouts/some/other.md does not exist"),
    ('int x;\n// Handout: some/page.md, "Three".\n', '2: handouts/some/page.md has no heading "Three"'),
    ('// Handout: some/page.md, "One" and\n// "Three".\n', '1: handouts/some/page.md has no heading "Three"'),
    ('// Handout: some/page.md, "One", "Three" and "Below".\n', '1: handouts/some/page.md has no heading "Three"'),
    ('// Handout: some/page.md, "Fenced".\n', '1: handouts/some/page.md has no heading "Fenced"'),
    ('// Handout: some/page.md, "One", and\n// "Two\n// wards".\n', '1: handouts/some/page.md has no heading "Two wards"'),
    ('// Handout: lab 4, "One".\n', "1: not of the form"),
    ('// Handout: some/page.md, "One"\n', "1: not of the form"),
    ('// Handout: some/page.md, "One" or "Three".\n', "1: not of the form"),
    ('// Handout: some/page.md, section "One".\n', "1: not of the form"),
    ('// Handout: some/page.md, "One" and\n"Three".\n', "1: not of the form"),
])
def test_a_wrong_line_is_found(source: str, complaint: str, handouts: Path) -> None:
    found = complaints_about(source, handouts)
    assert len(found) == 1
    assert found[0].startswith(complaint)


def test_every_line_of_a_source_is_read(handouts: Path) -> None:
    source = "// Handout: some/page.md.\n\n// Handout: none.md.\n// Handout: neither.md.\n"
    assert complaints_about(source, handouts) == ["3: handouts/none.md does not exist",
                                                  "4: handouts/neither.md does not exist"]
