# SPDX-License-Identifier: MIT
"""Hostile clients of the drivers: whatever a client asks, or writes into what it shares with a driver, others are served.

As test_hostile.py does for the services: all memory is back, also the pages of sessions, and the audits find nothing. A
driver may end when its device gives up; the next one serves.

Shows U3, U6.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fuzz.hostile import DEVICES, MESSAGES, REAL_TIME, attack_device, device_arguments, finish, image
from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]

# Methods, or operations of sessions, that must have succeeded, or the attacker no longer gets past the first checks.
ANSWERED = {"block": {1, 2, 3, 4}, "net": {5}, "9p": {7}, "input": {1}, "gpu": {1, 2, 3}}


def serve_block(shell: Shell, _: Path) -> None:
    assert re.fullmatch(r"process \d+ exited with status 0\n", shell.run("run disk write 3 0 500", within=5))
    assert re.fullmatch(r"process \d+ exited with status 0\n", shell.run("run disk check 3 0 500", within=5))


def serve_net(shell: Shell, _: Path) -> None:
    assert shell.run("run ping 3", within=5).startswith("".join(f"10.0.2.2 answers {number}\n" for number in (1, 2, 3)))


def serve_files(shell: Shell, _: Path) -> None:
    assert shell.run("run ls", within=20).startswith("data\n")
    assert shell.run("run fetch data", within=20).startswith("5000 bytes, ")


def serve_input(shell: Shell, _: Path) -> None:
    shell.keep_busy()           # else the clock would not wait for the host's keys
    shell.type("run keys\r")
    shell.machine.expect(r"^QEMU Virtio Keyboard\n", within=5)
    for key, number in {"a": 30, "esc": 1}.items():
        shell.machine.monitor.human(f"sendkey {key}")
        shell.machine.expect(rf"^key {number} 1\n", within=5)
    assert shell.until_prompt(within=5).endswith("exited with status 0\n")


def serve_gpu(shell: Shell, folder: Path) -> None:
    shell.type("run paint\r")
    shell.machine.expect(r"^painted\n", within=5)
    shell.machine.monitor.human(f"screendump {folder / 'screen.ppm'}")
    assert (folder / "screen.ppm").read_bytes().startswith(b"P6\n320 200\n255\n\0\0\0")
    shell.type("\r")
    assert shell.until_prompt(within=5).endswith("exited with status 0\n")


SERVE = {"block": serve_block, "net": serve_net, "9p": serve_files, "input": serve_input, "gpu": serve_gpu}


@pytest.fixture
def boot(machine: Boot, tmp_path: Path) -> Iterator[Callable[..., Shell]]:
    """Boots a system with one device. The end of the test audits it and switches it off."""
    started: list[Shell] = []

    def start(device: str, **options: object) -> Shell:
        extra = device_arguments([device], tmp_path)
        initrd = image(tmp_path, harts=options.get("harts", 1))
        started.append(Shell(machine(initrd=initrd, extra=extra, **options), within=5))
        return started[-1]

    yield start
    for shell in started:
        finish(shell)


@pytest.mark.parametrize("messages", [MESSAGES // 10, pytest.param(MESSAGES, marks=pytest.mark.long)])
@pytest.mark.parametrize("target", DEVICES)
def test_random_requests(boot: Callable[..., Shell], tmp_path: Path, target: str, messages: int) -> None:
    """For most messages to a GPU, QEMU's threads change two to eight times: so it gets a fifth of them here."""
    shell = boot(DEVICES[target], icount=target not in REAL_TIME)
    assert attack_device(shell, target, 1, messages // 5 if target == "gpu" else messages) >= ANSWERED[target]
    SERVE[target](shell, tmp_path)


@pytest.mark.long
def test_random_requests_on_four_harts(boot: Callable[..., Shell], tmp_path: Path) -> None:
    """The client changes what the driver reads at the same time. `make soak` does this to all drivers."""
    shell = boot("blk", harts=4, icount=False)
    attack_device(shell, "block", 2, 2000)
    serve_block(shell, tmp_path)
