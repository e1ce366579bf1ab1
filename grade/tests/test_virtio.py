# SPDX-License-Identifier: MIT
"""The drivers of user/driver and user/drivers on QEMU's devices, from a program in the place of the root task.

U4, U5: many requests in flight and an image that is right, looked at from the host; each other device used once.
"""

import re
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import devices, ktest
from glenda.machine import Machine
from glenda.shell import Shell

Boot = Callable[..., Machine]
LIMIT = 10.0        # s of guest time
BLOCK = 4096
FROM_HOST = range(256, 320)         # blocks, as in user/tests/ktest_virtio_block.cc
FROM_GUEST = range(0, 256)
SERVICES = ["9ball", "factotum", "unicorn", "rtc", "uart", "console"]


def block(number: int) -> bytes:
    """What both sides put into a block."""
    return struct.pack("<512Q", *(number * 1_000_003 + word for word in range(512)))


@pytest.fixture(name="disk")
def make_disk(tmp_path: Path) -> Path:
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(BLOCK * FROM_HOST.start) + b"".join(map(block, FROM_HOST)) + bytes(BLOCK * 64))
    return image


# --- disk -----------------------------------------------------------------------------------------------------------

def test_blocks_are_where_they_belong(machine: Boot, disk: Path) -> None:
    """U4, U6: a disk directly, and through a session, at depth 1 and 32; its driver ends now and then."""
    before = disk.stat().st_size
    transcript = ktest.run(machine, "ktest_virtio_block", within=LIMIT, extra=devices.arguments(["blk"], disk=disk))
    ktest.expect_all_pass(transcript, "ktest_virtio_block")
    after = disk.read_bytes()
    wrong = [number for number in (*FROM_GUEST, *FROM_HOST) if after[BLOCK * number:BLOCK * (number + 1)] != block(number)]
    assert wrong == [] and len(after) == before
    assert not any(after[BLOCK * FROM_HOST.stop:])


# --- the other devices ----------------------------------------------------------------------------------------------

def test_each_device_is_used(machine: Boot, echo: int, tmp_path: Path) -> None:
    """U5. With a network, the guest's clock is the host's."""
    picture = tmp_path / "screen.ppm"
    guest = machine(append=f"root=bin/ktest_virtio_devices udp={echo}", icount=False,
                    extra=devices.arguments(["net", "rng", "input", "gpu"]))
    before = time.time()
    clock = int(guest.expect(r"^rtc (\d+)\n", within=LIMIT)[1]) / 1e9
    assert before - 1 <= clock <= time.time() + 1
    assert guest.expect(r"^keyboard (.*)\n", within=LIMIT)[1] == "QEMU Virtio Keyboard"
    guest.expect(r"^painted", within=LIMIT)
    guest.monitor.human(f"screendump {picture}")
    guest.monitor.human("sendkey a")
    assert guest.expect(r"^key (.*)\nkey (.*)\n", within=LIMIT).groups() == ("30 1", "30 0")
    guest.run_to_exit(within=LIMIT)
    ktest.expect_all_pass(guest.transcript, "ktest_virtio_devices")
    assert pixels(picture) == (320, 200, b"".join(
        bytes((x * 255 // 320, y, 255 if x & y & 1 else 0)) for y in range(200) for x in range(320)))


def pixels(file: Path) -> tuple[int, int, bytes]:
    """Width, height, and red, green, blue of each pixel, of a picture in the format PPM."""
    data = file.read_bytes()
    head = re.match(rb"P6\n(\d+) (\d+)\n255\n", data)
    assert head, data[:20]
    return int(head[1]), int(head[2]), data[head.end():]


def test_a_folder_of_the_host(machine: Boot, tmp_path: Path) -> None:
    """More names than one answer holds, some of them unusual."""
    names = {f"file-{number:03}" for number in range(100)} | {"folder", "h\u00e9", "a b"}
    for name in names:
        (tmp_path / name).touch()
    transcript = ktest.run(machine, "ktest_virtio_p9", within=LIMIT, extra=devices.arguments(["p9"], share=tmp_path))
    ktest.expect_all_pass(transcript, "ktest_virtio_p9")
    assert "\nshare share\n" in transcript
    assert sorted(re.findall(r"^entry (.*)$", transcript, re.MULTILINE)) == sorted(names | {".", ".."})


def test_version_1_is_refused_by_name(machine: Boot) -> None:
    transcript = ktest.run(machine, "ktest_virtio_legacy", within=LIMIT, extra=["-device", "virtio-rng-device"])
    ktest.expect_all_pass(transcript, "ktest_virtio_legacy")


# --- the system beside the devices ----------------------------------------------------------------------------------

def test_the_system_boots_the_same_with_all_devices(machine: Boot, disk: Path, tmp_path: Path) -> None:
    guest = machine(icount=False, extra=devices.arguments(list(devices.NAMES), disk=disk, share=tmp_path))
    shell = Shell(guest, within=5)
    assert sorted(row.name for row in shell.ps()) == sorted([*SERVICES, *devices.NAMES])
    assert shell.run("run hello").startswith("hello, world\n")


def test_devices_that_do_not_exist_are_named(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="there is no device 'usb'; there are blk, net"):
        devices.arguments(["usb"])
    with pytest.raises(Exception, match=r"missing\.img, which the device blk needs, does not exist"):
        devices.arguments(["blk"], disk=tmp_path / "missing.img")
