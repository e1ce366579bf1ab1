# SPDX-License-Identifier: MIT
"""U6: a driver that ends costs nothing: what was asked of it is done by the next one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from glenda.errors import GuestDeadline
from glenda.shell import Shell
from glenda.systems import BLOCK, INIT, TABLE, listed, service, soaked

OFTEN = pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.long)])
KEYS = {"a": 30, "s": 31, "d": 32, "f": 33, "g": 34}


def reaper(device_class: str, times: int, priority: int = 101, program: str = "") -> dict[str, object]:
    """An initrd with a service that kills the drivers of a class so many times. Above the drivers' priority it does so
    between any two instructions, else only while the driver sleeps. It begins when the program runs, if one is named:
    before, while the machine waits for what the host types, its clock jumps."""
    rest = f', "0", "{program}"' if program else ""
    more = (f'args = ["{device_class}", "{times}"{rest}]\nneeds = ["unicorn"]\nuses = ["devices"]\npower = true\n'
            f'priority = {priority}\nrestart = "never"')
    return {"replace": {"init.toml": INIT + service("reaper", "reaper", more)}}


@OFTEN
def test_a_disk_driver_is_killed_under_load(with_devices: Callable[..., Shell], tmp_path: Path, times: int) -> None:
    """Each answer was right, and the image is what the model says. How many drivers a round needs is a matter of the host's
    speed: while the machine waits for the disk, its clock jumps to the next timer."""
    shell = with_devices(["blk"], initrd=reaper("block", times * 7 // 5, priority=239, program="disk"))
    output = shell.run(f"run disk soak 11 4096 {times + 1}", within=900)
    rounds, drivers = map(int, re.match(r"disk: (\d+) rounds, (\d+) drivers\nprocess \d+ exited with status 0\n", output).groups())
    assert rounds > times and times < drivers <= times * 7 // 5 + 1
    data = (tmp_path / "disk.img").read_bytes()
    expected = soaked(11, 4096, rounds)
    assert [number for number in range(4096)
            if data[number * BLOCK:(number + 1) * BLOCK] != expected.get(number, bytes(BLOCK))] == []


@OFTEN
def test_a_network_driver_is_killed_under_load(with_devices: Callable[..., Shell], echo: int, times: int) -> None:
    """Datagrams may be lost, and are sent again: so each comes back."""
    initrd = reaper("net", times * 7 // 5, priority=239, program="udp")
    shell = with_devices(["net"], icount=False, within=5, initrd=initrd)
    output = shell.run(f"run udp {echo} 16 {times + 1}", within=300)
    rounds, again, drivers = map(int, re.match(
        r"udp: (\d+) times 16 KiB have come back, (\d+) datagrams were sent again, (\d+) drivers\n", output).groups())
    assert output.endswith("exited with status 0\n") and rounds >= times // 10 and again < times * 7 // 5 * 16 and drivers > times


def test_a_9p_driver_is_killed_100_times_under_load(with_devices: Callable[..., Shell], tmp_path: Path) -> None:
    """The file server's conversation ends each time. The program begins another, and goes on where it was."""
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "data").write_bytes(bytes(range(256)) * 1024)
    shell = with_devices(["p9"], share=tmp_path / "share", initrd=reaper("9p", 140, priority=239))
    output = shell.run("run fetch data 101", within=300)
    total, whole, drivers = re.match(r"262144 bytes, sum ([0-9a-f]{16}), (\d+) times, (\d+) drivers\n", output).groups()
    assert output.endswith("exited with status 0\n") and "another file" not in output
    assert int(whole) >= 1 and int(drivers) > 100       # how often it came through is a matter of the host's speed
    while "reaper" in {row.name for row in shell.ps()}:
        shell.press("run spin 100", within=1)
    assert re.match(rf"262144 bytes, sum {total}, \d+ times, 1 drivers\n", shell.run("run fetch data 1", within=10))


@pytest.mark.parametrize("device_class, command, right", [("rng", "run random 16", r"[0-9a-f]{32}\n"),
                                                          ("rtc", "run date ns", r"\d+\n")])
def test_a_driver_that_only_answers_is_killed_100_times(with_devices: Callable[..., Shell], device_class: str, command: str,
                                                        right: str) -> None:
    """What it was just being asked fails, and can be asked again; all other requests wait for the next driver. How many are
    answered meanwhile is a matter of the host's speed: between two commands the idle machine's clock jumps."""
    shell = with_devices(["rng"], initrd=reaper(device_class, 110, priority=239))
    answered = 0
    while next(device for device in listed(shell) if device.device_class == device_class).restarts < 100:
        output = shell.run(command, within=10)
        assert re.match(rf"(?:{right}|\w+: Deleted\n)process ", output), output
        answered += re.match(right, output) is not None
    while "reaper" in {row.name for row in shell.ps()}:
        shell.press("run spin 100", within=1)
    assert answered and all(re.match(right, shell.run(command, within=10)) for _ in range(20))


