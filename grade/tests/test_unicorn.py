# SPDX-License-Identifier: MIT
"""Unicorn: each device has its driver, as a process, and no more than its own; a driver that ends costs nothing.

Rows U1, U2, U4, U6 and U7.
"""

import re
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from glenda import devices, images
from glenda.machine import Machine
from glenda.paths import ROOT
from glenda.shell import Shell

Boot = Callable[..., Machine]
INIT = (ROOT / "user" / "init.toml").read_text()
TABLE = (ROOT / "user" / "drivers.toml").read_text()
BLOCK, DEPTH = 4096, 32


class Device(NamedTuple):
    """A line of `devices`."""
    name: str
    compatible: str
    device_class: str
    state: str
    pid: str
    restarts: int


def listed(shell: Shell) -> list[Device]:
    head, *lines = shell.run("devices", within=1).splitlines()
    assert head.split() == ["NAME", "COMPATIBLE", "CLASS", "STATE", "PID", "RESTARTS"]
    rows = [re.fullmatch(r"(\S+) +(\S+) +(\S+) +(\w+(?: driver)?) +(\d+|-) +(\d+)", line) for line in lines]
    assert None not in rows, lines
    return [Device(row[1], row[2], row[3], row[4], row[5], int(row[6])) for row in rows]


def image(folder: Path, blocks: int = 4096) -> Path:
    devices.make_disk(folder / "disk.img", blocks * BLOCK)
    return folder / "disk.img"


def content(seed: int, number: int) -> bytes:
    """What `disk` writes into a block."""
    return struct.pack("<512Q", *(seed * 1_000_000_007 + number * 1_000_003 + word for word in range(512)))


@pytest.fixture(name="boot")
def make_boot(machine: Boot, tmp_path: Path) -> Callable[..., Shell]:
    """Boots with some devices and another initrd."""
    def start(names: list[str], within: float = 1, initrd: dict[str, object] | None = None, **options: object) -> Shell:
        if initrd:
            options["initrd"] = images.variant(tmp_path / "initrd.cpio", **initrd)
        return Shell(machine(extra=devices.arguments(names, disk=image(tmp_path), share=tmp_path), **options), within=within)
    return start


# --- U1: what there is ------------------------------------------------------------------------------------------------

def tree_of(extra: list[str], folder: Path, memory: str) -> str:
    """QEMU's own device tree of a machine, as source."""
    blob = folder / "machine.dtb"
    subprocess.run(["qemu-system-riscv64", "-machine", f"virt,dumpdtb={blob}", "-display", "none", "-m", memory, *extra],
                   check=True, capture_output=True)
    return subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(blob)], check=True, capture_output=True, text=True).stdout


NODE = re.compile(r"^\t+(\S+@([0-9a-f]+)) \{\n((?:(?!^\t+\};).*\n)*)\t+\};", re.MULTILINE)


def devices_of(source: str) -> list[tuple[str, str]]:
    """Name and first compatible of each node with registers and an interrupt, by address."""
    found = [(int(node[2], 16), node[1], re.search(r'compatible = "([^"\\]+)', node[3])[1]) for node in NODE.finditer(source)
             if re.search(r"^\t+interrupts = ", node[3], re.MULTILINE) and re.search(r"^\t+reg = ", node[3], re.MULTILINE)]
    return [device[1:] for device in sorted(found)]


CLASSES = {"blk": "block", "net": "net", "rng": "rng", "input": "input", "gpu": "gpu", "p9": "9p"}


@pytest.mark.parametrize("names", [[], ["blk"], ["rng", "blk", "blk"]], ids="-".join)
def test_the_list_is_the_device_tree(machine: Boot, tmp_path: Path, names: list[str]) -> None:
    """U1: the same devices as in QEMU's tree. A transport without a device has no driver, and nothing else is left out."""
    extra = devices.NOT_LEGACY + [argument for number, name in enumerate(names) for argument in {
        "blk": ["-drive", f"id=d{number},if=none,format=raw,file={image(tmp_path)},file.locking=off,snapshot=on",
                "-device", f"virtio-blk-device,drive=d{number}"], "rng": ["-device", "virtio-rng-device"]}[name]]
    shell = Shell(machine(extra=extra), within=1)
    found = listed(shell)
    assert [(device.name, device.compatible) for device in found] == devices_of(tree_of(extra, tmp_path, "128M"))
    virtio = [device for device in found if device.compatible == "virtio,mmio"]
    classes = [device.device_class for device in virtio if device.state == "up"]
    assert sorted(classes) == sorted(CLASSES[name] for name in names)
    assert sum(device.state == "empty" for device in virtio) == len(virtio) - len(names)
    assert all(device.pid == "-" for device in found if device.state != "up")
    rows = {row.pid: row for row in shell.ps()}
    unicorn = shell.pid("unicorn")
    drivers = {int(device.pid) for device in found if device.pid != "-"}
    assert drivers == {pid for pid, row in rows.items() if row.parent == unicorn}


