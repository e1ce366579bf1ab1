# SPDX-License-Identifier: MIT
"""U5: a program for each device that is neither disk nor serial line."""

import datetime
import random
import re
import time
from collections.abc import Callable
from pathlib import Path

from glenda.machine import Machine
from glenda.shell import Shell
from glenda.systems import listed

Boot = Callable[..., Machine]


def test_random(with_devices: Callable[..., Shell]) -> None:
    shell = with_devices(["rng"])
    numbers = [re.match(r"([0-9a-f]{1200})\n", shell.run("run random 600", within=2))[1] for _ in range(2)]
    assert numbers[0] != numbers[1]
    for number in numbers:
        counts = [bytes.fromhex(number).count(byte) for byte in range(256)]
        assert max(counts) < 20 and sum(count != 0 for count in counts) > 180


def test_date(machine: Boot) -> None:
    shell = Shell(machine(icount=False), within=5)
    before = time.time()
    seconds = int(shell.run("run date ns", within=5).splitlines()[0]) / 1e9
    assert before - 2 <= seconds <= time.time() + 1         # QEMU begins with a whole second
    text = shell.run("run date", within=5).splitlines()[0]
    shown = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=datetime.timezone.utc).timestamp()
    assert before - 3 <= shown <= time.time() + 1


def test_keys(with_devices: Callable[..., Shell]) -> None:
    shell = with_devices(["input"], icount=False, within=5)
    shell.type("run keys\r")
    shell.machine.expect(r"^QEMU Virtio Keyboard\n", within=5)
    for key, number in {"a": 30, "ret": 28, "esc": 1}.items():
        shell.machine.monitor.human(f"sendkey {key}")
        shell.machine.expect(rf"^key {number} 1\n", within=5)
    assert shell.until_prompt(within=5).endswith("exited with status 0\n")


def test_paint(with_devices: Callable[..., Shell], tmp_path: Path) -> None:
    """Also after another driver, and another program, have had the screen."""
    shell = with_devices(["gpu"])
    picture = tmp_path / "screen.ppm"
    for _ in range(3):
        shell.type("run paint\r")
        shell.machine.expect(r"^painted\n", within=2)
        shell.machine.monitor.human(f"screendump {picture}")
        assert picture.read_bytes() == b"P6\n320 200\n255\n" + b"".join(
            bytes((x * 255 // 320, y, 255 if x & y & 1 else 0)) for y in range(200) for x in range(320))
        shell.type("\r")
        assert shell.until_prompt().endswith("exited with status 0\n")
        gpu = next(device.pid for device in listed(shell) if device.device_class == "gpu")
        shell.run(f"kill {gpu}", within=1)


def test_ping(with_devices: Callable[..., Shell]) -> None:
    shell = with_devices(["net"], icount=False, within=5)
    answer = "".join(f"10.0.2.2 answers {number}\n" for number in range(1, 6))
    assert shell.run("run ping 5", within=5).startswith(answer)
    net = next(device.pid for device in listed(shell) if device.device_class == "net")
    shell.run(f"kill {net}", within=1)
    assert shell.run("run ping 5 10.0.2.2", within=5).startswith(answer)


def test_a_folder_of_the_host(with_devices: Callable[..., Shell], tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    names = {f"file-{number:03}" for number in range(100)} | {"folder", "h\u00e9", "a b"}
    for name in names:
        (share / name).touch()
    shell = with_devices(["p9"], share=share)
    for _ in range(2):
        assert set(shell.run("run ls", within=2).splitlines()[:-1]) == names
    # What is no 9P makes QEMU's device give up. Its driver ends, and the next one resets it.
    assert set(shell.run("run ls bad", within=5).splitlines()[:-1]) == names | {"ls: garbage: Interrupted"}


def sum_of(data: bytes) -> str:
    """As user/apps/fetch.cc computes it."""
    total = 0
    for byte in data:
        total = (total * 31 + byte) % 2**64
    return f"{total:016x}"


def test_a_megabyte_of_the_host(with_devices: Callable[..., Shell], tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    data = random.Random(1).randbytes(2**20 + 17)
    (tmp_path / "share" / "data").write_bytes(data)
    (tmp_path / "share" / "nothing").touch()
    shell = with_devices(["p9"], share=tmp_path / "share")
    assert shell.run("run fetch data", within=10).startswith(f"{len(data)} bytes, sum {sum_of(data)}, 1 times, 1 drivers\n")
    assert shell.run("run fetch nothing").startswith(f"0 bytes, sum {0:016x}, 1 times")
    assert shell.run("run fetch missing").startswith("fetch: NotFound\n")
