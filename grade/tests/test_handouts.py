# SPDX-License-Identifier: MIT
"""The handouts are true: links, paths, names, commands and pictures exist, and a lab's page agrees with its lab.toml.

The reference has tests of its own (test_reference.py); here its links count. The last tests seed one mistake of each kind
and want to see it found.

Shows Z8.
"""

import hashlib
import re
from pathlib import Path

import pytest

from glenda.paths import ROOT
from handouts import claims, lab
from handouts.page import Page, slug
from handouts.tree import SOLVED, STUDENT, Tree

HANDOUTS = ROOT / "handouts"
PAGES = [ROOT / "README.md", ROOT / "labs/README.md", *sorted(path for path in HANDOUTS.rglob("*.md") if path.parent != HANDOUTS / "reference")]
REFERENCE = sorted((HANDOUTS / "reference").glob("*.md"))
STUDENTS_README = ROOT / "labs/common/README.md"
LABS = sorted(int(path.stem.removeprefix("lab")) for path in (HANDOUTS / "labs").glob("lab*.md"))
TREE = Tree(ROOT)
LOADED: dict[Path, Page] = {}


def makefiles(path: Path) -> tuple[str, ...]:
    """A student's page speaks of a student's make; the rest may speak of both."""
    return STUDENT if path.parent == HANDOUTS / "labs" or path.name in ("gdb.md", "setup.md") else (*SOLVED, *STUDENT)


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=names)
def test_page_is_true(path: Path) -> None:
    page = Page(path)
    assert claims.check_all(page, TREE, LOADED, makefiles(path)) == []
    assert path.name == "README.md" or claims.check_style(page) == []


@pytest.mark.parametrize("path", REFERENCE, ids=names)
def test_links_of_reference(path: Path) -> None:
    assert claims.check_links(Page(path), LOADED) == []


def test_students_readme_is_true() -> None:
    """Its links and paths are those of a student's tree, where it lies at the top."""
    page = Page(ROOT / "README.md", STUDENTS_README.read_text(encoding="utf-8"))
    assert claims.check_all(page, TREE, {}, STUDENT) == []


@pytest.mark.parametrize("number", LABS)
def test_lab_page_agrees_with_its_lab(number: int) -> None:
    page = Page(HANDOUTS / f"labs/lab{number}.md")
    assert lab.check(page, lab.load(ROOT, number), TREE) == []


def test_every_lab_has_a_page() -> None:
    assert [int(path.parent.name.removeprefix("lab")) for path in sorted((ROOT / "labs").glob("lab*/lab.toml"))] == LABS


def test_first_page_names_the_labs() -> None:
    rows = Page(HANDOUTS / "index.md").table("lab")
    labs = [lab.load(ROOT, number)["lab"] for number in range(1, len(rows) + 1)]
    assert [(row[0], row[-1]) for row in rows] == [(f"{each['number']}. {each['title']}", each["hours"].replace("-", " to "))
                                                   for each in labs]


def test_every_picture_is_drawn_and_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in HANDOUTS.rglob("*.md"))
    sources = sorted(HANDOUTS.rglob("*.dot"))
    assert len(sources) >= 7
    assert [complaint for path in sources for complaint in claims.check_picture(path.with_suffix(".svg"))] == []
    assert [path.name for path in HANDOUTS.rglob("*.svg") if path.name not in text] == []


def test_each_lab_shows_the_system_with_its_part_coloured() -> None:
    plain = (HANDOUTS / "labs/img/system.svg").read_text(encoding="utf-8")
    for number in LABS:
        assert f"(img/lab{number}-system.svg)" in Page(HANDOUTS / f"labs/lab{number}.md").text.partition("\n## ")[0]
        picture = HANDOUTS / f"labs/img/lab{number}-system.svg"
        assert claims.check_picture(picture) == []
        style = re.search("<style>(.*)</style>\n", text := picture.read_text(encoding="utf-8"))
        colours = dict(re.findall(r"\.lab(\d+) path {fill: (#\w+)}", style[1]))
        assert list(map(int, colours)) == list(range(1, number + 1)) and text.replace(style[0], "") == plain
        assert list(colours.values()).count(colours[str(number)]) == 1, "this lab has a colour of its own"


