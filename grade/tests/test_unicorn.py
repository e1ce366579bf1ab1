# SPDX-License-Identifier: MIT
"""U1, U2, U7: each device has its driver, as a process, and no more than its own; damage is named."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda import devices, qemu
from glenda.machine import Machine
from glenda.paths import INITRD_TREE
from glenda.shell import Shell
from glenda.systems import TABLE, listed

Boot = Callable[..., Machine]


# --- U1: what there is ------------------------------------------------------------------------------------------------

def tree_of(extra: list[str], folder: Path, memory: str) -> str:
    """QEMU's own device tree of a machine, as source."""
    blob = folder / "machine.dtb"
    subprocess.run([qemu.find(), "-machine", f"virt,dumpdtb={blob}", "-display", "none", "-m", memory, *extra],
                   check=True, capture_output=True)
    return subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(blob)], check=True, capture_output=True, text=True).stdout


NODE = re.compile(r"^\t+(\S+@([0-9a-f]+)) \{\n((?:(?!^\t+\};).*\n)*)\t+\};", re.MULTILINE)


def devices_of(source: str) -> list[tuple[str, str]]:
    """Name and first compatible of each node with registers and an interrupt, by address."""
    found = [(int(node[2], 16), node[1], re.search(r'compatible = "([^"\\]+)', node[3])[1]) for node in NODE.finditer(source)
             if re.search(r"^\t+interrupts = ", node[3], re.MULTILINE) and re.search(r"^\t+reg = ", node[3], re.MULTILINE)]
    return [device[1:] for device in sorted(found)]


CLASSES = {"blk": "block", "net": "net", "rng": "rng", "input": "input", "gpu": "gpu", "p9": "9p"}


@pytest.mark.parametrize("names", [[], ["blk"], ["rng", "blk", "blk"], ["input", "gpu", "p9", "net", "rng"]], ids="-".join)
def test_the_list_is_the_device_tree(machine: Boot, tmp_path: Path, names: list[str]) -> None:
    """U1: the same devices as in QEMU's tree. A transport without a device has no driver, and nothing else is left out."""
    disk = tmp_path / "disk.img"
    devices.make_disk(disk)
    extra = devices.NOT_LEGACY + [argument for number, name in enumerate(names) for argument in {
        "blk": lambda number=number: ["-drive", f"id=d{number},if=none,format=raw,file={disk},file.locking=off,"
                                      "snapshot=on", "-device", f"virtio-blk-device,drive=d{number}"],
    }.get(name, lambda name=name: devices.arguments([name], share=tmp_path)[2:])()]
    shell = Shell(machine(extra=extra, icount="net" not in names), within=2)
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
def test_a_damaged_table_leaves_the_serial_line(with_devices: Callable[..., Shell], damage: object, message: str | None) -> None:
    if message is None:
        damage = '[[driver]]\ncompatible = "ns16550a"\npath = "bin/uart"\nclass = "serial"\ndma = 19\n'
    shell = with_devices([], initrd={"replace": {"drivers.toml": damage}})
    assert [device.device_class for device in listed(shell) if device.state == "up"] == ["serial"]
    if message:
        assert re.search(rf"unicorn: {message}.*: only serial lines are driven", shell.run("log", within=1))


def test_without_a_table(with_devices: Callable[..., Shell]) -> None:
    shell = with_devices([], initrd={"remove": ["drivers.toml"]})
    assert [device.device_class for device in listed(shell) if device.state == "up"] == ["serial"]


@pytest.mark.parametrize("change", ["missing", "damaged", "another"])
def test_a_driver_that_does_not_run_is_given_up(with_devices: Callable[..., Shell], change: str) -> None:
    """U7: whoever looks for the device is told. What ends at once is started five times."""
    file = "bin/drivers/rtc"
    shell = with_devices([], initrd={"remove": [file]} if change == "missing" else {
        "replace": {file: b"\x7fELF" if change == "damaged" else INITRD_TREE / "bin" / "hello"}})
    until = shell.machine.monitor.clock() + 4
    while next(device for device in listed(shell) if device.name.startswith("rtc@")).state != "failed":
        assert shell.machine.monitor.clock() < until, shell.run("log", within=1)    # an idle machine's clock jumps
    if change == "another":
        assert shell.run("log", within=1).count("rtc@101000: bin/drivers/rtc started") == 5
    assert shell.run("run date").startswith("date: Broken\n")


# --- U2: no more than its own -----------------------------------------------------------------------------------------

def test_strangers_get_nothing_of_a_driver(with_devices: Callable[..., Shell]) -> None:
    """While another program has a session."""
    shell = with_devices(["blk"])
    shell.run("run disk soak 1 4096 1000 &")
    answers = dict(re.findall(r"^snoop: (\w+): (\w+)$", shell.run("run snoop", within=2), re.MULTILINE))
    assert answers == dict.fromkeys(["device", "memory", "ready", "sessions", "drop"], "PermissionDenied")
    assert "snoop: has" not in shell.machine.transcript and "snoop: done" in shell.machine.transcript


def test_a_driver_gets_nothing_of_another(with_devices: Callable[..., Shell]) -> None:
    """It has its own registers, no memory if the table gives it none, and what follows its page is not there."""
    table = TABLE.replace('path = "bin/drivers/rtc"', 'path = "bin/snoop"')
    shell = with_devices([], initrd={"replace": {"drivers.toml": table}})
    shell.type("log\r")         # Factotum's report of the crash may come between
    log = shell.until_prompt(within=1)
    # An idle machine's clock jumps, so it may have been started again, and the first one's lines be gone.
    said = dict(re.findall(r"\] process \d+: snoop: ([\w ]+): (\w+)$", log, re.MULTILINE))
    assert said == {"own device": "done", "memory": "NotFound", "much memory": "NotFound", "ready again": "BadRequest",
                     "drop": "BadRequest", "own registers": "1"}
    assert re.search(r"unicorn: rtc@101000: process \d+ crashed: load page fault\n", log)
