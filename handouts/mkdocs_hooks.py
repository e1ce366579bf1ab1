# SPDX-License-Identifier: MIT
"""What MkDocs cannot know by itself: which files are the site's, and in which order a reader wants the pages.

MkDocs sorts by file names. Pages that ORDER does not name come behind those that it names, so nothing needs an edit
when a page is added.
"""

from typing import Any

ORDER = ("index.md", "setup.md", "labs/", "gdb.md", "reference/", "instructors.md")
SHOWN = (".md", ".svg", ".png", ".css")


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


def rank(path: str) -> int:
    return next((place for place, name in enumerate(ORDER) if path.startswith(name)), len(ORDER))


def path_of(item: Any) -> str:
    """The file of a page, or of the first page of a section."""
    while item.is_section:
        item = item.children[0]
    return item.file.src_path