# --- a page is read as MkDocs reads it ------------------------------------------------------------------------------

NOWHERE = "_".join(("no", "such", "word"))      # not even here
SYNTHETIC = """# A page

See [a heading](#two-words) and [another](other.md#there), `tree.words`, `handouts/`, `make help`.

## Two words

```sh
make help V=1    # make nonsense
```

<!-- note -->
```
Exercise 2.2 is missing: kernel/cap/cnode.cc, find_slot()
  2.2  cspace_levels            WRONG      0/6
       kernel/cap/cnode.cc:1  SPDX, got this
```

### Two words
"""


@pytest.fixture(name="page")
def make_page(tmp_path: Path) -> Page:
    (tmp_path / "other.md").write_text("# Other\n## There\n")
    return Page(tmp_path / "page.md", SYNTHETIC)


def test_page_is_read(page: Page) -> None:
    assert page.anchors == {"a-page": "A page", "two-words": "Two words", "two-words_1": "Two words"}
    assert [fence.note for fence in page.fences] == ["", "note"]
    assert page.section("two-words_1") == "" and "nonsense" in page.section("two-words")
    assert page.links == [(3, False, "#two-words"), (3, False, "other.md#there")]
    assert page.words == 15
    assert slug("What `find_slot` does, and *why*") == "what-find_slot-does-and-why"


def test_what_is_right_is_accepted(page: Page) -> None:
    (page.path).write_text(SYNTHETIC)
    assert [*claims.check_all(page, TREE, {}), *claims.check_style(page)] == []


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("(#two-words)", "(#three-words)", "3: page.md has no heading with the anchor three-words"),
    ("other.md#there", "other.md#here", "3: other.md has no heading with the anchor here"),
    ("other.md#there", "none.md", "3: none.md does not exist"),
    ("[another](other", "![another](other.svg) [x](other", "3: other.svg does not exist"),
    ("`handouts/`", "`handouts/nothing/`", "3: handouts/nothing/ does not exist"),
    ("`handouts/`", "`kernel/cap/none.cc`", "3: kernel/cap/none.cc does not exist"),
    ("tree.words", f"tree.{NOWHERE}", f"3: {NOWHERE} (in `tree.{NOWHERE}`) is nowhere in the sources"),
    ("make help`", "make nothing`", "3: make nothing: make has no target nothing"),
    ("make help V=1", "make help WHAT=1", "8: make help WHAT=1: make has no variable WHAT"),
    ("make help V=1", "sh grade/none.sh", "8: grade/none.sh does not exist"),
    ("Exercise 2.2", "Exercise 2.3", "12: kernel/cap/cnode.cc has no hole of exercise 2.3 in find_slot"),
    ("find_slot()", "slots_at()", "12: kernel/cap/cnode.cc has no hole of exercise 2.2 in slots_at"),
    ("cspace_levels", "cspace_depth", "12: there is no test cspace_depth of exercise 2.2 with 6 points"),
    ("2.2  cspace", "2.3  cspace", "12: there is no test cspace_levels of exercise 2.3 with 6 points"),
    ("0/6", "0/7", "12: there is no test cspace_levels of exercise 2.2 with 7 points"),
    ("cnode.cc:1 ", "cnode.cc:2 ", "12: kernel/cap/cnode.cc:2 does not say SPDX"),
    ("and [another]", "\u2014 [another]", "3: a long dash"),
    ("See ", "See " + "long " * 30, "3: longer than 120 characters"),
])
def test_what_is_wrong_is_found(page: Page, old: str, new: str, complaint: str) -> None:
    assert old in SYNTHETIC
    wrong = Page(page.path, SYNTHETIC.replace(old, new, 1))
    page.path.write_text(wrong.text)
    assert [each for each in [*claims.check_all(wrong, TREE, {}), *claims.check_style(wrong)] if each.startswith(complaint)]