def test_a_keyboard_driver_is_killed_100_times_while_keys_are_pressed(with_devices: Callable[..., Shell]) -> None:
    """Keys that are pressed while there is no driver, nine tenths of the time, are lost in the device. What arrives was
    pressed, in that order. When the killing is over, everything arrives, and the program has noticed nothing."""
    shell = with_devices(["input"], initrd=reaper("input", 110, priority=239))
    press = shell.machine.monitor.human
    keys = re.search(r"process (\d+) runs in the background", shell.press("run keys &"))[1]
    pressed: list[int] = []
    while "reaper: 110 drivers killed" not in shell.press("log", within=3):
        for name, number in list(KEYS.items()) * 10:
            press(f"sendkey {name} 1")
            pressed.append(number)
    shell.press("run spin 300", within=2)       # the last one starts
    shell.keep_busy()       # so that the clock goes on for the host's keys
    for name, number in {"q": 16, "esc": 1}.items():
        press(f"sendkey {name} 1")
        shell.saw(rf"key {number} 1\n", within=5)
    shell.press("run empty")            # the console says now what has ended in the background
    assert f"process {keys} exited with status 0\n" in shell.machine.transcript
    came = [int(number) for number in re.findall(r"key (\d+) 1$", shell.machine.transcript, re.MULTILINE)][:-2]
    rest = iter(pressed)
    assert all(number in rest for number in came), "keys that nobody has pressed, or in another order"
    assert len(came) > 10, f"{len(came)} of {len(pressed)} keys"
    assert listed(shell)[-1].restarts >= 100


@OFTEN
def test_a_screen_driver_is_killed_under_load(with_devices: Callable[..., Shell], tmp_path: Path, times: int) -> None:
    """Each time, the program shows its picture to the next one. The last picture is on the screen."""
    shell = with_devices(["gpu"], initrd=reaper("gpu", times + 10, priority=239, program="paint"))
    shell.type(f"run paint {times + 10}\r")
    moved = int(shell.machine.expect(r"^moved by (\d+), painted\n", within=30)[1])
    shell.machine.monitor.human(f"screendump {tmp_path / 'screen.ppm'}")
    assert (tmp_path / "screen.ppm").read_bytes() == b"P6\n320 200\n255\n" + b"".join(
        bytes((x * 255 // 320, y, 255 if x & y & 1 else 0)) for y in range(200) for x in ((i + moved) % 320 for i in range(320)))
    shell.type("\r")
    assert shell.until_prompt(within=2).endswith("exited with status 0\n")
    assert moved > times


def test_nothing_is_lost_while_the_serial_driver_is_killed(with_devices: Callable[..., Shell]) -> None:
    """Neither what a program prints nor what is typed, over 20 deaths. Here and there some bytes may come twice."""
    shell = with_devices([], initrd=reaper("serial", 20))
    lines = [f"run hello {number:05}" for number in range(200)]
    shell.type("".join(f"{line}\r" for line in lines) + "run hello the end\r")
    shell.machine.expect(r"^the\nend\n", within=200)
    said = re.findall(r"^(\d{5})$", shell.machine.transcript, re.MULTILINE)
    assert [int(number) for number in said] == list(range(200))


def test_requests_to_a_driver_that_never_comes_back_are_answered(with_devices: Callable[..., Shell]) -> None:
    """After five failed starts. The client is woken, and whoever opens a session later is refused."""
    shell = with_devices(["blk"], initrd={"replace": {"drivers.toml": TABLE.replace("bin/drivers/blk", "bin/quitter")}})
    output = shell.run("run disk read 0 40 32", within=30)
    assert re.fullmatch(r"disk: block \d+: nobody drives the disk any more\nprocess \d+ exited with status 1\n", output)
    assert next(device for device in listed(shell) if device.device_class == "block").state == "failed"
    pauses = re.findall(r"starts again in (\d+) ms\n", shell.run("log", within=2))
    assert [int(pause) for pause in pauses] == [100, 200, 400, 800, 1600]
    assert shell.run("run disk").startswith("disk: Broken\n")


def test_unicorn_itself_is_killed(with_devices: Callable[..., Shell]) -> None:
    """All drivers end with it, and each session: its client is told. The next Unicorn gets every device back, and resets
    it; nothing leaks."""
    shell = with_devices(["blk", "rng"])
    memory = []
    for _ in range(3):
        assert "exited with status 0" in shell.run("run disk write 3 3000 100", within=2)
        memory.append(shell.memory().free)
        shell.run("run disk soak 1 2048 1000 &")
        shell.press(f"kill {shell.pid('unicorn')}", within=5)
        shell.press("run spin 100", within=5)
        assert "disk" not in [row.name for row in shell.ps()], "a client waits for answers that will not come"
        assert sorted(device.device_class for device in listed(shell) if device.state == "up") == [
            "block", "rng", "rtc", "serial"]
        assert "exited with status 0" in shell.run("run disk check 3 3000 100", within=2)
        assert "exited with status 0" in shell.run("run random", within=2)
    assert memory[2] == pytest.approx(memory[1], abs=16)


def test_control_c_reaches_a_program_whose_terminal_has_another_driver(with_devices: Callable[..., Shell]) -> None:
    shell = with_devices([], initrd=reaper("serial", 3))
    shell.type("run spin 60000\r")
    shell.machine.expect("run spin 60000\n")
    with pytest.raises(GuestDeadline):
        shell.machine.expect("nothing is printed", within=0.6)
    shell.type("\x03")
    assert shell.until_prompt(within=1).endswith("was killed\n")
    assert listed(shell)[1].restarts == 3
