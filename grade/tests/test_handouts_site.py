# SPDX-License-Identifier: MIT
"""The handouts as a site: it is built without a warning, and a reader with a phone sees all of it, light and dark.

What is not installed is skipped, with the command that installs it: few who run the tests need a browser.

Shows Z8.
"""

import html
import importlib.util
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glenda.paths import ROOT
from handouts import lab, look
from handouts.browser import Browser, BrowserError, find


def has_mkdocs() -> bool:
    if importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("pymdownx") is None:
        return False
    from mkdocs.utils import get_theme_names    # pylint: disable=import-outside-toplevel
    return "material" in get_theme_names()


CHROMIUM = find()
needs_mkdocs = pytest.mark.skipif(not has_mkdocs(), reason="no MkDocs here: sh grade/deps.sh mkdocs mkdocs-material")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: sh grade/deps.sh chromium")


@pytest.fixture(name="site", scope="module")
def build_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(["make", "--no-print-directory", "handouts", f"BUILD={folder}"], cwd=ROOT, capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "handouts"


@pytest.fixture(name="browser", scope="module")
def start_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(CHROMIUM, tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@needs_mkdocs
def test_site_has_all_pages(site: Path) -> None:
    sources = {str(path.relative_to(ROOT / "handouts").with_suffix(".html")) for path in (ROOT / "handouts").rglob("*.md")}
    assert set(look.pages_of(site)) == sources
    assert not [path for path in site.rglob("*") if path.suffix in (".py", ".mk", ".dot", ".md")]


def hints_on(site: Path, number: int) -> list[str]:
    """The hints of a lab's page, as a reader sees them."""
    page = (site / f"labs/lab{number}.html").read_text(encoding="utf-8")
    found = re.findall(r'<details class="note"><summary>Hint \d+</summary>(.*?)</details>', page, re.DOTALL)
    return [html.unescape(re.sub(r"</?(?:p|code)>", "", each)).strip() for each in found]


@needs_mkdocs
def test_site_has_the_hints_that_make_hint_tells(site: Path) -> None:
    for number in range(1, 7):
        exercises = lab.load(ROOT, number)["exercise"]
        told = [hint.replace("`", "") for exercise in exercises for hint in exercise["hints"]]
        assert len(told) >= 3 * len(exercises) and hints_on(site, number) == told


@needs_mkdocs
def test_site_in_a_students_tree_has_the_hints(tmp_path: Path) -> None:
    """There they are a file of their own, and labs/ has none. A sign that means something in HTML or Markdown is itself."""
    for name in ("mkdocs.yml", "handouts/mkdocs_hooks.py", "handouts/site.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for folder in ("handouts/labs", "grade/labs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "handouts/index.md").write_text("# Labs\n")
    (tmp_path / "handouts/labs/lab2.md").write_text("# Lab 2\n\n**Stuck?** `make hint EX=2.2` helps.\n\n**Stuck?** `make hint EX=2.3` helps.\n")
    (tmp_path / "grade/labs/lab2.hints.toml").write_text('[hints]\n"2.2" = ["`a_b` < *p", "a[i] & b_c_"]\n"2.3" = ["x"]\n')
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", tmp_path / "site"], cwd=tmp_path,
                   check=True, timeout=120)
    assert hints_on(tmp_path / "site", 2) == ["a_b < *p", "a[i] & b_c_", "x"]


@needs_mkdocs
@pytest.mark.long
@needs_chromium
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_site_on_a_phone(site: Path, browser: Browser, dark: bool) -> None:
    with look.served(site) as address:
        assert [each for page in look.pages_of(site) for each in look.look_at(browser, address, page, dark)] == []


@needs_mkdocs
@needs_chromium
def test_site_search_needs_no_network(site: Path, browser: Browser) -> None:
    with look.served(site) as address:
        assert "Lab 2: Capabilities" in look.search(browser, address, "zombie")
        assert look.search(browser, address, "xyzzyq") == []


@needs_mkdocs
@pytest.mark.long
@needs_chromium
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here: sh grade/deps.sh poppler-utils")
def test_pages_on_paper(site: Path, tmp_path: Path) -> None:
    """Each page has a PDF; a lab's begins with the page's title and goes on to its challenge."""
    done = subprocess.run([sys.executable, "handouts/pdf.py", site, tmp_path], cwd=ROOT, capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    papers = {str(path.relative_to(tmp_path).with_suffix(".html")) for path in tmp_path.rglob("*.pdf")}
    assert papers == set(look.pages_of(site))
    for number in (1, 2, 3):
        text = subprocess.run(["pdftotext", tmp_path / f"labs/lab{number}.pdf", "-"], capture_output=True, text=True,
                              timeout=60, check=True).stdout
        assert text.startswith(f"Lab {number}: ")
        assert "Challenge" in text and "Hint 1" in text and "chrome-error" not in text


def test_paper_without_a_browser(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, ROOT / "handouts" / "pdf.py", tmp_path, tmp_path], capture_output=True,
                          env={"PATH": str(tmp_path)}, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "no Chromium here: sh grade/deps.sh chromium\n")


# --- the look finds what it is for --------------------------------------------------------------------------------

GOOD = """<!doctype html><meta name=viewport content="width=device-width">
<body style="background: COLOUR; margin: 0"><article style="color: INK"><h1 id="top">Title</h1>
<a href="#top">up</a> <a href="page.html#top">here</a> <img src="a.svg" style="max-width: 100%; FILTER">
<pre style="overflow-x: auto; width: 390px; margin: 0">PRE</pre></article></body>"""


def write_site(folder: Path, dark: bool, old: str = "", new: str = "") -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1) if old else GOOD
    for name, value in (("COLOUR", "#222" if dark else "#fff"), ("INK", "#eee" if dark else "#111"),
                        ("FILTER", "filter: invert(1)" if dark else ""), ("PRE", "x" * 200)):
        text = text.replace(name, value)
    (folder / "page.html").write_text(text)
    (folder / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="600" height="9"><rect width="9" height="9"/></svg>')


@needs_chromium
@pytest.mark.parametrize(("dark", "old", "new", "complaint"), [
    (False, "", "", ""), (True, "", "", ""),
    (False, "a.svg", "b.svg", "the picture b.svg is missing"),
    (False, "page.html#top", "none.html", "the link none.html is broken"),
    (False, "page.html#top", "page.html#bottom", "the link page.html#bottom is broken"),
    (False, "max-width: 100%; ", "", "is wider than a phone"),
    (False, "overflow-x: auto; width", "width", "scrolls sideways"),
    (False, "<h1", "<script src='http://example.org/x.js'></script><h1", "asks the network for http://example.org/x.js"),
    (False, "COLOUR", "#000", "is dark, and should not be"),
    (True, "COLOUR", "#fff", "is light, and should not be"),
    (True, "FILTER", "", "its pictures are drawn for a light page"),
])
def test_look_finds(tmp_path: Path, browser: Browser, dark: bool, old: str, new: str, complaint: str) -> None:
    write_site(tmp_path, dark, old, new)
    with look.served(tmp_path) as address:
        found = look.look_at(browser, address, "page.html", dark)
    assert [each for each in found if complaint in each] if complaint else found == []


@needs_chromium
def test_a_page_that_does_not_load_is_an_error(browser: Browser) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))        # nobody listens there
        with pytest.raises(BrowserError, match="ERR_CONNECTION_REFUSED"):
            browser.open(f"http://127.0.0.1:{probe.getsockname()[1]}/")