@pytest.mark.parametrize("damage, message", [
    ("[[driver]\n", "drivers.toml:1: "),
    (TABLE.replace('class = "serial"', 'clas = "serial"'), r'drivers.toml:\d+: unknown key "clas" in \[\[driver\]\]'),
    (TABLE + TABLE, r"drivers.toml:\d+: a second driver for the same devices: the first is in line \d+"),
    (bytes(range(256)) * 20, "drivers.toml:1: "),
    ("", None),
], ids=["bracket", "key", "twice", "binary", "empty"])
def test_a_damaged_table_leaves_the_serial_line(boot: Callable[..., Shell], damage: object, message: str | None) -> None:
    if message is None:
        damage = '[[driver]]\ncompatible = "ns16550a"\npath = "bin/uart"\nclass = "serial"\n'
    shell = boot([], initrd={"replace": {"drivers.toml": damage}})
    assert [device.device_class for device in listed(shell) if device.state == "up"] == ["serial"]
    if message:
        assert re.search(rf"unicorn: {message}.*: only serial lines are driven", shell.run("log", within=1))


def test_without_a_table(boot: Callable[..., Shell]) -> None:
    shell = boot([], initrd={"remove": ["drivers.toml"]})
    assert [device.device_class for device in listed(shell) if device.state == "up"] == ["serial"]


@pytest.mark.parametrize("change", [{"remove": ["bin/drivers/rtc"]}, {"replace": {"bin/drivers/rtc": b"\x7fELF"}},
                                    {"replace": {"bin/drivers/rtc": (ROOT / "build/initrd/bin/hello").read_bytes()
                                                 if (ROOT / "build/initrd/bin/hello").exists() else b""}}],
                         ids=["missing", "damaged", "another"])
def test_a_driver_that_does_not_run_is_given_up(boot: Callable[..., Shell], change: dict[str, object]) -> None:
    """U7: whoever looks for the device is told."""
    shell = boot([], initrd=change)
    shell.run("run spin 5000", within=10)
    assert next(device for device in listed(shell) if device.name.startswith("rtc@")).state == "failed"
    assert shell.run("run date").startswith("date: Broken\n")


# --- U4: a disk -------------------------------------------------------------------------------------------------------

def test_the_image_has_what_was_written(boot: Callable[..., Shell], tmp_path: Path) -> None:
    """32 requests in flight."""
    image(tmp_path)
    with open(tmp_path / "disk.img", "r+b") as file:
        file.seek(1000 * BLOCK)
        file.write(b"".join(content(7, number) for number in range(1000, 1100)))
    shell = boot(["blk"])
    good = re.compile(r"process \d+ exited with status 0\n")
    assert shell.run("run disk").startswith("4096 blocks of 4096 bytes\n")
    assert good.fullmatch(shell.run("run disk write 3 0 500", within=2))
    assert good.fullmatch(shell.run("run disk check 3 0 500", within=2))
    assert good.fullmatch(shell.run("run disk check 7 1000 100", within=2))
    assert good.fullmatch(shell.run("run disk copy 1000 600 100", within=2))
    sums = [shell.run(f"run disk sum {first} 100", within=2).splitlines()[0] for first in (600, 1000)]
    assert sums[0] == sums[1]
    assert "disk: block 4096: there is no such block\n" in shell.run("run disk check 3 4096 1", within=2)
    assert "disk: block 500: its content is wrong\n" in shell.run("run disk check 3 499 2", within=2)
    data = (tmp_path / "disk.img").read_bytes()
    expected = {**{number: content(3, number) for number in range(500)},
                **{number: content(7, number + 400) for number in range(600, 700)},
                **{number: content(7, number) for number in range(1000, 1100)}}
    assert [number for number in range(4096)
            if data[number * BLOCK:(number + 1) * BLOCK] != expected.get(number, bytes(BLOCK))] == []


def test_sessions_end_with_their_clients(boot: Callable[..., Shell]) -> None:
    """More clients one after the other than a device has sessions, also such as end without a word."""
    shell = boot(["blk"])
    for _ in range(12):
        assert "4096 blocks" in shell.run("run disk")
        assert "there is no such block" in shell.run("run disk check 1 4096 40")
    memory = shell.memory()
    for _ in range(12):
        assert "4096 blocks" in shell.run("run disk")
    assert shell.memory().free == pytest.approx(memory.free, abs=16)


def test_without_a_disk(boot: Callable[..., Shell]) -> None:
    assert boot([]).run("run disk").startswith("disk: NotFound\n")


# --- U6: drivers that end ----------------------------------------------------------------------------------------------

def soaked(seed: int, blocks: int, rounds: int) -> dict[int, bytes]:
    """The blocks that `disk soak` has written, as a model."""
    state, result = seed, {}
    for number in range(rounds):
        for i in range(DEPTH):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            block = i * (blocks // DEPTH) + (state >> 33) % (blocks // DEPTH)
            result[block] = number
    return {block: content(number, block) for block, number in result.items()}


def test_a_disk_driver_is_killed_100_times_under_load(boot: Callable[..., Shell], tmp_path: Path) -> None:
    """Each answer was right, and the image is what the model says."""
    service = '\n[[service]]\nname = "reaper"\npath = "bin/reaper"\nargs = ["block", "110"]\npower = true\nrestart = "never"\n'
    shell = boot(["blk"], initrd={"replace": {"init.toml": INIT + service}})
    output = shell.run("run disk soak 11 4096 101", within=900)
    rounds = int(re.match(r"disk: (\d+) rounds, 101 drivers\nprocess \d+ exited with status 0\n", output)[1])
    assert rounds >= 100
    data = (tmp_path / "disk.img").read_bytes()
    expected = soaked(11, 4096, rounds)
    assert [number for number in range(4096)
            if data[number * BLOCK:(number + 1) * BLOCK] != expected.get(number, bytes(BLOCK))] == []
