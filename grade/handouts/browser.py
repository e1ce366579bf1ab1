# SPDX-License-Identifier: MIT
"""Headless Chromium, spoken to through a pipe: the DevTools protocol, as far as it is needed to look at pages.

Chromium reads commands from its file descriptor 3 and writes answers to 4; a zero byte ends each message. Every wait
has a limit. Nothing comes from the network: all names but loopback's lead nowhere.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60                    # for one answer


class BrowserError(Exception):
    """What Chromium said, or that it said nothing."""


def find() -> str | None:
    """Chromium's path, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One Chromium with one page. `home`: a folder for its own files. Use it in a `with`."""

    def __init__(self, program: str, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        theirs_in, self._to = os.pipe()
        self._from, theirs_out = os.pipe()

        def place() -> None:        # in the child: the two ends become 3 and 4, whichever numbers they have
            first, second = os.dup(theirs_in), os.dup(theirs_out)
            high = max(first, second, 4) + 1
            os.dup2(second, high)
            os.dup2(first, 3)
            os.dup2(high, 4)

        self._log = (home / "log").open("w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", f"--user-data-dir={home / 'profile'}",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, preexec_fn=place, pass_fds=(3, 4),
            env={**os.environ, "HOME": str(home)}, start_new_session=True)
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer, self._count, self._session = b"", 0, ""
        try:
            page = next(each for each in self.send("Target.getTargets")["targetInfos"] if each["type"] == "page")
            self._session = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
            self.send("Page.enable")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends Chromium and all that it has started."""
        os.close(self._to)      # it ends by itself then; if not:
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait()
        os.close(self._from)
        self._log.close()

    # --- the protocol ---------------------------------------------------------------------------------------------

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command and returns its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        answer = self._wait(lambda each: each.get("id") == self._count, method)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _wait(self, is_wanted: Any, what: str) -> dict[str, Any]:
        """The next message that is wanted. Others are dropped."""
        end = time.monotonic() + SECONDS
        while True:
            message, found, rest = self._buffer.partition(b"\0")
            if found:
                self._buffer = rest
                answer = json.loads(message)
                if is_wanted(answer):
                    return answer
                continue
            if not select.select([self._from], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserError(f"{what}: no answer within {SECONDS} s")
            got = os.read(self._from, 1 << 16)
            if not got:
                self._log.seek(0)
                raise BrowserError(f"{what}: Chromium has ended: {self._log.read()[-2000:]}")
            self._buffer += got

    # --- pages ----------------------------------------------------------------------------------------------------

    def reader(self, width: int, height: int, dark: bool) -> None:
        """How wide the window is, and what the reader prefers."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 800)
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def open(self, address: str) -> None:
        """Opens a page and waits until it is loaded."""
        answer = self.send("Page.navigate", url=address)
        if "errorText" in answer:
            raise BrowserError(f"{address}: {answer['errorText']}")
        self.run("new Promise(done => document.readyState === 'complete' ? done() "
                 ": addEventListener('load', () => done()))")

    def run(self, script: str) -> Any:
        """The value of a script. If that is a promise, what it promises."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def picture(self, file: Path) -> None:
        """Saves what is in the window, as PNG."""
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))
