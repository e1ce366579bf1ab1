# SPDX-License-Identifier: MIT
"""Unicorn: each device has its driver, as a process, and no more than its own; a driver that ends costs nothing.

Rows U1, U2, U3, U4, U5, U6, U7.
"""

import datetime
import re
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bench import drivers
from glenda import devices, images
from glenda.errors import GuestDeadline
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
    def start(names: list[str], within: float = 1, initrd: dict[str, object] | None = None, share: Path = tmp_path,
              **options: object) -> Shell:
        if initrd:
            options["initrd"] = images.variant(tmp_path / "initrd.cpio", **initrd)
        return Shell(machine(extra=devices.arguments(names, disk=image(tmp_path), share=share), **options), within=within)
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


@pytest.mark.parametrize("names", [[], ["blk"], ["rng", "blk", "blk"], ["input", "gpu", "p9", "net", "rng"]], ids="-".join)
def test_the_list_is_the_device_tree(machine: Boot, tmp_path: Path, names: list[str]) -> None:
    """U1: the same devices as in QEMU's tree. A transport without a device has no driver, and nothing else is left out."""
    extra = devices.NOT_LEGACY + [argument for number, name in enumerate(names) for argument in {
        "blk": lambda number=number: ["-drive", f"id=d{number},if=none,format=raw,file={image(tmp_path)},file.locking=off,"
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
def test_a_damaged_table_leaves_the_serial_line(boot: Callable[..., Shell], damage: object, message: str | None) -> None:
    if message is None:
        damage = '[[driver]]\ncompatible = "ns16550a"\npath = "bin/uart"\nclass = "serial"\ndma = 19\n'
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
    if data := change.get("replace"):
        shell.run(f"run spin {1700 if len(data['bin/drivers/rtc']) > 4 else 1}", within=4)      # it is started five times
    assert next(device for device in listed(shell) if device.name.startswith("rtc@")).state == "failed"
    assert shell.run("run date").startswith("date: Broken\n")


# --- U2: no more than its own -----------------------------------------------------------------------------------------

def test_strangers_get_nothing_of_a_driver(boot: Callable[..., Shell]) -> None:
    """While another program has a session."""
    shell = boot(["blk"])
    shell.run("run disk soak 1 4096 1000 &")
    answers = dict(re.findall(r"^snoop: (\w+): (\w+)$", shell.run("run snoop", within=2), re.MULTILINE))
    assert answers == dict.fromkeys(["device", "memory", "ready", "sessions", "drop"], "PermissionDenied")
    assert "snoop: has" not in shell.machine.transcript and "snoop: done" in shell.machine.transcript


def test_a_driver_gets_nothing_of_another(boot: Callable[..., Shell]) -> None:
    """It has its own registers, no memory if the table gives it none, and what follows its page is not there."""
    table = TABLE.replace('path = "bin/drivers/rtc"', 'path = "bin/snoop"')
    shell = boot([], initrd={"replace": {"drivers.toml": table}})
    shell.type("log\r")         # Factotum's report of the crash may come between
    log = shell.until_prompt(within=1)
    # An idle machine's clock jumps, so it may have been started again, and the first one's lines be gone.
    said = dict(re.findall(r"\] process \d+: snoop: ([\w ]+): (\w+)$", log, re.MULTILINE))
    assert said == {"own device": "done", "memory": "NotFound", "much memory": "NotFound", "ready again": "BadRequest",
                     "drop": "BadRequest", "own registers": "1"}
    assert re.search(r"unicorn: rtc@101000: process \d+ crashed: load page fault\n", log)


# --- U5: the other devices --------------------------------------------------------------------------------------------

def test_random(boot: Callable[..., Shell]) -> None:
    shell = boot(["rng"])
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


def test_keys(boot: Callable[..., Shell]) -> None:
    shell = boot(["input"], icount=False, within=5)
    shell.type("run keys\r")
    shell.machine.expect(r"^QEMU Virtio Keyboard\n", within=5)
    for key, number in {"a": 30, "ret": 28, "esc": 1}.items():
        shell.machine.monitor.human(f"sendkey {key}")
        shell.machine.expect(rf"^key {number} 1\n", within=5)
    assert shell.until_prompt(within=5).endswith("exited with status 0\n")


def test_paint(boot: Callable[..., Shell], tmp_path: Path) -> None:
    """Also after another driver, and another program, have had the screen."""
    shell = boot(["gpu"])
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


def test_ping(boot: Callable[..., Shell]) -> None:
    shell = boot(["net"], icount=False, within=5)
    answer = "".join(f"10.0.2.2 answers {number}\n" for number in range(1, 6))
    assert shell.run("run ping 5", within=5).startswith(answer)
    net = next(device.pid for device in listed(shell) if device.device_class == "net")
    shell.run(f"kill {net}", within=1)
    assert shell.run("run ping 5 10.0.2.2", within=5).startswith(answer)


def test_a_folder_of_the_host(boot: Callable[..., Shell], tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    names = {f"file-{number:03}" for number in range(100)} | {"folder", "h\u00e9", "a b"}
    for name in names:
        (share / name).touch()
    shell = boot(["p9"], share=share)
    for _ in range(2):
        assert set(shell.run("run ls", within=2).splitlines()[:-1]) == names
    # What is no 9P makes QEMU's device give up. Its driver ends, and the next one resets it.
    assert set(shell.run("run ls bad", within=5).splitlines()[:-1]) == names | {"ls: garbage: Deleted"}


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


@pytest.mark.parametrize("row, most", [("block_read_1", 5200), ("block_read_32", 1300)])
def test_a_read_costs_little(machine: Boot, row: str, most: int) -> None:
    shell = Shell(machine(extra=drivers.SLOW_DISK), within=1)
    assert 500 < drivers.cost(shell, row) <= most


# --- U3: the serial line ----------------------------------------------------------------------------------------------

LINE = "{:08}: the quick brown fox jumps over the lazy dog again, as\n".format


def test_a_megabyte_out(shell: Shell) -> None:
    lines = 2**20 // 64
    output = shell.run(f"run text {lines}", within=20)
    assert output.startswith("".join(map(LINE, range(lines)))) and output.endswith("exited with status 0\n")


def test_a_megabyte_in(shell: Shell) -> None:
    """A program repeats each line."""
    lines = 2**20 // 64
    shell.type("run repeat\r")
    shell.machine.expect("run repeat\n")
    begin = len(shell.machine.transcript)
    shell.type("".join(LINE(number).replace("\n", "\r") for number in range(lines)) + "\x04")
    shell.until_prompt(within=60)
    assert shell.machine.transcript[begin:].startswith("".join(map(LINE, range(lines))))


def test_a_byte_out_costs_little(shell: Shell) -> None:
    assert 5 < drivers.cost(shell, "serial_out") <= 40


# --- U6: drivers that end ----------------------------------------------------------------------------------------------

def reaper(device_class: str, count: int, priority: int = 101) -> str:
    """A service that kills a driver so many times. Above the drivers' priority it does so between any two instructions,
    else only while the driver sleeps."""
    return (f'\n[[service]]\nname = "reaper"\npath = "bin/reaper"\nargs = ["{device_class}", "{count}"]\nneeds = ["unicorn"]\n'
            f'uses = ["devices"]\npower = true\npriority = {priority}\nrestart = "never"\n')


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
    shell = boot(["blk"], initrd={"replace": {"init.toml": INIT + reaper("block", 140, priority=239)}})
    output = shell.run("run disk soak 11 4096 101", within=900)
    rounds = int(re.match(r"disk: (\d+) rounds, 10\d drivers\nprocess \d+ exited with status 0\n", output)[1])
    assert rounds >= 100
    data = (tmp_path / "disk.img").read_bytes()
    expected = soaked(11, 4096, rounds)
    assert [number for number in range(4096)
            if data[number * BLOCK:(number + 1) * BLOCK] != expected.get(number, bytes(BLOCK))] == []


def test_nothing_is_lost_while_the_serial_driver_is_killed(boot: Callable[..., Shell]) -> None:
    """Neither what a program prints nor what is typed, over 20 deaths. Here and there some bytes may come twice."""
    shell = boot([], initrd={"replace": {"init.toml": INIT + reaper("serial", 20)}})
    lines = [f"run hello {number:05}" for number in range(200)]
    shell.type("".join(f"{line}\r" for line in lines) + "run hello the end\r")
    shell.machine.expect(r"^the\nend\n", within=200)
    said = re.findall(r"^(\d{5})$", shell.machine.transcript, re.MULTILINE)
    assert [int(number) for number in said] == list(range(200))


def test_requests_to_a_driver_that_never_comes_back_are_answered(boot: Callable[..., Shell]) -> None:
    """After five failed starts. The client is woken, and whoever opens a session later is refused."""
    shell = boot(["blk"], initrd={"replace": {"drivers.toml": TABLE.replace("bin/drivers/blk", "bin/quitter")}})
    output = shell.run("run disk read 0 40 32", within=30)
    assert re.fullmatch(r"disk: block \d+: nobody drives the disk any more\nprocess \d+ exited with status 1\n", output)
    assert next(device for device in listed(shell) if device.device_class == "block").state == "failed"
    assert shell.run("run disk").startswith("disk: Broken\n")


def test_unicorn_itself_is_killed(boot: Callable[..., Shell]) -> None:
    """All drivers end with it. The next Unicorn gets every device back, and resets it; nothing leaks."""
    shell = boot(["blk", "rng"])
    memory = []
    for _ in range(3):
        assert "exited with status 0" in shell.run("run disk write 3 3000 100", within=2)
        memory.append(shell.memory().free)
        shell.run("run disk soak 1 2048 1000 &")
        shell.type(f"kill {shell.pid('unicorn')}\r")
        shell.until_prompt(within=5)
        shell.run("run spin 100", within=5)
        for row in shell.ps():
            if row.name == "disk":
                shell.run(f"kill {row.pid}", within=2)
        assert sorted(device.device_class for device in listed(shell) if device.state == "up") == [
            "block", "rng", "rtc", "serial"]
        assert "exited with status 0" in shell.run("run disk check 3 3000 100", within=2)
        assert "exited with status 0" in shell.run("run random", within=2)
    assert memory[2] == pytest.approx(memory[1], abs=16)


def test_control_c_reaches_a_program_whose_terminal_has_another_driver(boot: Callable[..., Shell]) -> None:
    shell = boot([], initrd={"replace": {"init.toml": INIT + reaper("serial", 3)}})
    shell.type("run spin\r")
    shell.machine.expect("run spin\n")
    with pytest.raises(GuestDeadline):
        shell.machine.expect("nothing is printed", within=1)
    shell.type("\x03")
    assert shell.until_prompt(within=1).endswith("was killed\n")
    assert listed(shell)[1].restarts == 3
