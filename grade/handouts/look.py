# SPDX-License-Identifier: MIT
"""The site as a reader sees it on a phone, light and dark: what is missing, broken, too wide, or asked of the network."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .browser import Browser, BrowserError

PHONE = 390                     # CSS pixels
SCRIPT = Path(__file__).with_name("look.js")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serves a folder on loopback. Yields its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pages_of(site: Path) -> list[str]:
    return sorted(str(path.relative_to(site)) for path in site.rglob("*.html") if path.name != "404.html")


def complaints(page: str, seen: dict, dark: bool) -> list[str]:
    """What a reader of this page would be troubled by. `seen` is what look.js returns."""
    wrong = [f"the picture {each} is missing" for each in seen["missing"]]
    wrong += [f"the link {each} is broken" for each in seen["broken"]]
    wrong += [f"{each} is wider than a phone" for each in seen["wide"]]
    wrong += [f"asks the network for {each}" for each in seen["foreign"]]
    if seen["width"] > PHONE:
        wrong.append(f"scrolls sideways: {seen['width']} pixels on {PHONE}")
    if (seen["ground"] < seen["ink"]) != dark:
        wrong.append(f"is {'light' if dark else 'dark'}, and should not be")
    if dark and seen["pictures"] and not seen["turned"]:
        wrong.append("its pictures are drawn for a light page")
    return [f"{page}, {'dark' if dark else 'light'}: {each}" for each in wrong]


def look_at(browser: Browser, address: str, page: str, dark: bool) -> list[str]:
    browser.reader(PHONE, 844, dark)
    browser.send("Storage.clearDataForOrigin", origin=address, storageTypes="local_storage")    # a choice made before
    try:
        browser.open(f"{address}/{page}")
        return complaints(page, browser.run(SCRIPT.read_text(encoding="utf-8").replace("WIDTH", str(PHONE))), dark)
    except BrowserError as error:
        return [f"{page}: {error}"]


def search(browser: Browser, address: str, word: str) -> list[str]:
    """The titles that the site's search finds. As a reader does, types when the search is ready."""
    browser.reader(1200, 900, dark=False)
    browser.open(f"{address}/index.html")
    return browser.run("""(async word => {
        const until = async what => {
            for (let tries = 0; tries < 300 && !what(); tries++) await new Promise(done => setTimeout(done, 50));
        };
        const field = document.querySelector('[data-md-component=search-query]');
        const state = document.querySelector('.md-search-result__meta'), starting = state.textContent;
        await until(() => state.textContent !== starting);
        const ready = state.textContent;
        field.focus();
        field.value = word;
        field.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));
        await until(() => state.textContent !== ready);
        return [...document.querySelectorAll('.md-search-result__list h1, .md-search-result__list h2')]
            .map(each => each.textContent);
    })(%s)""" % json.dumps(word))
