# SPDX-License-Identifier: MIT
"""What MkDocs cannot know by itself: which files are the site's, in which order a reader wants the pages, and the hints.

MkDocs sorts by file names. Pages that ORDER does not name come behind those that it names, so nothing needs an edit
when a page is added.

A lab's page says where `make hint` helps. On the site the same hints unfold there; in the page's own text nobody sees
them who does not ask.
"""

import html
import re
import tomllib
from pathlib import Path
from typing import Any

ORDER = ("index.md", "setup.md", "labs/", "gdb.md", "reference/", "instructors.md")
SHOWN = (".md", ".svg", ".png", ".css")
LAB = re.compile(r"labs/lab(\d+)\.md")
STUCK = re.compile(r"^\*\*Stuck\?\*\* `make hint EX=([\d.]+)`.*$", re.MULTILINE)


def on_files(files: Any, config: Any, **_: Any) -> Any:
    """Leaves out what makes the site: this file, build.mk, the sources of the pictures. The theme's files stay."""
    for file in list(files):
        if (file.abs_src_path or "").startswith(config["docs_dir"]) and not file.src_path.endswith(SHOWN):
            files.remove(file)
    return files


def on_nav(nav: Any, **_: Any) -> Any:
    """Sorts the pages. Within a folder, file names decide."""
    nav.items.sort(key=lambda item: rank(path_of(item)))
    nav.pages.sort(key=lambda page: rank(path_of(page)))
    for page, following in zip(nav.pages, nav.pages[1:]):
        page.next_page, following.previous_page = following, page
    if nav.pages:
        nav.pages[0].previous_page = nav.pages[-1].next_page = None
    return nav


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Puts the hints of a lab's exercises below the lines that speak of them."""
    lab = LAB.fullmatch(page.file.src_path)
    if lab is None:
        return markdown
    hints = hints_of(Path(config["docs_dir"]).parent, int(lab[1]))
    return STUCK.sub(lambda line: "\n\n".join((line[0], *(folded(*one) for one in enumerate(hints[line[1]], start=1)))),
                     markdown)


def hints_of(root: Path, lab: int) -> dict[str, list[str]]:
    """The hints for each exercise, from where `make hint` has them, or from where they are written."""
    published = root / f"grade/labs/lab{lab}.hints.toml"
    if published.exists():
        return tomllib.loads(published.read_text(encoding="utf-8"))["hints"]
    table = tomllib.loads((root / f"labs/lab{lab}/lab.toml").read_text(encoding="utf-8"))
    return {exercise["id"]: exercise["hints"] for exercise in table["exercise"]}


def folded(number: int, hint: str) -> str:
    """A hint as HTML, for it is no Markdown: it may have any sign. What stands in backquotes is code."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(hint, quote=False))
    return f'<details class="note"><summary>Hint {number}</summary><p>{text}</p></details>'


def rank(path: str) -> int:
    return next((place for place, name in enumerate(ORDER) if path.startswith(name)), len(ORDER))


def path_of(item: Any) -> str:
    """The file of a page, or of the first page of a section."""
    while item.is_section:
        item = item.children[0]
    return item.file.src_path