def test_an_old_picture_is_found(tmp_path: Path) -> None:
    source, picture = tmp_path / "a.dot", tmp_path / "a.svg"
    picture.write_text("<svg/>")
    assert claims.check_picture(picture) == ["a.svg has no source a.dot"]
    source.write_text("digraph {}")
    picture.write_text(f"<!-- drawn from {hashlib.sha256(source.read_bytes()).hexdigest()} -->\n<svg/>")
    assert claims.check_picture(picture) == []
    source.write_text("digraph { a }")
    assert claims.check_picture(picture) == ["a.svg is not drawn from a.dot as it is now: make handouts-figures"]


LAB = {"lab": {"number": 2, "title": "Things", "hours": "3-4"},
       "exercise": [{"id": "2.2", "title": "Find a capability", "difficulty": "easy", "section": "find-a-capability",
                     "hints": ["..."]}],
       "test": [{"name": "cspace_levels", "exercise": "2.2", "points": 6}, {"name": "children", "exercise": "2.2", "points": 0}],
       "scores": {"start": 0, "2.2": 12}}
LAB_PAGE = """# Lab 2: Things
It takes 3 to 4 hours and has 1 tests. """ + "word " * 2980 + """
## Goals
## What to read
## The idea
## The exercises
### Find a capability
**Exercise 2.2**, easy.
**Where.** `find_slot` in `kernel/cap/cnode.cc`
**What.** **Contract.** **How to see it work.** `cspace_levels`, `children`

**Stuck?** `make hint EX=2.2` helps.
## Stopping points
| after exercise | score |
|---|---|
| none | 0 |
| 2.2 | 12 |

## Questions
## Challenge
"""


def test_a_right_lab_page_is_accepted() -> None:
    assert lab.check(Page(ROOT / "lab.md", LAB_PAGE), LAB, TREE) == []


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ("Lab 2: Things", "Lab 2: Other", "the page's title is"),
    ("word " * 99, "", "words; a lab's page has 3000 to 6000"),
    ("word ", "word " * 3000, "words; a lab's page has 3000 to 6000"),
    ("## Challenge", "", "there is no part 'Challenge'"),
    ("3 to 4 hours", "4 hours", "the page does not say 3 to 4 hours"),
    ("1 tests", "2 tests", "the page does not say 1 tests"),
    ("### Find a capability", "### Find one", "2.2: no heading has the anchor find-a-capability"),
    ("### Find a capability", "### Find a Capability", "2.2: the heading is 'Find a Capability'"),
    ("2.2**, easy", "2.2**, hard", "2.2: the section does not begin with"),
    ("**Contract.**", "", "2.2: the section does not say 'Contract.'"),
    ("`find_slot`", "it", "2.2: the section does not name find_slot"),
    ("kernel/cap/cnode.cc", "kernel/cap/slot.cc", "2.2: the section does not name kernel/cap/cnode.cc"),
    ("`cspace_levels`, `children`", "", "2.2: the section names none of its tests: cspace_levels, children"),
    ("EX=2.2` helps", "EX=2.1` helps", "2.2: the section does not say **Stuck?** `make hint EX=2.2`"),
    ("## Stopping", '??? note "Hint 1"\n    Look.\n## Stopping', "2.2: the section tells a hint"),
    ("| 2.2 | 12 |", "| 2.2 | 13 |", "after 2.2 the score is 12, the page says 13"),
    ("| 2.2 | 12 |", "", "after 2.2 the score is 12, the page says None"),
])
def test_a_wrong_lab_page_is_found(old: str, new: str, complaint: str) -> None:
    assert old in LAB_PAGE
    found = lab.check(Page(ROOT / "lab.md", LAB_PAGE.replace(old, new, 1)), LAB, TREE)
    assert [each for each in found if complaint in each]
