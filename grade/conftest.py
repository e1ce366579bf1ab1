# SPDX-License-Identifier: MIT
"""Fixtures for every test that boots a machine."""

import os
import re
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Write no byte code next to the sources, neither here nor in xdist's workers. pytest has already cached this file.
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
shutil.rmtree(Path(__file__).parent / "__pycache__", ignore_errors=True)

from glenda import devices, images, paths, systems  # noqa: E402  (after the switch above)
from glenda.errors import Infrastructure  # noqa: E402  (after the switch above)
from glenda.machine import Machine  # noqa: E402  (after the switch above)
from glenda.shell import Shell  # noqa: E402  (after the switch above)

# A script that starts the tests in the background has Ctrl-C ignored there, and whatever the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Keep pytest's temporary files in build/ too.
os.environ["PYTEST_DEBUG_TEMPROOT"] = str(paths.RESULTS)


def pytest_configure() -> None:
    try:
        paths.prepare()
    except Infrastructure as error:
        raise pytest.UsageError(str(error)) from None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--harts", type=int, default=1, help="of each machine whose test does not ask for a number")
    parser.addoption("--append", default="", help="words for the kernel's command line of each machine")


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Iterator[Callable[..., Machine]]:
    """Starts machines: `machine(harts=2, append="...")`, with Machine's arguments. The end of the test closes them.

    Transcripts are in build/grade, named after the test, with a number from the second machine on. Instructions are counted
    exactly only if the test asks for that: few look at their number.
    """
    started: list[Machine] = []
    test = re.sub(r"[^\w.-]+", "_", request.node.nodeid.rpartition("::")[2]).strip("_")

    def start(*arguments: object, **options: object) -> Machine:
        if "kernel" not in options:     # the system itself, not a bare guest
            options.setdefault("harts", request.config.getoption("harts"))
            options["append"] = f"{options.get('append', '')} {request.config.getoption('append')}".strip()
        options.setdefault("name", test if not started else f"{test}-{len(started) + 1}")
        options.setdefault("exact", False)
        started.append(Machine(*arguments, **options))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def with_services(machine: Callable[..., Machine], tmp_path: Path) -> Callable[..., Shell]:
    """Boots a system with more services: `with_services(service("x", "hello"), **options of Machine)`."""
    def start(services: str, within: float = 2, **options: object) -> Shell:
        initrd = images.variant(tmp_path / "initrd.cpio", replace={"init.toml": systems.INIT + services})
        return Shell(machine(initrd=initrd, **options), within=within)
    return start


@pytest.fixture
def with_devices(machine: Callable[..., Machine], tmp_path: Path) -> Callable[..., Shell]:
    """Boots a machine with some devices, the disk's image in disk.img. `initrd`: arguments of images.variant."""
    def start(names: list[str], within: float = 1, initrd: dict[str, object] | None = None, share: Path = tmp_path,
              **options: object) -> Shell:
        if initrd:
            options["initrd"] = images.variant(tmp_path / "initrd.cpio", **initrd)
        disk = tmp_path / "disk.img"
        devices.make_disk(disk, 4096 * systems.BLOCK)
        return Shell(machine(extra=devices.arguments(names, disk=disk, share=share, cache="unsafe"), **options), within=within)
    return start


@pytest.fixture
def shell(machine: Callable[..., Machine]) -> Shell:
    """A machine with one hart, at its prompt."""
    return Shell(machine())


@pytest.fixture(name="echo")
def make_echo() -> Iterator[int]:
    """A port of this host that returns each datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(60)

        def serve() -> None:
            try:
                while True:
                    data, sender = server.recvfrom(2048)
                    if not data:
                        return
                    server.sendto(data, sender)
            except OSError:
                return
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", server.getsockname())
        thread.join()
